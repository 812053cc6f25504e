"""L2: (λ/2)(‖W1‖² + ‖W2‖²) on the objective, and its gradient. Biases are free."""

from __future__ import annotations

import numpy as np

from shallow_cli.core.arrays import wide
from shallow_cli.core.calls import Calls, number
from shallow_cli.core.network import Parameters


def penalty(theta: Parameters, l2: float) -> complex:
    """The value; squares, not norms, hold on complex numbers."""
    if l2 == 0:
        return 0.0  # also where a square overflows
    dtype = wide(theta.vector.dtype.type)
    weights = [W.astype(dtype, copy=False) for W in (theta.W1, theta.W2)]
    squares: complex = sum((W * W).sum() for W in weights)
    return l2 / 2 * squares


def penalty_gradient(
    theta: Parameters, l2: float, gradient: Parameters, scratch: Parameters
) -> Calls:
    """What adds λ W1 and λ W2 to the gradient; `scratch` is used for them."""
    if l2 == 0:
        return []
    factor = number(l2, theta.vector)
    return [
        (np.multiply, (theta.W1, factor, scratch.W1)),
        (np.multiply, (theta.W2, factor, scratch.W2)),
        (np.add, (gradient.W1, scratch.W1, gradient.W1)),
        (np.add, (gradient.W2, scratch.W2, gradient.W2)),
    ]
