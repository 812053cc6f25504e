"""A step of training makes no new arrays that grow with the rows or the hidden layer."""

import dataclasses
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.buffers import batch_of, new_buffers
from shallow_cli.core.calls import run
from shallow_cli.core.events import Job, Settings
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.gradient import objective_gradient
from shallow_cli.core.network import Network, zeros
from shallow_cli.core.optimizers import OPTIMIZERS
from shallow_cli.core.prediction import objective
from shallow_cli.core.steps import steps
from shallow_cli.core.workers import pool_of

from .calling import cut_small

WIDE = Network(300, 300, 1, "tanh", "sigmoid")  # its weights are 720 kB
ROWS, BATCH, STEPS = 600, 2, 50  # 150 are within an epoch: its order is made once
LITTLE = 4096  # as much as two rows of a layer


@pytest.fixture(autouse=True)
def small_buffers() -> Iterator[None]:
    """NumPy takes some for each operation on strided views, of 8192 numbers unless told."""
    before = np.setbufsize(16)
    yield
    np.setbufsize(before)


def peak(work: Callable[[], object]) -> int:
    """The bytes that are allocated at the most beyond what is there, and freed or not.

    The least of three: now and then Python makes some for itself, and a step makes its own always.
    """
    return min(_peak(work) for _ in range(3))


def _peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    work()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found - before


def stepping(network: Network, rows: int = ROWS, **chosen: Any) -> Callable[[], object]:
    """Fifty steps of a training that is warm."""
    data = generic_examples(network, rows, 0, weighted=True)
    how = Settings(1e-3, 100, 100, l2=0.1, **chosen)
    source = steps(Job(network, data, None, how), generic_point(network, 0))
    next(source)
    return lambda: all(step is not None for step in islice(source, STEPS))


@pytest.mark.parametrize("batch_size", [None, BATCH])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_steps_with_a_wide_layer(optimizer: str, batch_size: int | None) -> None:
    rows = 60 if batch_size is None else ROWS
    assert peak(stepping(WIDE, rows, optimizer=optimizer, batch_size=batch_size)) < LITTLE


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("output", ["sigmoid", "linear"])
def test_steps_with_many_rows(activation: str, output: str) -> None:
    network = Network(3, 4, 1, activation, output)
    assert peak(stepping(network, 5000)) < LITTLE


def test_a_softmax_needs_a_few_numbers_a_row_and_a_copy_of_w2() -> None:
    """The largest score of each, and their sum; `np.dot` copies W2, a view without b2."""
    network = Network(3, 40, 10, "tanh", "softmax")
    assert peak(stepping(network, 5000)) < 8 * (3 * 5000 + 40 * 10) + LITTLE


def test_several_blocks_need_no_more_than_one(monkeypatch: pytest.MonkeyPatch) -> None:
    cut_small(monkeypatch, 100, 2)
    network = dataclasses.replace(WIDE, n_x=20)
    assert peak(stepping(network, 550)) < LITTLE


def test_threads_need_no_arrays_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks and their results are small objects; rooms are there before the first step."""
    cut_small(monkeypatch, 100, 1)
    network = dataclasses.replace(WIDE, n_x=20)
    data, theta = generic_examples(network, 550, 0), generic_point(network, 0)
    batch, result = batch_of(network, data, new_buffers(network, data, 3)), zeros(network)
    with pool_of(3) as pool:
        calls = objective_gradient(network, theta, batch, 0.1, result, pool)

        def work() -> None:
            for _ in range(STEPS):
                run(calls)

        work()
        assert peak(work) < 50 * LITTLE  # a shard of the hidden layer is 240 kB


def test_a_prediction_needs_its_chunk_and_no_more() -> None:
    network = Network(3, 40, 1)
    theta = generic_point(network, 0)

    def needed(rows: int) -> int:
        data = generic_examples(network, rows, 0)
        objective(network, theta, data, 0.1)
        return peak(lambda: objective(network, theta, data, 0.1))

    assert needed(20_000) < needed(5000) + LITTLE
