"""What a worker keeps: parts of a table, which it has read from their files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import monotonic

from shallow_cli.cluster.parts import Part, Source
from shallow_cli.core.arrays import AnyExamples, Array
from shallow_cli.core.buffers import Batch
from shallow_cli.errors import DataError, Problem
from shallow_cli.files.row_store import Rows, RowStore
from shallow_cli.files.table_file import open_table
from shallow_cli.tables.readers import Found
from shallow_cli.tables.reading import raw_batches

OLD = 3600.0  # seconds
SHARE = 4  # a quarter of what there is may be taken by the rows of examples, one by raw rows


@dataclass(frozen=True)
class Ready:
    """The examples of a part, and its blocks with their buffers."""

    examples: AnyExamples
    batch: Batch


@dataclass(frozen=True)
class Held:
    """A part, its raw rows, and what was made of them for somebody's training."""

    part: Part
    rows: Rows
    ready: dict[str, Ready] = field(default_factory=dict)


@dataclass
class Kept:
    """What a worker keeps, and what it may use: bytes of memory, a folder, threads."""

    memory: int
    folder: Path
    threads: int
    held: dict[str, Held] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)  # when each part was, last
    lock: Lock = field(default_factory=Lock, repr=False)  # buffers are for one at a time

    def get(self, key: str) -> Held | None:
        """A part that somebody asks about, if it is here."""
        self.asked[key] = monotonic()
        return self.held.get(key)

    def forget_old(self) -> None:
        """Drop what nobody has asked about for long: who wanted it may have been killed.

        If not, he will be told that it is not here, and have it read again.
        """
        drop(self, [key for key, then in self.asked.items() if monotonic() - then > OLD])


def load(kept: Kept, parts: Sequence[Part], source: Source) -> list[str]:
    """Read the rows of some parts from their files; returns the keys of the parts.

    Raises:
        DataError: if a file cannot be read, or has changed since it was counted.
    """
    kept.forget_old()
    share = kept.memory // (SHARE * (len(kept.held) + len(parts)))
    width = len(source.plan.names)
    with contextlib.ExitStack() as stack:
        stores = [
            stack.enter_context(contextlib.closing(RowStore(width, kept.folder, share)))
            for _ in parts
        ]
        for position, values in _raw_rows(parts, source):
            for part, store in zip(parts, stores, strict=True):
                own = part.of(position, values)
                if len(own):  # else it is a view that would keep the others in memory
                    store.add(own)
        for part, store in zip(parts, stores, strict=True):
            kept.held[part.key] = Held(part, store.rows())
            kept.asked[part.key] = monotonic()
    return [part.key for part in parts]


def _raw_rows(parts: Sequence[Part], source: Source) -> Iterator[tuple[int, Array]]:
    """The raw rows of the files that have some of these parts, and the position of the first."""
    wanted = [name for name in source.header if name in source.plan.names]
    for file, form in zip(source.files, source.formats, strict=True):
        stop = file.first + file.rows
        here = [part for part in parts if part.first < stop and part.last > file.first]
        if not here:
            continue
        last = max(part.last for part in here)
        require_unchanged(file.path, file.stamp)
        found, position = Found(words={k: dict(v) for k, v in source.words.items()}), file.first
        with open_table([file.path], form, wanted=wanted, as_text=source.as_text) as table:
            for raw in raw_batches(table.batches, source.plan, found):
                yield position, raw.values
                position += len(raw.values)
                if position >= last:
                    break
        require_unchanged(file.path, file.stamp)


def stamp_of(path: Path) -> tuple[int, int]:
    """The size of a file, and when it was written."""
    try:
        found = path.stat()
    except OSError as error:
        raise DataError(Problem(f"cannot be read: {error.strerror}", str(path))) from error
    return found.st_size, found.st_mtime_ns


def require_unchanged(path: Path, stamp: tuple[int, int]) -> None:
    """Refuse a file that is no longer as it was.

    Raises:
        DataError: if its size or its time is another.
    """
    if stamp_of(path) != stamp:
        raise DataError(Problem("has changed since its rows were counted", str(path)))


def drop(kept: Kept, keys: Sequence[str]) -> None:
    """Forget some parts."""
    for key in keys:
        kept.held.pop(key, None)
        kept.asked.pop(key, None)
