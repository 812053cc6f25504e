"""Mistakes of L-BFGS: its directions, its line search, and what it is told."""

from mutation.mutant import Edit, Mutant

MODULE, STEPS = "core/lbfgs.py", "core/steps.py"

ENOUGH = "trial.point.value <= start.value + DECREASE * length * slope"
LOWER = "not (enough and trial.point.value < low.point.value)"
SHORT = "min(scale, 1 / size) if size else scale"
NEXT = "(_direction(point.gradient, pairs), 1.0)"


def _pairs(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, MODULE, "lbfgs", old, new)


def _direction(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, MODULE, "_direction", old, new)


def _search(name: str, says: str, old: str, new: str, also: Edit | None = None) -> Mutant:
    return Mutant(name, says, MODULE, "_line_search", old, new, also)


def _told(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, STEPS, "_quasi_newton", old, new)


DIRECTIONS = (
    _pairs("L01", "s and y are swapped", "Pair(step, change,", "Pair(change, step,"),
    Mutant(
        "L02",
        "old pairs are never forgotten",
        MODULE,
        "no_pairs",
        "maxlen=REMEMBERED",
        "maxlen=None",
    ),
    Mutant(
        "L03",
        "only the last pair is remembered",
        MODULE,
        "no_pairs",
        "maxlen=REMEMBERED",
        "maxlen=1",
    ),
    _direction(
        "L04",
        "the first guess of the Hessian is not scaled",
        "direction *= last.curvature / (last.change @ last.change)",
        "pass",
    ),
    _direction(
        "L05",
        "the scale of the Hessian is upside down",
        "last.curvature / (last.change @ last.change)",
        "(last.change @ last.change) / last.curvature",
    ),
    _direction(
        "L06",
        "the first loop goes from the oldest pair to the newest as well",
        "in reversed(pairs)",
        "in pairs",
    ),
    _direction(
        "L07",
        "the second loop takes the shares as they were found, not the other way round",
        "reversed(shares)",
        "shares",
    ),
    _direction(
        "L08", "the direction goes uphill", "direction = -gradient", "direction = +gradient"
    ),
)

SEARCHES = (
    _search(
        "L09",
        "the curvature condition is dropped: any decrease is enough",
        "abs(trial.slope) <= -CURVATURE * slope",
        "True",
    ),
    _search(
        "L10",
        "the curvature condition is the weak one: a slope may be steep on the other side",
        "abs(trial.slope) <=",
        "-trial.slope <=",
    ),
    _search(
        "L11",
        "the decrease need not be in proportion to the step",
        ENOUGH,
        "trial.point.value <= start.value",
    ),
    Mutant("L12", "the first step is not short", MODULE, "_downhill", SHORT, "scale"),
    _pairs(
        "L13",
        "every step begins short",
        NEXT,
        NEXT.replace("1.0", "_downhill(point)[1]"),
    ),
    Mutant(
        "L27",
        "the first step may be so short that rounding hides what it gains",
        MODULE,
        "_downhill",
        "0 < length * steepness < UNSEEN * abs(start.value)",
        "False",
    ),
    Mutant(
        "L28",
        "the products of a large gradient overflow",
        MODULE,
        "_downhill",
        "2.0 ** max(0, np.frexp(largest)[1]) if largest < np.inf else 1.0",
        "1.0",
    ),
    _search(
        "L14",
        "a value that is no number counts as a decrease",
        ENOUGH,
        f"not {ENOUGH.replace('<=', '>')}",
        also=Edit("_line_search", LOWER, "not enough or trial.point.value >= low.point.value"),
    ),
    _search(
        "L15",
        "a search never gives up",
        "for _ in range(MOST_TRIALS):",
        "while True:",
        also=Edit("_line_search", "or length == low.length", ""),
    ),
    _search(
        "L16",
        "a minimum that has been passed does not bound the search",
        "high = low\n",
        "pass\n",
    ),
    Mutant(
        "L17",
        "the cubic's other extremum, its maximum, is taken for the minimum",
        MODULE,
        "_between",
        "(high.slope + d2 - d1) / (high.slope - low.slope + 2 * d2)",
        "(high.slope - d2 - d1) / (high.slope - low.slope - 2 * d2)",
    ),
)

TOLD = (
    Mutant(
        "L18",
        "the loss that L-BFGS is told leaves out L2",
        "core/gradient.py",
        "objective_value",
        " + float(penalty(theta, l2).real)",
        "",
    ),
    Mutant(
        "L19",
        "the loss that L-BFGS is told is a sum, not a mean",
        "core/gradient.py",
        "objective_value",
        " / batch.m",
        "",
    ),
    Mutant(
        "L20",
        "the loss that L-BFGS is told is that of the last block",
        "core/gradient.py",
        "_sum_up",
        "np.add(loss, block_loss, out=loss)",
        "loss[...] = block_loss",
    ),
    Mutant(
        "L23",
        "the loss of a block is that of its last shard",
        "core/gradient.py",
        "_add_up",
        "loss += 0.0 if",
        "loss = 0.0 if",
    ),
    Mutant(
        "L24",
        "the loss of a batch that is one shard is not handed on",
        "core/gradient.py",
        "objective_gradient",
        "(np.copyto, (buffers.loss, room.loss))",
        "(np.copyto, (room.loss, buffers.loss))",
    ),
    Mutant(
        "L25",
        "the sum of the losses is not cleared before the next",
        "core/gradient.py",
        "_sum_up",
        "loss.fill(0)",
        "pass",
    ),
    _told(
        "L26",
        "the gradient is that of where the step began, wherever the search looks",
        "objective_gradient(network, moved,",
        "objective_gradient(network, theta,",
    ),
    _told(
        "L21",
        "gradients are handed to L-BFGS by reference, and go on changing",
        "gradient.vector.astype(np.float64)\n",
        "gradient.vector\n",
    ),
    _told(
        "L22",
        "a step of L-BFGS says that it has used the gradient of where it ends",
        "yield before.gradient\n            before",
        "yield point.gradient\n            before",
    ),
    _told(
        "L29",
        "a first gradient that overflows is taken for a minimum",
        "not np.isfinite(before.gradient).all()",
        "False",
    ),
)

QUASI_NEWTON = (*DIRECTIONS, *SEARCHES, *TOLD)
