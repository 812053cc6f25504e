"""Optimizers of first order: vectors in, vectors changed in place.

Each is called as step(θ, dθ, memory, α, t, settings) with the number t = 1, 2, … of the step.
Its memory is the vectors that it remembers, zero before the first step, and a scratch vector;
all have the length and the dtype of θ. dθ is left as it is. L-BFGS is in `lbfgs.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import sqrt

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.events import Settings

EPSILON = 1e-8  # of Adam, as everywhere

Memory = tuple[Array, ...]
Step = Callable[[Array, Array, Memory, float, int, Settings], None]


@dataclass(frozen=True)
class Optimizer:
    """A step, what it remembers by name, and its customary learning rate.

    For those who explain, each part of θ and of what is remembered has an equation: what it
    becomes, with V in the place of W1, b1, W2 or b2.
    """

    step: Step
    says: str
    remembers: Mapping[str, str] = field(default_factory=dict)
    learning_rate: float = 0.1

    def memory(self, vector: Array) -> Memory:
        """Before the first step from `vector`."""
        return tuple(np.zeros_like(vector) for _ in (*self.remembers, "scratch"))


def gradient_descent(
    theta: Array, gradient: Array, memory: Memory, alpha: float, _t: int, _settings: Settings
) -> None:
    """θ ← θ − α dθ."""
    (step,) = memory
    np.multiply(gradient, alpha, out=step)
    np.subtract(theta, step, out=theta)


def momentum(
    theta: Array, gradient: Array, memory: Memory, alpha: float, _t: int, settings: Settings
) -> None:
    """The velocity v ← μ v − α dθ, then θ ← θ + v (Polyak 1964, as Sutskever et al. 2013)."""
    velocity, step = memory
    np.multiply(velocity, settings.momentum, out=velocity)
    np.multiply(gradient, alpha, out=step)
    np.subtract(velocity, step, out=velocity)
    np.add(theta, velocity, out=theta)


def nesterov(
    theta: Array, gradient: Array, memory: Memory, alpha: float, _t: int, settings: Settings
) -> None:
    """The velocity v ← μ v − α dθ, then θ ← θ + μ v − α dθ (Nesterov 1983, Bengio et al. 2012).

    θ is always where the gradient is taken, one step of momentum ahead.
    """
    velocity, step = memory
    np.multiply(velocity, settings.momentum, out=velocity)
    np.multiply(gradient, alpha, out=step)
    np.subtract(velocity, step, out=velocity)
    np.subtract(theta, step, out=theta)
    np.multiply(velocity, settings.momentum, out=step)
    np.add(theta, step, out=theta)


def adam(
    theta: Array, gradient: Array, memory: Memory, alpha: float, t: int, settings: Settings
) -> None:
    """θ ← θ − α M̂ / (√V̂ + ε): Kingma and Ba 2015.

    With their averages M = (1 − β₁) Σ β₁ᵏ dθ and V = (1 − β₂) Σ β₂ᵏ dθ², over k = 0 for this
    step, 1 for the one before, …, and M̂ = M / (1 − β₁ᵗ), V̂ = V / (1 − β₂ᵗ). What is remembered
    are the sums alone: their factors are numbers, and join α and ε.
    """
    beta1, beta2 = settings.beta1, settings.beta2
    mean, square, step = memory
    np.multiply(mean, beta1, out=mean)
    np.add(mean, gradient, out=mean)
    np.multiply(gradient, gradient, out=step)
    np.multiply(square, beta2, out=square)
    np.add(square, step, out=square)
    mean_factor = (1 - beta1) / (1 - beta1**t)
    root_factor = sqrt((1 - beta2) / (1 - beta2**t))
    np.sqrt(square, out=step)
    np.add(step, EPSILON / root_factor, out=step)
    np.divide(mean, step, out=step)
    np.multiply(step, alpha * mean_factor / root_factor, out=step)
    np.subtract(theta, step, out=theta)


VELOCITY = {"velocity": "μ velocity V − α dV"}
SUMS = {"mean": "β₁ mean V + dV", "square": "β₂ square V + dV²"}

OPTIMIZERS = {
    "gd": Optimizer(gradient_descent, "V − α dV"),
    "momentum": Optimizer(momentum, "V + velocity V", VELOCITY),
    "nesterov": Optimizer(nesterov, "V + μ velocity V − α dV", VELOCITY),
    "adam": Optimizer(
        adam,
        "V − α (1 − β₁) / (1 − β₁ᵗ) mean V / (√((1 − β₂) / (1 − β₂ᵗ) square V) + ε)",
        SUMS,
        learning_rate=0.001,
    ),
}
LBFGS = "lbfgs"
