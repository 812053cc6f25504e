"""The rows of a table cut into parts, by their numbers alone: each is read and kept by somebody.

A part answers for its own rows. It has a few of the next part's as well, so that every chunk of
rows that begins in it is whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.blocks import block_slices
from shallow_cli.core.network import Network
from shallow_cli.files.batch import Format
from shallow_cli.tables.labels import Key
from shallow_cli.tables.plan import Plan
from shallow_cli.tables.raw import CHUNK_ROWS


@dataclass(frozen=True)
class File:
    """A file that has been counted: which rows of the table it has, and how to tell if it has
    changed since.
    """

    path: Path
    first: int
    rows: int
    stamp: tuple[int, int]  # its size in bytes, and when it was written, in nanoseconds


@dataclass(frozen=True)
class Source:
    """The files of a table, and how the cells of all become the same raw rows.

    `formats` are those of the files, `words` the codes of the words of each column.
    """

    files: Sequence[File]
    formats: Sequence[Format]
    header: tuple[str, ...]
    as_text: tuple[str, ...]
    plan: Plan
    words: Mapping[str, Mapping[Key, int]]

    @property
    def rows(self) -> int:
        """How many all of them have."""
        return sum(file.rows for file in self.files)


@dataclass(frozen=True)
class Part:
    """The rows from `start` on: up to `stop` its own, up to `end` those of whole chunks.

    In the table they are among the rows from `first` to `last`: those where `mask` (bits) is set,
    or all of them.
    """

    key: str
    start: int
    stop: int
    end: int
    first: int
    last: int
    mask: Array | None = None

    @property
    def chunks(self) -> Sequence[slice]:
        """Those that begin in it, counted from its first row."""
        starts = range(-(-self.start // CHUNK_ROWS) * CHUNK_ROWS, self.stop, CHUNK_ROWS)
        return [
            slice(at - self.start, min(at + CHUNK_ROWS, self.end) - self.start) for at in starts
        ]

    def of(self, position: int, values: Array) -> Array:
        """Its rows among these (k, n), of which the first is at a position of the table."""
        start = min(max(self.first - position, 0), len(values))
        stop = min(max(self.last - position, start), len(values))
        values, offset = values[start:stop], position + start - self.first
        if self.mask is None or not len(values):
            return values
        skipped = offset % 8
        some = self.mask[offset // 8 : (offset + len(values) + 7) // 8]
        bits = np.unpackbits(some)[skipped : skipped + len(values)]
        found: Array = values[bits.astype(bool)]
        return found


def edges_of_blocks(network: Network, m: int, parts: int) -> list[int]:
    """Where to cut m rows into about so many parts: between two blocks."""
    starts = [block[0].start for block in block_slices(network, m)]
    parts = min(parts, len(starts))
    return [*(starts[i * len(starts) // parts] for i in range(parts)), m]


def cut(name: str, positions: Array | range, edges: Sequence[int]) -> list[Part]:
    """The rows at some positions of a table, in ascending order, cut at these edges."""
    parts = []
    for number, (start, stop) in enumerate(pairwise(edges)):
        end = min(len(positions), -(-stop // CHUNK_ROWS) * CHUNK_ROWS)
        there = positions[start:end]
        first, last = int(there[0]), int(there[-1]) + 1
        mask = None
        if not isinstance(there, range):
            bits = np.zeros(last - first, dtype=bool)
            bits[there - first] = True
            mask = np.packbits(bits)
        parts.append(Part(f"{name}-{number}", start, stop, end, first, last, mask))
    return parts
