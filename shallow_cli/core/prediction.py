"""Predictions and the objective, always in float64 and in blocks of a fixed number of rows.

The matrix products of a block depend on its shape. Padding every block to the same number of
rows, in C order and float64, makes a row's result the same bytes whatever its neighbours are.
What is needed besides the data is a chunk of blocks for each thread, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from shallow_cli.core.arrays import AnyExamples, Array, Examples, room_for, wide
from shallow_cli.core.calls import Calls, run
from shallow_cli.core.network import (
    Network,
    Parameters,
    Shard,
    Workspace,
    as_shard,
    forward,
    parameters,
    workspace,
)
from shallow_cli.core.outputs import summed_loss
from shallow_cli.core.penalty import penalty
from shallow_cli.core.workers import in_order, pool_of

BLOCK_ROWS = 256
CHUNK_ROWS = 16 * BLOCK_ROWS  # that are passed at a time, and the unit of work of a thread
THREADS_FROM_UNITS = 32  # narrower layers are done before a thread has taken its turn


@dataclass(frozen=True)
class Passed:
    """Some rows that have passed through the network, as columns: Y, Z2, A2 (n_y, rows).

    All are views, of the data or of buffers that are used again: use them before the next.
    """

    rows: slice
    Y: Array
    w: Array | None  # (1, rows)
    Z2: Array
    A2: Array

    def summed_loss(self, network: Network) -> complex:
        """Σ w loss of these rows, or Σ loss where they have no weights."""
        return summed_loss(network.output, self.Z2, self.Y, self.w)


@dataclass(frozen=True)
class _Room:
    """What a chunk needs: a block, padded, its workspace, and the outputs of the whole chunk."""

    X: Array  # (n_x + 1, block)
    work: Workspace
    forward: Calls  # of the block
    Z2: Array  # (n_y, chunk)
    A2: Array  # (n_y, chunk)
    made: Examples | None


def predict(network: Network, theta: Parameters, table: Array, threads: int = 1) -> Array:
    """A2 as rows (m, n_y): probabilities, or targets of a regression.

    `table` (m, n_x + 1) has a last column of ones.
    """
    result = np.empty((len(table), network.n_y))
    unknown = Examples(table, result)
    for passed in passes(network, theta, unknown, threads):
        result[passed.rows] = passed.A2.T
    return result


def passes(
    network: Network, theta: Parameters, data: AnyExamples, threads: int = 1
) -> Iterator[Passed]:
    """The forward pass of all the examples, chunk by chunk and in order."""
    dtype = wide(theta.vector.dtype.type)
    theta = parameters(network, theta.vector.astype(dtype))
    starts = range(0, len(data), CHUNK_ROWS)
    chunks = (slice(start, min(start + CHUNK_ROWS, len(data))) for start in starts)
    threads = min(threads, len(starts)) if network.n_h >= THREADS_FROM_UNITS else 1
    rooms = [_room(network, theta, data) for _ in range(max(1, threads))]
    with pool_of(threads) as pool:
        yield from in_order(partial(_pass, data), chunks, rooms, pool)


def objective(
    network: Network, theta: Parameters, data: AnyExamples, l2: float, threads: int = 1
) -> complex:
    """Σ w loss / m + (λ/2)(‖W1‖² + ‖W2‖²), m rows; complex where the parameters are."""
    total: complex = 0
    for passed in passes(network, theta, data, threads):
        total += passed.summed_loss(network)
    return total / len(data) + penalty(theta, l2)


def _room(network: Network, theta: Parameters, data: AnyExamples) -> _Room:
    dtype = theta.vector.dtype.type
    # Derivatives by complex steps are no predictions: a few rows need no padding there.
    size = BLOCK_ROWS if dtype is np.float64 else min(BLOCK_ROWS, len(data))
    chunk = min(CHUNK_ROWS, len(data))
    X, work = np.zeros((network.n_x + 1, size), dtype), workspace(network, size, dtype)
    return _Room(
        X,
        work,
        forward(network, theta, X, work),
        np.empty((network.n_y, chunk), dtype),
        np.empty((network.n_y, chunk), dtype),
        None if isinstance(data, Examples) else room_for(data, chunk),
    )


def _pass(data: AnyExamples, rows: slice, room: _Room) -> Passed:
    """The forward pass of a chunk, block by block, in its room."""
    shard, size, m = _shard(data, rows, room), room.X.shape[1], rows.stop - rows.start
    for start in range(0, m, size):
        block = slice(start, min(start + size, m))
        filled = block.stop - start
        room.X[:, :filled] = shard.X[:, block]
        room.X[:, filled:] = 0
        run(room.forward)
        room.Z2[:, block] = room.work.Z2[:, :filled]
        room.A2[:, block] = room.work.A2[:, :filled]
    return Passed(rows, shard.Y, shard.w, room.Z2[:, :m], room.A2[:, :m])


def _shard(data: AnyExamples, rows: slice, room: _Room) -> Shard:
    """The rows of a chunk, in memory or made now."""
    if isinstance(data, Examples):
        return as_shard(data.part(rows))
    if room.made is None:
        raise ValueError("there is no room for rows that are made")
    part = room.made.part(slice(rows.stop - rows.start))
    data.fill(rows, part)
    return as_shard(part)
