"""The examples of each step: all of them, or mini-batches in a new order every epoch."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np

from shallow_cli.core.arrays import AnyExamples, Examples, room_for
from shallow_cli.core.gradient import Batch, batch_of, new_buffers
from shallow_cli.core.network import Network
from shallow_cli.core.rng import epoch_order

GATHERED_BYTES = 1 << 20  # that are copied at a time: several small batches together,
MOST_GATHERED = 64  # but no more than so many


def steps_per_epoch(rows: int, batch_size: int | None) -> int:
    """How many steps visit every row once."""
    return 1 if batch_size is None else -(-rows // batch_size)


def batches(
    network: Network, data: AnyExamples, batch_size: int | None, seed: int, rooms: int = 1
) -> Iterator[Batch]:
    """The rows of each step, epoch after epoch without end.

    Mini-batches are views of one reused buffer: use each before the next. Of a batch, `rooms`
    blocks can be worked on at a time.
    """
    if batch_size is None:
        return _full(network, data, rooms)
    return _shuffled(network, data, min(batch_size, len(data)), seed, rooms)


def _full(network: Network, data: AnyExamples, rooms: int) -> Iterator[Batch]:
    batch = batch_of(network, data, new_buffers(network, data, rooms))
    while True:
        yield batch


def _shuffled(
    network: Network, data: AnyExamples, batch_size: int, seed: int, rooms: int
) -> Iterator[Batch]:
    gathered = room_for(data, _rows_gathered(data, batch_size))
    sizes = {len(gathered), len(data) % len(gathered) or len(gathered)}  # the last may be short
    parts = {m: gathered.part(slice(m)) for m in sizes}
    batches = {m: _consecutive(network, parts[m], batch_size, rooms) for m in sizes}
    for epoch in count(1):
        order = epoch_order(seed, epoch, len(data))
        for start in range(0, len(data), len(gathered)):
            rows = order[start : start + len(gathered)]
            data.fill(rows, parts[len(rows)])
            yield from batches[len(rows)]


def _rows_gathered(data: AnyExamples, batch_size: int) -> int:
    """Of as many whole batches as fit the buffer well, and one at least."""
    row_bytes = np.dtype(data.dtype).itemsize * (data.n_x + 1 + data.n_y)
    at_once = min(MOST_GATHERED, max(1, GATHERED_BYTES // (row_bytes * batch_size)))
    return min(at_once * batch_size, len(data))


def _consecutive(network: Network, data: Examples, batch_size: int, rooms: int) -> list[Batch]:
    """The examples as batches; those of one size share their buffers."""
    starts = range(0, len(data), batch_size)
    parts = [data.part(slice(start, start + batch_size)) for start in starts]
    sizes = {len(part): part for part in parts}
    buffers = {m: new_buffers(network, part, rooms) for m, part in sizes.items()}
    return [batch_of(network, part, buffers[len(part)]) for part in parts]
