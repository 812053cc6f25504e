"""Threads: however many there are, the same bits, the same errors, and no warnings."""

import dataclasses
import threading
import time
import warnings
from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from shallow_cli.core import blocks, buffers, gradient, prediction
from shallow_cli.core.arrays import AnyExamples, Array, Examples, MadeExamples
from shallow_cli.core.blocks import cut
from shallow_cli.core.buffers import batch_of, new_buffers
from shallow_cli.core.calls import Calls, run
from shallow_cli.core.events import End, Event, Job, Settings
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.gradient import objective_gradient, objective_value
from shallow_cli.core.network import Network, forward, parameters, zeros
from shallow_cli.core.optimizers import LBFGS, OPTIMIZERS
from shallow_cli.core.prediction import objective, passes, predict
from shallow_cli.core.training import train
from shallow_cli.core.workers import in_order, pool_of

from .calling import cut_small
from .test_made import made

M, SHARD, PER_BLOCK, CHUNK = 190, 8, 3, 32  # 24 shards, the last short, in 8 blocks; 6 chunks
FEW = blocks.FEW_BLOCKS
THREADS = [2, 3, 5]
NETWORK = Network(4, 6, 3, "tanh", "softmax")

any_threads = pytest.mark.parametrize("threads", THREADS)
in_memory_or_made = pytest.mark.parametrize("kind", [made, lambda data: data], ids=["made", "kept"])


@pytest.fixture(autouse=True)
def much_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a few rows were many: several blocks a batch, and several chunks."""
    cut_small(monkeypatch, SHARD, PER_BLOCK)
    monkeypatch.setattr(prediction, "CHUNK_ROWS", CHUNK)
    monkeypatch.setattr(prediction, "THREADS_FROM_UNITS", 1)


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The threads that have computed a shard."""
    seen: set[int] = set()

    def noted(*words: Any) -> Calls:
        return [*forward(*words), (lambda: seen.add(threading.get_ident()), ())]

    monkeypatch.setattr(gradient, "forward", noted)
    return seen


def data(dtype: type[np.floating[Any]] = np.float64) -> Examples:
    whole = generic_examples(NETWORK, M, 0, weighted=True)
    assert whole.weights is not None
    return Examples(*(part.astype(dtype) for part in (whole.table, whole.targets, whole.weights)))


def gradients(data: AnyExamples, threads: int, dtype: type[np.generic]) -> list[Array]:
    """The objective and its gradient, at three points with the same calls."""
    batch = batch_of(NETWORK, data, new_buffers(NETWORK, data, threads, losses=True))
    theta, result, found = zeros(NETWORK, dtype), zeros(NETWORK, dtype), []
    with pool_of(threads) as pool:
        calls = objective_gradient(NETWORK, theta, batch, 0.1, result, pool)
        for seed in range(3):
            theta.vector[...] = generic_point(NETWORK, seed).vector
            run(calls)
            found.append(np.append(result.vector, objective_value(theta, batch, 0.1)))
    return found


def events(job: Job, threads: int) -> tuple[list[Event], Array]:
    """All events of a training, and the weights at its end."""
    settings = dataclasses.replace(job.settings, threads=threads)
    theta = parameters(NETWORK, generic_point(NETWORK, 2).vector.astype(job.training.dtype))
    *others, end = train(dataclasses.replace(job, settings=settings), theta)
    assert isinstance(end, End)
    return [*others, dataclasses.replace(end, theta=theta)], end.theta.vector


