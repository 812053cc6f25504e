"""Hidden activations g and their slopes g′, by name.

Every function fills `out`; g allows `out is Z`. Slopes are written from A = g(Z), which the
forward pass has already computed, and need an `out` of their own. Masks come from `.real`:
on complex numbers (gradient check) the branch must depend on the real part alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array

# exp(709) is the last that float64 can hold; beyond it the sigmoid is 0 to 300 places.
LARGEST_EXPONENT = {"f": 88.0, "d": 709.0, "D": 709.0}

ActivationFunction = Callable[[Array, Array, float], object]


@dataclass(frozen=True)
class Activation:
    """g and g′, each called as f(input, out, leak); only the leaky ReLU reads its leak.

    The rest is for those who explain and check: g and g′ in letters, a bound of |g″| / g′, and
    whether g has a corner at 0.
    """

    function: ActivationFunction
    slope: ActivationFunction
    says: str
    slope_says: str
    curvature: float = 0.0
    corner: bool = False

    def of(self, Z: Array, leak: float) -> Array:
        """g(Z) in an array of its own."""
        A = np.empty_like(Z)
        self.function(Z, A, leak)
        return A

    def slope_from(self, A: Array, leak: float) -> Array:
        """g′ from A = g(Z), in an array of its own."""
        slope = np.empty_like(A)
        self.slope(A, slope, leak)
        return slope


def sigmoid(Z: Array, out: Array, _leak: float = 0.0) -> None:
    """σ(z) = 1 / (1 + e⁻ᶻ), with full relative precision on both sides and no overflow."""
    np.negative(Z, out=out)
    np.minimum(out, LARGEST_EXPONENT[out.dtype.char], out=out)
    np.exp(out, out=out)
    np.add(out, 1, out=out)
    np.reciprocal(out, out=out)


def sigmoid_slope(A: Array, out: Array, _leak: float) -> None:
    """σ′(z) = a (1 − a)."""
    np.multiply(A, A, out=out)
    np.subtract(A, out, out=out)


def tanh(Z: Array, out: Array, _leak: float) -> None:
    """The hyperbolic tangent."""
    np.tanh(Z, out=out)


def tanh_slope(A: Array, out: Array, _leak: float) -> None:
    """tanh′(z) = 1 − a²."""
    np.multiply(A, A, out=out)
    np.subtract(1, out, out=out)


def relu(Z: Array, out: Array, _leak: float) -> None:
    """max(0, z)."""
    np.multiply(Z, Z.real > 0, out=out)


def relu_slope(A: Array, out: Array, _leak: float) -> None:
    """1 where z > 0, else 0; the slope at the corner z = 0 is taken as 0."""
    np.greater(A.real, 0, out=out)


def leaky_relu(Z: Array, out: Array, leak: float) -> None:
    """Max(z, leak · z) for 0 ≤ leak ≤ 1."""
    np.multiply(Z, np.where(Z.real > 0, Z.real.dtype.type(1), Z.real.dtype.type(leak)), out=out)


def leaky_relu_slope(A: Array, out: Array, leak: float) -> None:
    """1 where z > 0, else leak; a has the sign of z."""
    np.greater(A.real, 0, out=out)
    np.maximum(out, leak, out=out)


ACTIVATIONS = {
    "sigmoid": Activation(sigmoid, sigmoid_slope, "1 / (1 + e^−Z1)", "A1 ∘ (1 − A1)", curvature=1),
    "tanh": Activation(tanh, tanh_slope, "tanh(Z1)", "1 − A1²", curvature=2),
    "relu": Activation(relu, relu_slope, "max(0, Z1)", "1 where Z1 > 0, else 0", corner=True),
    "leaky_relu": Activation(
        leaky_relu,
        leaky_relu_slope,
        "max(Z1, leak · Z1)",
        "1 where Z1 > 0, else leak",
        corner=True,
    ),
}
