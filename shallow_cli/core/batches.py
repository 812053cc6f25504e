"""The examples of each step: all of them, or mini-batches in a new order every epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from shallow_cli.core.arrays import AnyExamples, room_for
from shallow_cli.core.gradient import Block, Buffers, cut, new_buffers
from shallow_cli.core.network import Network
from shallow_cli.core.rng import epoch_order

Batch = tuple[Sequence[Block], Buffers]


def steps_per_epoch(rows: int, batch_size: int | None) -> int:
    """How many steps visit every row once."""
    return 1 if batch_size is None else -(-rows // batch_size)


def batches(
    network: Network, data: AnyExamples, batch_size: int | None, seed: int
) -> Iterator[Batch]:
    """The blocks of each step and the buffers that fit them, epoch after epoch without end.

    The blocks of a mini-batch are views of one reused buffer: use them before the next.
    """
    if batch_size is None:
        return _full(network, data)
    return _shuffled(network, data, min(batch_size, len(data)), seed)


def _full(network: Network, data: AnyExamples) -> Iterator[Batch]:
    blocks = cut(network, data)
    work = new_buffers(network, len(data), data.dtype)
    while True:
        yield blocks, work


def _shuffled(network: Network, data: AnyExamples, batch_size: int, seed: int) -> Iterator[Batch]:
    buffer = room_for(data, batch_size)
    sizes = {batch_size, len(data) % batch_size or batch_size}  # the last one may be short
    batch = {m: buffer.part(slice(m)) for m in sizes}
    blocks = {m: cut(network, batch[m]) for m in sizes}
    work = {m: new_buffers(network, m, data.dtype) for m in sizes}
    for epoch in count(1):
        order = epoch_order(seed, epoch, len(data))
        for start in range(0, len(data), batch_size):
            rows = order[start : start + batch_size]
            m = len(rows)
            data.fill(rows, batch[m])
            yield blocks[m], work[m]
