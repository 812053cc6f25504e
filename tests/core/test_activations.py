"""Activations, their slopes, and that both hold on complex numbers."""

import json
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.core.activations import ACTIVATIONS, sigmoid
from shallow_cli.core.arrays import Array
from shallow_cli.core.calls import run

REFERENCE = json.loads((Path(__file__).parents[1] / "references/losses.json").read_text())
LEAK = 0.1
POINTS = np.array([-800.0, -30.0, -1.5, -1e-300, 1e-300, 0.7, 3.0, 30.0, 800.0])


def g(name: str, Z: Array) -> Array:
    """A = g(Z)."""
    A = np.empty_like(Z)
    with np.errstate(all="raise", under="ignore"):
        run(ACTIVATIONS[name].function(Z, A, np.empty_like(Z), LEAK))
    return A


def slope(name: str, Z: Array) -> Array:
    """g′(Z), as the two passes compute it."""
    A, result = np.empty_like(Z), np.full_like(Z, np.nan)
    with np.errstate(all="raise", under="ignore"):
        run(ACTIVATIONS[name].function(Z, A, result, LEAK))
        run(ACTIVATIONS[name].slope(A, result, LEAK))
    return result


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sigmoid", [0.0474258731775668, 0.5, 0.9525741268224334]),
        ("tanh", [-0.9950547536867305, 0.0, 0.9950547536867305]),
        ("relu", [0.0, 0.0, 3.0]),
        ("leaky_relu", [-0.3, 0.0, 3.0]),
    ],
)
def test_known_values(name: str, expected: list[float]) -> None:
    np.testing.assert_allclose(g(name, np.array([-3.0, 0.0, 3.0])), expected, rtol=1e-15)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slope_is_the_derivative(name: str) -> None:
    """The derivative by a complex step, which must be finite far out too."""
    stepped = g(name, POINTS + 1e-100j)
    np.testing.assert_allclose(slope(name, POINTS), stepped.imag / 1e-100, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_dtype_is_kept_and_in_place_is_allowed(name: str, dtype: type[np.generic]) -> None:
    Z = np.array([[-2.0, 0.5, 3.0]], dtype=dtype)
    expected = g(name, Z)
    run(ACTIVATIONS[name].function(Z, Z, np.empty_like(Z), LEAK))
    assert Z.dtype == dtype
    np.testing.assert_array_equal(Z, expected)


@pytest.mark.parametrize(("name", "at_zero"), [("relu", 0.0), ("leaky_relu", LEAK)])
def test_the_corner_belongs_to_the_negative_side(name: str, at_zero: float) -> None:
    """Also on complex numbers, whatever the imaginary part says."""
    zero = np.array([0.0])
    assert slope(name, zero)[0] == at_zero
    for sign in (1, -1):
        assert g(name, zero + sign * 1e-100j)[0].imag == pytest.approx(sign * at_zero * 1e-100)


def test_sigmoid_has_full_precision_on_both_sides() -> None:
    rows = REFERENCE["sigmoid"]
    Z = np.array([row["z"] for row in rows if abs(row["z"]) < 709])
    expected = [row["p"] for row in rows if abs(row["z"]) < 709]
    A = np.empty_like(Z)
    run(sigmoid(Z, A))
    np.testing.assert_allclose(A, expected, rtol=4e-16)


def test_sigmoid_far_out_is_zero_or_one() -> None:
    A = np.empty(2)
    run(sigmoid(np.array([-1e4, 1e4]), A))
    assert A[0] < 1e-300
    assert A[1] == 1.0
