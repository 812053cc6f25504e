"""Tables read a second time, by nothing of the program's: Python's csv, and Decimal for numbers."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException

MARKS = (",", ";", "\t", "|")
SAMPLE_LINES = 20
WHOLE_FILE = 0  # the line of what is wrong with a file as a whole
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
ANY_LINE = range(10**6)
ENDLESS = 10**6  # an exponent that makes any number here infinite or zero

Record = tuple[int, list[str]]  # the line where it starts, its cells


@dataclass(frozen=True)
class Writing:
    """How a table is written; no delimiter: it has to be found out."""

    delimiter: str | None = None
    decimal: str = "."
    encoding: str = "utf-8"
    header: bool = True


@dataclass(frozen=True)
class Plain:
    """A table: its header, and its records with the blanks behind their cells."""

    header: list[str]
    delimiter: str
    records: list[Record]

    def cells(self, name: str) -> list[str]:
        """The cells of a column, blanks stripped."""
        return [cell.strip() for cell in self.written(name)]

    def written(self, name: str) -> list[str]:
        """The cells of a column with the blanks behind them."""
        position = self.header.index(name)
        return [cells[position] for _, cells in self.records]


class NoTable(Exception):
    """It is none. `lines` are those where a reader may stumble first; it may be at any of them."""

    def __init__(self, lines: Collection[int] = (WHOLE_FILE,)) -> None:
        super().__init__(lines)
        self.lines = lines


def plain_table(raw: bytes, how: Writing, wanted: Collection[str] | None = None) -> Plain:
    """The table in these bytes; `wanted` names must be there, and decide between delimiters.

    Raises:
        NoTable: if there is none.
    """
    lines = LINE.findall(_text(_plain_bytes(raw), how.encoding))
    delimiter = how.delimiter or _delimiter(lines, how, wanted)
    found, broken = _records(lines, delimiter)
    start = next((i for i, (_, cells) in enumerate(found) if cells), None)
    if start is None:
        raise NoTable({broken or WHOLE_FILE})
    header = _names(found[start][1], how)
    if how.header:
        if not _is_header(header, how) or not set(wanted or ()) <= set(header):
            raise NoTable({found[start][0]})
        start += 1
    faults = [broken] if broken else []
    faults += _misfits(found[start:], len(header))
    if faults:
        raise NoTable(faults)
    return Plain(header, delimiter, [record for record in found[start:] if record[1]])


def number(cell: str, decimal: str = ".") -> float | None:
    """The number that a cell is, rounded once; None for a word."""
    text = cell.rstrip(" ").lower()
    if set(text) - set(f"0123456789+-{decimal}e"):
        return None
    mantissa, e, exponent = text.replace(decimal, ".").partition("e")
    try:
        power = max(-ENDLESS, min(ENDLESS, int(exponent))) if e else 0
        return float(Decimal(f"{mantissa}e{power}"))
    except (ValueError, DecimalException):
        return None


def _plain_bytes(raw: bytes) -> bytes:
    if raw.startswith(b"PK\x03\x04"):
        raise NoTable
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise NoTable(ANY_LINE) from error  # what comes before may be no table


def _text(raw: bytes, encoding: str) -> str:
    if encoding == "utf-16" and not raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise NoTable({WHOLE_FILE, 1})  # bytes.decode would guess their order
    try:
        text = raw.decode(encoding)
    except UnicodeError as error:
        read = raw[: error.start] if isinstance(error, UnicodeDecodeError) else b""
        raise NoTable({WHOLE_FILE, *_up_to(read.decode(encoding, "ignore"))}) from error
    if "\0" in text:
        raise NoTable({WHOLE_FILE, *_up_to(text[: text.index("\0")])})
    return text.removeprefix("\ufeff")


def _up_to(text: str) -> range:
    """The lines of a text, that which follows it too."""
    return range(1, len(LINE.findall(text + "x")) + 1)


def _delimiter(lines: Sequence[str], how: Writing, wanted: Collection[str] | None) -> str:
    def merit(mark: str) -> tuple[int, int]:
        records = [cells for _, cells in _records(lines[:SAMPLE_LINES], mark)[0] if cells]
        if not records:
            return 0, 0
        first = records[0]
        if wanted is not None:
            return len(set(wanted) & set(_names(first, how))), len(first)
        return len(first) > 1 and all(len(cells) == len(first) for cells in records), len(first)

    marks = [mark for mark in MARKS if mark != how.decimal]
    if how.decimal == "," and how.header:  # numbers with a comma may be in quotes
        marks.append(",")
    return max(marks, key=merit)


def _records(lines: Sequence[str], delimiter: str) -> tuple[list[Record], int]:
    """The records up to the first that is none, and the line of that one."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    found: list[Record] = []
    while True:
        line = reader.line_num + 1
        try:
            found.append((line, next(reader)))
        except StopIteration:
            return found, 0
        except csv.Error:
            return found, line


def _names(cells: Sequence[str], how: Writing) -> list[str]:
    return [
        cell.strip() if how.header else f"c{position}" for position, cell in enumerate(cells, 1)
    ]


def _is_header(names: Sequence[str], how: Writing) -> bool:
    all_numbers = all(number(name, how.decimal) is not None for name in names)
    wrongly_cut = len(names) == 1 and not set(names[0]).isdisjoint(MARKS)
    return all(names) and len(set(names)) == len(names) and not all_numbers and not wrongly_cut


def _misfits(records: Sequence[Record], width: int) -> Iterator[int]:
    """The first line of another width; in one column, the first blank line before others."""
    yield from [line for line, cells in records if cells and len(cells) != width][:1]
    last = max((line for line, cells in records if cells), default=0)
    if width == 1:
        yield from [line for line, cells in records if not cells and line < last][:1]
