"""Schedules: what the learning rate is multiplied by, from the number of finished epochs."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

from shallow_cli.core.events import Settings


def constant(_epoch: int, _settings: Settings) -> float:
    """Always 1."""
    return 1.0


def step(epoch: int, settings: Settings) -> float:
    """decay^⌊epoch / decay_every⌋: a factor every so many epochs."""
    return float(settings.decay ** (epoch // settings.decay_every))


def inverse(epoch: int, settings: Settings) -> float:
    """1 / (1 + decay · epoch / decay_every)."""
    return 1 / (1 + settings.decay * epoch / settings.decay_every)


def cosine(epoch: int, settings: Settings) -> float:
    """(1 + cos(π epoch / epochs)) / 2: from 1 to 0, slowly at both ends (Loshchilov 2017)."""
    return (1 + cos(pi * epoch / settings.epochs)) / 2


DECAYING = ("step", "inverse")  # those that look at decay and decay_every

SCHEDULES: dict[str, Callable[[int, Settings], float]] = {
    "constant": constant,
    "step": step,
    "inverse": inverse,
    "cosine": cosine,
}
