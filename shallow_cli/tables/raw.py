"""A table as raw rows: read once, before anything is fitted to it."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from shallow_cli.core.arrays import Array
from shallow_cli.errors import DataError, Problem
from shallow_cli.files.paths import text_of
from shallow_cli.files.row_store import AnyRows, Rows, RowStore
from shallow_cli.files.table_file import Batch, Table
from shallow_cli.tables.plan import Plan
from shallow_cli.tables.readers import Found
from shallow_cli.tables.reading import raw_batches
from shallow_cli.tables.survey import Survey

CHUNK_ROWS = 4096
ROWS_BROUGHT = 1 << 16  # at a time, over a network

Said = TypeVar("Said")


@dataclass(frozen=True)
class RawTable:
    """Raw rows (m, n) in the order of the plan's columns, and what their codes stand for.

    `words` are those of each column of words, in the order of their codes; `labels` the numbers
    of a target of numbers with their first spelling, as long as they are few.
    """

    name: str
    rows: AnyRows
    plan: Plan
    words: dict[str, tuple[str, ...]]
    labels: dict[str, dict[float, str]]
    sha256: str  # of the file, or of the generated numbers
    n_bytes: int = 0  # of the file
    width: int = 0  # columns of the file
    missing: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    unseen: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def values(self) -> Array:
        """All raw rows (m, n) in memory."""
        return self.rows.take(slice(0, len(self)))

    @property
    def feature_slice(self) -> slice:
        """Where a raw row has the features."""
        return slice(0, len(self.plan.features))

    @property
    def target_slice(self) -> slice:
        """Where a raw row has the targets."""
        n = len(self.plan.features)
        return slice(n, n + len(self.plan.targets))

    def chunks(self, positions: Array | range) -> Iterator[Array]:
        """The raw rows at some positions, a few thousand at a time."""
        for chunk in chunked(positions):
            yield self.rows.take(chunk)

    def each(self, positions: Array | range, function: Callable[[Array], Said]) -> Iterator[Said]:
        """What a function finds in each of these chunks, in their order."""
        if isinstance(self.rows, Rows):
            return map(function, self.chunks(positions))
        return self.rows.each(positions, function)

    def brought(
        self, positions: Array | range, folder: Path | None
    ) -> tuple[RawTable, Array | range]:
        """A table that is here and has the rows at some positions, and where it has them."""
        if isinstance(self.rows, Rows):
            return self, positions
        with contextlib.closing(RowStore(len(self.plan.names), folder)) as store:
            for some in chunked(positions, ROWS_BROUGHT):
                store.add(self.rows.take(some))
            return replace(self, rows=store.rows()), range(len(positions))

    def source(self) -> dict[str, Any]:
        """What a model keeps of where its rows came from."""
        return {
            "name": text_of(Path(self.name).name),
            "rows": len(self),
            "columns": self.width,
            "bytes": self.n_bytes,
            "sha256": self.sha256,
        }


@dataclass(frozen=True)
class Loaded:
    """A table read whole, its header, and what its first rows looked like.

    Of a generated one there is no survey.
    """

    table: RawTable
    header: tuple[str, ...]
    survey: Survey | None


def target_texts(table: RawTable) -> tuple[str, ...]:
    """The different values of the one target, as first written; those of dropped rows are none."""
    [slot] = table.plan.targets
    words = table.words.get(slot.name, ())
    written = dict(enumerate(words)) if slot.is_words else table.labels[slot.name]
    if not table.dropped.total():
        return tuple(written.values())
    found = table.each(range(len(table)), partial(counted_values, column=table.target_slice.start))
    there = set(chain.from_iterable(found))
    return tuple(text for value, text in written.items() if value in there)


def counted_values(chunk: Array, column: int) -> Counter[float]:
    """How often each number of a column is there."""
    return Counter(chunk[:, column].tolist())


def chunked(positions: Array | range, size: int = CHUNK_ROWS) -> Iterator[Array | slice]:
    """Positions a few thousand at a time; a range gives slices, which need no copy of indices."""
    for start in range(0, len(positions), size):
        part = positions[start : start + size]
        yield slice(part.start, part.stop) if isinstance(part, range) else part


def read_raw(
    table: Table, batches: Iterable[Batch], plan: Plan, folder: Path | None, *, advice: bool
) -> RawTable:
    """Read a table to its end.

    Args:
        table: an open table.
        batches: its batches, from the first on.
        plan: what to read.
        folder: for a temporary file when the rows are many; the system's if None.
        advice: whether to say which config keys would help.

    Raises:
        DataError: if it cannot be read, has no rows, or has faulty cells, with all of them.
    """
    found, read = Found(), 0
    with contextlib.closing(RowStore(len(plan.names), folder)) as store:
        for raw in raw_batches(batches, plan, found):
            read += len(raw.batch.lines)
            if not found.complaints:  # else nothing will come of it
                store.add(raw.values)
        require_rows(table.name, found, read, store.length, advice=advice)
        return raw_table(
            table,
            plan,
            found,
            store.rows(),
            table.fingerprint.hexdigest(),
            table.fingerprint.bytes_read,
        )


def require_rows(name: str, found: Found, read: int, kept: int, *, advice: bool) -> None:
    """Refuse a table with faulty cells, or one of which nothing is left.

    Raises:
        DataError: with everything that is wrong.
    """
    if found.complaints:
        raise DataError(*found.complaints.problems(advice=advice))
    if not read:
        raise DataError(Problem("has a header, but no rows", name))
    if not kept:
        raise DataError(Problem(f"all {read} rows were dropped, each lacks a value", name))


def raw_table(
    table: Table, plan: Plan, found: Found, rows: AnyRows, sha256: str, n_bytes: int
) -> RawTable:
    """A table whose rows have been read, and what was found in them."""
    return RawTable(
        name=table.name,
        rows=rows,
        plan=plan,
        words={name: tuple(map(str, codes)) for name, codes in found.words.items()},
        labels=found.labels,
        sha256=sha256,
        n_bytes=n_bytes,
        width=len(table.header),
        missing=found.missing,
        dropped=found.dropped,
        unseen=found.unseen,
    )
