"""CSV tables: a header, then records, read in batches with the line of every record."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TextIO

from shallow_cli.errors import DataError, Problem
from shallow_cli.numerals import is_number

MOST_RECORDS = 4096  # in one batch


class Fingerprint(Protocol):
    """What hashlib's objects can do."""

    def update(self, data: bytes, /) -> None:
        """Count more bytes in."""

    def hexdigest(self) -> str:
        """The sum as text."""


@dataclass(frozen=True)
class Batch:
    """Consecutive records: the line where each starts, and their cells by column."""

    lines: Sequence[int]
    cells: dict[str, Sequence[str]]


@dataclass(frozen=True)
class CsvTable:
    """An open table. `name` is what messages call it.

    `fingerprint` is the SHA-256 of the bytes read so far: of the file, once all is read.
    """

    name: str
    header: tuple[str, ...]
    batches: Iterator[Batch]
    fingerprint: Fingerprint

    def place(self, line: int) -> str:
        """Where a line is, for messages."""
        return f"{self.name}:{line}"


@contextlib.contextmanager
def open_table(path: Path) -> Iterator[CsvTable]:
    """The table in a file, or on standard input for `-`.

    The first batches are small: who reads a slow pipe gets the first answers at once.

    Raises:
        DataError: now, if there is no such file or header; while the batches are read, if a
            record does not fit the header or the text is no CSV.
    """
    name = "standard input" if str(path) == "-" else str(path)
    with _open(path, name) as file:
        read = io.BufferedReader(_Fingerprinted(file, fingerprint := hashlib.sha256()))
        text = io.TextIOWrapper(read, "utf-8-sig", errors="surrogateescape", newline="")
        yield _table(text, name, fingerprint)


class _Fingerprinted(io.RawIOBase):
    """A file whose bytes are counted into a fingerprint as they are read.

    Reading the bytes once and only once makes pipes, and files that are being written, honest.
    """

    def __init__(self, file: BinaryIO, fingerprint: Fingerprint) -> None:
        self._file, self._fingerprint = file, fingerprint

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        chunk = self._file.read1(len(buffer))  # type: ignore[attr-defined]
        buffer[: len(chunk)] = chunk
        self._fingerprint.update(chunk)
        return len(chunk)


@contextlib.contextmanager
def _open(path: Path, name: str) -> Iterator[BinaryIO]:
    if name != str(path):
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise DataError(Problem(f"cannot be read: {error.strerror}", name)) from error
    with file:
        yield file


def _table(text: TextIO, name: str, fingerprint: Fingerprint) -> CsvTable:
    records = _records(text, name)
    first = next(records, None)
    if first is None:
        raise DataError(Problem("empty; a table needs a header and rows", name))
    header = tuple(cell.strip() for cell in first[1])
    _check_header(header, f"{name}:{first[0]}")
    return CsvTable(name, header, _batches(records, header, name), fingerprint)


def _records(text: TextIO, name: str) -> Iterator[tuple[int, list[str]]]:
    """Every record that is not a blank line, with the line where it starts."""
    reader = csv.reader(_checked(text, name), strict=True, skipinitialspace=True)
    width = blank = 0
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            what = f"not a CSV record: {error}; is a quote not closed?"
            raise DataError(Problem(what, f"{name}:{line}")) from error
        except OSError as error:
            raise DataError(Problem(f"cannot be read: {error.strerror}", name)) from error
        if not record:
            blank = line
            continue
        if blank and width == 1:
            what = 'a blank line in a table of one column; an empty cell is written ""'
            raise DataError(Problem(what, f"{name}:{blank}"))
        width, blank = len(record), 0
        yield line, record


def _checked(text: TextIO, name: str) -> Iterator[str]:
    """The lines, as long as they are text; bytes that are not came as lone surrogates."""
    for number, line in enumerate(text, start=1):
        if number == 1 and line.startswith("PK\x03\x04"):
            raise DataError(Problem("a model or another zip file, not a CSV", name))
        if not line.isascii() and any("\ud800" <= c <= "\udfff" for c in line):
            where = f"{name}:{number}"
            raise DataError(Problem("not UTF-8 text; save it as UTF-8 first", where))
        if "\0" in line:
            raise DataError(Problem("a binary file, not a CSV", name))
        yield line


def _check_header(header: tuple[str, ...], where: str) -> None:
    problems = [
        Problem(f"column {position} has no name; give it one, or take the column out", where)
        for position, name in enumerate(header, start=1)
        if not name
    ]
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    problems += [Problem(f"two columns are called '{name}'", where) for name in repeated]
    if all(map(is_number, header)):
        problems = [Problem("the first row is all numbers; a table needs a header", where)]
    elif len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        problems = [Problem("one column only; the cells must be separated by commas", where)]
    if problems:
        raise DataError(*problems)


def _batches(
    records: Iterator[tuple[int, list[str]]], header: tuple[str, ...], name: str
) -> Iterator[Batch]:
    size = 1
    while batch := list(itertools.islice(records, size)):
        for line, record in batch:
            if len(record) != len(header):
                what = f"{len(record)} cells, but the header has {len(header)}"
                raise DataError(Problem(what, f"{name}:{line}"))
        columns = zip(*(record for _, record in batch), strict=True)
        yield Batch([line for line, _ in batch], dict(zip(header, columns, strict=True)))
        size = min(2 * size, MOST_RECORDS)
