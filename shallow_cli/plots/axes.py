"""Axes: what they run over, where their ticks are, and how these are written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array

PADDING = 0.05  # of the range, on both sides
DECADES = 2.0  # what spans more is drawn with a logarithmic axis


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`, which are positive and not equal where it is logarithmic."""

    label: str
    low: float
    high: float
    log: bool = False

    def share(self, values: Array) -> Array:
        """Where values are along the axis, from 0 to 1."""
        low, high = (math.log10(end) if self.log else end for end in (self.low, self.high))
        return np.asarray(((np.log10(values) if self.log else values) - low) / (high - low))

    def at(self, shares: Array) -> Array:
        """The values at shares of the axis."""
        if self.log:
            return np.asarray(self.low * (self.high / self.low) ** shares)
        return np.asarray(self.low + (self.high - self.low) * shares)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Round values along the axis and how they are written, no more than so many."""
        found = _decades(self.low, self.high) if self.log else []
        if self.log and len(found) > most:
            found = found[:: -(-len(found) // most)]
        if len(found) < 2:  # noqa: PLR2004 - one tick says nothing of the scale
            found = _round_steps(self.low, self.high, most)
        return [(value, f"{value:.6g}") for value in found]


def axis_over(label: str, values: Array, *, log: bool = False, padding: float = PADDING) -> Axis:
    """An axis over all of these finite values, with some room on both sides."""
    low, high = float(np.min(values)), float(np.max(values))
    if log:
        room = (high / low) ** padding if high > low else 2.0
        return Axis(label, low / room, high * room, log=True)
    room = (high - low) * padding if high > low else max(abs(high), 1.0) / 2
    return Axis(label, low - room, high + room)


def spans_decades(values: Iterable[float]) -> bool:
    """Whether positive values differ by more than two powers of ten."""
    found = list(values)
    return min(found) > 0 and math.log10(max(found) / min(found)) > DECADES


def _decades(low: float, high: float) -> list[float]:
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    return [10.0**power for power in range(first, last + 1)]


def _round_steps(low: float, high: float, most: int) -> list[float]:
    """Multiples of 1, 2 or 5 × 10ᵏ: so many at the most, but two if that can be."""
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    finer: list[float] = []
    for step in (power, 2 * power, 5 * power, 10 * power, 20 * power):
        first, last = math.ceil(low / step), math.floor(high / step)
        found = [number * step + 0.0 for number in range(first, last + 1)]
        if len(found) <= most:
            return found if len(found) > 1 else finer or found
        finer = found
    return finer
