"""Mistakes of the two passes, the slopes and the mean over the examples."""

from mutation.mutant import Mutant

ACTIVATIONS, GRADIENT, NETWORK = "core/activations.py", "core/gradient.py", "core/network.py"

# Calls that are replaced, or followed by another.
DIVIDE = "(np.multiply, (total, number(1 / batch.m, total), gradient.vector)),"
FIRST = "(np.dot, (theta.layer1, X, work.Z1)),"
LAYER1 = "(np.dot, (work.dZ1, X.T, gradient.layer1)),"
LAYER2 = "(np.dot, (work.dZ2, work.A1_ones.T, gradient.layer2)),"
DZ2 = "(np.subtract, (work.A2, Y, work.dZ2)),"
SLOPE = "*slope(work.A1, work.slope, network.leak),"
SIGMOID_SLOPE = "return [(np.multiply, (A, A, slope)), (np.subtract, (A, slope, slope))]"
TANH_SLOPE = "[(np.multiply, (A, A, slope)), (np.subtract, (number(1, A), slope, slope))]"


def call(expression: str) -> str:
    """What is computed when the calls are run."""
    return f"(lambda: {expression}, ()),"


def call_if(condition: str, expression: str) -> str:
    """The same, where a condition holds when the calls are made."""
    return f"*([(lambda: {expression}, ())] if {condition} else []),"


def _mean(name: str, says: str, new: str) -> Mutant:
    return Mutant(name, says, GRADIENT, "objective_gradient", DIVIDE, new)


def _backward(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, NETWORK, "backward", old, new)


def _after(name: str, says: str, old: str, expression: str) -> Mutant:
    """A call of the backward pass is followed by another."""
    return _backward(name, says, old, f"{old} {call(expression)}")


def _delta(name: str, says: str, output: str, factor: str) -> Mutant:
    """Another dZ2 for one of the outputs."""
    changed = call_if(f'network.output == "{output}"', f"np.multiply(work.dZ2, {factor}, work.dZ2)")
    return _backward(name, says, DZ2, f"{DZ2} {changed}")


def _slope(name: str, says: str, function: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, ACTIVATIONS, f"{function}_slope", old, new)


def _corner(name: str, says: str, activation: str, slope: str) -> Mutant:
    """Another slope of a function with a corner, whose own leaves it in the buffer beforehand."""
    changed = call_if(f'network.activation == "{activation}"', f"np.copyto(work.slope, {slope})")
    return _backward(name, says, SLOPE, f"{SLOPE} {changed}")


BACKWARD = (
    _mean(
        "M01",
        "dW1 is not divided by m",
        f"{DIVIDE} (np.multiply, (gradient.W1, batch.m, gradient.W1)),",
    ),
    _mean("M02", "no gradient is divided by m", DIVIDE.replace("1 / batch.m", "1")),
    _mean(
        "M03",
        "db1 is divided by m twice",
        f"{DIVIDE} (np.divide, (gradient.b1, batch.m, gradient.b1)),",
    ),
    _backward(
        "M04",
        "db1 is that of the first example, not the sum",
        LAYER1,
        f"{LAYER1} (np.copyto, (gradient.b1, work.dZ1[:, :1])),",
    ),
    _after(
        "M05",
        "db1 is summed over the hidden units too, and broadcast",
        LAYER1,
        "np.copyto(gradient.b1, work.dZ1.sum())",
    ),
    _after(
        "M06",
        "db2 without keepdims: broadcasting gives every output the sum of the first",
        LAYER2,
        "np.copyto(gradient.b2, work.dZ2[0].sum())",
    ),
    _after(
        "M07",
        "db1 without keepdims: broadcasting gives every hidden unit the sum of the first",
        LAYER1,
        "np.copyto(gradient.b1, work.dZ1[0].sum())",
    ),
    _slope(
        "M08",
        "σ′ of z instead of a: z (1 − z)",
        "sigmoid",
        SIGMOID_SLOPE,
        f"Z = np.empty_like(A); return [{call('np.log(A / (1 - A), out=Z)')} "
        "(np.multiply, (Z, Z, slope)), (np.subtract, (Z, slope, slope))]",
    ),
    _slope(
        "M09",
        "σ′ of σ(a): the sigmoid is applied twice",
        "sigmoid",
        SIGMOID_SLOPE,
        "B = np.empty_like(A); return [*sigmoid(A, B), "
        "(np.multiply, (B, B, slope)), (np.subtract, (B, slope, slope))]",
    ),
    _slope(
        "M10",
        "tanh′ of z instead of a: 1 − z²",
        "tanh",
        TANH_SLOPE,
        "[(np.arctanh, (A, slope)), (np.multiply, (slope, slope, slope)), "
        "(np.subtract, (number(1, A), slope, slope))]",
    ),
    _slope(
        "M11",
        "tanh′ = 1 − a: the square is forgotten",
        "tanh",
        "(np.multiply, (A, A, slope))",
        "(np.copyto, (slope, A))",
    ),
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
        "(np.multiply, (work.dZ1, work.slope, work.dZ1)),",
        "",
    ),
    _backward(
        "M25", "dZ2 = Y − A2: the sign is flipped", DZ2, "(np.subtract, (Y, work.A2, work.dZ2)),"
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
        f"return [\n        {DZ2}",
        "def over_examples() -> None:\n"
        "        e = np.exp(work.Z2 - work.Z2.max())\n"
        "        np.subtract(e / e.sum(axis=1, keepdims=True), Y, out=work.dZ2)\n\n"
        f"    return [\n        {DZ2} " + call_if('network.output == "softmax"', "over_examples()"),
    ),
    _backward(
        "M35",
        "dW1 is transposed, where n_x = n_h lets it fit",
        LAYER1,
        f"{LAYER1} "
        + call_if(
            "gradient.W1.shape == gradient.W1.T.shape",
            "np.copyto(gradient.W1, gradient.W1.T.copy())",
        ),
    ),
    _backward(
        "M36",
        "W2 is not transposed for dA1, where n_y = n_h lets it fit",
        "(np.dot, (theta.W2.T,",
        "(np.dot, (theta.W2 if theta.W2.shape == theta.W2.T.shape else theta.W2.T,",
    ),
    _after(
        "M37",
        "dW2 is transposed: broadcasting gives a row of W2 its first derivative throughout",
        LAYER2,
        "np.copyto(gradient.W2, gradient.W2[:, :1].copy())",
    ),
    _backward(
        "M49",
        "the backward pass overwrites what it was given: A1, after its last use",
        SLOPE,
        f"{SLOPE} (np.copyto, (work.A1, work.slope)),",
    ),
    Mutant(
        "M61",
        "b1 is missing from the forward pass, and its gradient is not",
        NETWORK,
        "forward",
        FIRST,
        "(np.dot, (theta.W1, X[:-1], work.Z1)),",
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
        f"{SLOPE} (np.copyto, (work.A1, work.slope)), {LAYER2}",
    ),
    Mutant(
        "P02",
        "the leaky ReLU has a leak of 0.01, whatever the leak",
        ACTIVATIONS,
        "leaky_relu",
        "number(leak, slope)",
        "number(0.01, slope)",
    ),
)
