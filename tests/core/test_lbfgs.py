"""L-BFGS: published minima, SciPy's effort, the textbook's directions and conditions; and ends."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import Array
from shallow_cli.core.lbfgs import CURVATURE, DECREASE, MOST_TRIALS, REMEMBERED, Point, lbfgs

REFERENCE = json.loads((Path(__file__).parents[1] / "references/optimizers.json").read_text())
EFFORT = {(case["function"], case["n"]): case for case in REFERENCE["minima"]}


@dataclass
class Counted:
    """A function that notes where it is called."""

    function: Callable[[Array], tuple[float, Array]]
    points: list[Array] = field(default_factory=list)

    def __call__(self, x: Array) -> tuple[float, Array]:
        self.points.append(x.copy())
        assert len(self.points) < 5000, "no end"
        value, gradient = self.function(x)
        return float(value), gradient


def rosenbrock(x: Array) -> tuple[float, Array]:
    """Σ 100 (x₂ − x₁²)² + (1 − x₁)² over neighbours: 0 at (1, …, 1) (Rosenbrock 1960)."""
    off, gradient = x[1:] - x[:-1] ** 2, np.zeros_like(x)
    gradient[:-1] = -400 * x[:-1] * off - 2 * (1 - x[:-1])
    gradient[1:] += 200 * off
    return float((100 * off**2 + (1 - x[:-1]) ** 2).sum()), gradient


def beale(x: Array) -> tuple[float, Array]:
    """0 at (3, ½): Moré, Garbow and Hillstrom 1981, problem 5."""
    powers, y = x[1] ** np.arange(1, 4), np.array([1.5, 2.25, 2.625])
    off = y - x[0] * (1 - powers)
    by_x1 = x[0] * np.arange(1, 4) * x[1] ** np.arange(3)
    return float(off @ off), np.array([-2 * off @ (1 - powers), 2 * off @ by_x1])


def powell(x: Array) -> tuple[float, Array]:
    """Powell's singular function, 0 at 0, where its Hessian is singular: problem 13 there."""
    a, b, c, d = x[0] + 10 * x[1], x[2] - x[3], x[1] - 2 * x[2], x[0] - x[3]
    by_a, by_b, by_c, by_d = 2 * a, 10 * b, 4 * c**3, 40 * d**3
    gradient = [by_a + by_d, 10 * by_a + by_c, by_b - 2 * by_c, -by_b - by_d]
    return float(a**2 + 5 * b**2 + c**4 + 10 * d**4), np.array(gradient)


def quadratic(scales: Array) -> Callable[[Array], tuple[float, Array]]:
    """½ Σ scale (x − 1)², least at (1, …, 1)."""
    return lambda x: (float(scales @ (x - 1) ** 2 / 2), scales * (x - 1))


SMOOTH: dict[str, tuple[Callable[[Array], tuple[float, Array]], list[float], list[float]]] = {
    "rosenbrock 2": (rosenbrock, [-1.2, 1.0], [1.0] * 2),
    "rosenbrock 10": (rosenbrock, [-1.2, 1.0] * 5, [1.0] * 10),
    "beale": (beale, [1.0, 1.0], [3.0, 0.5]),
    "powell": (powell, [3.0, -1.0, 0.0, 1.0], [0.0] * 4),
    "quadratic": (quadratic(np.logspace(0, 4, 30)), [0.0] * 30, [1.0] * 30),
}
every_smooth = pytest.mark.parametrize("name", SMOOTH)


def path(function: Callable[[Array], tuple[float, Array]], start: Any) -> list[Point]:
    """All points, from the start to the end; about overflow training is silent as well."""
    with np.errstate(all="ignore"):
        return list(lbfgs(function, np.array(start, dtype=float)))


def far_from_rounding(points: list[Point]) -> Iterator[tuple[Point, Point]]:
    """A point and the next, as long as values fall by more than their rounding."""
    lowest = points[-1].value
    return ((a, b) for a, b in pairwise(points) if b.value > lowest + 1e-9 * (1 + abs(lowest)))


@every_smooth
def test_the_published_minimum_is_found(name: str) -> None:
    function, start, minimum = SMOOTH[name]
    end = path(function, start)[-1]
    np.testing.assert_allclose(end.x, minimum, atol=1e-3 if name == "powell" else 1e-9)
    assert end.value < 1e-13


