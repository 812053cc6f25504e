"""What a worker does: it computes on the rows of the parts of a table that it keeps.

A worker that is asked about a part it does not have leaves it out of its answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from shallow_cli.cluster.keeping import SHARE, Held, Kept, Ready
from shallow_cli.core import gradient
from shallow_cli.core.arrays import AnyExamples, Array, Examples, MadeExamples, room_for
from shallow_cli.core.blocks import block_slices, blocks_of
from shallow_cli.core.buffers import Batch, buffers_for
from shallow_cli.core.floating_point import FloatingPointErrors
from shallow_cli.core.measuring import tallies
from shallow_cli.core.network import Network, parameters
from shallow_cli.core.tallies import Tally
from shallow_cli.core.workers import pool_of
from shallow_cli.tables.encoding import Encoding
from shallow_cli.tables.raw import CHUNK_ROWS


@dataclass(frozen=True)
class Learning:
    """What is learned from all m rows, of which a part has some."""

    key: str
    network: Network
    encoding: Encoding
    dtype: type[np.generic]
    m: int


class Sent(NamedTuple):
    """The raw rows of some of the blocks into which a batch of m rows is cut."""

    raw: Array
    blocks: slice
    m: int


class BlockSums(NamedTuple):
    """Of a part, the sum over each block (k, n_parameters), and their losses."""

    sums: Array
    losses: Sequence[float]


class Computed(NamedTuple):
    """What was found, and how many operations had no good value on the way."""

    value: Any
    overflow: int
    invalid: int


def _computed(function: Callable[[], Any]) -> Computed:
    seen = FloatingPointErrors()
    with seen.counted():
        value = function()
    return Computed(value, seen.overflow, seen.invalid)


Task = Callable[..., Any]  # of what is kept, a part, what is said to it, and what is said to all


def answer(
    kept: Kept, task: Task, asked: Sequence[tuple[str, Sequence[Any]]], shared: Sequence[Any]
) -> Computed:
    """What a task finds in each part that is kept here, by the key of the part."""
    wanted = [(kept.get(key), said) for key, said in asked]
    there = [(held, said) for held, said in wanted if held]
    return _computed(
        lambda: {held.part.key: task(kept, held, *said, *shared) for held, said in there}
    )


def in_chunks(_kept: Kept, held: Held, function: Callable[[Array], Any]) -> list[Any]:
    """What a function finds in each chunk that begins in a part."""
    return [function(held.rows.take(rows)) for rows in held.part.chunks]


def taken(_kept: Kept, held: Held, positions: Array | slice) -> Array:
    """The raw rows at some positions, counted from the first of the part."""
    return held.rows.take(positions)


def block_sums(
    kept: Kept, held: Held, learning: Learning, vector: Array, losses: bool
) -> BlockSums:
    """The gradient of a part, block by block."""
    return _block_sums(kept, _ready(kept, held, learning).batch, learning, vector, losses)


def batch_sums(kept: Kept, sent: Sent, learning: Learning, vector: Array, losses: bool) -> Computed:
    """The same of raw rows that are sent along."""
    examples = learning.encoding.examples(sent.raw, learning.dtype)
    batch = _batch(kept, learning, examples, sent.blocks, sent.m)
    return _computed(lambda: _block_sums(kept, batch, learning, vector, losses))


def _block_sums(
    kept: Kept, batch: Batch, learning: Learning, vector: Array, losses: bool
) -> BlockSums:
    if not losses:
        rooms = [replace(room, loss=None) for room in batch.buffers.rooms]
        batch = replace(batch, buffers=replace(batch.buffers, rooms=rooms))
    theta = parameters(learning.network, vector)
    with pool_of(kept.threads) as pool:
        found = [
            (total.copy(), loss)
            for total, loss in gradient.block_sums(learning.network, theta, batch, pool)()
        ]
    return BlockSums(np.array([total for total, _ in found]), [loss for _, loss in found])


def _batch(kept: Kept, learning: Learning, examples: AnyExamples, blocks: slice, m: int) -> Batch:
    """Some of the blocks into which m rows are cut; `examples` has those from them on."""
    slices = block_slices(learning.network, m)
    start = slices[blocks.start][0].start
    own = [
        tuple(slice(rows.start - start, rows.stop - start) for rows in block)
        for block in slices[blocks]
    ]
    buffers = buffers_for(learning.network, examples, slices, kept.threads, losses=True)
    return Batch(m, blocks_of(examples, own), buffers)


def chunk_tallies(kept: Kept, held: Held, learning: Learning, vector: Array) -> list[Tally]:
    """How good weights are on the chunks that begin in a part."""
    chunks = held.part.chunks
    if not chunks:
        return []
    examples = _ready(kept, held, learning).examples.part(slice(chunks[0].start, chunks[-1].stop))
    theta = parameters(learning.network, vector)
    return list(tallies(learning.network, theta, examples, kept.threads))


def _ready(kept: Kept, held: Held, learning: Learning) -> Ready:
    """The examples and blocks of a part, made once."""
    if learning.key not in held.ready:
        held.ready[learning.key] = _made_ready(kept, held, learning)
    return held.ready[learning.key]


def _made_ready(kept: Kept, held: Held, learning: Learning) -> Ready:
    starts = [block[0].start for block in block_slices(learning.network, learning.m)]
    first, last = (bisect_left(starts, row) for row in (held.part.start, held.part.stop))
    examples = _examples(kept, held, learning)
    return Ready(examples, _batch(kept, learning, examples, slice(first, last), learning.m))


def _examples(kept: Kept, held: Held, learning: Learning) -> AnyExamples:
    """In memory, if those of all the parts fit their share of it."""
    made = learning.encoding.made(
        len(held.rows),
        lambda wanted, out: learning.encoding.fill(held.rows.take(wanted), out),
        learning.dtype,
    )
    row_bytes = (made.n_x + made.n_y + 2) * np.dtype(made.dtype).itemsize
    if row_bytes * sum(len(other.rows) for other in kept.held.values()) > kept.memory // SHARE:
        return made
    return _brought(made)


def _brought(made: MadeExamples) -> Examples:
    out = room_for(made, len(made))
    for start in range(0, len(made), CHUNK_ROWS):
        rows = slice(start, min(start + CHUNK_ROWS, len(made)))
        made.fill(rows, out.part(rows))
    return out
