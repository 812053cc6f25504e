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
        return self.joined(ClassTally(confusion(true, predicted, len(self.counts)), loss))

    def joined(self, other: ClassTally) -> ClassTally:
        """With the rows of another tally after these."""
        return ClassTally(self.counts + other.counts, self.loss + other.loss)

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

    @classmethod
    def of(cls, true: Array, predicted: Array, loss: float) -> NumberTally:
        """Of some rows: targets and predictions (rows, n_y), and their summed loss."""
        require_shape("predicted", predicted, true.shape)
        mean, errors = true.mean(axis=0), predicted - true
        none = Squares.none(true.shape[1])
        return cls(
            len(true),
            loss,
            none.seen(errors),
            np.abs(errors).sum(axis=0),
            mean,
            none.seen(true - mean),
            true.min(axis=0),
            true.max(axis=0),
        )

    def seen(self, true: Array, predicted: Array, loss: float) -> NumberTally:
        """With more rows: targets and predictions (rows, n_y), and their summed loss."""
        return self.joined(NumberTally.of(true, predicted, loss))

    def joined(self, other: NumberTally) -> NumberTally:
        """With the rows of another tally after these.

        The deviations from the mean of all rows are those from the mean of each tally, and what
        lies between the means (Chan, Golub and LeVeque 1983).
        """
        rows, between = self.rows + other.rows, other.mean - self.mean
        apart = between * sqrt(self.rows * other.rows / rows)
        deviations = self.squared_deviations.joined(other.squared_deviations)
        return NumberTally(
            rows,
            self.loss + other.loss,
            self.squared_errors.joined(other.squared_errors),
            self.absolute_errors + other.absolute_errors,
            self.mean + between * (other.rows / rows),
            deviations.seen(apart[np.newaxis]),
            np.minimum(self.low, other.low),
            np.maximum(self.high, other.high),
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


Tally = ClassTally | NumberTally


def join(first: Tally, then: Tally) -> Tally:
    """One tally of the rows of both, which are of the same kind."""
    if isinstance(first, ClassTally) and isinstance(then, ClassTally):
        return first.joined(then)
    if isinstance(first, NumberTally) and isinstance(then, NumberTally):
        return first.joined(then)
    raise TypeError("tallies of two kinds")
