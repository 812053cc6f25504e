"""The gradient of the objective as a sum over shards.

A shard is as many rows as keep the hidden layer in cache; a block is a fixed number of shards
and the unit of work. Both depend on the rows and the shapes only, shards are added in order
within a block and blocks in order over the data: whoever computes the blocks gets the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from shallow_cli.core.arrays import AnyExamples, Array, Examples, MadeExamples, room_for, wide
from shallow_cli.core.network import (
    Network,
    Parameters,
    Shard,
    Workspace,
    as_shard,
    backward,
    forward,
    workspace,
    zeros,
)
from shallow_cli.core.outputs import summed_loss
from shallow_cli.core.penalty import add_penalty_gradient, penalty
from shallow_cli.core.workers import in_order

if TYPE_CHECKING:
    from concurrent.futures import Executor

HIDDEN_BYTES = 2 << 20  # of one hidden layer in a shard, in float64: see docs/benchmarks.md
FEWEST_ROWS, MOST_ROWS = 256, 8192
SHARDS_PER_BLOCK = 8


@dataclass(frozen=True)
class KeptBlock:
    """Shards that are views of examples in memory."""

    kept: tuple[Shard, ...]

    def shards(self, _room: Examples | None) -> Iterable[Shard]:
        """All of them."""
        return self.kept


@dataclass(frozen=True)
class MadeBlock:
    """Shards that are made when their turn comes."""

    data: MadeExamples
    rows: tuple[slice, ...]

    def shards(self, room: Examples | None) -> Iterable[Shard]:
        """All of them in one room: use each before the next."""
        if room is None:
            raise ValueError("there is no room for shards that are made")
        for rows in self.rows:
            part = room.part(slice(rows.stop - rows.start))
            self.data.fill(rows, part)
            yield as_shard(part)


Block = KeptBlock | MadeBlock


@dataclass(frozen=True)
class Room:
    """What one block needs: workspaces by number of rows, partial sums, room to make shards."""

    workspaces: dict[int, Workspace]
    shard_sum: Parameters
    block_sum: Array  # (n_parameters,), in float64
    made: Examples | None
    losses: bool  # whether they are wanted


@dataclass(frozen=True)
class Buffers:
    """What a batch needs: a room for each block that is worked on at a time, and the sum."""

    rooms: Sequence[Room]
    total: Array  # (n_parameters,), in float64


@dataclass(frozen=True)
class Batch:
    """The rows of a step: m of them, cut into blocks, with buffers for their gradient.

    `only` is the shard of a batch that has no other: its sum is the whole.
    """

    m: int
    blocks: Sequence[Block]
    buffers: Buffers
    only: Shard | None


def shard_rows(network: Network) -> int:
    """How many rows make a shard; the same for every dtype."""
    rows = HIDDEN_BYTES // (8 * (network.n_h + 1))
    return min(max(rows, FEWEST_ROWS), MOST_ROWS)


def block_rows(network: Network) -> int:
    """How many rows make a block."""
    return SHARDS_PER_BLOCK * shard_rows(network)


def cut(network: Network, data: AnyExamples) -> Sequence[Block]:
    """The examples as blocks of shards, in order; the last shard may be short.

    Shards of examples in memory are views of them.
    """
    size = shard_rows(network)
    rows = [slice(start, min(start + size, len(data))) for start in range(0, len(data), size)]
    blocks = [
        tuple(rows[start : start + SHARDS_PER_BLOCK])
        for start in range(0, len(rows), SHARDS_PER_BLOCK)
    ]
    if isinstance(data, Examples):
        return [KeptBlock(tuple(as_shard(data.part(rows)) for rows in block)) for block in blocks]
    return [MadeBlock(data, block) for block in blocks]


def new_buffers(
    network: Network, data: AnyExamples, rooms: int = 1, *, losses: bool = False
) -> Buffers:
    """For batches like this one, of which `rooms` blocks can be worked on at a time."""
    rooms = min(rooms, -(-len(data) // block_rows(network)))
    total = np.empty(network.n_parameters, wide(data.dtype))
    return Buffers([_room(network, data, losses) for _ in range(rooms)], total)


def _room(network: Network, data: AnyExamples, losses: bool) -> Room:
    m, dtype = len(data), data.dtype
    size = min(shard_rows(network), m)
    return Room(
        {rows: workspace(network, rows, dtype) for rows in {size, m % size or size}},
        shard_sum=zeros(network, dtype),
        block_sum=np.empty(network.n_parameters, wide(dtype)),
        made=None if isinstance(data, Examples) else room_for(data, size),
        losses=losses,
    )


def batch_of(network: Network, data: AnyExamples, buffers: Buffers | None = None) -> Batch:
    """All the examples as one batch, with buffers of its own or those of another like it."""
    blocks, first = cut(network, data), None
    if len(data) <= shard_rows(network) and isinstance(blocks[0], KeptBlock):
        first = blocks[0].kept[0]
    return Batch(len(data), blocks, buffers or new_buffers(network, data), first)


def objective_gradient(
    network: Network,
    theta: Parameters,
    batch: Batch,
    l2: float,
    gradient: Parameters,
    pool: Executor | None = None,
) -> float:
    """Fill `gradient` with that of Σ w loss / m + (λ/2)(‖W1‖² + ‖W2‖²), over the batch.

    m is the number of rows, also where they have weights w. Returns the objective itself where
    the buffers say that losses are wanted, else NaN.
    """
    first = batch.buffers.rooms[0]
    if batch.only is None:
        loss, total = _sum_blocks(network, theta, batch, pool)
    else:
        loss, total = _sum_shard(network, theta, batch.only, first), first.shard_sum.vector
    np.divide(total, batch.m, out=gradient.vector)
    add_penalty_gradient(theta, l2, gradient, scratch=first.shard_sum)
    return loss / batch.m + float(penalty(theta, l2).real) if first.losses else math.nan


def _sum_blocks(
    network: Network, theta: Parameters, batch: Batch, pool: Executor | None
) -> tuple[float, Array]:
    """The sums of the losses and of the gradients over all rows, the latter in a buffer."""
    loss, total = 0.0, batch.buffers.total
    total.fill(0)
    task = partial(_sum_block, network, theta)
    for of_block, block_sum in in_order(task, batch.blocks, batch.buffers.rooms, pool):
        loss += of_block
        np.add(total, block_sum, out=total)
    return loss, total


def _sum_block(
    network: Network, theta: Parameters, block: Block, room: Room
) -> tuple[float, Array]:
    """The same over a block, in its room."""
    loss, total = 0.0, room.block_sum
    total.fill(0)
    for shard in block.shards(room.made):
        loss += _sum_shard(network, theta, shard, room)
        np.add(total, room.shard_sum.vector, out=total)
    return loss, total


def _sum_shard(network: Network, theta: Parameters, shard: Shard, room: Room) -> float:
    """Fill the room's shard_sum, in its dtype; returns the sum of the losses if they are wanted."""
    work = room.workspaces[shard.X.shape[1]]
    forward(network, theta, shard.X, work)
    backward(network, theta, shard, work, room.shard_sum)
    return (
        float(summed_loss(network.output, work.Z2, shard.Y, shard.w).real) if room.losses else 0.0
    )
