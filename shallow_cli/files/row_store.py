"""Raw rows on their way to memory, or to a map of a file when they are many.

The file has no name: it is beside the model for as long as the run lasts, and gone with it,
however that ends. A cache keeps it under a name made of the content.
"""

from __future__ import annotations

import contextlib
import mmap
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

import numpy as np

from shallow_cli.core.arrays import Array, Elsewhere
from shallow_cli.errors import DataError, Problem

Said = TypeVar("Said")

MOST_BYTES_IN_MEMORY = 64 << 20
MOST_BYTES_OF_A_MAP = 256 << 20  # that may be in memory at a time: fetching them anew takes long
ROWS_AT_ONCE = 2048  # out of order: each may bring 64 KiB of its neighbourhood along


@dataclass(frozen=True)
class Rows:
    """Raw rows (m, n), in memory or in a map; `mapped` is that map."""

    values: Array
    mapped: mmap.mmap | None = None
    resident: int | None = None  # bytes of the map that may be in memory at a time

    def __len__(self) -> int:
        return len(self.values)

    @property
    def at_hand(self) -> bool:
        """Whether they are in memory."""
        return self.mapped is None

    def take(self, positions: Array | slice) -> Array:
        """The rows at a slice, or at positions in any order; of a map they are copied."""
        if self.mapped is None:
            return np.asarray(self.values[positions])
        if isinstance(positions, slice):
            found = np.array(self.values[positions])
            self._give_back()
            return found
        found = np.empty((len(positions), self.values.shape[1]))
        for start in range(0, len(positions), ROWS_AT_ONCE):
            some = slice(start, start + ROWS_AT_ONCE)
            found[some] = self.values[positions[some]]
            self._give_back()
        return found

    def _give_back(self) -> None:
        """Let go of the pages that were touched, if a pass over all would fill the memory."""
        most = MOST_BYTES_OF_A_MAP if self.resident is None else self.resident
        if self.mapped is not None and self.values.nbytes > most:
            self.mapped.madvise(mmap.MADV_DONTNEED)


class FarRows(Protocol):
    """Raw rows (m, n) that somebody else has, and works on."""

    def __len__(self) -> int:
        """How many."""

    def take(self, positions: Array | slice, /) -> Array:
        """The rows at a slice, or at positions in any order."""

    def each(
        self, positions: Array | range, function: Callable[[Array], Said], /
    ) -> Iterator[Said]:
        """What a function finds in each chunk of the rows at some positions, in their order."""

    def elsewhere(
        self, encoding: Any, positions: Array | range, dtype: type[np.generic], /
    ) -> Elsewhere:
        """Who computes on the examples that the rows at some positions become."""


AnyRows = Rows | FarRows


def in_memory(values: Array) -> Rows:
    """Rows that are there already."""
    return Rows(np.ascontiguousarray(values, dtype=np.float64))


class RowStore:
    """Takes raw rows, batch by batch; `rows` gives them all.

    No more than `most` bytes are in memory, if it is given. Without a folder it is the system's.
    """

    def __init__(self, width: int, folder: Path | None, most: int | None = None) -> None:
        self._width = width
        self._most = most
        self._folder = folder or Path(tempfile.gettempdir())
        self._batches: list[Array] = []
        self._bytes = self.length = 0
        self._file: IO[bytes] | None = None

    def add(self, values: Array) -> None:
        """Take more rows (k, width).

        Raises:
            DataError: if the disk is full or the folder cannot be written.
        """
        self.length += len(values)
        self._bytes += values.nbytes
        if self._file is None:
            self._batches.append(values)
            if self._bytes > _most(self._most):
                self._move_to_disk()
            return
        with _told(self._folder):
            self._file.write(np.ascontiguousarray(values).data)

    def rows(self) -> Rows:
        """All the rows (m, width); they outlive the store."""
        if self._file is None:
            empty = np.empty((0, self._width))
            return Rows(np.concatenate([empty, *self._batches]))
        with _told(self._folder):
            self._file.flush()
        return rows_in(self._file, self.length, self._width, self._most)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            with contextlib.suppress(OSError):  # a full disk has been told of
                self._file.close()

    def _move_to_disk(self) -> None:
        with _told(self._folder):
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - for more than a block
            for values in self._batches:
                self._file.write(np.ascontiguousarray(values).data)
        self._batches.clear()


def rows_in(file: IO[bytes], length: int, width: int, most: int | None = None) -> Rows:
    """The rows (length, width) that a file holds, in memory unless they are many."""
    if length * width * 8 <= _most(most):
        return Rows(np.fromfile(file, "<f8", length * width).reshape(length, width))
    pages = mmap.mmap(file.fileno(), length * width * 8, access=mmap.ACCESS_READ)
    values = np.frombuffer(pages, dtype="<f8").reshape(length, width)
    return Rows(values, pages, most)


def _most(given: int | None) -> int:
    return MOST_BYTES_IN_MEMORY if given is None else given


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"no temporary file for the rows of the table: {error.strerror or error}"
        raise DataError(Problem(what, str(folder))) from error
