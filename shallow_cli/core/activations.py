"""Hidden activations g and their slopes g′, by name.

Each is called as function(Z, A, slope, leak) and fills A = g(Z), which may be Z itself; then as
slope(A, slope, leak), which fills g′(Z) from A. Those with a corner are made of their slope,
A = g′(Z) ∘ Z, and leave it in the buffer at once. Masks come from `.real`: on complex numbers
(gradient check) the branch must depend on the real part alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array

# exp(709) is the last that float64 can hold; beyond it the sigmoid is 0 to 300 places.
LARGEST_EXPONENT = {"f": 88.0, "d": 709.0, "D": 709.0}


@dataclass(frozen=True)
class Activation:
    """g and g′; only the leaky ReLU reads its leak.

    The rest is for those who explain and check: g and g′ in letters, a bound of |g″| / g′, and
    whether g has a corner at 0.
    """

    function: Callable[[Array, Array, Array, float], object]
    slope: Callable[[Array, Array, float], object]
    says: str
    slope_says: str
    curvature: float = 0.0
    corner: bool = False

    def of(self, Z: Array, leak: float) -> Array:
        """g(Z) in an array of its own."""
        A = np.empty_like(Z)
        self.function(Z, A, np.empty_like(Z), leak)
        return A

    def slope_from(self, A: Array, leak: float) -> Array:
        """g′ from A = g(Z), in an array of its own; not where there is a corner."""
        slope = np.empty_like(A)
        self.slope(A, slope, leak)
        return slope

    def slope_at(self, Z: Array, leak: float) -> Array:
        """g′(Z) in an array of its own."""
        A, slope = np.empty_like(Z), np.empty_like(Z)
        self.function(Z, A, slope, leak)
        self.slope(A, slope, leak)
        return slope


def sigmoid(Z: Array, A: Array, _slope: Array | None = None, _leak: float = 0.0) -> None:
    """σ(z) = 1 / (1 + e⁻ᶻ), with full relative precision on both sides and no overflow."""
    np.negative(Z, out=A)
    np.minimum(A, LARGEST_EXPONENT[A.dtype.char], out=A)
    np.exp(A, out=A)
    np.add(A, 1, out=A)
    np.reciprocal(A, out=A)


def sigmoid_slope(A: Array, slope: Array, _leak: float) -> None:
    """σ′(z) = a (1 − a)."""
    np.multiply(A, A, out=slope)
    np.subtract(A, slope, out=slope)


def tanh(Z: Array, A: Array, _slope: Array, _leak: float) -> None:
    """The hyperbolic tangent."""
    np.tanh(Z, out=A)


def tanh_slope(A: Array, slope: Array, _leak: float) -> None:
    """tanh′(z) = 1 − a²."""
    np.multiply(A, A, out=slope)
    np.subtract(1, slope, out=slope)


def relu(Z: Array, A: Array, slope: Array, _leak: float) -> None:
    """max(0, z) = g′(z) z with g′ = 1 where z > 0, else 0, also at the corner z = 0."""
    np.greater(Z.real, 0, out=slope)
    np.multiply(slope, Z, out=A)


def leaky_relu(Z: Array, A: Array, slope: Array, leak: float) -> None:
    """max(z, leak · z) = g′(z) z with g′ = 1 where z > 0, else leak, for 0 ≤ leak ≤ 1."""
    np.greater(Z.real, 0, out=slope)
    np.maximum(slope, leak, out=slope)
    np.multiply(slope, Z, out=A)


def left_there(_A: Array, _slope: Array, _leak: float) -> None:
    """The slope of a function with a corner: the function has filled it already."""


ACTIVATIONS = {
    "sigmoid": Activation(sigmoid, sigmoid_slope, "1 / (1 + e^−Z1)", "A1 ∘ (1 − A1)", curvature=1),
    "tanh": Activation(tanh, tanh_slope, "tanh(Z1)", "1 − A1²", curvature=2),
    "relu": Activation(relu, left_there, "max(0, Z1)", "1 where Z1 > 0, else 0", corner=True),
    "leaky_relu": Activation(
        leaky_relu,
        left_there,
        "max(Z1, leak · Z1)",
        "1 where Z1 > 0, else leak",
        corner=True,
    ),
}
