"""Mistakes of the outputs, the losses and the penalty."""

from mutation.mutant import Edit, Mutant

OUTPUTS, PENALTY = "core/outputs.py", "core/penalty.py"

VALUE = "return l2 / 2 * squares"
SQUARES = "(theta.W1 * theta.W1).sum() + (theta.W2 * theta.W2).sum()"
ADD_W1 = "np.add(gradient.W1, l2 * theta.W1, out=gradient.W1)"
ADD_W2 = "np.add(gradient.W2, l2 * theta.W2, out=gradient.W2)"
ADD_BOTH = f"{ADD_W1}\n    {ADD_W2}"
ADD_TO_ALL = "np.add(gradient.vector, l2 * theta.vector, out=gradient.vector)"
DOUBLED = f"l2 = 2 * l2\n    {ADD_BOTH}"
LOG_LOSS = "np.where(positive, Z2, 0) - Y * Z2 + np.log1p(np.exp(np.where(positive, -Z2, Z2)))"


def _penalty_gradient(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, PENALTY, "add_penalty_gradient", old, new)


LOSSES = (
    _penalty_gradient("M18", "the gradient of L2 is forgotten for W1", "l2 * theta.W1", "0"),
    _penalty_gradient("M19", "2 λ W for the derivative of (λ/2) W²", ADD_BOTH, DOUBLED),
    Mutant(
        "M20",
        "the gradient of L2 is divided by m, the penalty is not",
        "core/gradient.py",
        "objective_gradient",
        "add_penalty_gradient(theta, l2,",
        "add_penalty_gradient(theta, l2 / m,",
    ),
    _penalty_gradient(
        "M21",
        "the gradient of L2 for W1 is λ times the mean of W2",
        "l2 * theta.W1",
        "l2 * theta.W2.mean()",
    ),
    _penalty_gradient("M22", "biases are penalised in the gradient only", ADD_BOTH, ADD_TO_ALL),
    Mutant(
        "M23",
        "biases are penalised, in the loss and in the gradient alike",
        PENALTY,
        "penalty",
        SQUARES,
        "(theta.vector * theta.vector).sum()",
        also=Edit("add_penalty_gradient", ADD_BOTH, ADD_TO_ALL),
    ),
    Mutant(
        "M24",
        "the penalty is λ W² and not (λ/2) W², in the loss and in the gradient alike",
        PENALTY,
        "penalty",
        VALUE,
        "return l2 * squares",
        also=Edit("add_penalty_gradient", ADD_BOTH, DOUBLED),
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
        "np.minimum(out, LARGEST_EXPONENT[out.dtype.char], out=out)",
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