@any_threads
@pytest.mark.parametrize(
    ("rows", "few"), [(SHARD, FEW), (SHARD, 2), (M, FEW)], ids=["many shards", "not few", "few"]
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@in_memory_or_made
def test_gradients_have_the_same_bits(
    kind: Any, dtype: Any, rows: int, few: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of blocks of three shards, prepared or not, and of blocks that are one shard each."""
    cut_small(monkeypatch, rows, PER_BLOCK)
    monkeypatch.setattr(buffers, "FEW_SHARDS", few)
    monkeypatch.setattr(gradient, "FEW_BLOCKS", few)
    monkeypatch.setattr(blocks, "WORTH_A_THREAD", 5000)
    assert len(cut(NETWORK, data(dtype))) == FEW
    examples = kind(data(dtype))
    if isinstance(examples, MadeExamples):
        examples = dataclasses.replace(examples, dtype=dtype)
    expected, found = (gradients(examples, n, dtype) for n in (1, threads))
    np.testing.assert_array_equal(found, expected)


@any_threads
@pytest.mark.parametrize(
    ("optimizer", "batch_size"), [*product(OPTIMIZERS, [None, 100, 16]), (LBFGS, None)]
)
@in_memory_or_made
def test_trainings_have_the_same_bits(
    kind: Any, optimizer: str, batch_size: int | None, threads: int, used: set[int]
) -> None:
    """Full batches of 8 blocks, mini-batches of 5 and 4, and of one that needs no thread."""
    settings = Settings(0.1, 3, 1, batch_size, l2=0.01, early_stopping=2, optimizer=optimizer)
    held_out = generic_examples(NETWORK, 70, 1)
    job = Job(NETWORK, kind(data()), kind(held_out), settings)
    (expected, theta), (found, theta_there) = events(job, 1), events(job, threads)
    assert [event for event in found if not isinstance(event, End)] == expected[:-1]
    np.testing.assert_array_equal(theta_there, theta)
    others = used - {threading.get_ident()}
    assert bool(others) == (batch_size != 16)


@any_threads
@in_memory_or_made
def test_predictions_and_losses_have_the_same_bits(kind: Any, threads: int) -> None:
    theta, there = generic_point(NETWORK, 0), kind(data())
    losses = [objective(NETWORK, theta, there, 0.1, n) for n in (1, threads)]
    assert losses[0] == losses[1]
    starts = [passed.rows.start for passed in passes(NETWORK, theta, there, threads)]
    assert starts == list(range(0, M, CHUNK))
    table = data().table
    np.testing.assert_array_equal(
        predict(NETWORK, theta, table, threads), predict(NETWORK, theta, table)
    )


@any_threads
@pytest.mark.parametrize(("units", "share"), [(32, True), (31, False)])
def test_predictions_are_shared_where_there_are_units_enough(
    units: int, share: bool, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction, "THREADS_FROM_UNITS", 32)  # as it is, but for these tests
    network, used = Network(4, units, 1), set()

    def noticed(calls: Calls) -> None:
        used.add(threading.get_ident())
        run(calls)

    monkeypatch.setattr(prediction, "run", noticed)
    predict(network, generic_point(network, 0), np.ones((3 * prediction.CHUNK_ROWS, 5)), threads)
    assert (len(used) > 1) == share


def test_every_block_has_a_room_of_its_own() -> None:
    buffers = new_buffers(NETWORK, data(), 4)
    sums = [buffers.total, *(room.block_sum for room in buffers.rooms)]
    for arrays in (sums, [room.shard_sum.vector for room in buffers.rooms]):
        assert not any(np.shares_memory(a, b) for a, b in combinations(arrays, 2))
    used = [work for room in buffers.rooms for work in room.workspaces.values()]
    assert len({id(work) for work in used}) == 4 * 2
    assert len(new_buffers(NETWORK, data(), 99).rooms) == 8  # no more than blocks


@any_threads
def test_results_come_in_the_order_of_the_items(threads: int) -> None:
    """Though the last is done first; and each room has one task at a time, until it is used.

    As many as there are rooms are worked on at a time, the first of them here.
    """
    over, here = threading.Event(), threading.get_ident()
    busy: list[bool] = [False] * threads
    whose: dict[int, int] = {}

    def task(item: int, room: int) -> tuple[int, int]:
        assert not busy[room]
        busy[room] = True
        whose[item] = threading.get_ident()
        if item == threads - 1:
            over.set()
        elif item < threads:
            assert over.wait(10)
            time.sleep(0.05 * item)  # in which somebody waits for the second
        return item, room

    with pool_of(threads) as pool:
        for expected, (item, room) in enumerate(in_order(task, range(20), range(len(busy)), pool)):
            assert item == expected
            assert room == item % threads
            assert busy[room]
            busy[room] = False
    assert [item for item in range(20) if whose[item] == here] == list(range(0, 20, threads))


@pytest.mark.parametrize("threads", [1, *THREADS])
def test_items_are_taken_when_their_turn_comes(threads: int) -> None:
    """No more of them than there are rooms, and none is lost at the end of a wave."""
    taken = []

    def items() -> Iterator[int]:
        for item in range(10):
            taken.append(item)
            yield item

    with pool_of(threads) as pool:
        for result in in_order(lambda item, _room: item, items(), range(threads), pool):
            wave = result // threads
            assert taken == list(range(min((wave + 1) * threads, 10)))


def test_without_a_pool_everything_is_done_here_and_in_one_room() -> None:
    found = list(
        in_order(lambda item, room: (item, room, threading.get_ident()), range(5), "abc", None)
    )
    assert found == [(item, "a", threading.get_ident()) for item in range(5)]


@any_threads
def test_an_error_in_a_thread_reaches_the_caller(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise FloatingPointError("of a shard")

    def broken(*_words: Any) -> Calls:
        return [(fail, ())]

    monkeypatch.setattr(gradient, "backward", broken)
    job = Job(NETWORK, data(), None, Settings(0.1, 3, 1, threads=threads))
    with pytest.raises(FloatingPointError, match="of a shard"):
        list(train(job, generic_point(NETWORK, 0)))


@pytest.mark.parametrize("threads", [1, *THREADS])
@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, LBFGS])
def test_overflow_makes_no_warning(threads: int, optimizer: str) -> None:
    """Whoever meets it; the first loss is finite, and nothing beyond it."""
    network = Network(4, 6, 3, "relu", "linear")
    few = generic_examples(network, M, 0)
    steep = Examples(few.table * 1e70, few.targets)
    settings = Settings(1e300, 5, 1, optimizer=optimizer, threads=threads)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        *_, end = train(Job(network, steep, None, settings), generic_point(network, 0))
    assert isinstance(end, End)


def _ident_later() -> int:
    time.sleep(0.002)  # or one helper would do everything
    return threading.get_ident()


def test_one_thread_is_none_and_a_pool_closes() -> None:
    with pool_of(1) as none:
        assert none is None
    before = threading.active_count()
    with pool_of(3) as pool:
        assert pool is not None
        idents = {pool.submit(_ident_later).result() for _ in range(10)}
        assert threading.get_ident() not in idents
        list(pool.map(lambda _: _ident_later(), range(10)))
        assert threading.active_count() == before + 2  # who works here is the third
        assert np.geterr()["over"] == "warn"  # of this thread: the switch is one for each
    assert threading.active_count() == before
