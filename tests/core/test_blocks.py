"""Rows are cut evenly, each into one shard, and into blocks that are worth a thread."""

from itertools import chain

import numpy as np
import pytest

from shallow_cli.core import blocks as module
from shallow_cli.core.arrays import Examples
from shallow_cli.core.blocks import block_count, block_slices, cut, shard_rows
from shallow_cli.core.network import Network

from .calling import cut_small
from .test_made import made

WORKED = Network(99, 100, 1)  # 2 · 100 · 100 + 3 · 101 + 24 · 100 = 22,703 multiplications a row
WIDE = Network(10_000, 2000, 1)  # four blocks' work in a row


@pytest.mark.parametrize("network", [Network(3, 4, 1), Network(30, 700, 5), WORKED, WIDE])
def test_every_row_is_in_one_shard_in_order_and_shards_are_even(network: Network) -> None:
    """All of them are of one length but for the last, and all blocks of so many but for the last.

    None is longer than the cache, or a block, allows.
    """
    most = shard_rows(network)
    for m in (1, 2, 3, 7, 8, 9, most - 1, most, most + 1, 3000, 8 * most, 8 * most + 1, 123_457):
        blocks = block_slices(network, m)
        shards = list(chain(*blocks))
        assert [row for shard in shards for row in range(m)[shard]] == list(range(m))
        longest, *others = sorted({shard.stop - shard.start for shard in shards[:-1]} or {m})
        assert not others
        assert shards[-1].stop - shards[-1].start <= longest <= most
        each, *others = {len(block) for block in blocks[:-1]} or {len(blocks[-1])}
        assert not others
        assert len(blocks[-1]) <= each <= module.SHARDS_PER_BLOCK
        assert len(blocks) <= block_count(network, m)
        # What the last shard lacks is the rounding up of all the others.
        assert longest == -(-m // (block_count(network, m) * each))


def test_cut_rows_are_views_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    cut_small(monkeypatch, 10, 4)
    data = Examples(np.c_[np.arange(211.0), np.ones(211)], np.zeros((211, 1)))
    blocks = cut(Network(1, 5, 1), data)
    assert [len(block) for block in blocks] == [4, 4, 4, 4, 4, 4]
    assert [len(list(block.shards(None))) for block in blocks] == [4, 4, 4, 4, 4, 4]
    shards = [shard for block in blocks for shard in block.shards(None)]
    assert [shard.X.shape[1] for shard in shards] == [9] * 23 + [4]
    assert all(np.shares_memory(shard.X, data.table) for shard in shards)
    np.testing.assert_array_equal(np.concatenate([shard.X.T for shard in shards]), data.table)
    rows = [made.rows for made in cut(Network(1, 5, 1), made(data)) if hasattr(made, "rows")]
    assert rows == block_slices(Network(1, 5, 1), 211)


def test_a_shard_that_is_made_needs_room() -> None:
    data = Examples(np.ones((3, 2)), np.ones((3, 1)))
    with pytest.raises(ValueError, match="no room for shards that are made"):
        list(cut(Network(1, 2, 1), made(data))[0].shards(None))


def test_shards_keep_the_hidden_layer_near_a_megabyte_of_float32() -> None:
    for n_h in (20, 300, 1000):
        assert 2**19 <= shard_rows(Network(10, n_h, 1)) * n_h * 4 <= 2**20
    assert shard_rows(Network(10, 10**6, 1)) == module.FEWEST_ROWS
    assert shard_rows(Network(10, 1, 1)) == module.MOST_ROWS


@pytest.mark.parametrize(
    ("m", "blocks"),
    [
        (1, 1),
        (880, 1),
        (881, 2),  # 20 million multiplications
        (1321, 2),
        (1322, 3),
        (3524, 8),
        (4000, 8),  # not 9: enough for the threads there are
        (8 * 8 * 2595, 8),  # eight shards each, of as many rows as keep 2 MB
        (8 * 8 * 2595 + 1, 9),
        (10**6, 49),
    ],
)
def test_a_block_is_worth_a_thread_and_no_more_than_a_few_shards(m: int, blocks: int) -> None:
    assert module.work_of_row(WORKED) == 22_703
    assert block_count(WORKED, m) == blocks
    assert len(block_slices(WORKED, m)) == blocks


@pytest.mark.parametrize("m", [1, 2, 3, 5])
def test_there_are_no_more_blocks_than_rows(m: int) -> None:
    """However much work a row is: who finds several blocks must find several to gather."""
    assert block_count(WIDE, m) == len(block_slices(WIDE, m)) == m
