"""For each claim of `shallow course` a mistake with which it disagrees."""

from mutation.mutant import ClaimMutant, Edit

ACTIVATIONS, INITIALIZERS, NETWORK = (
    f"core/{name}.py" for name in ("activations", "initializers", "network")
)
DRAWN = "np.multiply(stream.standard_normal(W.shape), scale, out=W)"
DRAWN_ALL = "return parameters(network, theta.vector.astype(dtype))"
GIVEN = "else init_scale"
HE = "sqrt(2 / fan_in)"
POSITIVE = "(np.greater, (Z.real, number(0, Z.real), slope)),"
NEGATIVE = "(np.negative, (Z, A)),"
A_LESS_A2 = "[(np.multiply, (A, A, slope)), (np.subtract, (A, slope, slope))]"
INSIDE = "(1 if _slope is None else 2)"  # a sigmoid that fills no slope is that of the output
DZ1 = "(np.multiply, (work.dZ1, work.slope, work.dZ1)),"
Z1 = "(np.dot, (theta.layer1, X, work.Z1)),"

CLAIM_MUTANTS = (
    ClaimMutant(
        "loop",
        "the output is a little larger than the sigmoid of its score",
        NETWORK,
        "forward",
        "*output(work.Z2, work.A2),",
        "*output(work.Z2, work.A2), (np.multiply, (work.A2, 1 + 1e-13, work.A2)),",
    ),
    ClaimMutant(
        "vectors",
        "where somebody wants to see Z1, it is computed sample by sample",
        NETWORK,
        "forward",
        Z1,
        f"*([{Z1}] if work.Z1 is work.A1 else [(np.matmul, (theta.layer1, X[:, i], work.Z1[:, i]))"
        " for i in range(X.shape[1])]),",
    ),
    ClaimMutant(
        "sigmoid-inside",
        "a hidden sigmoid is twice as steep",
        ACTIVATIONS,
        "sigmoid",
        NEGATIVE,
        f"(np.multiply, (Z, number(-{INSIDE}, Z), A)),",
        Edit(
            "sigmoid_slope",
            A_LESS_A2,
            f"[*{A_LESS_A2}, (np.multiply, (slope, number(2, slope), slope))]",
        ),
    ),
    ClaimMutant(
        "centred",
        "a hidden sigmoid is centred around 0",
        ACTIVATIONS,
        "sigmoid",
        "(np.reciprocal, (A, A)),",
        "(np.reciprocal, (A, A)), (np.subtract, (A, number(_slope is not None, A) / 2, A)),",
        Edit(
            "sigmoid_slope",
            A_LESS_A2,
            "[(np.multiply, (A, A, slope)), (np.subtract, (number(0.25, A), slope, slope))]",
        ),
    ),
    ClaimMutant(
        "far-out",
        "the slope of ReLU is a little less than 1",
        ACTIVATIONS,
        "relu",
        POSITIVE,
        f"{POSITIVE} (np.multiply, (slope, number(1 - 1e-9, slope), slope)),",
    ),
    ClaimMutant(
        "relu-faster",
        "he draws the first layer of a wide network four times as large",
        INITIALIZERS,
        "he",
        HE,
        f"{HE} * (4 if _fan_out > 50 else 1)",
    ),
    ClaimMutant(
        "half-silent",
        "the first biases of a wide network are ½",
        INITIALIZERS,
        "initial_parameters",
        DRAWN_ALL,
        f"theta.b1[...] = 0.5 * (network.n_h > 50)\n    {DRAWN_ALL}",
    ),
    ClaimMutant(
        "dead",
        "he is xavier",
        INITIALIZERS,
        "he",
        HE,
        "sqrt(2 / (fan_in + _fan_out))",
    ),
    ClaimMutant(
        "leaky",
        "a leaky unit does not leak",
        ACTIVATIONS,
        "leaky_relu",
        "number(leak, slope)",
        "number(0, slope)",
    ),
    ClaimMutant(
        "linear",
        "identity is tanh",
        ACTIVATIONS,
        "identity",
        "[(np.copyto, (A, Z))]",
        "[(np.tanh, (Z, A))]",
        Edit(
            "identity_slope",
            "[(np.copyto, (slope, number(1, slope)))]",
            "[(np.multiply, (_A, _A, slope)), (np.subtract, (number(1, slope), slope, slope))]",
        ),
    ),
    ClaimMutant(
        "derivatives",
        "the slope of tanh is a little too large",
        ACTIVATIONS,
        "tanh_slope",
        "number(1, A)",
        "number(1 + 1e-12, A)",
    ),
    ClaimMutant(
        "descent",
        "the losses of odd epochs have four places",
        "core/training.py",
        "_go_on",
        "row = latest\n",
        "row = Row(epoch, round(latest.loss, 4 if epoch % 2 else 16), latest.accuracy)\n",
    ),
    ClaimMutant(
        "output-error",
        "the loss takes a little too much of y",
        "core/outputs.py",
        "log_loss",
        "Y * Z2",
        "(1 + 1e-12) * Y * Z2",
    ),
    ClaimMutant(
        "backprop",
        "what goes back to the hidden layer is a little too large",
        NETWORK,
        "backward",
        DZ1,
        f"{DZ1} (np.multiply, (work.dZ1, 1 + 1e-6, work.dZ1)),",
    ),
    ClaimMutant(
        "zeros",
        "a scale of 0 is taken for none",
        INITIALIZERS,
        "initial_parameters",
        GIVEN,
        "else init_scale or 0.01",
    ),
    ClaimMutant(
        "small-weights",
        "with a small scale all hidden units get the same weights",
        INITIALIZERS,
        "initial_parameters",
        DRAWN,
        f"{DRAWN}\n        if scale == 0.01:\n"
        "            W[...] = W[:1] if W is theta.W1 else W[:, :1]",
        follow=("sigmoid-inside", "costs", "accuracies", "wide-accuracies"),
    ),
    ClaimMutant(
        "large-weights",
        "a scale above 1 is taken for 1",
        INITIALIZERS,
        "initial_parameters",
        GIVEN,
        "else min(init_scale, 1)",
    ),
    ClaimMutant(
        "costs",
        "the first weights are rounded to six places",
        INITIALIZERS,
        "initial_parameters",
        DRAWN,
        f"{DRAWN}\n        W.round(6, out=W)",
    ),
    ClaimMutant(
        "accuracies",
        "a sample is of the second class from a probability of 0.48 on",
        "core/metrics.py",
        "decide",
        "> threshold",
        "> threshold - 0.02",
        follow=("linear",),
    ),
    ClaimMutant(
        "wide-accuracies",
        "the scale of a wide network is forgotten",
        INITIALIZERS,
        "initial_parameters",
        GIVEN,
        "else init_scale * (network.n_h < 20)",
    ),
)
