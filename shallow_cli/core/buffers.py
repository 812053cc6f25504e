"""A batch cut into blocks, and the buffers in which its gradient is summed up, made once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import (
    AnyExamples,
    Array,
    Elsewhere,
    Examples,
    room_for,
    wide,
)
from shallow_cli.core.blocks import Block, Gather, KeptBlock, block_slices, cut
from shallow_cli.core.network import (
    Network,
    Parameters,
    Shard,
    Workspace,
    as_shard,
    workspace,
    zeros,
)

FEW_SHARDS = 8  # that are added in the dtype of the data; more are added in float64


@dataclass(frozen=True)
class Room:
    """What one block needs: workspaces by number of rows, partial sums, room to make shards."""

    workspaces: dict[int, Workspace]
    shard_sum: Parameters
    block_sum: Array  # (n_parameters,)
    loss: Array | None  # (), of the last shard; None: not wanted
    made: Examples | None


@dataclass(frozen=True)
class Buffers:
    """What a batch needs: a room for each block that is worked on at a time, and the sums.

    More than a few shards are added in float64, whatever the dtype; losses always are.
    """

    rooms: Sequence[Room]
    total: Array  # (n_parameters,)
    loss: Array  # (), of the last batch, if losses are wanted


@dataclass(frozen=True)
class Batch:
    """The rows of a step: m of them, cut into blocks, with buffers for their gradient.

    `only` is the shard of a batch that has no other: its sum is the whole. `elsewhere` is who
    has the rows, if they are not here.
    """

    m: int
    blocks: Sequence[Block]
    buffers: Buffers
    only: Shard | None = None
    elsewhere: Elsewhere | None = None


def new_buffers(
    network: Network, data: AnyExamples, rooms: int = 1, *, losses: bool = False
) -> Buffers:
    """For batches like this one, of which `rooms` blocks can be worked on at a time."""
    return buffers_for(network, data, block_slices(network, len(data)), rooms, losses=losses)


def buffers_for(
    network: Network,
    data: AnyExamples,
    blocks: Sequence[Sequence[slice]],
    rooms: int,
    *,
    losses: bool,
) -> Buffers:
    """For rows that are cut into these blocks, of which `data` may be a part."""
    sizes = {rows.stop - rows.start for block in blocks for rows in block}
    few = sum(map(len, blocks)) <= FEW_SHARDS
    dtype = data.dtype if few else wide(data.dtype)
    total = np.empty(network.n_parameters, dtype)
    each = [_room(network, data, sizes, total, losses) for _ in range(min(rooms, len(blocks)))]
    return Buffers(each, total, np.zeros(()))


def _room(network: Network, data: AnyExamples, sizes: set[int], total: Array, losses: bool) -> Room:
    return Room(
        {rows: workspace(network, rows, data.dtype) for rows in sizes},
        shard_sum=zeros(network, data.dtype),
        block_sum=np.empty_like(total),
        loss=np.zeros(()) if losses else None,
        made=None if isinstance(data, Examples) else room_for(data, max(sizes)),
    )


def batch_of(
    network: Network,
    data: AnyExamples,
    buffers: Buffers | None = None,
    gather: Gather | None = None,
) -> Batch:
    """All the examples as one batch, with buffers of its own or those of another like it.

    With `gather`, whoever works on a block brings its rows first; there must be several blocks.
    """
    blocks, only = cut(network, data, gather), None
    if len(blocks) == len(blocks[0]) == 1 and isinstance(blocks[0], KeptBlock):
        only = blocks[0].kept[0]
    buffers = buffers or new_buffers(network, data)
    return Batch(len(data), blocks, buffers, only, data.elsewhere)


def one_pass(network: Network, data: Examples, work: Workspace) -> Batch:
    """The examples as a single shard, whose passes fill a workspace that somebody looks at."""
    dtype = data.dtype
    total = np.empty(network.n_parameters, dtype)
    room = Room({len(data): work}, zeros(network, dtype), total, None, None)
    shard = as_shard(data)
    return Batch(len(data), [KeptBlock((shard,))], Buffers([room], total, np.zeros(())), shard)
