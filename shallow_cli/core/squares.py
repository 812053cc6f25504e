"""Sums of squares that neither overflow nor vanish, of numbers that come block by block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array

SMALLEST = np.finfo(np.float64).tiny  # unit


@dataclass(frozen=True)
class Squares:
    """Σ x² = `total` · `unit`² over the rows, for each column (n,).

    The unit is the power of two at the largest |x|: to scale by it rounds nothing.
    """

    total: Array
    unit: Array

    @classmethod
    def none(cls, n: int) -> Squares:
        """Of no rows yet."""
        return cls(np.zeros(n), np.full(n, SMALLEST))

    def seen(self, values: Array) -> Squares:
        """With the squares of more rows (rows, n)."""
        largest = np.abs(values).max(axis=0)
        unit = np.where(largest > SMALLEST, np.ldexp(1.0, np.frexp(largest)[1] - 1), SMALLEST)
        scaled = values / unit
        return self.joined(Squares((scaled * scaled).sum(axis=0), unit))

    def joined(self, other: Squares) -> Squares:
        """The sum of two sums."""
        unit = np.maximum(self.unit, other.unit)
        mine, others = (each.total * (each.unit / unit) ** 2 for each in (self, other))
        return Squares(mine + others, unit)

    def over(self, other: Squares) -> Array:
        """The ratios (n,) of two sums."""
        ratio: Array = self.total / other.total * (self.unit / other.unit) ** 2
        return ratio

    def root_mean(self, rows: int) -> float:
        """The root of the mean square over so many rows and all columns."""
        largest = self.unit.max()
        total = (self.total * (self.unit / largest) ** 2).sum()
        return float(largest * np.sqrt(total / (rows * len(self.total))))
