"""Hidden activations g and their slopes g′, by name.

The calls of function(Z, A, slope, leak) fill A = g(Z), which may be Z itself; those of
slope(A, slope, leak) then fill g′(Z) from A. Functions with a corner are made of their slope,
A = g′(Z) ∘ Z, and leave it in the buffer at once. Masks come from `.real`: on complex numbers
(gradient check) the branch must depend on the real part alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.calls import Calls, number, run

# exp(709) is the last that float64 can hold; beyond it the sigmoid is 0 to 300 places.
LARGEST_EXPONENT = {"f": 88.0, "d": 709.0, "D": 709.0}


@dataclass(frozen=True)
class Activation:
    """g and g′; only the leaky ReLU reads its leak.

    The rest is for those who explain and check: g and g′ in letters, a bound of |g″| / g′, and
    whether g has a corner at 0.
    """

    function: Callable[[Array, Array, Array, float], Calls]
    slope: Callable[[Array, Array, float], Calls]
    says: str
    slope_says: str
    curvature: float = 0.0
    corner: bool = False

    def of(self, Z: Array, leak: float) -> Array:
        """g(Z) in an array of its own."""
        A = np.empty_like(Z)
        run(self.function(Z, A, np.empty_like(Z), leak))
        return A

    def slope_from(self, A: Array, leak: float) -> Array:
        """g′ from A = g(Z), in an array of its own; not where there is a corner."""
        slope = np.empty_like(A)
        run(self.slope(A, slope, leak))
        return slope

    def slope_at(self, Z: Array, leak: float) -> Array:
        """g′(Z) in an array of its own."""
        A, slope = np.empty_like(Z), np.empty_like(Z)
        run(self.function(Z, A, slope, leak))
        run(self.slope(A, slope, leak))
        return slope


def identity(Z: Array, A: Array, _slope: Array, _leak: float) -> Calls:
    """No function at all: the network is then as good as a linear one."""
    return [(np.copyto, (A, Z))]


def identity_slope(_A: Array, slope: Array, _leak: float) -> Calls:
    """1 everywhere."""
    return [(np.copyto, (slope, number(1, slope)))]


# `minimum` and `maximum` take `out` by name: NumPy gives it up as a third argument.


def sigmoid(Z: Array, A: Array, _slope: Array | None = None, _leak: float = 0.0) -> Calls:
    """σ(z) = 1 / (1 + e⁻ᶻ), with full relative precision on both sides and no overflow."""
    return [
        (np.negative, (Z, A)),
        (partial(np.minimum, out=A), (A, number(LARGEST_EXPONENT[A.dtype.char], A))),
        (np.exp, (A, A)),
        (np.add, (A, number(1, A), A)),
        (np.reciprocal, (A, A)),
    ]


def sigmoid_slope(A: Array, slope: Array, _leak: float) -> Calls:
    """σ′(z) = a (1 − a)."""
    return [(np.multiply, (A, A, slope)), (np.subtract, (A, slope, slope))]


def tanh(Z: Array, A: Array, _slope: Array, _leak: float) -> Calls:
    """The hyperbolic tangent."""
    return [(np.tanh, (Z, A))]


def tanh_slope(A: Array, slope: Array, _leak: float) -> Calls:
    """tanh′(z) = 1 − a²."""
    return [(np.multiply, (A, A, slope)), (np.subtract, (number(1, A), slope, slope))]


def relu(Z: Array, A: Array, slope: Array, _leak: float) -> Calls:
    """max(0, z) = g′(z) z with g′ = 1 where z > 0, else 0, also at the corner z = 0."""
    return [
        (np.greater, (Z.real, number(0, Z.real), slope)),
        (np.multiply, (slope, Z, A)),
    ]


def leaky_relu(Z: Array, A: Array, slope: Array, leak: float) -> Calls:
    """max(z, leak · z) = g′(z) z with g′ = 1 where z > 0, else leak, for 0 ≤ leak ≤ 1."""
    return [
        (np.greater, (Z.real, number(0, Z.real), slope)),
        (partial(np.maximum, out=slope), (slope, number(leak, slope))),
        (np.multiply, (slope, Z, A)),
    ]


def left_there(_A: Array, _slope: Array, _leak: float) -> Calls:
    """The slope of a function with a corner: the function has filled it already."""
    return []


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
    "identity": Activation(identity, identity_slope, "Z1", "1"),
}
