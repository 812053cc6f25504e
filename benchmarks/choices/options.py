"""The questions, and what else can be done; each option is something to call many times."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.blocks import shard_rows
from shallow_cli.core.calls import Calls, run
from shallow_cli.core.network import Network, Shard, backward, forward, workspace, zeros

Todo = Callable[[], object]
WIDE, TALL = Network(28, 300, 1), Network(10, 16, 1, "relu", "linear")
SHARDS = (128, 256, 512, 1024, 2048, 4096, 8192, 16384)
ROWS, QUICK_ROWS = 1 << 16, 1 << 10  # that pass through the network, in shards


def questions(*, quick: bool) -> dict[str, dict[str, Todo]]:
    """From a question and an option to what is timed."""
    rows = QUICK_ROWS if quick else ROWS
    return {
        "W1 X, 4×3 times 3×400, float64": ways(4, 3, 400, np.float64),
        "W2ᵀ dZ2, 300×1 times 1×800, float32": ways(300, 1, 800, np.float32),
        "rows in a shard, 28 features, 300 tanh, float32": sharded(WIDE, np.float32, rows),
        "rows in a shard, 28 features, 300 tanh, float64": sharded(WIDE, np.float64, rows),
        "rows in a shard, 10 features, 16 ReLU, float32": sharded(TALL, np.float32, rows),
        "rows in a shard, 10 features, 16 ReLU, float64": sharded(TALL, np.float64, rows),
    }


def ways(n: int, k: int, m: int, dtype: type[np.generic]) -> dict[str, Todo]:
    """A product into a buffer that is there, and into a new array."""
    left, right, out = (np.ones(shape, dtype) for shape in ((n, k), (k, m), (n, m)))
    return {
        "np.dot, out=": partial(np.dot, left, right, out),
        "np.matmul, out=": partial(np.matmul, left, right, out=out),
        "np.dot, a new array": partial(np.dot, left, right),
    }


def sharded(network: Network, dtype: type[np.generic], rows: int) -> dict[str, Todo]:
    """Forward and backward passes of the same rows in shards of several sizes."""
    stream = np.random.default_rng(0)
    table = stream.standard_normal((rows, network.n_x + 1)).astype(dtype)
    targets = np.zeros((rows, network.n_y), dtype)
    ours = shard_rows(network)
    sizes = sorted({*SHARDS, ours})
    return {
        f"{size:,}{', at most in shallow' if size == ours else ''}": partial(
            run, passes(network, table, targets, size)
        )
        for size in sizes
        if size <= rows
    }


def passes(network: Network, table: Array, targets: Array, size: int) -> Calls:
    """Those of all the rows, in whole shards and a last one that may be short."""
    theta, gradient = zeros(network, table.dtype.type), zeros(network, table.dtype.type)
    theta.vector.fill(0.1)
    work = {m: workspace(network, m, table.dtype.type) for m in {size, len(table) % size or size}}
    calls: Calls = []
    for start in range(0, len(table), size):
        shard = Shard(table[start : start + size].T, targets[start : start + size].T)
        room = work[shard.X.shape[1]]
        calls += forward(network, theta, shard.X, room)
        calls += backward(network, theta, shard, room, gradient)
    return calls
