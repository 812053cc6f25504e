"""L-BFGS: published minima, SciPy's effort, the textbook's directions and conditions; and ends."""

import json
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import Array
from shallow_cli.core.lbfgs import CURVATURE, DECREASE, MOST_TRIALS, REMEMBERED, Point, lbfgs

from .smooth_functions import SMOOTH, Counted, Function, quadratic, rosenbrock

REFERENCE = json.loads((Path(__file__).parents[1] / "references/optimizers.json").read_text())
EFFORT = {(case["function"], case["n"]): case for case in REFERENCE["minima"]}


every_smooth = pytest.mark.parametrize("name", SMOOTH)


def path(function: Function, start: Any) -> list[Point]:
    """All points, from the start to the end; about overflow training is silent as well."""
    with np.errstate(all="ignore"):
        return list(lbfgs(Counted(function), np.array(start, dtype=float)))


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


def test_a_decrease_must_be_in_proportion_to_the_step() -> None:
    """A flat end after 1, a millionth lower, is no place to stay: f(⅓) is −4/27."""

    def valley(x: Array) -> tuple[float, Array]:
        value = -x * (1 - x) ** 2 - 1e-6 * x**2 * (3 - 2 * x)
        slope = -(1 - x) * (1 - 3 * x) - 6e-6 * x * (1 - x)
        return float(value[0]), slope

    function = Counted(valley)
    _, second = islice(lbfgs(function, np.zeros(1)), 2)
    assert function.points[1] == 1
    assert second.value < -0.1


@pytest.mark.parametrize("minimum", [0.2, 0.3, 0.45])
@pytest.mark.parametrize("degree", [2, 3])
def test_after_too_long_a_step_comes_the_minimum_of_the_cubic(minimum: float, degree: int) -> None:
    """Which is that of the function, where this is a cubic or a quadratic along the line."""

    def function(x: Array) -> tuple[float, Array]:
        if degree == 2:
            return float(50 * (x[0] - minimum) ** 2), 100 * (x - minimum)
        return float(100 * (x[0] ** 3 - 3 * minimum**2 * x[0])), 300 * (x**2 - minimum**2)

    counted = Counted(function)
    next(islice(lbfgs(counted, np.zeros(1)), 1, None))
    assert np.ravel(counted.points) == pytest.approx([0, 1, minimum], rel=1e-12)


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
def test_it_ends(function: Function, start: float) -> None:
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


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e20, 1e40, 1e100])
def test_the_size_of_the_numbers_does_not_matter(scale: float) -> None:
    """A loss of 1e40 has a gradient of which a short step gains less than rounding hides."""
    scales = np.array([1.0, 3.0, 10.0])

    def function(x: Array) -> tuple[float, Array]:
        errors = x - scale
        return float(scales @ (errors * errors)) / 2, scales * errors

    end = list(islice(lbfgs(function, np.zeros(3)), 40))[-1]
    np.testing.assert_allclose(end.x, scale, rtol=1e-6)


def test_a_gradient_that_overflows_is_the_end() -> None:
    points = path(lambda x: (1e308, np.full_like(x, np.inf)), [1.0, 2.0])
    assert len(points) == 1


def test_products_of_a_large_gradient_are_finite() -> None:
    """It is 1e230, and its square beyond all numbers; the loss is 1e300."""
    scales = 1e160 * np.array([1.0, 3.0, 10.0])

    def function(x: Array) -> tuple[float, Array]:
        errors = x - 1e70
        return float((scales * errors) @ errors) / 2, scales * errors

    with np.errstate(all="ignore"):
        points = list(islice(lbfgs(function, np.zeros(3)), 30))
    assert points[-1].value < 0.1 * points[0].value