@pytest.mark.parametrize("n", [2, 10])
def test_the_effort_is_that_of_scipy(n: int) -> None:
    """Calls of the function until its value is as low."""
    effort, calls = EFFORT["rosenbrock", n], 0
    function = Counted(rosenbrock)
    for point in lbfgs(function, np.tile([-1.2, 1.0], n // 2)):
        calls = len(function.points)
        if point.value <= 1e-20:
            break
    assert calls <= 1.2 * effort["calls"]


def test_a_quadratic_takes_few_iterations() -> None:
    """Its Hessian has three eigenvalues: three exact steps would do (N&W, theorem 5.4)."""
    scales = np.repeat([1.0, 10.0, 1000.0], 20)
    points = path(quadratic(scales), np.zeros(60))
    near = [point for point in points if point.value > 1e-12]
    assert len(near) <= 20


@every_smooth
def test_every_step_satisfies_the_strong_wolfe_conditions(name: str) -> None:
    """The step is a length times the direction, and both sides are as often that length."""
    assert (DECREASE, CURVATURE) == (1e-4, 0.9)
    function, start, _ = SMOOTH[name]
    pairs = list(far_from_rounding(path(function, start)))
    assert len(pairs) >= 5
    for before, after in pairs:
        slope, slope_after = (p.gradient @ (after.x - before.x) for p in (before, after))
        assert slope < 0
        assert after.value <= before.value + 1e-4 * slope
        assert abs(slope_after) <= 0.9 * abs(slope) * (1 + 1e-9)


def textbook_direction(points: list[Point]) -> Array:
    """−H g after the last of these, H in full: Nocedal and Wright (7.16), (7.20), m = 10."""
    pairs = [(b.x - a.x, b.gradient - a.gradient) for a, b in pairwise(points)][-10:]
    eye = np.eye(len(points[0].x))
    H = eye * (pairs[-1][0] @ pairs[-1][1] / (pairs[-1][1] @ pairs[-1][1])) if pairs else eye
    for s, y in pairs:
        V = eye - np.outer(y, s) / (s @ y)
        H = V.T @ H @ V + np.outer(s, s) / (s @ y)
    return np.asarray(-H @ points[-1].gradient)


@pytest.mark.parametrize("name", ["rosenbrock 10", "quadratic", "beale"])
def test_directions_are_those_of_the_textbook(name: str) -> None:
    """With more iterations than there are pairs, so that old ones are forgotten."""
    function, start, _ = SMOOTH[name]
    points = path(function, start)
    steps = len(list(far_from_rounding(points)))
    assert steps > 1.5 * REMEMBERED or name == "beale"
    for k in range(steps):
        direction, step = textbook_direction(points[: k + 1]), points[k + 1].x - points[k].x
        cosine = step @ direction / (np.linalg.norm(step) * np.linalg.norm(direction))
        assert cosine == pytest.approx(1, abs=1e-10)


@every_smooth
def test_the_first_step_is_short_and_goes_straight_down(name: str) -> None:
    function, start, _ = SMOOTH[name]
    counted = Counted(function)
    first = next(lbfgs(counted, np.array(start)))
    assert len(counted.points) == 1
    next(islice(lbfgs(counted, np.array(start)), 1, None))
    step = counted.points[2] - first.x
    length = min(1.0, 1 / np.abs(first.gradient).sum())
    np.testing.assert_allclose(step, -length * first.gradient, rtol=1e-9)


def test_later_steps_begin_with_the_whole_direction() -> None:
    """Near a minimum a Newton step is right, and one call an iteration is enough."""
    function = Counted(quadratic(np.array([1.0, 1.5, 2.0])))
    points = list(islice(lbfgs(function, np.zeros(3)), 6))
    assert len(function.points) <= len(points) + 1


@pytest.mark.parametrize(
    "function",
    [
        lambda x: (3.0, np.zeros_like(x)),
        lambda x: (float(x @ x), 2 * x),
        lambda x: (float(x @ x), -2 * x),  # no descent: the gradient points the wrong way
        lambda x: (np.nan, np.ones_like(x)),
        lambda x: (0.0, np.full_like(x, np.nan)),
        lambda x: (np.inf, np.full_like(x, np.inf)),
        lambda x: (float(x.sum()), np.full_like(x, 1e308)),  # whose sum and square overflow
        lambda x: (float(np.abs(x).sum()), np.sign(x)),  # a corner at the minimum
    ],
    ids=["constant", "minimum", "uphill", "nan", "nan slope", "infinite", "steep", "corner"],
)
@pytest.mark.parametrize("start", [0.0, 1.0])
def test_it_ends(function: Callable[[Array], tuple[float, Array]], start: float) -> None:
    counted = Counted(function)
    points = path(counted, [start] * 3)
    values = [point.value for point in points]
    assert len(counted.points) <= 1 + 2 * MOST_TRIALS * len(points)
    assert all(b < a for a, b in pairwise(values))


def test_a_minimum_ends_at_once() -> None:
    function = Counted(lambda x: (float(x @ x), 2 * x))
    assert len(list(lbfgs(function, np.zeros(3)))) == len(function.points) == 1


@pytest.mark.parametrize("beyond", [np.nan, np.inf])
def test_no_step_goes_through_a_wall(beyond: float) -> None:
    """x − ln x is least at 1; from near its wall, where it is steep, the first looks go beyond."""

    def walled(x: Array) -> tuple[float, Array]:
        if (x <= 0).any():
            return beyond, np.full_like(x, beyond)
        return float((x - np.log(x)).sum()), 1 - 1 / x

    for start in (1e-3, 0.5, 40.0):
        points = path(walled, [start, 2 * start])
        assert all(np.isfinite(point.value) and (point.x > 0).all() for point in points)
        np.testing.assert_allclose(points[-1].x, 1, atol=1e-6)


def test_a_line_search_gives_up_on_a_function_without_a_bound() -> None:
    """−x falls for ever: each search ends, at a finite length."""
    counted = Counted(lambda x: (-float(x.sum()), -np.ones_like(x)))
    points = list(islice(lbfgs(counted, np.zeros(2)), 3))
    assert len(counted.points) <= 1 + MOST_TRIALS * (len(points) - 1)
    assert np.isfinite(points[-1].x).all()


def test_points_are_not_changed_afterwards() -> None:
    seen = [
        (point, point.x.copy(), point.gradient.copy())
        for point in lbfgs(rosenbrock, np.array([-1.2, 1.0]))
    ]
    for point, x, gradient in seen:
        np.testing.assert_array_equal(point.x, x)
        np.testing.assert_array_equal(point.gradient, gradient)
