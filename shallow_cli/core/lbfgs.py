"""L-BFGS: descent along approximate Newton directions, with a strong-Wolfe line search.

Nocedal and Wright, Numerical Optimization (2006): algorithm 7.4 for the direction, 3.5 and 3.6
for the step length. A function is called with a point (n,) and returns its value and gradient,
a new array; it must be the same function every time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array

REMEMBERED = 10  # pairs of steps and changes of the gradient, as in SciPy
DECREASE, CURVATURE = 1e-4, 0.9  # c₁ and c₂ of the strong Wolfe conditions
MOST_TRIALS = 30  # of one line search
LONGEST = 1e10
FORESEEN, UNSEEN = 1e-6, 1e-8  # of the value: a decrease to begin with, and one rounding may hide
EPSILON = float(np.finfo(np.float64).eps)

Function = Callable[[Array], tuple[float, Array]]


@dataclass(frozen=True)
class Point:
    """A point, the value and the gradient there."""

    x: Array
    value: float
    gradient: Array


@dataclass(frozen=True)
class Trial:
    """A point along a direction, so many lengths away, and the slope of the function there."""

    length: float
    slope: float
    point: Point


@dataclass(frozen=True)
class Pair:
    """A step s, the change y of the gradient along it, and s · y, which is positive."""

    step: Array
    change: Array
    curvature: float


Pairs = deque[Pair]


def lbfgs(function: Function, x: Array, pairs: Pairs | None = None) -> Iterator[Point]:
    """The start, and then the point of every iteration; it ends where nothing is gained.

    That is where the gradient is zero, or rounding hides every decrease. `pairs` are those of
    the iterations that led to x, if there were any; they are kept up to date.
    """
    point = Point(x, *function(x))
    pairs = no_pairs() if pairs is None else pairs
    while True:
        yield point
        search = (_direction(point.gradient, pairs), 1.0) if pairs else _downhill(point)
        found = _line_search(function, point, *search)
        if found is None and pairs:  # an old curvature may mislead: start afresh, downhill
            pairs.clear()
            found = _line_search(function, point, *_downhill(point))
        if found is None:
            return
        step, change = found.x - point.x, found.gradient - point.gradient
        curvature = float(step @ change)
        if curvature > EPSILON * float(change @ change):
            pairs.append(Pair(step, change, curvature))
        point = found


def no_pairs() -> Pairs:
    """Before the first iteration."""
    return deque(maxlen=REMEMBERED)


def _downhill(start: Point) -> tuple[Array, float]:
    """−dθ, and a length for a short step: there is no curvature to go by.

    It is not so short that rounding hides what it gains. A large dθ is divided by a power of
    two, so that its products are finite.
    """
    largest = float(np.abs(start.gradient).max(initial=0.0))
    scale = 2.0 ** max(0, np.frexp(largest)[1]) if largest < np.inf else 1.0
    direction = -start.gradient / scale
    size, steepness = float(np.abs(direction).sum()), abs(float(start.gradient @ direction))
    length = min(scale, 1 / size) if size else scale
    if 0 < length * steepness < UNSEEN * abs(start.value):
        length = FORESEEN * abs(start.value) / steepness
    return direction, length


def _direction(gradient: Array, pairs: Pairs) -> Array:
    """−H dθ, with H the inverse Hessian as the pairs (s, y) show it: two loops over them."""
    direction = -gradient
    shares = []
    for pair in reversed(pairs):
        share = (pair.step @ direction) / pair.curvature
        direction -= share * pair.change
        shares.append(share)
    if pairs:
        last = pairs[-1]
        direction *= last.curvature / (last.change @ last.change)
    for pair, share in zip(pairs, reversed(shares), strict=True):
        direction += (share - (pair.change @ direction) / pair.curvature) * pair.step
    return direction


def _line_search(function: Function, start: Point, direction: Array, length: float) -> Point | None:
    """A point along the direction at which the strong Wolfe conditions hold.

    `length` is tried first. Where rounding lets no such point be found, the lowest that decreases
    the function enough; None if there is none.
    """
    slope = float(start.gradient @ direction)
    if not -np.inf < slope < 0:  # a gradient that overflows shows no way down
        return None
    low, longest = Trial(0.0, slope, start), LONGEST * max(1.0, length)
    high: Trial | None = None
    for _ in range(MOST_TRIALS):
        trial = _trial(function, start, direction, length)
        enough = trial.point.value <= start.value + DECREASE * length * slope
        if not (enough and trial.point.value < low.point.value):  # also what is not finite
            high = trial
        elif abs(trial.slope) <= -CURVATURE * slope:
            return trial.point
        else:
            if trial.slope * ((high.length if high else longest) - low.length) >= 0:
                high = low
            low = trial
        length = 2 * length if high is None else _between(low, high)
        if length > longest or length == low.length:
            break
    return low.point if low.length else None


def _trial(function: Function, start: Point, direction: Array, length: float) -> Trial:
    x = start.x + length * direction
    value, gradient = function(x)
    return Trial(length, float(gradient @ direction), Point(x, value, gradient))


def _between(low: Trial, high: Trial) -> float:
    """The minimum of the cubic through two trials, kept away from both; else the middle.

    Nocedal and Wright (3.59).
    """
    width = high.length - low.length
    middle = low.length + width / 2
    with np.errstate(all="ignore"):
        d1 = low.slope + high.slope - 3 * (high.point.value - low.point.value) / width
        d2 = np.copysign(np.sqrt(d1 * d1 - low.slope * high.slope), width)
        cubic = high.length - width * (high.slope + d2 - d1) / (high.slope - low.slope + 2 * d2)
    share = (cubic - low.length) / width
    return float(cubic) if 0.1 <= share <= 0.9 else middle  # noqa: PLR2004 - a tenth from both
