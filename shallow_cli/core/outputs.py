"""Output functions, each paired with the loss that makes dZ2 = A2 − Y, by name.

Losses are computed from the scores Z2, never from probabilities, so that they stay finite and
agree with their gradient everywhere. There is one for each example (m,), summed over its
classes or targets, in float64 (complex128 for the gradient check): float32 scores are widened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.activations import sigmoid
from shallow_cli.core.arrays import Array, require_shape, wide
from shallow_cli.core.calls import Calls, run


@dataclass(frozen=True)
class Output:
    """A2 = function(Z2), filled by the calls of function(Z2, A2), and losses (m,) = loss(Z2, Y).

    The rest is for those who explain: both in letters, the loss as a mean.
    """

    function: Callable[[Array, Array], Calls]
    loss: Callable[[Array, Array], Array]
    says: str
    loss_says: str

    def of(self, Z2: Array) -> Array:
        """A2 in an array of its own."""
        A2 = np.empty_like(Z2)
        run(self.function(Z2, A2))
        return A2


def log_loss(Z2: Array, Y: Array) -> Array:
    """−[y ln σ(z) + (1 − y) ln(1 − σ(z))] = max(z, 0) − y z + ln(1 + e^−|z|).

    The absolute value is a choice between z and −z: `abs` would drop the imaginary part.
    """
    require_shape("Y", Y, Z2.shape)
    Z2 = _widened(Z2)
    positive = Z2.real > 0
    losses = np.where(positive, Z2, 0) - Y * Z2 + np.log1p(np.exp(np.where(positive, -Z2, Z2)))
    return np.asarray(losses.sum(axis=0))


def softmax(Z2: Array, A2: Array) -> Calls:
    """e^z / Σ e^z over the classes (axis 0), shifted by the largest score."""
    largest, total = np.empty_like(Z2.real[0]), np.empty_like(A2[0])
    return [
        (np.maximum.reduce, (Z2.real, 0, None, largest)),
        (np.subtract, (Z2, largest, A2)),
        (np.exp, (A2, A2)),
        (np.add.reduce, (A2, 0, None, total)),
        (np.divide, (A2, total, A2)),
    ]


def cross_entropy(Z2: Array, Y: Array) -> Array:
    """−ln softmax(z)[class] = ln Σ e^z − y · z, with one-hot Y."""
    require_shape("Y", Y, Z2.shape)
    Z2 = _widened(Z2)
    shifted = Z2 - Z2.real.max(axis=0)
    return np.asarray(np.log(np.exp(shifted).sum(axis=0)) - (Y * shifted).sum(axis=0))


def linear(Z2: Array, A2: Array) -> Calls:
    """The scores themselves."""
    return [(np.copyto, (A2, Z2))]


def half_squared_error(Z2: Array, Y: Array) -> Array:
    """½ Σ (z − y)² over the targets."""
    require_shape("Y", Y, Z2.shape)
    errors = _widened(Z2) - Y
    return np.asarray((errors * errors).sum(axis=0) / 2)


def _widened(Z2: Array) -> Array:
    return Z2.astype(wide(Z2.dtype.type), copy=False)


def summed_loss(output: str, Z2: Array, Y: Array, w: Array | None) -> complex:
    """Σ w loss over the examples, or Σ loss where they have no weights w (1, m)."""
    losses = OUTPUTS[output].loss(Z2, Y)
    total: complex = (losses if w is None else w[0] * losses).sum()
    return total


OUTPUTS = {
    "sigmoid": Output(
        sigmoid,
        log_loss,
        "1 / (1 + e^−Z2)",
        "−(1/m) Σ [Y log A2 + (1 − Y) log(1 − A2)]",
    ),
    "softmax": Output(softmax, cross_entropy, "e^Z2 / Σ e^Z2", "−(1/m) Σ Y log A2"),
    "linear": Output(linear, half_squared_error, "Z2", "(1/m) Σ ½ (A2 − Y)²"),
}
