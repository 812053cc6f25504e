"""The examples of each step: all of them, or mini-batches in a new order every epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeVar

import numpy as np

from shallow_cli.core.arrays import (
    AnyExamples,
    Array,
    Elsewhere,
    Examples,
    room_for,
)
from shallow_cli.core.blocks import block_count
from shallow_cli.core.buffers import Batch, batch_of, new_buffers
from shallow_cli.core.calls import Call
from shallow_cli.core.events import Job
from shallow_cli.core.network import Network
from shallow_cli.core.rng import epoch_orders

GATHERED_BYTES = 1 << 20  # that are copied at a time: several small batches together,
MOST_GATHERED = 64  # but no more than so many

Step = TypeVar("Step")


def steps_per_epoch(rows: int, batch_size: int | None) -> int:
    """How many steps visit every row once."""
    return 1 if batch_size is None else -(-rows // batch_size)


def batches(
    job: Job, step: Callable[[Batch], Step], rooms: int = 1, done: int = 0
) -> Iterator[Step]:
    """What `step` makes of the batch of each step, epoch after epoch without end.

    It is asked once for a place in the buffer to which mini-batches are copied, so that what
    it makes must be used before the next. Of a batch, `rooms` blocks can be worked on at a time.
    The first `done` steps are left out.
    """
    network, data, batch_size = job.network, job.training, job.settings.batch_size
    if batch_size is None:
        whole = step(batch_of(network, data, new_buffers(network, data, rooms)))
        while True:
            yield whole
    batch_size = min(batch_size, len(data))
    epochs, steps = divmod(done, steps_per_epoch(len(data), batch_size))
    orders = epoch_orders(job.settings.seed, len(data), epochs)
    large = block_count(network, batch_size) > 1
    found = (_large if large else _small)(job, step, batch_size, rooms, orders)
    yield from islice(found, steps, None)


def _small(
    job: Job,
    step: Callable[[Batch], Step],
    batch_size: int,
    rooms: int,
    orders: Iterator[Array],
) -> Iterator[Step]:
    """Batches of one block: several are copied together."""
    network, data = job.network, job.training
    gathered = room_for(data, _rows_gathered(data, batch_size))
    sizes = {len(gathered), len(data) % len(gathered) or len(gathered)}  # the last may be short
    parts = {m: gathered.part(slice(m)) for m in sizes}
    made = {
        m: [step(batch) for batch in _consecutive(network, part, batch_size, rooms)]
        for m, part in parts.items()
    }
    for order in orders:
        for start in range(0, len(data), len(gathered)):
            rows = order[start : start + len(gathered)]
            data.fill(rows, parts[len(rows)])
            yield from made[len(rows)]


def _large(
    job: Job,
    step: Callable[[Batch], Step],
    batch_size: int,
    rooms: int,
    orders: Iterator[Array],
) -> Iterator[Step]:
    """Batches of several blocks: whoever works on a block copies its rows, or has them sent."""
    network, data = job.network, job.training
    gathered, wanted = room_for(data, batch_size), np.zeros(batch_size, dtype=np.intp)

    def gather(rows: slice) -> Call:
        return data.fill, (wanted[rows], gathered.part(rows))

    sizes = {batch_size, len(data) % batch_size or batch_size}  # the last may be short
    made = {}
    for m in sizes:
        part = gathered.part(slice(m))
        several = block_count(network, m) > 1
        buffers = new_buffers(network, part, rooms)
        batch = batch_of(network, part, buffers, gather if several else None)
        if several and data.elsewhere:
            batch = replace(batch, elsewhere=_only(data.elsewhere, wanted[:m]))
        made[m] = several, step(batch)
    for order in orders:
        for start in range(0, len(data), batch_size):
            rows = order[start : start + batch_size]
            several, prepared = made[len(rows)]
            wanted[: len(rows)] = rows
            if not several:
                data.fill(rows, gathered.part(slice(len(rows))))
            yield prepared


def _only(elsewhere: Elsewhere, rows: Array) -> Elsewhere:
    """Who computes on the rows whose positions are there when it is asked."""

    def block_sums(network: Network, vector: Array, losses: bool) -> Iterable[tuple[Array, float]]:
        return elsewhere.block_sums(network, vector, losses, rows)

    return Elsewhere(block_sums, elsewhere.tallies)


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
