"""Mistakes of the outputs, the losses and the penalty."""

from mutation.mutant import Edit, Mutant

OUTPUTS, PENALTY = "core/outputs.py", "core/penalty.py"

VALUE = "return l2 / 2 * squares"
OF_W1 = "(theta.W1, gradient.W1, scratch.W1)"
OF_W2 = "(theta.W2, gradient.W2, scratch.W2)"
OF_BOTH = f"{OF_W1},\n        {OF_W2}"
OF_ALL = "(theta.vector, gradient.vector, scratch.vector)"
TIMES = "np.multiply(W, l2,"
DOUBLED = "np.multiply(W, 2 * l2,"
LOG_LOSS = "np.where(positive, Z2, 0) - Y * Z2 + np.log1p(np.exp(np.where(positive, -Z2, Z2)))"


def _penalty_gradient(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, PENALTY, "add_penalty_gradient", old, new)


LOSSES = (
    _penalty_gradient("M18", "the gradient of L2 is forgotten for W1", OF_BOTH, OF_W2),
    _penalty_gradient("M19", "2 λ W for the derivative of (λ/2) W²", TIMES, DOUBLED),
    Mutant(
        "M20",
        "the gradient of L2 is divided by m, the penalty is not",
        "core/gradient.py",
        "objective_gradient",
        "add_penalty_gradient(theta, l2,",
        "add_penalty_gradient(theta, l2 / batch.m,",
    ),
    _penalty_gradient(
        "M21",
        "the gradient of L2 for W1 is λ times the mean of W2",
        OF_W1,
        OF_W1.replace("theta.W1", "theta.W2.mean()"),
    ),
    _penalty_gradient("M22", "biases are penalised in the gradient only", OF_BOTH, OF_ALL),
    Mutant(
        "M23",
        "biases are penalised, in the loss and in the gradient alike",
        PENALTY,
        "penalty",
        "(theta.W1, theta.W2)",
        "(theta.vector,)",
        also=Edit("add_penalty_gradient", OF_BOTH, OF_ALL),
    ),
    Mutant(
        "M24",
        "the penalty is λ W² and not (λ/2) W², in the loss and in the gradient alike",
        PENALTY,
        "penalty",
        VALUE,
        "return l2 * squares",
        also=Edit("add_penalty_gradient", TIMES, DOUBLED),
    ),
    Mutant(
        "M30",
        "the softmax is not shifted by the largest score, and overflows",
        OUTPUTS,
        "softmax",
        "np.subtract(Z2, Z2.real.max(axis=0), out=out)",
        "np.copyto(out, Z2)",
    ),
    Mutant(
        "M31",
        "the softmax is shifted by the largest score of all examples, not of each",
        OUTPUTS,
        "softmax",
        "max(axis=0)",
        "max()",
    ),
    Mutant(
        "M32",
        "the sigmoid is 1 / (1 + e⁻ᶻ) without a limit, and overflows",
        "core/activations.py",
        "sigmoid",
        "np.minimum(A, LARGEST_EXPONENT[A.dtype.char], out=A)",
        "pass",
    ),
    Mutant(
        "M33",
        "the log-loss is taken of probabilities: ln 0 far out",
        OUTPUTS,
        "log_loss",
        LOG_LOSS,
        "-np.log(np.where(Y == 1, 1 / (1 + np.exp(-Z2)), 1 - 1 / (1 + np.exp(-Z2))))",
    ),
    Mutant(
        "M34",
        "the log-loss clips its probabilities at 10⁻⁷, the gradient does not",
        OUTPUTS,
        "log_loss",
        LOG_LOSS,
        "-np.log(np.maximum(1e-7, np.where(Y == 1, 1 / (1 + np.exp(-Z2)), 1 / (1 + np.exp(Z2)))))",
    ),
    Mutant(
        "P03",
        "the cross-entropy is shifted by the largest score of all examples, not of each",
        OUTPUTS,
        "cross_entropy",
        "max(axis=0)",
        "max()",
    ),
    Mutant(
        "P04",
        "the squared error is not halved",
        OUTPUTS,
        "half_squared_error",
        "/ 2",
        "/ 1",
    ),
)
