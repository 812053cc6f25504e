"""Optimizers and schedules once more, as textbooks write them: what a step should have done.

Nothing of training is used here. Each optimizer gives the change of θ (n_parameters,) from a
gradient, in float64, and keeps its averages in a dict that is empty before the first step.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.events import Settings

Averages = dict[str, Array]


def gradient_descent(g: Array, _kept: Averages, alpha: float, _t: int, _how: Settings) -> Array:
    """−α g."""
    return -alpha * g


def momentum(g: Array, kept: Averages, alpha: float, _t: int, how: Settings) -> Array:
    """The new velocity μ v − α g."""
    kept["v"] = how.momentum * kept.get("v", np.zeros_like(g)) - alpha * g
    return kept["v"]


def nesterov(g: Array, kept: Averages, alpha: float, t: int, how: Settings) -> Array:
    """(1 + μ) v_new − μ v_old, as Sutskever's form reads at the point that looks ahead."""
    old = kept.get("v", np.zeros_like(g))
    new = momentum(g, kept, alpha, t, how)
    return (1 + how.momentum) * new - how.momentum * old


def adam(g: Array, kept: Averages, alpha: float, t: int, how: Settings) -> Array:
    """−α m̂ / (√v̂ + ε): algorithm 1 of Kingma and Ba 2015."""
    zero = np.zeros_like(g)
    kept["m"] = how.beta1 * kept.get("m", zero) + (1 - how.beta1) * g
    kept["v"] = how.beta2 * kept.get("v", zero) + (1 - how.beta2) * g**2
    m_hat = kept["m"] / (1 - how.beta1**t)
    v_hat = kept["v"] / (1 - how.beta2**t)
    change: Array = -alpha * m_hat / (np.sqrt(v_hat) + 1e-8)
    return change


UPDATES: dict[str, Callable[[Array, Averages, float, int, Settings], Array]] = {
    "gd": gradient_descent,
    "momentum": momentum,
    "nesterov": nesterov,
    "adam": adam,
}

# The learning rate in epoch 1, 2, …, as a share of the first.
RATES: dict[str, Callable[[int, Settings], float]] = {
    "constant": lambda _epoch, _how: 1.0,
    "step": lambda epoch, how: how.decay ** ((epoch - 1) // how.decay_every),
    "inverse": lambda epoch, how: how.decay_every / (how.decay_every + how.decay * (epoch - 1)),
    "cosine": lambda epoch, how: cos(pi / 2 * (epoch - 1) / how.epochs) ** 2,
}
