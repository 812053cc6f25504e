"""CSV tables: a header, then records, read in batches with the line of every record."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.errors import DataError, Problem
from shallow_cli.numerals import are_numbers, is_number, to_numbers
from shallow_cli.rules import did_you_mean

MOST_RECORDS = 4096  # in one batch
TOO_LARGE = 1e150  # beyond it squares overflow
SHOWN_COLUMNS = 10


@dataclass(frozen=True)
class Batch:
    """Consecutive records: the line where each starts, and their cells by column."""

    lines: Sequence[int]
    cells: dict[str, Sequence[str]]


@dataclass(frozen=True)
class BadCell:
    """A cell that should have been a finite number."""

    line: int
    column: str
    text: str

    @property
    def says(self) -> str:
        """What is wrong with it."""
        if not self.text.strip():
            return "an empty cell, where a number is needed"
        return f"'{self.text}' is {'too large' if is_number(self.text) else 'not a number'}"


@dataclass(frozen=True)
class CsvTable:
    """An open table. `name` is what messages call it."""

    name: str
    header: tuple[str, ...]
    batches: Iterator[Batch]

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
        text = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
        try:
            yield _table(text, name)
        finally:
            text.detach()  # standard input stays open


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


def _table(text: TextIO, name: str) -> CsvTable:
    records = _records(text, name)
    first = next(records, None)
    if first is None:
        raise DataError(Problem("empty; a table needs a header and rows", name))
    header = tuple(cell.strip() for cell in first[1])
    _check_header(header, f"{name}:{first[0]}")
    return CsvTable(name, header, _batches(records, header, name))


def _records(text: TextIO, name: str) -> Iterator[tuple[int, list[str]]]:
    """Every record that is not a blank line, with the line where it starts."""
    reader = csv.reader(_checked(text, name), strict=True, skipinitialspace=True)
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
        if record:
            yield line, record


def _checked(text: TextIO, name: str) -> Iterator[str]:
    """The lines, as long as they are text; bytes that are not came as lone surrogates."""
    for number, line in enumerate(text, start=1):
        if number == 1 and line.startswith("PK\x03\x04"):
            raise DataError(Problem("a model or another zip file, not a CSV", name))
        if "\0" in line:
            raise DataError(Problem("a binary file, not a CSV", name))
        if not line.isascii() and any("\ud800" <= c <= "\udfff" for c in line):
            where = f"{name}:{number}"
            raise DataError(Problem("not UTF-8 text; save it as UTF-8 first", where))
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


def read_numbers(batch: Batch, column: str) -> tuple[Array, list[BadCell]]:
    """The cells of a column as float64 (m,), and the cells that are no finite number."""
    cells = batch.cells[column]
    if are_numbers(cells):
        numbers = to_numbers(cells)
        if np.abs(numbers).max() < TOO_LARGE:
            return numbers, []
    bad = [
        BadCell(line, column, cell)
        for line, cell in zip(batch.lines, cells, strict=True)
        if not (is_number(cell) and abs(float(cell)) < TOO_LARGE)
    ]
    return np.zeros(len(cells)), bad


def bad_cell_problems(table: CsvTable, bad: Iterable[BadCell], advice: str) -> list[Problem]:
    """One problem per column: its first bad cell, how many more there are, what to do."""
    by_column: dict[str, list[BadCell]] = {}
    for cell in bad:
        by_column.setdefault(cell.column, []).append(cell)
    problems = []
    for column, cells in by_column.items():
        more = f" (and {len(cells) - 1} more cells like it)" if len(cells) > 1 else ""
        text = f"{column}: {cells[0].says}{more}{advice.format(column=column)}"
        problems.append(Problem(text, table.place(cells[0].line)))
    return problems


def require_columns(table: CsvTable, needed: Sequence[str]) -> None:
    """Refuse a table that lacks a column, by name.

    Raises:
        DataError: naming the missing columns and, for each, the nearest that is not needed.
    """
    missing = [name for name in needed if name not in table.header]
    if not missing:
        return
    spare = [name for name in table.header if name not in needed]
    where = table.place(1)
    problems = [
        Problem(f"no column '{name}'; {did_you_mean(name, spare) or _listed(table)}", where)
        for name in missing[:SHOWN_COLUMNS]
    ]
    if len(missing) > SHOWN_COLUMNS:
        text = f"no column '{missing[SHOWN_COLUMNS]}', and {len(missing)} are missing in all"
        problems.append(Problem(text, where))
    raise DataError(*problems)


def _listed(table: CsvTable) -> str:
    more = ", …" if len(table.header) > SHOWN_COLUMNS else ""
    return f"the columns are {', '.join(table.header[:SHOWN_COLUMNS])}{more}"
