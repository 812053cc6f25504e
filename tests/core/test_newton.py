"""Truncated Newton, on functions whose minimum is known."""

from itertools import count

import numpy as np
import pytest

from shallow_cli.core.arrays import Array
from shallow_cli.core.newton import MOST_STEPS, Convex, Local, minimise


def test_a_quadratic_in_any_units(stream: np.random.RandomState) -> None:
    """½ xᵀHx − bᵀx with variables whose units are twelve powers of ten apart."""
    A = stream.standard_normal((8, 5))
    units = 10.0 ** np.array([-6, -3, 0, 3, 6])
    H = A.T @ A * np.outer(units, units)
    solution = np.array([[1.0, -2, 3, -4, 5]]) / units
    b = solution @ H
    function = Convex(
        lambda x: float((x @ H * x).sum() / 2 - (b * x).sum()),
        lambda x: Local(x @ H - b, np.diag(H)[None], lambda V: V @ H),
    )
    found = minimise(function, np.zeros((1, 5)))
    np.testing.assert_allclose(found * units, solution * units, rtol=1e-6)


def test_a_full_step_that_goes_too_far_is_halved() -> None:
    """√(1 + x²) from x = 2, where Newton's own steps, x ← −x³, run away."""
    asked = []

    def value(x: Array) -> float:
        asked.append(abs(float(x[0, 0])))
        return float(np.sqrt(1 + x * x).sum())

    def around(x: Array) -> Local:
        root = np.sqrt(1 + x * x)
        curvature = root**-3
        return Local(x / root, curvature, lambda V: curvature * V)

    found = minimise(Convex(value, around), np.array([[2.0]]))
    assert abs(found[0, 0]) < 1e-9
    assert max(asked) == pytest.approx(8)


def test_a_start_at_the_minimum_stays() -> None:
    function = Convex(
        lambda x: float((x * x).sum() / 2), lambda x: Local(x, np.ones_like(x), lambda V: V)
    )
    np.testing.assert_array_equal(minimise(function, np.zeros((2, 3))), 0)


def test_no_minimum_ends_far_out() -> None:
    """e⁻ˣ falls by e with every step, until its slope is 1e-10: after 23.03 steps."""
    steps = []

    def around(x: Array) -> Local:
        steps.append(float(x[0, 0]))
        height = np.exp(-x)
        return Local(-height, height, lambda V: height * V)

    found = minimise(Convex(lambda x: float(np.exp(-x).sum()), around), np.zeros((1, 1)))
    assert found[0, 0] == pytest.approx(24, rel=1e-6)
    assert len(steps) == 25 < MOST_STEPS


def test_a_flat_direction_is_left_alone() -> None:
    """½ x² in two variables, of which the second has no part: no curvature, no slope."""
    used = np.array([[1.0, 0.0]])
    function = Convex(
        lambda x: float((used * x * x).sum() / 2),
        lambda x: Local(used * x, used, lambda V: used * V),
    )
    np.testing.assert_array_equal(minimise(function, np.array([[3.0, 7.0]])), [[0.0, 7.0]])


def test_a_slope_without_curvature_is_still_a_way_down() -> None:
    """|x| smoothed near 0 is straight elsewhere: its Hessian there is 0 to the last bit."""

    def around(x: Array) -> Local:
        inside = (np.abs(x) <= 1).astype(float)
        return Local(np.clip(x, -1, 1), inside, lambda V: inside * V)

    def value(x: Array) -> float:
        return float(np.where(np.abs(x) <= 1, x * x / 2, np.abs(x) - 0.5).sum())

    assert abs(minimise(Convex(value, around), np.array([[20.5]]))[0, 0]) < 1e-9


def test_rounding_of_the_value_is_no_obstacle() -> None:
    """√(1 + x²) from ½, by Newton's −x³, ends in 7e-9 and 4e-25, a fall of 3e-17 in 1.

    The last of them is seen a rounding error higher, wherever between these it is halved to.
    """

    def value(x: Array) -> float:
        return float((np.sqrt(1 + x * x) + 2**-52 * (np.abs(x) < 7e-9)).sum())

    def around(x: Array) -> Local:
        root = np.sqrt(1 + x * x)
        curvature = root**-3
        return Local(x / root, curvature, lambda V: curvature * V)

    found = minimise(Convex(value, around), np.array([[0.5]]))
    assert abs(found[0, 0]) < 1e-20


def test_when_only_rounding_is_left_the_steps_end() -> None:
    """1 + x² / 2 with a slope that is wrong by ±1e-9: it never gets to 1e-10."""
    calls = count()

    def around(x: Array) -> Local:
        return Local(x + 1e-9 * (-1) ** next(calls), np.ones_like(x), lambda V: V)

    found = minimise(Convex(lambda x: 1 + float((x * x).sum()) / 2, around), np.array([[1.0]]))
    assert abs(found[0, 0]) < 1e-8
    assert next(calls) < 6
