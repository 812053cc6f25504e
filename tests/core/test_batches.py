"""Mini-batches: every row once an epoch, gathered exactly, in the promised order."""

from collections.abc import Iterator
from itertools import chain, islice

import numpy as np
import pytest

from shallow_cli.core import batches as module
from shallow_cli.core import gradient
from shallow_cli.core.arrays import AnyExamples, Examples
from shallow_cli.core.batches import batches, steps_per_epoch
from shallow_cli.core.gradient import Batch
from shallow_cli.core.network import Network
from shallow_cli.core.rng import epoch_order, split_stream

from .test_made import made

NETWORK = Network(1, 2, 1, output="linear")
SEED = 3
ROW_BYTES = 8 * 3  # an input, its one, and a target


def numbered(rows: int) -> Examples:
    """Each row is its number, with twice and three times it as target and weight."""
    number = np.arange(float(rows))
    return Examples(np.c_[number, np.ones(rows)], number[:, None] * 2, number * 3)


def rows_of(batch: Batch) -> list[int]:
    """The numbers of the rows of a batch, whose parts must belong together."""
    found: list[int] = []
    for shard in (shard for block in batch.blocks for shard in block.shards(None)):
        assert shard.w is not None
        np.testing.assert_array_equal(shard.X[1], 1)
        np.testing.assert_array_equal(shard.Y, shard.X[:1] * 2)
        np.testing.assert_array_equal(shard.w, shard.X[:1] * 3)
        found += shard.X[0].astype(int).tolist()
    assert batch.m == len(found)
    return found


def epochs(data: AnyExamples, batch_size: int, number: int) -> Iterator[list[list[int]]]:
    """The rows of each batch, epoch after epoch."""
    source = batches(NETWORK, data, batch_size, SEED)
    for _ in range(number):
        steps = steps_per_epoch(len(data), batch_size)
        yield [rows_of(batch) for batch in islice(source, steps)]


def promised(rows: int, batch_size: int, epoch: int) -> list[list[int]]:
    """The order of an epoch, cut into batches."""
    order = epoch_order(SEED, epoch, rows).tolist()
    return [order[start : start + batch_size] for start in range(0, rows, batch_size)]


@pytest.mark.parametrize("kind", [made, lambda data: data], ids=["made", "kept"])
@pytest.mark.parametrize("batch_size", [1, 7, 20, 59, 60, 61, 1000])
def test_an_epoch_visits_every_row_once(kind: object, batch_size: int) -> None:
    """In a new order every epoch, a short last batch included."""
    assert callable(kind)
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
    next(batches(NETWORK, made(numbered(1000), asked), 2, SEED))
    assert asked == [2 * module.MOST_GATHERED]


@pytest.mark.parametrize("batch_size", [5, 16, 40])
def test_gathered_batches_are_cut_into_shards_of_their_own(
    batch_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No shard reaches into the next batch, and the buffers fit every one."""
    monkeypatch.setattr(gradient, "FEWEST_ROWS", 4)
    monkeypatch.setattr(gradient, "MOST_ROWS", 4)
    monkeypatch.setattr(gradient, "SHARDS_PER_BLOCK", 2)
    for batch in islice(batches(NETWORK, numbered(43), batch_size, SEED), 20):
        assert (batch.only is None) == (batch.m > 4)
        shards = [shard for block in batch.blocks for shard in block.shards(None)]
        assert len(shards) == -(-batch.m // 4)
        [room] = batch.buffers.rooms
        assert {shard.X.shape[1] for shard in shards} == set(room.workspaces)


def test_full_batch_keeps_the_order_of_the_rows() -> None:
    data = numbered(60)
    first, second = islice(batches(NETWORK, data, None, SEED), 2)
    assert first is second
    assert first.only is not None
    assert np.shares_memory(first.only.X, data.table)
    assert rows_of(first) == list(range(60))


def test_orders_and_splits_come_from_their_own_streams() -> None:
    """As promised for a resumed run: `RandomState([seed, 2, epoch])`, epochs from 1."""
    found = [epoch_order(7, epoch, 5).tolist() for epoch in (1, 2)]
    streams = [np.random.RandomState([7, 2, epoch]).permutation(5).tolist() for epoch in (1, 2)]
    assert found == streams
    numbered = Examples(np.c_[np.arange(5.0), np.ones(5)], np.zeros((5, 1)))
    shard = next(batches(Network(1, 2, 1), numbered, 5, seed=7)).only
    assert shard is not None
    assert shard.X[0].tolist() == found[0]
    split = np.random.RandomState([7, 1]).permutation(5).tolist()
    assert split_stream(7).permutation(5).tolist() == split
