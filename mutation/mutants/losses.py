"""Mistakes of the outputs, the losses and the penalty."""

from mutation.mutant import Edit, Mutant
from mutation.mutants.backward import call

OUTPUTS, PENALTY = "core/outputs.py", "core/penalty.py"

VALUE = "return l2 / 2 * squares"
ADD_W1 = "(np.add, (gradient.W1, scratch.W1, gradient.W1)),"
OF_W1 = "(np.multiply, (theta.W1, factor, scratch.W1)),"
OF_BOTH = "\n        ".join(
    [
        OF_W1,
        "(np.multiply, (theta.W2, factor, scratch.W2)),",
        ADD_W1,
        "(np.add, (gradient.W2, scratch.W2, gradient.W2)),",
    ]
)
OF_ALL = (
    "(np.multiply, (theta.vector, factor, scratch.vector)),\n"
    "        (np.add, (gradient.vector, scratch.vector, gradient.vector)),"
)
TIMES = "number(l2,"
DOUBLED = "number(2 * l2,"
LOG_LOSS = "np.where(positive, Z2, 0) - Y * Z2 + np.log1p(np.exp(np.where(positive, -Z2, Z2)))"


def _penalty_gradient(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, PENALTY, "penalty_gradient", old, new)


LOSSES = (
    _penalty_gradient("M18", "the gradient of L2 is forgotten for W1", ADD_W1, ""),
    _penalty_gradient("M19", "2 λ W for the derivative of (λ/2) W²", TIMES, DOUBLED),
    Mutant(
        "M20",
        "the gradient of L2 is divided by m, the penalty is not",
        "core/gradient.py",
        "objective_gradient",
        "penalty_gradient(theta, l2,",
        "penalty_gradient(theta, l2 / batch.m,",
    ),
    _penalty_gradient(
        "M21",
        "the gradient of L2 for W1 is λ times the mean of W2",
        OF_W1,
        call("np.copyto(scratch.W1, l2 * theta.W2.mean())"),
    ),
    _penalty_gradient("M22", "biases are penalised in the gradient only", OF_BOTH, OF_ALL),
    Mutant(
        "M23",
        "biases are penalised, in the loss and in the gradient alike",
        PENALTY,
        "penalty",
        "(theta.W1, theta.W2)",
        "(theta.vector,)",
        also=Edit("penalty_gradient", OF_BOTH, OF_ALL),
    ),
    Mutant(
        "M63",
        "weights of float32 are squared in float32",
        PENALTY,
        "penalty",
        "W.astype(dtype, copy=False)",
        "W",
    ),
    Mutant(
        "M24",
        "the penalty is λ W² and not (λ/2) W², in the loss and in the gradient alike",
        PENALTY,
        "penalty",
        VALUE,
        "return l2 * squares",
        also=Edit("penalty_gradient", TIMES, DOUBLED),
    ),
    Mutant(
        "P70",
        "λ W is worked out in the gradient itself, not beside it",
        "core/gradient.py",
        "objective_gradient",
        "scratch=room.shard_sum",
        "scratch=gradient",
    ),
    Mutant(
        "M30",
        "the softmax is not shifted by the largest score, and overflows",
        OUTPUTS,
        "softmax",
        "(np.subtract, (Z2, largest, A2)),",
        "(np.copyto, (A2, Z2)),",
    ),
    Mutant(
        "M31",
        "the softmax is shifted by the largest score of all examples, not of each",
        OUTPUTS,
        "softmax",
        "(np.maximum.reduce, (Z2.real, 0, None, largest)),",
        call("np.copyto(largest, Z2.real.max())"),
    ),
    Mutant(
        "M32",
        "the sigmoid is 1 / (1 + e⁻ᶻ) without a limit, and overflows",
        "core/activations.py",
        "sigmoid",
        "(partial(np.minimum, out=A), (A, number(LARGEST_EXPONENT[A.dtype.char], A))),",
        "",
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
