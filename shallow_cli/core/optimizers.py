"""Optimizers of first order: vectors in, vectors changed in place.

Each is a list of calls for step(θ, dθ, memory, clock, settings), made once for a training: what
it takes from one step to the next is in its memory, and α and the number of the step are on the
clock. θ, dθ and the memory, which is zero before the first step, are vectors of one length and
dtype; dθ is left as it is. L-BFGS is in `lbfgs.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import sqrt

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.calls import Calls, number
from shallow_cli.core.events import Settings

EPSILON = 1e-8  # of Adam, as everywhere

Memory = tuple[Array, ...]  # what is remembered, and one vector of scratch


@dataclass(frozen=True)
class Clock:
    """What changes from step to step, as arrays (): α, and t from 1 on."""

    alpha: Array
    t: Array


Step = Callable[[Array, Array, Memory, Clock, Settings], Calls]


@dataclass(frozen=True)
class Optimizer:
    """A step, what it remembers by name, the settings it looks at, and its customary rate.

    For those who explain, each part of θ and of what is remembered has an equation: what it
    becomes, with V in the place of W1, b1, W2 or b2.
    """

    step: Step
    says: str
    remembers: Mapping[str, str] = field(default_factory=dict)
    settings: tuple[str, ...] = ()
    learning_rate: float = 0.1

    def memory(self, vector: Array) -> Memory:
        """Before the first step from `vector`."""
        return tuple(np.zeros_like(vector) for _ in (*self.remembers, "scratch"))


def clock_for(vector: Array) -> Clock:
    """Before the first step; the rate has the dtype of the vector."""
    return Clock(number(0, vector), np.zeros((), dtype=np.int64))


def gradient_descent(
    theta: Array, gradient: Array, memory: Memory, clock: Clock, _settings: Settings
) -> Calls:
    """θ ← θ − α dθ."""
    (step,) = memory
    return [
        (np.multiply, (gradient, clock.alpha, step)),
        (np.subtract, (theta, step, theta)),
    ]


def momentum(
    theta: Array, gradient: Array, memory: Memory, clock: Clock, settings: Settings
) -> Calls:
    """The velocity v ← μ v − α dθ, then θ ← θ + v (Polyak 1964, as Sutskever et al. 2013)."""
    velocity, step = memory
    return [
        (np.multiply, (velocity, number(settings.momentum, theta), velocity)),
        (np.multiply, (gradient, clock.alpha, step)),
        (np.subtract, (velocity, step, velocity)),
        (np.add, (theta, velocity, theta)),
    ]


def nesterov(
    theta: Array, gradient: Array, memory: Memory, clock: Clock, settings: Settings
) -> Calls:
    """The velocity v ← μ v − α dθ, then θ ← θ + μ v − α dθ (Nesterov 1983, Bengio et al. 2012).

    θ is always where the gradient is taken, one step of momentum ahead.
    """
    velocity, step = memory
    mu = number(settings.momentum, theta)
    return [
        (np.multiply, (velocity, mu, velocity)),
        (np.multiply, (gradient, clock.alpha, step)),
        (np.subtract, (velocity, step, velocity)),
        (np.subtract, (theta, step, theta)),
        (np.multiply, (velocity, mu, step)),
        (np.add, (theta, step, theta)),
    ]


def adam(theta: Array, gradient: Array, memory: Memory, clock: Clock, settings: Settings) -> Calls:
    """θ ← θ − α M̂ / (√V̂ + ε): Kingma and Ba 2015.

    With their averages M = (1 − β₁) Σ β₁ᵏ dθ and V = (1 − β₂) Σ β₂ᵏ dθ², over k = 0 for this
    step, 1 for the one before, …, and M̂ = M / (1 − β₁ᵗ), V̂ = V / (1 − β₂ᵗ). What is remembered
    are the sums alone: their factors are numbers, and join α and ε.
    """
    total, squares, scratch = memory
    rate, epsilon = number(0, theta), number(0, theta)
    return [
        (np.multiply, (total, number(settings.beta1, theta), total)),  # total ← β₁ total
        (np.add, (total, gradient, total)),  # total ← total + dθ
        (np.multiply, (squares, number(settings.beta2, theta), squares)),  # squares ← β₂ squares
        (np.multiply, (gradient, gradient, scratch)),
        (np.add, (squares, scratch, squares)),  # squares ← squares + dθ²
        (_adam_factors, (clock, settings, rate, epsilon)),  # α′, ε′
        (np.sqrt, (squares, scratch)),
        (np.add, (scratch, epsilon, scratch)),  # √squares + ε′
        (np.divide, (total, scratch, scratch)),
        (np.multiply, (scratch, rate, scratch)),  # α′ total / (√squares + ε′)
        (np.subtract, (theta, scratch, theta)),  # θ ← θ − α′ total / (√squares + ε′)
    ]


def _adam_factors(clock: Clock, settings: Settings, rate: Array, epsilon: Array) -> None:
    """What α and ε are when they have taken the factors of M̂ and √V̂."""
    t = int(clock.t)
    of_mean = (1 - settings.beta1) / (1 - settings.beta1**t)
    of_root = sqrt((1 - settings.beta2) / (1 - settings.beta2**t))
    rate[...] = float(clock.alpha) * of_mean / of_root
    epsilon[...] = EPSILON / of_root


VELOCITY = {"velocity": "μ velocity V − α dV"}
SUMS = {"sum": "β₁ sum V + dV", "squares": "β₂ squares V + dV²"}

OPTIMIZERS = {
    "gd": Optimizer(gradient_descent, "V − α dV"),
    "momentum": Optimizer(momentum, "V + velocity V", VELOCITY, ("momentum",)),
    "nesterov": Optimizer(nesterov, "V + μ velocity V − α dV", VELOCITY, ("momentum",)),
    "adam": Optimizer(
        adam,
        "V − α (1 − β₁) / (1 − β₁ᵗ) sum V / (√((1 − β₂) / (1 − β₂ᵗ) squares V) + ε)",
        SUMS,
        ("beta1", "beta2"),
        learning_rate=0.001,
    ),
}
LBFGS = "lbfgs"
