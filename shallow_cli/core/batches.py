"""The examples of each step: all of them, or mini-batches in a new order every epoch."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np

from shallow_cli.core.arrays import Examples
from shallow_cli.core.gradient import Block, Buffers, cut, new_buffers
from shallow_cli.core.network import Network
from shallow_cli.core.rng import epoch_order


def steps_per_epoch(rows: int, batch_size: int | None) -> int:
    """How many steps visit every row once."""
    return 1 if batch_size is None else -(-rows // batch_size)


def batches(
    network: Network, data: Examples, batch_size: int | None, seed: int
) -> Iterator[tuple[list[Block], Buffers]]:
    """The blocks of each step and the buffers that fit them, epoch after epoch without end.

    The blocks of a mini-batch are views of one reused buffer: use them before the next.
    """
    if batch_size is None:
        return _full(network, data)
    return _shuffled(network, data, min(batch_size, len(data)), seed)


def _full(network: Network, data: Examples) -> Iterator[tuple[list[Block], Buffers]]:
    blocks = cut(network, data)
    work = new_buffers(network, blocks, data.table.dtype.type)
    while True:
        yield blocks, work


def _shuffled(
    network: Network, data: Examples, batch_size: int, seed: int
) -> Iterator[tuple[list[Block], Buffers]]:
    whole = Examples(
        np.empty((batch_size, data.table.shape[1]), data.table.dtype),
        np.empty((batch_size, data.targets.shape[1]), data.targets.dtype),
    )
    sizes = {batch_size, len(data) % batch_size or batch_size}  # the last one may be short
    batch = {m: Examples(whole.table[:m], whole.targets[:m]) for m in sizes}
    blocks = {m: cut(network, batch[m]) for m in sizes}
    work = {m: new_buffers(network, blocks[m], data.table.dtype.type) for m in sizes}
    for epoch in count(1):
        order = epoch_order(seed, epoch, len(data))
        for start in range(0, len(data), batch_size):
            rows = order[start : start + batch_size]
            m = len(rows)
            # mode="clip" lets NumPy write straight into `out`; the rows are all in range.
            np.take(data.table, rows, axis=0, out=batch[m].table, mode="clip")
            np.take(data.targets, rows, axis=0, out=batch[m].targets, mode="clip")
            yield blocks[m], work[m]
