"""Mini-batches: every row once an epoch, gathered exactly, in the promised order."""

from collections.abc import Callable, Iterator
from itertools import chain, islice

import numpy as np
import pytest

from shallow_cli.core import batches as module
from shallow_cli.core import blocks, buffers, gradient
from shallow_cli.core.arrays import AnyExamples, Examples
from shallow_cli.core.batches import batches, steps_per_epoch
from shallow_cli.core.buffers import Batch
from shallow_cli.core.calls import Calls, run
from shallow_cli.core.events import Job, Settings
from shallow_cli.core.gradcheck.points import generic_point
from shallow_cli.core.gradient import objective_gradient
from shallow_cli.core.network import Network, zeros
from shallow_cli.core.rng import epoch_orders, split_stream
from shallow_cli.core.workers import pool_of

from .calling import batch_stream, cut_small, gradient_of
from .test_made import made

NETWORK = Network(1, 2, 1, output="linear")
SEED = 3
ROW_BYTES = 8 * 3  # an input, its one, and a target

Kind = Callable[[Examples], AnyExamples]
either_kind = pytest.mark.parametrize("kind", [made, lambda data: data], ids=["made", "kept"])


def numbered(rows: int) -> Examples:
    """Each row is its number, with twice and three times it as target and weight."""
    number = np.arange(float(rows))
    return Examples(np.c_[number, np.ones(rows)], number[:, None] * 2, number * 3)


def rows_of(batch: Batch) -> list[int]:
    """The numbers of the rows of a batch, whose parts must belong together.

    Those of a batch of a single shard are there already.
    """
    found: list[int] = []
    shards = chain(*(block.shards(None) for block in batch.blocks))
    for shard in shards if batch.only is None else [batch.only]:
        assert shard.w is not None
        np.testing.assert_array_equal(shard.X[1], 1)
        np.testing.assert_array_equal(shard.Y, shard.X[:1] * 2)
        np.testing.assert_array_equal(shard.w, shard.X[:1] * 3)
        found += shard.X[0].astype(int).tolist()
    assert batch.m == len(found)
    return found


def epochs(data: AnyExamples, batch_size: int, number: int) -> Iterator[list[list[int]]]:
    """The rows of each batch, epoch after epoch."""
    source = batch_stream(NETWORK, data, batch_size, SEED)
    for _ in range(number):
        steps = steps_per_epoch(len(data), batch_size)
        yield [rows_of(batch) for batch in islice(source, steps)]


def promised(rows: int, batch_size: int, epoch: int) -> list[list[int]]:
    """The order of an epoch, cut into batches."""
    order = np.random.RandomState([SEED, 2, epoch]).permutation(rows).tolist()
    return [order[start : start + batch_size] for start in range(0, rows, batch_size)]


@either_kind
@pytest.mark.parametrize("batch_size", [1, 7, 20, 59, 60, 61, 1000])
def test_an_epoch_visits_every_row_once(kind: Kind, batch_size: int) -> None:
    """In a new order every epoch, a short last batch included."""
    found = list(epochs(kind(numbered(60)), batch_size, 3))
    for batch in found:
        assert sorted(chain(*batch)) == list(range(60))
    assert found == [promised(60, batch_size, epoch) for epoch in (1, 2, 3)]
    assert found[0] != found[1] != found[2]


