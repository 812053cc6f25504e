"""Predictions and the objective, always in float64 and in blocks of a fixed number of rows.

The matrix products of a block depend on its shape. Padding every block to the same number of
rows, in C order and float64, makes a row's result the same bytes whatever its neighbours are.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from shallow_cli.core.arrays import Array, Examples, wide
from shallow_cli.core.network import Network, Parameters, Workspace, forward, parameters, workspace
from shallow_cli.core.outputs import OUTPUTS
from shallow_cli.core.penalty import penalty

BLOCK_ROWS = 256


def predict(network: Network, theta: Parameters, table: Array) -> Array:
    """A2 as rows (m, n_y): probabilities, or targets of a regression.

    `table` (m, n_x + 1) has a last column of ones.
    """
    result = np.empty((len(table), network.n_y))
    for rows, work in _blocks(network, theta, table):
        result[rows] = work.A2.T
    return result


def loss_and_predictions(
    network: Network, theta: Parameters, data: Examples
) -> tuple[complex, Array]:
    """The mean loss without L2, and A2 as rows (m, n_y)."""
    total: complex = 0
    result = np.empty_like(data.targets, dtype=wide(theta.vector.dtype.type))
    for rows, work in _blocks(network, theta, data.table):
        total += OUTPUTS[network.output].loss(work.Z2, data.targets[rows].T)
        result[rows] = work.A2.T
    return total / len(data), result


def objective(network: Network, theta: Parameters, data: Examples, l2: float) -> complex:
    """Mean loss + (λ/2)(‖W1‖² + ‖W2‖²); complex where the parameters are."""
    return loss_and_predictions(network, theta, data)[0] + penalty(theta, l2)


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
