"""Gradient descent, and the gradient that backpropagation finds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from shallow_cli.core.network import parameters
from shallow_cli.core.outputs import OUTPUTS
from shallow_cli.core.prediction import objective
from shallow_cli.course.runs import STEP, Ended, Measured, Start, gradient_of, started, trained

NUDGE = 1e-5


def output_error() -> Measured:
    """The largest error of dZ2 = A2 − Y against the derivative of the loss."""
    z = np.linspace(-20, 20, 41)[np.newaxis]
    output, errors = OUTPUTS["sigmoid"], []
    for y in (np.zeros_like(z), np.ones_like(z)):
        slope = output.loss(z + STEP * 1j, y).imag / STEP
        errors.append(abs(output.of(z) - y - slope).max())
    return (float(max(errors)),)


def descent() -> Measured:
    """How often the loss does not fall, with small steps and with large ones."""
    return tuple(
        float(not_down(trained(started("descent", f"learning_rate={rate}")))) for rate in (0.1, 30)
    )


def not_down(ended: Ended) -> int:
    """From one row to the next."""
    return sum(later >= earlier for earlier, later in pairwise(ended.losses.values()))


def backprop() -> Measured:
    """The largest difference of backprop's gradient from the numeric one, element by element."""
    start = started("gradient")
    numeric = [numeric_derivative(start, index) for index in range(start.network.n_parameters)]
    return (float(abs(gradient_of(start).vector - numeric).max()),)


def numeric_derivative(start: Start, index: int) -> float:
    """Of the loss by one parameter, from two more losses: (L(θ + h) − L(θ − h)) / 2h."""
    losses = []
    for sign in (1, -1):
        vector = start.theta.vector.copy()
        vector[index] += sign * NUDGE
        theta = parameters(start.network, vector)
        losses.append(float(objective(start.network, theta, start.data, 0).real))
    return (losses[0] - losses[1]) / (2 * NUDGE)
