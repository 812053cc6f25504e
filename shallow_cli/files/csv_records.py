"""Records of CSV out of blocks of text: quotes, line breaks in them, and blank lines."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from typing import Protocol

from shallow_cli.errors import DataError, Problem
from shallow_cli.files.text_blocks import LONGEST_LINE, Block, text_of

Record = tuple[int, list[str]]  # the line where it starts, its cells


class Reader(Protocol):
    """What a csv.reader does."""

    @property
    def line_num(self) -> int:
        """How many lines it has taken."""

    def __next__(self) -> list[str]:
        """The next record; [] for a blank line."""


def first_record(
    blocks: Iterator[Block], name: str, delimiter: str, *, keep: bool
) -> tuple[Record, Iterator[Block]] | None:
    """The first record that is no blank line, and the blocks behind it, or from it on.

    Raises:
        DataError: if it is not CSV.
    """
    taken: list[Block] = []
    reader = _reader(blocks, taken, name, delimiter)
    before = 1
    while record := _next(reader, before, name):
        start, cells = record
        if cells:
            rest = start if keep else before + reader.line_num
            return record, itertools.chain(_from_line(taken, rest), blocks)
        del taken[:-1]
    return None


def records_of(
    block: Block, blocks: Iterator[Block], name: str, delimiter: str
) -> Iterator[list[Record]]:
    """The records of a block and, while one goes on in the next block, of that one too."""
    taken: list[Block] = []
    reader = _reader(itertools.chain([block], blocks), taken, name, delimiter)
    last = block
    while True:
        records = []
        end = last.first + last.lines - block.first
        while reader.line_num < end and (record := _next(reader, block.first, name)):
            records.append(record)
        yield records
        if taken[-1] is last:
            return
        del taken[:-1]
        last = taken[-1]


def _reader(blocks: Iterator[Block], taken: list[Block], name: str, delimiter: str) -> Reader:
    """A reader of records; `taken` gets the blocks that it has begun to read."""

    def lines() -> Iterator[str]:
        for block in blocks:
            taken.append(block)
            if sum(len(one.data) for one in taken[:-1]) > LONGEST_LINE:
                raise csv.Error(f"longer than {LONGEST_LINE // 2**20} MiB")
            yield from io.StringIO(text_of(block, name), newline="")

    return csv.reader(lines(), delimiter=delimiter, strict=True, skipinitialspace=True)


def _next(reader: Reader, before: int, name: str) -> Record | None:
    """The next record; `before` is the line where the reader began."""
    line = before + reader.line_num
    try:
        return line, next(reader)
    except StopIteration:
        return None
    except csv.Error as error:
        what = f"not a CSV record: {error}; is a quote not closed?"
        raise DataError(Problem(what, f"{name}:{line}")) from error


def _from_line(blocks: Sequence[Block], line: int) -> Iterator[Block]:
    """What the blocks hold from a line on."""
    for block in blocks:
        before = max(line - block.first, 0)
        if before < block.lines:
            data = b"".join(block.data.splitlines(keepends=True)[before:])
            yield Block(block.first + before, block.lines - before, data)
