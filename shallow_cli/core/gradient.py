"""The gradient of the objective as a sum over shards.

Shards are added in order within a block, and blocks in order over the data: whoever computes the
blocks gets the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.blocks import FEW_BLOCKS, Block, KeptBlock
from shallow_cli.core.buffers import Batch, Buffers, Room
from shallow_cli.core.calls import Calls, number, run
from shallow_cli.core.network import Network, Parameters, Shard, backward, forward
from shallow_cli.core.outputs import summed_loss
from shallow_cli.core.penalty import penalty, penalty_gradient
from shallow_cli.core.workers import in_order

if TYPE_CHECKING:
    from concurrent.futures import Executor


def objective_gradient(
    network: Network,
    theta: Parameters,
    batch: Batch,
    l2: float,
    gradient: Parameters,
    pool: Executor | None = None,
) -> Calls:
    """What fills `gradient` with that of Σ w loss / m + (λ/2)(‖W1‖² + ‖W2‖²), over the batch.

    m is the number of rows, also where they have weights w. Where the buffers want losses, their
    sum is there afterwards.
    """
    buffers, room = batch.buffers, batch.buffers.rooms[0]
    if batch.only is None:
        total = buffers.total
        calls: Calls = [(_sum_up, (_sums(network, theta, batch, pool), buffers))]
    else:
        total = room.shard_sum.vector
        calls = _sum_shard(network, theta, batch.only, room)
        if room.loss is not None:
            calls.append((np.copyto, (buffers.loss, room.loss)))
    return [
        *calls,
        (np.multiply, (total, number(1 / batch.m, total), gradient.vector)),
        *penalty_gradient(theta, l2, gradient, scratch=room.shard_sum),
    ]


def objective_value(theta: Parameters, batch: Batch, l2: float) -> float:
    """The objective, after its gradient has been taken with buffers that want losses."""
    return float(batch.buffers.loss) / batch.m + float(penalty(theta, l2).real)


def _sum_shard(network: Network, theta: Parameters, shard: Shard, room: Room) -> Calls:
    """What fills the room's shard_sum, and its loss if that is wanted."""
    work = room.workspaces[shard.X.shape[1]]
    calls = [
        *forward(network, theta, shard.X, work),
        *backward(network, theta, shard, work, room.shard_sum),
    ]
    if room.loss is not None:
        calls.append((_fill_loss, (network.output, work.Z2, shard.Y, shard.w, room.loss)))
    return calls


def _fill_loss(output: str, Z2: Array, Y: Array, w: Array | None, loss: Array) -> None:
    loss[...] = summed_loss(output, Z2, Y, w).real


Work = Callable[[Room], tuple[Array, float]]  # the sum over a block, in its room, and its loss


def _works(
    network: Network, theta: Parameters, batch: Batch, rooms: Sequence[Room]
) -> Sequence[Work]:
    """What sums the blocks up; where they are few, their calls are made beforehand.

    Rooms are given to the blocks as `in_order` gives them.
    """
    return [
        partial(_add_up, _block_calls(network, theta, block, room), len(block) == 1)
        if isinstance(block, KeptBlock) and len(batch.blocks) <= FEW_BLOCKS
        else partial(_sum_block, network, theta, block)
        for block, room in zip(batch.blocks, cycle(rooms))
    ]


def _block_calls(
    network: Network, theta: Parameters, block: KeptBlock, room: Room
) -> Sequence[Calls]:
    """Those of each shard, after what brings the rows."""
    first, *others = [_sum_shard(network, theta, shard, room) for shard in block.kept]
    return [first if block.gather is None else [block.gather, *first], *others]


def _sum_block(
    network: Network, theta: Parameters, block: Block, room: Room
) -> tuple[Array, float]:
    shards = block.shards(room.made)
    each = (_sum_shard(network, theta, shard, room) for shard in shards)
    return _add_up(each, len(block) == 1, room)


def _add_up(each: Iterable[Calls], single: bool, room: Room) -> tuple[Array, float]:
    """The sums over the shards of a block."""
    loss = 0.0
    if not single:
        room.block_sum.fill(0)
    for calls in each:
        run(calls)
        loss += 0.0 if room.loss is None else float(room.loss)
        if not single:
            np.add(room.block_sum, room.shard_sum.vector, out=room.block_sum)
    return (room.shard_sum.vector if single else room.block_sum), loss


Sums = Callable[[], Iterable[tuple[Array, float]]]


def block_sums(
    network: Network, theta: Parameters, batch: Batch, pool: Executor | None = None
) -> Sums:
    """What gives the sum over each block and its loss, in order: use each before the next."""
    rooms = batch.buffers.rooms if pool else batch.buffers.rooms[:1]
    works = _works(network, theta, batch, rooms)
    return partial(in_order, _do, works, rooms, pool)


def _sums(network: Network, theta: Parameters, batch: Batch, pool: Executor | None) -> Sums:
    """The same, from whoever has the rows."""
    if batch.elsewhere is None:
        return block_sums(network, theta, batch, pool)
    losses = batch.buffers.rooms[0].loss is not None
    return partial(batch.elsewhere.block_sums, network, theta.vector, losses)


def _sum_up(sums: Sums, buffers: Buffers) -> None:
    """Fill the sums of the buffers, in the order of the blocks."""
    total, loss = buffers.total, buffers.loss
    total.fill(0)
    loss.fill(0)
    for block_sum, block_loss in sums():
        np.add(total, block_sum, out=total)
        np.add(loss, block_loss, out=loss)


def _do(work: Work, room: Room) -> tuple[Array, float]:
    return work(room)
