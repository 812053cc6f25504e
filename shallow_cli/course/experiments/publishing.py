"""What the lecture's course has printed of its own training."""

from __future__ import annotations

from collections.abc import Iterator

from shallow_cli.course.published import ACCURACIES, COSTS, WIDE_ACCURACIES
from shallow_cli.course.runs import Measured, started, trained


def costs() -> Measured:
    """The costs after 0, 1,000, … steps."""
    ended = trained(started("flower", "epochs=7000", "log_every=1000"))
    return tuple(ended.loss_at(epoch) for epoch in COSTS)


def accuracies() -> Measured:
    """In percent, by hidden units."""
    return tuple(_accuracies(ACCURACIES))


def wide_accuracies() -> Measured:
    """The same with many units."""
    return tuple(_accuracies(WIDE_ACCURACIES))


def _accuracies(units: dict[int, float]) -> Iterator[float]:
    for n in units:
        yield trained(started("flower", f"hidden_units={n}", "epochs=5000")).accuracy
