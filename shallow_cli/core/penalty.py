"""L2: (λ/2)(‖W1‖² + ‖W2‖²) on the objective, and its gradient. Biases are free."""

from __future__ import annotations

import numpy as np

from shallow_cli.core.network import Parameters


def penalty(theta: Parameters, l2: float) -> complex:
    """The value; squares, not norms, hold on complex numbers."""
    if l2 == 0:
        return 0.0  # also where a square overflows
    squares: complex = (theta.W1 * theta.W1).sum() + (theta.W2 * theta.W2).sum()
    return l2 / 2 * squares


def add_penalty_gradient(theta: Parameters, l2: float, gradient: Parameters) -> None:
    """Add λ W1 and λ W2 to the gradient."""
    if l2 == 0:
        return
    np.add(gradient.W1, l2 * theta.W1, out=gradient.W1)
    np.add(gradient.W2, l2 * theta.W2, out=gradient.W2)
