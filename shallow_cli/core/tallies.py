"""What is counted and summed over the rows, block by block, to say how good predictions are.

A tally has the same size however many rows it has seen. Every row counts once, whatever its
weight: only the loss is weighted, by whoever sums it. Sources: the definitions of scikit-learn's
`metrics` module, under the same names.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from shallow_cli.core.arrays import Array, require_shape
from shallow_cli.core.metrics import accuracy, confusion
from shallow_cli.core.squares import Squares


@dataclass(frozen=True)
class ClassTally:
    """Of classes: counts (K, K), row = true class, column = predicted class; and Σ w loss."""

    counts: Array
    loss: float

    @classmethod
    def none(cls, n_classes: int) -> ClassTally:
        """Of no rows yet."""
        return cls(np.zeros((n_classes, n_classes), dtype=np.intp), 0.0)

    def seen(self, true: Array, predicted: Array, loss: float) -> ClassTally:
        """With more rows: class numbers (rows,), and their summed loss."""
        counts = confusion(true, predicted, len(self.counts))
        return ClassTally(self.counts + counts, self.loss + loss)

    @property
    def rows(self) -> int:
        """How many."""
        return int(self.counts.sum())

    @property
    def mean_loss(self) -> float:
        """Σ w loss / rows."""
        return self.loss / self.rows

    @property
    def accuracy(self) -> float:
        """The share of rows whose class is right."""
        return accuracy(self.counts)


@dataclass(frozen=True)
class NumberTally:
    """Of a regression: how far predictions are from the targets, and these from their mean.

    Everything but `rows` and `loss`, which is Σ w loss, is for each target (n_y,).
    """

    rows: int
    loss: float
    squared_errors: Squares
    absolute_errors: Array
    mean: Array
    squared_deviations: Squares
    low: Array
    high: Array

    @classmethod
    def none(cls, n_y: int) -> NumberTally:
        """Of no rows yet."""
        zero, no_squares = np.zeros(n_y), Squares.none(n_y)
        low, high = np.full(n_y, np.inf), np.full(n_y, -np.inf)
        return cls(0, 0.0, no_squares, zero, zero, no_squares, low, high)

    def seen(self, true: Array, predicted: Array, loss: float) -> NumberTally:
        """With more rows: targets and predictions (rows, n_y), and their summed loss.

        The deviations from the mean of all rows are those from the mean of each block, and what
        lies between the means (Chan, Golub and LeVeque 1983).
        """
        require_shape("predicted", predicted, true.shape)
        rows = self.rows + len(true)
        mean = true.mean(axis=0)
        between, errors = mean - self.mean, predicted - true
        spread = between * sqrt(self.rows * len(true) / rows)
        return NumberTally(
            rows,
            self.loss + loss,
            self.squared_errors.seen(errors),
            self.absolute_errors + np.abs(errors).sum(axis=0),
            self.mean + between * (len(true) / rows),
            self.squared_deviations.seen(true - mean).seen(spread[np.newaxis]),
            np.minimum(self.low, true.min(axis=0)),
            np.maximum(self.high, true.max(axis=0)),
        )

    @property
    def mean_loss(self) -> float:
        """Σ w loss / rows."""
        return self.loss / self.rows

    @property
    def rmse(self) -> float:
        """Root of the mean squared error over rows and targets."""
        return self.squared_errors.root_mean(self.rows)

    @property
    def baseline_rmse(self) -> float:
        """The same for one who always predicts the mean."""
        return self.squared_deviations.root_mean(self.rows)

    @property
    def mae(self) -> float:
        """Mean absolute error over rows and targets."""
        return float(self.absolute_errors.mean() / self.rows)

    @property
    def r2(self) -> float | None:
        """1 − (squared error) / (squared deviation from the mean), averaged over the targets.

        None where a target does not vary: the ratio has no value.
        """
        if not np.all(self.high > self.low):
            return None
        return float(np.mean(1 - self.squared_errors.over(self.squared_deviations)))
