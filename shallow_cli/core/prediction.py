"""Predictions and the objective, always in float64 and in blocks of a fixed number of rows.

The matrix products of a block depend on its shape. Padding every block to the same number of
rows, in C order and float64, makes a row's result the same bytes whatever its neighbours are.
What is needed besides the data is a block, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import AnyExamples, Array, Examples, room_for, wide
from shallow_cli.core.network import (
    Network,
    Parameters,
    Workspace,
    as_shard,
    forward,
    parameters,
    workspace,
)
from shallow_cli.core.outputs import OUTPUTS
from shallow_cli.core.penalty import penalty

BLOCK_ROWS = 256
CHUNK_ROWS = 16 * BLOCK_ROWS  # that are made at a time; of whole blocks, as they are in memory


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


def predict(network: Network, theta: Parameters, table: Array) -> Array:
    """A2 as rows (m, n_y): probabilities, or targets of a regression.

    `table` (m, n_x + 1) has a last column of ones.
    """
    result = np.empty((len(table), network.n_y))
    for rows, work in _blocks(network, theta, table):
        result[rows] = work.A2.T
    return result


def passes(network: Network, theta: Parameters, data: AnyExamples) -> Iterator[Passed]:
    """The forward pass of all the examples, block by block and in order."""
    for start, part in _chunks(data):
        for rows, work in _blocks(network, theta, part.table):
            there = slice(start + rows.start, start + rows.stop)
            shard = as_shard(part.part(rows))
            yield Passed(there, shard.Y, shard.w, work.Z2, work.A2)


def summed_loss(network: Network, passed: Passed) -> complex:
    """Σ w loss of these rows, or Σ loss where they have no weights."""
    losses = OUTPUTS[network.output].loss(passed.Z2, passed.Y)
    total: complex = (losses if passed.w is None else passed.w[0] * losses).sum()
    return total


def objective(network: Network, theta: Parameters, data: AnyExamples, l2: float) -> complex:
    """Σ w loss / m + (λ/2)(‖W1‖² + ‖W2‖²), m rows; complex where the parameters are."""
    total: complex = 0
    for passed in passes(network, theta, data):
        total += summed_loss(network, passed)
    return total / len(data) + penalty(theta, l2)


def _chunks(data: AnyExamples) -> Iterator[tuple[int, Examples]]:
    """Examples in memory as they are; made ones bit by bit, with the row each begins at."""
    if isinstance(data, Examples):
        yield 0, data
        return
    buffer = room_for(data, min(CHUNK_ROWS, len(data)))
    for start in range(0, len(data), CHUNK_ROWS):
        rows = slice(start, min(start + CHUNK_ROWS, len(data)))
        part = buffer.part(slice(rows.stop - rows.start))
        data.fill(rows, part)
        yield start, part


def _blocks(network: Network, theta: Parameters, table: Array) -> Iterator[tuple[slice, Workspace]]:
    """The rows of each block, and its forward pass cut to those rows."""
    dtype = wide(theta.vector.dtype.type)
    theta = parameters(network, theta.vector.astype(dtype))
    # Derivatives by complex steps are no predictions: a few rows need no padding there.
    size = BLOCK_ROWS if dtype is np.float64 else min(BLOCK_ROWS, len(table))
    X = np.zeros((network.n_x + 1, size), dtype=dtype)
    work = workspace(network, size, dtype)
    for start in range(0, len(table), size):
        rows = slice(start, min(start + size, len(table)))
        m = rows.stop - rows.start
        X[:, :m] = table[rows].T
        X[:, m:] = 0
        forward(network, theta, X, work)
        yield rows, work if m == size else work.first(m)
