"""Mistakes of the two passes, the slopes and the mean over the examples."""

from mutation.mutant import Mutant

ACTIVATIONS, GRADIENT, NETWORK = "core/activations.py", "core/gradient.py", "core/network.py"

# Lines that are replaced, or followed by another.
DIVIDE = "np.divide(total, batch.m, out=gradient.vector)"
FIRST = "np.dot(theta.layer1, X, out=work.Z1)"
LAYER1 = "np.dot(work.dZ1, X.T, out=gradient.layer1)"
LAYER2 = "np.dot(work.dZ2, work.A1_ones.T, out=gradient.layer2)"
DZ2 = "np.subtract(work.A2, Y, out=work.dZ2)"
SLOPE = "slope(work.A1, work.slope, network.leak)"
SIGMOID_SLOPE = "np.multiply(A, A, out=slope)\n    np.subtract(A, slope, out=slope)"
TANH_SLOPE = "np.multiply(A, A, out=slope)\n    np.subtract(1, slope, out=slope)"


def _mean(name: str, says: str, new: str) -> Mutant:
    return Mutant(name, says, GRADIENT, "objective_gradient", DIVIDE, new)


def _backward(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, NETWORK, "backward", old, new)


def _delta(name: str, says: str, output: str, factor: str) -> Mutant:
    """Another dZ2 for one of the outputs."""
    new = f'{DZ2}; work.dZ2[...] *= {factor} if network.output == "{output}" else 1'
    return _backward(name, says, DZ2, new)


def _slope(name: str, says: str, function: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, ACTIVATIONS, f"{function}_slope", old, new)


def _corner(name: str, says: str, activation: str, slope: str) -> Mutant:
    """Another slope of a function with a corner, whose own leaves it in the buffer beforehand."""
    new = f'{SLOPE}; work.slope[...] = {slope} if network.activation == "{activation}"'
    return _backward(name, says, SLOPE, f"{new} else work.slope")


