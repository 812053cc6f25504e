"""Derivatives of the objective: by backprop, and by complex steps of the same loss.

For an analytic f, Im f(θ + ih) / h is its derivative up to rounding, for h as small as 1e-100:
nothing is subtracted, so there is no step size to choose (Martins, Sturdza and Alonso 2003).
The loss and the backward pass are those of training, never copies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array, Examples
from shallow_cli.core.buffers import batch_of
from shallow_cli.core.calls import run
from shallow_cli.core.gradient import objective_gradient
from shallow_cli.core.network import Network, Parameters, parameters, zeros
from shallow_cli.core.prediction import objective

STEP = 1e-100


@dataclass(frozen=True)
class Case:
    """What is differentiated: Σ w loss / m + (λ/2)(‖W1‖² + ‖W2‖²) of a network on examples."""

    network: Network
    data: Examples
    l2: float = 0.0

    def objective(self, theta: Parameters) -> complex:
        """Its value, complex where the parameters are."""
        return objective(self.network, theta, self.data, self.l2)

    def take(self, rows: Array) -> Case:
        """The same on some of the examples."""
        return Case(self.network, self.data.take(rows), self.l2)


# The gradient of a case, by whoever claims to know it.
Backprop = Callable[[Case, Parameters], Parameters]


def backprop(case: Case, theta: Parameters) -> Parameters:
    """The gradient as training computes it, in the dtype of `theta`.

    It is computed twice, since in training the buffers are never new: what an earlier pass has
    left in them must not matter.
    """
    gradient, batch = (
        zeros(case.network, theta.vector.dtype.type),
        batch_of(case.network, case.data),
    )
    calls = objective_gradient(case.network, theta, batch, case.l2, gradient)
    run(calls)
    run(calls)
    return gradient


def along(case: Case, theta: Parameters, direction: Array) -> float:
    """The derivative along a direction (n_parameters,), by a complex step."""
    stepped = theta.vector + direction * (1j * np.float64(STEP))
    return float(case.objective(parameters(case.network, stepped)).imag) / STEP


def elements(case: Case, theta: Parameters, positions: Array) -> Array:
    """The derivatives by some elements of the parameter vector, by complex steps."""
    stepped = parameters(case.network, theta.vector.astype(np.complex128))
    slopes = np.empty(len(positions))
    for i, position in enumerate(positions):
        stepped.vector[position] += 1j * STEP
        slopes[i] = case.objective(stepped).imag / STEP
        stepped.vector[position] = theta.vector[position]
    return slopes
