"""The gradient of the objective as a sum over shards.

A shard is as many rows as keep the hidden layer in cache; a block is a fixed number of shards
and the unit of work. Both depend on the rows and the shapes only, shards are added in order
within a block and blocks in order over the data: whoever computes the blocks gets the same bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import AnyExamples, Examples, MadeExamples, room_for, wide
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
from shallow_cli.core.penalty import add_penalty_gradient

HIDDEN_BYTES = 1 << 20  # of one hidden layer in a shard, about a core's second-level cache
FEWEST_ROWS, MOST_ROWS = 64, 8192
SHARDS_PER_BLOCK = 16

Block = Iterable[Shard]


@dataclass(frozen=True)
class MadeBlock:
    """Shards that are made when their turn comes, in one buffer: use each before the next."""

    data: MadeExamples
    rows: tuple[slice, ...]
    buffer: Examples

    def __iter__(self) -> Iterator[Shard]:
        for rows in self.rows:
            part = self.buffer.part(slice(rows.stop - rows.start))
            self.data.fill(rows, part)
            yield as_shard(part)


@dataclass(frozen=True)
class Buffers:
    """What one worker needs: workspaces by number of rows, and two partial sums."""

    workspaces: dict[int, Workspace]
    shard_sum: Parameters
    block_sum: Parameters


def shard_rows(network: Network) -> int:
    """How many rows make a shard; the same for every dtype."""
    rows = HIDDEN_BYTES // (8 * (network.n_h + 1))
    return min(max(rows, FEWEST_ROWS), MOST_ROWS)


def cut(network: Network, data: AnyExamples) -> Sequence[Block]:
    """The examples as blocks of shards, in order; the last shard may be short.

    Shards of examples in memory are views of them; of made ones there is room for one shard.
    """
    size = shard_rows(network)
    rows = [slice(start, min(start + size, len(data))) for start in range(0, len(data), size)]
    blocks = [
        tuple(rows[start : start + SHARDS_PER_BLOCK])
        for start in range(0, len(rows), SHARDS_PER_BLOCK)
    ]
    if isinstance(data, Examples):
        return [tuple(as_shard(data.part(rows)) for rows in block) for block in blocks]
    buffer = room_for(data, min(size, len(data)))
    return [MadeBlock(data, block, buffer) for block in blocks]


def new_buffers(network: Network, rows: int, dtype: type[np.generic]) -> Buffers:
    """Buffers for the gradient of so many rows, whose shards come in at most two sizes."""
    size = min(shard_rows(network), rows)
    largest = workspace(network, size, dtype)
    return Buffers(
        {m: largest.first(m) for m in (size, rows % size or size)},
        shard_sum=zeros(network, dtype),
        block_sum=zeros(network, wide(dtype)),
    )


def objective_gradient(
    network: Network,
    theta: Parameters,
    blocks: Sequence[Block],
    l2: float,
    buffers: Buffers,
    gradient: Parameters,
) -> None:
    """Fill `gradient` with that of Σ w loss / m + (λ/2)(‖W1‖² + ‖W2‖²), over all the blocks.

    m is the number of rows, also where they have weights w.
    """
    gradient.vector.fill(0)
    m = 0
    for block in blocks:
        m += _sum_block(network, theta, block, buffers)
        np.add(gradient.vector, buffers.block_sum.vector, out=gradient.vector)
    np.divide(gradient.vector, m, out=gradient.vector)
    add_penalty_gradient(theta, l2, gradient)


def _sum_block(network: Network, theta: Parameters, block: Block, buffers: Buffers) -> int:
    """Fill `buffers.block_sum`; returns how many examples it covers."""
    total, part = buffers.block_sum.vector, buffers.shard_sum
    total.fill(0)
    m = 0
    for shard in block:
        rows = shard.X.shape[1]
        work = buffers.workspaces[rows]
        forward(network, theta, shard.X, work)
        backward(network, theta, shard, work, part)
        np.add(total, part.vector, out=total)
        m += rows
    return m
