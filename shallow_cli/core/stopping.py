"""When a training should end before its last epoch: what its losses say."""

from __future__ import annotations

from dataclasses import dataclass

from shallow_cli.core.arrays import Array

TIMES_FIRST, TIMES_BEST, HIGH_ROWS = 10, 1000, 3


@dataclass(frozen=True)
class Losses:
    """The logged losses so far, as far as divergence is concerned."""

    first: float
    best: float
    high_rows: int = 0  # in a row, up to now
    finite: bool = True

    def seen(self, loss: float, finite: bool = True) -> Losses:
        """With one more logged loss, of a row whose measures are all numbers, or are not."""
        high = loss > max(TIMES_FIRST * self.first, TIMES_BEST * self.best)
        high_rows = self.high_rows + 1 if high else 0
        return Losses(self.first, min(self.best, loss), high_rows, finite)

    @property
    def diverged(self) -> bool:
        """The loss is no number, or stays above 10 × the first and 1,000 × the best."""
        return not self.finite or self.high_rows >= HIGH_ROWS


@dataclass(frozen=True)
class Best:
    """The weights with the lowest validation loss so far."""

    vector: Array
    epoch: int
    loss: float | None  # None: there is no validation

    def seen(self, vector: Array, epoch: int, loss: float) -> Best:
        """With one more epoch; the vector is copied when it is the best."""
        better = self.loss is None or loss < self.loss
        return Best(vector.copy(), epoch, loss) if better else self
