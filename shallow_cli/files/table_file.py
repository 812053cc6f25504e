"""Tables in files: one or several of them as one header and batches of columns.

Nothing is decided here about what cells mean, but that all of them are numbers.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shallow_cli.errors import DataError, Problem
from shallow_cli.files.arrow_file import ARROW_MARKS, arrow_part, is_arrow
from shallow_cli.files.batch import Batch, Cells, Choice, Format, Part
from shallow_cli.files.byte_source import (
    Fingerprint,
    plain_bytes,
    raw_bytes,
    source_name,
    with_head,
)
from shallow_cli.files.csv_batches import Layout, text_batches
from shallow_cli.files.csv_records import first_record
from shallow_cli.files.delimiters import found_delimiter
from shallow_cli.files.headers import check_text_header, column_names, require_same_names
from shallow_cli.files.paths import expanded
from shallow_cli.files.text_blocks import text_blocks

__all__ = ["Batch", "Cells", "Format", "Table", "open_table"]

FIND_OUT = Format()


@dataclass(frozen=True)
class Table:
    """An open table. `name` is what messages call it, `where` is the place of its header.

    `format` is that of the first file, with the delimiter that was found. `fingerprint` is of
    the bytes read so far: of all files in their order, once all batches are read.
    """

    name: str
    where: str
    header: tuple[str, ...]
    format: Format
    batches: Iterator[Batch]
    fingerprint: Fingerprint


@contextlib.contextmanager
def open_table(
    paths: Sequence[Path],
    format: Format = FIND_OUT,  # noqa: A002 - it is the word for it
    *,
    wanted: Collection[str] | None = None,
    as_text: Collection[str] = (),
    unwanted: Collection[str] = (),
) -> Iterator[Table]:
    """The table in one or several files with the same columns, in any order; `-` is stdin.

    Batches have the `wanted` columns, or all but the `unwanted`; that one is not there is no
    error here.
    Those `as_text` come as text, and also exactly as written, apart from the blanks before a
    cell. Batches follow what has been written so far: who reads a slow pipe gets the first rows
    at once.

    Raises:
        DataError: now, if there is no such file or header; while the batches are read, if a
            record does not fit the header, the text is no table, or another file's columns differ.
    """
    files = expanded(paths)
    fingerprint = Fingerprint()
    choice = Choice(
        None if wanted is None else frozenset(wanted).union(as_text),
        frozenset(as_text),
        frozenset(unwanted),
    )
    with _part(files[0], format, choice, fingerprint, choice.wanted) as first:
        batches = _batches(first, files[1:], format, choice, fingerprint)
        name = source_name(files[0])
        if len(files) > 1:
            name = f"{name} and {len(files) - 1} more"
        with contextlib.closing(batches):
            yield Table(name, first.where, first.header, first.format, batches, fingerprint)


def _batches(
    first: Part, others: Sequence[Path], given: Format, choice: Choice, fingerprint: Fingerprint
) -> Generator[Batch]:
    yield from first.batches
    expected = first.header if choice.wanted is None else choice.wanted
    for path in others:
        with _part(path, given, choice, fingerprint, expected) as part:
            require_same_names(part.header, first.header, part.where, first.name)
            yield from part.batches


@contextlib.contextmanager
def _part(
    path: Path,
    given: Format,
    choice: Choice,
    fingerprint: Fingerprint,
    expected: Collection[str] | None,
) -> Iterator[Part]:
    """One file; `expected` are names that its header should have."""
    with raw_bytes(path, fingerprint) as raw:
        head, chunks = with_head(raw, ARROW_MARKS)
        if not is_arrow(path, head):
            yield text_part(chunks, source_name(path), given, choice, expected)
            return
        with arrow_part(path, chunks, choice) as part:
            yield part


def text_part(
    raw: Iterator[bytes],
    name: str,
    given: Format,
    choice: Choice,
    expected: Collection[str] | None = None,
) -> Part:
    """A text table, from its bytes as they come."""
    _check(given)
    blocks = text_blocks(plain_bytes(raw, name), name, given.encoding)
    delimiter, blocks = found_delimiter(blocks, name, given, expected)
    found = first_record(blocks, name, delimiter, keep=not given.header)
    if found is None:
        raise DataError(Problem("empty; a table needs a header and rows", name))
    (line, cells), blocks = found
    where = f"{name}:{line}"
    header = column_names(cells, header=given.header)
    if given.header:
        check_text_header(header, where, given.decimal, delimiter)
    layout = Layout(name, header, delimiter, given.decimal, choice.of(header), choice.as_text)
    used = dataclasses.replace(given, delimiter=delimiter)
    return Part(name, where, header, used, text_batches(blocks, layout))


def _check(given: Format) -> None:
    """Refuse a format that no table can have."""
    mark = given.delimiter
    if given.decimal not in {".", ","}:
        raise DataError(Problem(f"data.decimal: '.' or ',', not {given.decimal!r}"))
    if mark is not None and (len(mark) != 1 or mark in '"\r\n\0'):
        raise DataError(Problem(f"data.delimiter: one character, but no quote, not {mark!r}"))