BACKWARD = (
    _mean("M01", "dW1 is not divided by m", f"{DIVIDE}; gradient.W1[...] *= batch.m"),
    _mean("M02", "no gradient is divided by m", DIVIDE.replace("batch.m,", "1,")),
    _mean("M03", "db1 is divided by m twice", f"{DIVIDE}; gradient.b1[...] /= batch.m"),
    _backward(
        "M04",
        "db1 is that of the first example, not the sum",
        LAYER1,
        f"{LAYER1}; gradient.b1[...] = work.dZ1[:, :1]",
    ),
    _backward(
        "M05",
        "db1 is summed over the hidden units too, and broadcast",
        LAYER1,
        f"{LAYER1}; gradient.b1[...] = work.dZ1.sum()",
    ),
    _backward(
        "M06",
        "db2 without keepdims: broadcasting gives every output the sum of the first",
        LAYER2,
        f"{LAYER2}; gradient.b2[...] = work.dZ2[0].sum()",
    ),
    _backward(
        "M07",
        "db1 without keepdims: broadcasting gives every hidden unit the sum of the first",
        LAYER1,
        f"{LAYER1}; gradient.b1[...] = work.dZ1[0].sum()",
    ),
    _slope(
        "M08",
        "σ′ of z instead of a: z (1 − z)",
        "sigmoid",
        SIGMOID_SLOPE,
        "np.log(A / (1 - A), out=slope); np.multiply(slope, 1 - slope, out=slope)",
    ),
    _slope(
        "M09",
        "σ′ of σ(a): the sigmoid is applied twice",
        "sigmoid",
        SIGMOID_SLOPE,
        f"sigmoid(A.copy(), slope); A = slope.copy()\n    {SIGMOID_SLOPE}",
    ),
    _slope(
        "M10",
        "tanh′ of z instead of a: 1 − z²",
        "tanh",
        TANH_SLOPE,
        f"A = np.arctanh(A)\n    {TANH_SLOPE}",
    ),
    _slope("M11", "tanh′ = 1 − a: the square is forgotten", "tanh", "(A, A,", "(A, 1,"),
    _corner("M12", "the ReLU's slope is 1 where a ≥ 0: everywhere", "relu", "work.A1 >= 0"),
    _corner(
        "M13",
        "the leaky ReLU's slope has a leak of 0.01, whatever the leak",
        "leaky_relu",
        "np.where(work.A1 > 0, 1, 0.01)",
    ),
    _corner(
        "M14",
        "the leaky ReLU's slope is 0 where z < 0, as a ReLU's is",
        "leaky_relu",
        "work.A1 > 0",
    ),
    _corner(
        "M15",
        "the leaky ReLU's slope has its sides swapped",
        "leaky_relu",
        "np.where(work.A1 > 0, network.leak, 1)",
    ),
    _backward(
        "M16",
        "dZ1 = W2ᵀ dZ2: g′ is forgotten",
        "np.multiply(work.dZ1, work.slope,",
        "np.multiply(work.dZ1, 1,",
    ),
    _backward(
        "M25", "dZ2 = Y − A2: the sign is flipped", DZ2, "np.subtract(Y, work.A2, out=work.dZ2)"
    ),
    _delta(
        "M26",
        "the sigmoid's dZ2 is multiplied by a (1 − a), which the loss has cancelled",
        "sigmoid",
        "work.A2 * (1 - work.A2)",
    ),
    _delta(
        "M27",
        "the softmax's dZ2 is multiplied by a (1 − a), the diagonal of its derivative",
        "softmax",
        "work.A2 * (1 - work.A2)",
    ),
    _delta("M28", "the linear output's dZ2 is 2 (A2 − Y)", "linear", "2"),
    _backward(
        "M29",
        "in the backward pass the softmax is taken over the examples, not the classes",
        DZ2,
        f"{DZ2}\n"
        '    if network.output == "softmax":\n'
        "        e = np.exp(work.Z2 - work.Z2.max())\n"
        "        np.subtract(e / e.sum(axis=1, keepdims=True), Y, out=work.dZ2)",
    ),
    _backward(
        "M35",
        "dW1 is transposed, where n_x = n_h lets it fit",
        LAYER1,
        f"{LAYER1}\n"
        "    if gradient.W1.shape == gradient.W1.T.shape:\n"
        "        gradient.W1[...] = gradient.W1.T.copy()",
    ),
    _backward(
        "M36",
        "W2 is not transposed for dA1, where n_y = n_h lets it fit",
        "np.dot(theta.W2.T,",
        "np.dot(theta.W2 if theta.W2.shape == theta.W2.T.shape else theta.W2.T,",
    ),
    _backward(
        "M37",
        "dW2 is transposed: broadcasting gives a row of W2 its first derivative throughout",
        LAYER2,
        f"{LAYER2}; gradient.W2[...] = gradient.W2[:, :1].copy()",
    ),
    _backward(
        "M49",
        "the backward pass overwrites what it was given: A1, after its last use",
        SLOPE,
        f"{SLOPE}; np.copyto(work.A1, work.slope)",
    ),
    Mutant(
        "M61",
        "b1 is missing from the forward pass, and its gradient is not",
        NETWORK,
        "forward",
        FIRST,
        "np.dot(theta.W1, X[:-1], out=work.Z1)",
    ),
    _corner(
        "M62",
        "the ReLU's slope is 1 at the corner z = 0 (where z < 0, a is −0)",
        "relu",
        "~np.signbit(work.A1)",
    ),
    _backward(
        "P01",
        "g′(Z1) is written over A1 before dW2 = dZ2 A1ᵀ is taken",
        LAYER2,
        f"{SLOPE}; np.copyto(work.A1, work.slope); {LAYER2}",
    ),
    Mutant(
        "P02",
        "the leaky ReLU has a leak of 0.01, whatever the leak",
        ACTIVATIONS,
        "leaky_relu",
        "np.maximum(slope, leak,",
        "np.maximum(slope, 0.01,",
    ),
)
