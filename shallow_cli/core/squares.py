"""Sums of squares that neither overflow nor vanish, of numbers that come block by block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array

LOWEST = -1080  # below the exponent of any number that is not 0


@dataclass(frozen=True)
class Squares:
    """Σ x² = `total` · 4^`exponent` (n,) over the rows, for each of n columns.

    2^`exponent` is about the largest |x| so far, and to scale by a power of two rounds nothing.
    """

    total: Array
    exponent: Array

    @classmethod
    def none(cls, n: int) -> Squares:
        """Of no rows yet."""
        return cls(np.zeros(n), np.full(n, LOWEST))

    def seen(self, values: Array) -> Squares:
        """With the squares of more rows (rows, n)."""
        largest = np.abs(values).max(axis=0)
        found = np.where(largest > 0, np.frexp(largest)[1], LOWEST)
        exponent = np.maximum(self.exponent, found)
        scaled = np.ldexp(values, -exponent)
        before = np.ldexp(self.total, 2 * (self.exponent - exponent))
        return Squares(before + (scaled * scaled).sum(axis=0), exponent)

    def over(self, other: Squares) -> Array:
        """The ratios (n,) of two sums."""
        return np.asarray(np.ldexp(self.total / other.total, 2 * (self.exponent - other.exponent)))

    def root_mean(self, rows: int) -> float:
        """The root of the mean square over so many rows and all columns."""
        largest = self.exponent.max()
        total = np.ldexp(self.total, 2 * (self.exponent - largest)).sum()
        return float(np.ldexp(np.sqrt(total / (rows * len(self.total))), largest))