@pytest.mark.parametrize("most", [1, 2, 3, 64])
@pytest.mark.parametrize("rows", [1, 2, 4, 5, 7, 8, 9, 11, 12, 13, 23, 24, 25])
def test_gathering_several_batches_changes_none(
    rows: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches of four rows: less than a batch, one, almost all that are gathered, one more, …"""
    monkeypatch.setattr(module, "MOST_GATHERED", most)
    found = list(epochs(numbered(rows), 4, 3))
    assert found == [promised(rows, 4, epoch) for epoch in (1, 2, 3)]


@pytest.mark.parametrize("room", [1, 11, 12, 13, 23, 24, 25, 36, 10**6])
@pytest.mark.parametrize("rows", [12, 24, 35, 36, 37])
def test_the_size_of_the_buffer_changes_none(
    rows: int, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches of twelve rows, gathered where so many rows have room."""
    monkeypatch.setattr(module, "GATHERED_BYTES", room * ROW_BYTES)
    asked: list[int] = []
    found = list(epochs(made(numbered(rows), asked), 12, 2))
    assert found == [promised(rows, 12, epoch) for epoch in (1, 2)]
    at_once = min(max(room // 12, 1) * 12, rows)
    assert set(asked) == {at_once, rows % at_once or at_once}


def test_no_more_than_so_many_batches_are_gathered() -> None:
    asked: list[int] = []
    next(batch_stream(NETWORK, made(numbered(1000), asked), 2, SEED))
    assert asked == [2 * module.MOST_GATHERED]


@pytest.mark.parametrize("batch_size", [5, 16, 40])
def test_gathered_batches_are_cut_into_shards_of_their_own(
    batch_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No shard reaches into the next batch, and the buffers fit every one."""
    cut_small(monkeypatch, 4, 2)
    for batch in islice(batch_stream(NETWORK, numbered(43), batch_size, SEED), 20):
        assert (batch.only is None) == (batch.m > 4)
        shards = [shard for block in batch.blocks for shard in block.shards(None)]
        assert max(shard.X.shape[1] for shard in shards) <= 4
        [room] = batch.buffers.rooms
        assert {shard.X.shape[1] for shard in shards} == set(room.workspaces)


@either_kind
@pytest.mark.parametrize("batch_size", [16, 20, 35, 40, 43, 1000])
def test_batches_of_several_blocks_have_their_rows_too(
    kind: Kind, batch_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """43 rows; a short last batch is of two blocks, or of one with one shard or two."""
    cut_small(monkeypatch, 4, 2)
    found = list(epochs(kind(numbered(43)), batch_size, 3))
    assert found == [promised(43, batch_size, epoch) for epoch in (1, 2, 3)]


def test_who_works_on_a_block_gathers_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """In whatever order; those of a short last batch that is of one block are there already."""
    cut_small(monkeypatch, 4, 2)
    asked: list[int] = []
    source = batch_stream(NETWORK, made(numbered(19), asked), 16, SEED)
    expected, short = promised(19, 16, 1)
    batch = next(source)
    first, second = batch.blocks
    assert asked == []
    for block, rows in ((second, expected[8:]), (first, expected[:8])):
        found = [shard.X[0].astype(int).tolist() for shard in block.shards(None)]
        assert found == [rows[:4], rows[4:]]
    assert asked == [8, 8]
    last = next(source)
    assert asked == [8, 8, 3]
    assert last.only is not None
    assert last.only.X[0].tolist() == short


@either_kind
@pytest.mark.parametrize("few", [8, 1], ids=["prepared", "made at once"])
@pytest.mark.parametrize(("rooms", "threads"), [(1, 1), (3, 1), (3, 3), (2, 5)])
@pytest.mark.parametrize("batch_size", [5, 16, 35, 40])
def test_the_gradient_of_a_batch_is_that_of_its_rows(
    kind: Kind,
    few: int,
    rooms: int,
    threads: int,
    batch_size: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bit for bit, whatever the batches before it have left, and whoever works on its blocks."""
    cut_small(monkeypatch, 4, 2)
    monkeypatch.setattr(buffers, "FEW_SHARDS", few)
    monkeypatch.setattr(gradient, "FEW_BLOCKS", few)
    data, theta, result = numbered(43), generic_point(NETWORK, 0), zeros(NETWORK)
    data.table[:, 0] /= 43  # or tanh would be ±1, and its slope 0
    with pool_of(threads) as pool:

        def prepared(batch: Batch) -> Calls:
            return objective_gradient(NETWORK, theta, batch, 0.1, result, pool)

        job = Job(NETWORK, kind(data), None, Settings(0.1, 1, 1, batch_size, seed=SEED))
        source = batches(job, prepared, rooms)
        for epoch in (1, 2):
            for rows in promised(43, batch_size, epoch):
                run(next(source))
                expected = gradient_of(NETWORK, theta, data.take(np.array(rows)), 0.1)
                np.testing.assert_array_equal(result.vector, expected.vector)


def test_a_batch_is_prepared_once_for_its_place() -> None:
    """However many epochs there are: seven batches of 6 rows are copied together, and one of 1."""
    asked: list[int] = []

    def prepared(batch: Batch) -> int:
        asked.append(batch.m)
        return batch.m

    job = Job(NETWORK, numbered(43), None, Settings(0.1, 1, 1, batch_size=6))
    found = list(islice(batches(job, prepared), 8 * 5))
    assert found == [6, 6, 6, 6, 6, 6, 6, 1] * 5
    assert asked == [6, 6, 6, 6, 6, 6, 6, 1]


def test_rows_of_much_work_are_several_blocks_and_gathered_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A row that is worth more than a thread is a block, and the last batch, of one row, is one."""
    monkeypatch.setattr(blocks, "WORTH_A_THREAD", 1)
    monkeypatch.setattr(blocks, "FEW_BLOCKS", 2)
    found = list(epochs(numbered(7), 3, 2))
    assert found == [promised(7, 3, epoch) for epoch in (1, 2)]
    assert list(epochs(numbered(7), 1, 1)) == [promised(7, 1, 1)]


def test_full_batch_keeps_the_order_of_the_rows() -> None:
    data = numbered(60)
    first, second = islice(batch_stream(NETWORK, data, None, SEED), 2)
    assert first is second
    assert first.only is not None
    assert np.shares_memory(first.only.X, data.table)
    assert rows_of(first) == list(range(60))


def test_orders_and_splits_come_from_their_own_streams() -> None:
    """As promised for a resumed run: `RandomState([seed, 2, epoch])`, epochs from 1."""
    found = [order.tolist() for order in islice(epoch_orders(7, 5), 3)]
    streams = [np.random.RandomState([7, 2, epoch]).permutation(5).tolist() for epoch in (1, 2, 3)]
    assert found == streams
    numbered = Examples(np.c_[np.arange(5.0), np.ones(5)], np.zeros((5, 1)))
    shard = next(batch_stream(Network(1, 2, 1), numbered, 5, seed=7)).only
    assert shard is not None
    assert shard.X[0].tolist() == found[0]
    split = np.random.RandomState([7, 1]).permutation(5).tolist()
    assert split_stream(7).permutation(5).tolist() == split
