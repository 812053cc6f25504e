"""The matrix products of training alone: what no NumPy program for this network can do without.

The same shapes as in `shallow_cli/core/network.py`, buffers used again; no activation, no loss, no
update, no rows gathered for a batch. With one output dA1 = W2ᵀ dZ2 is an outer product, which can
be done without: it is not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import perf_counter
from typing import Literal

import numpy as np

from benchmarks.data import Data
from benchmarks.tasks import Task
from benchmarks.timed import Timed, Trains
from shallow_cli.core.arrays import Array, with_ones
from shallow_cli.core.network import Network

Product = tuple[Array, Array, Array]  # left, right, out
Order = Literal["C", "F"]
Multiply = Callable[..., Array]
# The memory order of the hidden layer, and the function; np.dot writes into C order alone.
WAYS: tuple[tuple[Order, Multiply], ...] = (("C", np.dot), ("C", np.matmul), ("F", np.matmul))
HIDDEN_NUMBERS, MOST_ROWS = 250_000, 8192  # in the hidden layer of a shard: it stays in cache


def train(task: Task, data: Data, threads: int) -> Trains:
    """In the way that is the fastest here."""
    table = with_ones(data.inputs)
    plan = batches if task.batch else shards
    plans = [plan(task, table, threads, *way) for way in WAYS]
    fastest = min(plans, key=lambda epoch: min(timed(epoch, 1).seconds for _ in range(2)))
    return lambda epochs: timed(fastest, epochs)


def timed(epoch: Callable[[], None], epochs: int) -> Timed:
    """So many epochs."""
    begin = perf_counter()
    for _ in range(epochs):
        epoch()
    return Timed(perf_counter() - begin)


def products(network: Network, X: Array, order: Order) -> list[Product]:
    """One forward and one backward pass over X (n_x + 1, m), the last row of which is ones."""
    n_x, n_h, n_y, m = network.n_x, network.n_h, network.n_y, X.shape[1]

    def new(rows: int, columns: int, order: Order = "C") -> Array:
        return np.ones((rows, columns), X.dtype, order)

    layer1, gradient1 = new(n_h, n_x + 1), new(n_h, n_x + 1)
    layer2, gradient2 = new(n_y, n_h + 1), new(n_y, n_h + 1)
    A1, Z2, dZ1 = new(n_h + 1, m, order), new(n_y, m), new(n_h, m, order)
    Z1, W2 = A1[:-1], layer2[:, :-1]
    outer = [(W2.T, Z2, dZ1)] if n_y > 1 else []
    return [
        (layer1, X, Z1),
        (layer2, A1, Z2),
        (Z2, A1.T, gradient2),
        *outer,
        (dZ1, X.T, gradient1),
    ]


def do(multiply: Multiply, todo: Iterable[Product]) -> None:
    """All of them."""
    for left, right, out in todo:
        multiply(left, right, out=out)


def batches(
    task: Task, table: Array, _threads: int, order: Order, multiply: Multiply
) -> Callable[[], None]:
    """Every batch from the same rows; the last one may be short."""
    size = task.batch or task.rows
    full, rest = divmod(task.rows, size)
    todo = [products(task.network, table[:m].T, order) for m in (size, rest)]

    def epoch() -> None:
        for _ in range(full):
            do(multiply, todo[0])
        if rest:
            do(multiply, todo[1])

    return epoch


def shards(
    task: Task, table: Array, threads: int, order: Order, multiply: Multiply
) -> Callable[[], None]:
    """All the rows in shards that stay in cache, in threads with buffers of their own."""
    size = min(MOST_ROWS, max(1, HIDDEN_NUMBERS // (task.network.n_h + 1)))
    parts = [table[start : start + size].T for start in range(0, len(table), size)]
    per_thread = -(-len(parts) // threads)
    shares = [parts[i * per_thread : (i + 1) * per_thread] for i in range(threads)]
    todo = [over(task.network, share, order) for share in shares if share]
    pool = ThreadPoolExecutor(threads)

    def epoch() -> None:
        list(pool.map(partial(do, multiply), todo))

    return epoch


def over(network: Network, share: Sequence[Array], order: Order) -> list[Product]:
    """The products of several shards, in the same buffers."""
    by_rows = {X.shape[1]: products(network, X, order) for X in share}

    def of(X: Array) -> list[Product]:
        (layer1, _, Z1), *middle, (dZ1, _, gradient1) = by_rows[X.shape[1]]
        return [(layer1, X, Z1), *middle, (dZ1, X.T, gradient1)]

    return [product for X in share for product in of(X)]
