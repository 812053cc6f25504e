"""Optimizers: one vector in, one vector out."""

from __future__ import annotations

import numpy as np

from shallow_cli.core.arrays import Array


def gradient_descent(vector: Array, gradient: Array, learning_rate: float) -> None:
    """θ ← θ − α dθ, in place; `gradient` is used up."""
    np.multiply(gradient, learning_rate, out=gradient)
    np.subtract(vector, gradient, out=vector)
