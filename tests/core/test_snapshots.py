"""Snapshots: at round epochs, few, and exactly the weights that fewer epochs would have given."""

import dataclasses
from functools import partial
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.events import End, Event, Job, Progress, Snapshot, State
from shallow_cli.core.snapshots import MOST_BYTES, snapshot_epochs
from shallow_cli.core.training import train

from .test_resuming import ALL, at_least, first, job

SMALL = 8 * 17  # the bytes of two inputs, four hidden units and an output


@pytest.mark.parametrize(
    ("epochs", "size", "expected"),
    [
        (1, SMALL, (0, 1)),
        (9, SMALL, (0, 1, 2, 3, 5, 7)),
        (100, SMALL, (0, 1, 2, 3, 5, 7, 10, 20, 30, 50, 70, 100)),
        (100, MOST_BYTES // 8, (0, 1, 2, 5, 10, 20, 50, 100)),
        (100, MOST_BYTES // 7, (0, 1, 10, 100)),
        (100, MOST_BYTES // 3, ()),
        (9, MOST_BYTES // 2, (0, 1)),
    ],
)
def test_they_are_round_and_spaced_by_the_logarithm(
    epochs: int, size: int, expected: tuple[int, ...]
) -> None:
    assert snapshot_epochs(epochs, size) == expected


def test_they_are_few_and_never_larger_than_their_bound() -> None:
    assert len(snapshot_epochs(10**6, SMALL)) == 32
    for size in (8, SMALL, 5000, 40_000, 10**6):
        for epochs in (1, 99, 12_345, 10**6):
            assert len(snapshot_epochs(epochs, size)) * size <= MOST_BYTES


def snapshots(events: list[Event]) -> list[tuple[int, bytes]]:
    return [(e.epoch, e.vector.tobytes()) for e in events if isinstance(e, Snapshot)]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("optimizer", ALL)
def test_one_is_the_model_of_so_many_epochs(optimizer: str, dtype: Any) -> None:
    """Also where the epoch has several steps, but for L-BFGS, which knows none."""
    batch_size = None if optimizer == "lbfgs" else 7
    subject = job(dtype, optimizer=optimizer, batch_size=batch_size)
    taken = snapshots(list(train(subject, first(subject))))
    assert [epoch for epoch, _ in taken] == [0, 1, 2, 3, 5, 7, 10]
    assert taken[0][1] == first(subject).vector.tobytes()
    for epoch, vector in taken[1:]:
        end = list(train(ending(subject, epoch), first(subject)))[-1]
        assert isinstance(end, End)
        assert end.theta.vector.tobytes() == vector


def ending(subject: Job, epochs: int) -> Job:
    return dataclasses.replace(
        subject, settings=dataclasses.replace(subject.settings, epochs=epochs)
    )


def test_going_on_each_comes_once() -> None:
    """From every step at which it can be interrupted, those of epochs among them."""
    subject = job(batch_size=7)
    whole = snapshots(list(train(subject, first(subject))))
    for after in range(1, 73):
        before: list[Event] = []
        steps, stood = [0], list[State]()
        for event in train(subject, first(subject), partial(at_least, steps, after)):
            before.append(event)
            if isinstance(event, Progress):
                steps.append(event.steps)
                stood.append(event.state())
        rest = list(train(subject, first(subject), state=stood[-1]))
        assert snapshots([*before, *rest]) == whole


def test_a_training_that_stops_early_has_those_so_far() -> None:
    subject = job(early_stopping=2, learning_rate=3.0, batch_size=7)
    events = list(train(subject, first(subject)))
    assert isinstance(end := events[-1], End)
    assert end.last_epoch < 10
    assert [epoch for epoch, _ in snapshots(events)] == list(snapshot_epochs(end.last_epoch, 8))
