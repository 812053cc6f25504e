"""Batches of columns out of blocks of text: numbers in one go where a block is nothing else,
record by record where it is not.
"""

from __future__ import annotations

import csv
import functools
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.errors import DataError, Problem
from shallow_cli.files.batch import Batch
from shallow_cli.files.csv_records import Record, records_of
from shallow_cli.files.text_blocks import Block
from shallow_cli.numerals import TOO_LARGE

NUMERIC = "0123456789+-.eE "
LONGEST_CELL = csv.field_size_limit()


@dataclass(frozen=True)
class Layout:
    """What is known of a text table when its rows are read.

    `wanted` are the columns that batches have, and their positions; those `as_text` are needed
    with the blanks that were behind them, too.
    """

    name: str
    header: tuple[str, ...]
    delimiter: str
    decimal: str
    wanted: Mapping[str, int]
    as_text: frozenset[str] = frozenset()


def text_batches(blocks: Iterator[Block], layout: Layout) -> Iterator[Batch]:
    """The rows, a block at a time.

    Raises:
        DataError: at the line of a record that does not fit the header or is not CSV.
    """
    blank = 0  # the line of a blank line that is wrong if a record follows
    numbers_only = _numbers_only(layout)
    for block in blocks:
        numbers = _numbers(block, layout, numbers_only)
        if numbers is not None:
            _refuse_blank(blank, layout)
            yield _batch_of_numbers(block, numbers, layout)
            continue
        for records in records_of(block, blocks, layout.name, layout.delimiter):
            kept, blank = _without_blanks(records, blank, layout)
            if kept:
                yield _batch_of_text(kept, layout)


def _numbers_only(layout: Layout) -> bytes | None:
    """The bytes of a block that is nothing but numbers; None if it would not do."""
    mark = layout.delimiter
    plain = mark == "\t" or (mark in string.punctuation and mark not in NUMERIC)
    if not plain or mark == layout.decimal or layout.as_text.intersection(layout.wanted):
        return None
    return (NUMERIC.replace(".", layout.decimal) + mark + "\r\n").encode()


def _numbers(block: Block, layout: Layout, numbers_only: bytes | None) -> Array | None:
    """The numbers (lines, columns) of a block that is nothing else: one row on every line."""
    data = block.data
    if numbers_only is None or data.translate(None, numbers_only) or data.isspace():
        return None
    if _may_be_endless(data, layout.delimiter.encode()):
        return None
    lines = data.decode("ascii").replace(layout.decimal, ".").splitlines()
    try:
        numbers = np.loadtxt(lines, delimiter=layout.delimiter, comments=None, ndmin=2)
    except ValueError:
        return None
    fits = numbers.shape == (block.lines, len(layout.header))
    return numbers if fits and -TOO_LARGE < numbers.min() <= numbers.max() < TOO_LARGE else None


def _may_be_endless(data: bytes, delimiter: bytes) -> bool:
    """Whether a cell may be longer than a reader of records takes: it fills half of that."""
    half = LONGEST_CELL // 2
    return any(
        all(data.find(end, start, start + half) < 0 for end in (delimiter, b"\n", b"\r"))
        for start in range(0, len(data) - half + 1, half)
    )


def _batch_of_numbers(block: Block, numbers: Array, layout: Layout) -> Batch:
    columns = {name: numbers[:, position] for name, position in layout.wanted.items()}
    lines = functools.cache(block.data.decode().splitlines)

    def written(row: int, name: str) -> str:
        return lines()[row].split(layout.delimiter)[layout.wanted[name]].strip()

    where = range(block.first, block.first + block.lines)
    return Batch(layout.name, where, columns, written, layout.decimal)


def _batch_of_text(records: Sequence[Record], layout: Layout) -> Batch:
    width = len(layout.header)
    for line, record in records:
        if len(record) != width:
            what = f"{len(record)} cells, but the header has {width}"
            raise DataError(Problem(what, f"{layout.name}:{line}"))
    cells = list(zip(*(record for _, record in records), strict=True))
    columns: dict[str, Sequence[str]] = {
        name: [*map(str.strip, cells[position])] for name, position in layout.wanted.items()
    }
    exact = {name: cells[layout.wanted[name]] for name in layout.as_text & columns.keys()}
    lines: Sequence[int] = [line for line, _ in records]
    if lines[-1] - lines[0] == len(lines) - 1:
        lines = range(lines[0], lines[-1] + 1)
    return Batch(
        layout.name,
        lines,
        columns,
        lambda row, name: columns[name][row],
        layout.decimal,
        exact=exact,
    )


def _without_blanks(
    records: Sequence[Record], blank: int, layout: Layout
) -> tuple[list[Record], int]:
    """The records that are no blank lines, and the line of a blank one that nothing followed."""
    kept = [record for record in records if record[1]]
    if len(layout.header) > 1:
        return kept, 0
    for line, record in records:
        if not record:
            blank = blank or line
        else:
            _refuse_blank(blank, layout)
    return kept, blank


def _refuse_blank(line: int, layout: Layout) -> None:
    if line:
        what = 'a blank line in a table of one column; an empty cell is written ""'
        raise DataError(Problem(what, f"{layout.name}:{line}"))
