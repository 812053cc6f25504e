"""The gradient of the objective as a sum over shards.

A shard is as many rows as keep the hidden layer in cache; a block is a fixed number of shards
and the unit of work. Both depend on the rows and the shapes only, shards are added in order
within a block and blocks in order over the data: whoever computes the blocks gets the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array, Examples, wide
from shallow_cli.core.network import (
    Network,
    Parameters,
    Workspace,
    backward,
    forward,
    workspace,
    zeros,
)
from shallow_cli.core.penalty import add_penalty_gradient

HIDDEN_BYTES = 1 << 20  # of one hidden layer in a shard, about a core's second-level cache
FEWEST_ROWS, MOST_ROWS = 64, 8192
SHARDS_PER_BLOCK = 16


@dataclass(frozen=True)
class Shard:
    """X (n_x + 1, rows) and Y (n_y, rows), views of a table's rows."""

    X: Array
    Y: Array


Block = tuple[Shard, ...]


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


def cut(network: Network, data: Examples) -> list[Block]:
    """The examples as blocks of shards, in order; the last shard may be short."""
    size = shard_rows(network)
    shards = [
        Shard(data.table[start : start + size].T, data.targets[start : start + size].T)
        for start in range(0, len(data), size)
    ]
    return [
        tuple(shards[start : start + SHARDS_PER_BLOCK])
        for start in range(0, len(shards), SHARDS_PER_BLOCK)
    ]


def new_buffers(network: Network, blocks: list[Block], dtype: type[np.generic]) -> Buffers:
    """Buffers for the gradient of these blocks, which come in at most two sizes of shard."""
    sizes = {shard.X.shape[1] for block in blocks for shard in block}
    largest = workspace(network, max(sizes), dtype)
    return Buffers(
        {rows: largest.first(rows) for rows in sizes},
        shard_sum=zeros(network, dtype),
        block_sum=zeros(network, wide(dtype)),
    )


def objective_gradient(
    network: Network,
    theta: Parameters,
    blocks: list[Block],
    l2: float,
    buffers: Buffers,
    gradient: Parameters,
) -> None:
    """Fill `gradient` with that of mean loss + (λ/2)(‖W1‖² + ‖W2‖²), over all the blocks."""
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
        backward(network, theta, shard.X, shard.Y, work, part)
        np.add(total, part.vector, out=total)
        m += rows
    return m
