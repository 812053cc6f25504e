"""Overflow and invalid operations: counted, by whoever does the work, and never warned of."""

import warnings
from collections.abc import Iterator

import numpy as np
import pytest

from shallow_cli.core.events import End, Job, Settings
from shallow_cli.core.floating_point import FloatingPointErrors, counting
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.network import Network
from shallow_cli.core.training import train
from shallow_cli.core.workers import in_order, pool_of

HUGE = np.full((3, 3), 1e200)


def test_each_operation_counts_once_however_many_elements() -> None:
    seen = FloatingPointErrors()
    with seen.counted():
        infinite = HUGE * HUGE
        _ = HUGE @ HUGE
        _ = np.exp(1000 + infinite)  # no overflow: it is infinite already
        nothing = infinite - infinite
        _ = infinite @ np.zeros((3, 3))
        _ = nothing * 2  # nor is this invalid: it is no number already
    assert (seen.overflow, seen.invalid) == (2, 2)


def test_others_are_not_counted() -> None:
    """What somebody does with an item is theirs, and warned of as they like."""

    def items() -> Iterator[object]:
        for _ in range(3):
            yield HUGE * HUGE

    seen = FloatingPointErrors()
    for _ in counting(items(), seen):
        with pytest.warns(RuntimeWarning, match="overflow"):
            _ = HUGE * HUGE
    assert (seen.overflow, seen.invalid) == (3, 0)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_helping_threads_count_as_well(threads: int) -> None:
    def task(item: int, _room: int) -> int:
        _ = HUGE * HUGE
        return item

    seen = FloatingPointErrors()
    with warnings.catch_warnings(record=True) as warned, pool_of(threads) as pool:
        tasks = counting(in_order(task, range(100), range(threads), pool), seen)
        assert list(tasks) == list(range(100))
    assert (seen.overflow, seen.invalid) == (100, 0)
    assert not warned


def test_a_training_tells_how_many_there_were() -> None:
    """One step to weights of 1e200, whose products overflow when they are measured."""
    network = Network(4, 5, 1, "relu", "linear")
    data, theta = generic_examples(network, 20, 0), generic_point(network, 0)

    def end(rate: float) -> End:
        *_, last = train(Job(network, data, None, Settings(rate, 1, 1)), theta)
        assert isinstance(last, End)
        return last

    assert (end(0.1).overflow, end(0.1).invalid) == (0, 0)
    assert end(1e200).overflow > 0
