"""Which character separates the cells of a text table, when nobody has said so."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
from collections.abc import Collection, Iterator, Sequence

from shallow_cli.files.batch import Format
from shallow_cli.files.headers import column_names
from shallow_cli.files.text_blocks import Block, text_of

CANDIDATES = (",", ";", "\t", "|")
SAMPLE_LINES = 20


def found_delimiter(
    blocks: Iterator[Block], name: str, given: Format, wanted: Collection[str] | None
) -> tuple[str, Iterator[Block]]:
    """The delimiter, and all the blocks, those that were looked at too.

    With `wanted` the header decides: the delimiter that gives most of these names. Without, the
    first records do: the one that gives the same number of cells, more than one, in all of them.
    Else it is the one that gives most cells in the header, and a comma for a single column.
    A decimal comma may be the delimiter too, where such numbers are in quotes and a header tells.
    """
    if given.delimiter is not None:
        return given.delimiter, blocks
    candidates = [mark for mark in CANDIDATES if mark != given.decimal]
    if given.decimal == "," and given.header:
        candidates.append(",")
    taken: list[Block] = []
    lines: list[str] = []
    for block in blocks:
        taken.append(block)
        text = io.StringIO(text_of(block, name), newline="")
        lines += itertools.islice(text, SAMPLE_LINES - len(lines))
        header_is_there = wanted is not None and all(_records(lines, mark) for mark in candidates)
        if header_is_there or len(lines) == SAMPLE_LINES:
            break
    records = {mark: _records(lines, mark) for mark in candidates}

    def fitness(mark: str) -> tuple[int, int]:
        if not records[mark]:
            return 0, 0
        widths = [len(record) for record in records[mark]]
        if wanted is None:
            return widths[0] > 1 and len(set(widths)) == 1, widths[0]
        names = column_names(records[mark][0], header=given.header)
        return len(set(names).intersection(wanted)), widths[0]

    return max(candidates, key=fitness), itertools.chain(taken, blocks)


def _records(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The records that are whole, up to the first that is none."""
    records: list[list[str]] = []
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    with contextlib.suppress(csv.Error):
        records.extend(filter(None, reader))
    return records
