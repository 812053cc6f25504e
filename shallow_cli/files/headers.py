"""The names of columns: what is no header, and whether two files have the same one."""

from __future__ import annotations

from collections.abc import Sequence

from shallow_cli.errors import DataError, Problem
from shallow_cli.numerals import is_number

SHOWN_NAMES = 10


def column_names(first_record: Sequence[str], *, header: bool) -> tuple[str, ...]:
    """The names that the first record gives, or c1, c2, … where it is no header."""
    if header:
        return tuple(cell.strip() for cell in first_record)
    return tuple(f"c{position}" for position in range(1, len(first_record) + 1))


def check_names(header: Sequence[str], where: str) -> None:
    """Refuse columns without a name, and names that two columns have.

    Raises:
        DataError: with all of them.
    """
    problems = [
        Problem(f"column {position} has no name; give it one, or take the column out", where)
        for position, name in enumerate(header, start=1)
        if not name
    ]
    names = set(header)
    if len(names) < len(header):
        repeated = sorted(name for name in names if name and header.count(name) > 1)
        problems += [Problem(f"two columns are called '{name}'", where) for name in repeated]
    if problems:
        raise DataError(*problems)


def check_text_header(header: Sequence[str], where: str, decimal: str, delimiter: str) -> None:
    """Refuse a first row that is no header.

    Raises:
        DataError: if it is all numbers, has bad names, or seems to be split at the wrong mark.
    """
    if all(is_number(name, decimal) for name in header):
        what = "the first row is all numbers; no header? data.header: false names the columns "
        raise DataError(Problem(f"{what}c1, c2, …", where))
    if len(header) == 1 and any(mark in header[0] for mark in ",;\t|"):
        what = f"one column only, with '{delimiter}' between the cells; data.delimiter changes that"
        raise DataError(Problem(what, where))
    check_names(header, where)


def require_same_names(header: Sequence[str], first: Sequence[str], where: str, name: str) -> None:
    """Refuse a file whose columns are not those of the first file, called `name`.

    Raises:
        DataError: naming the columns that are missing, and those that are too many.
    """
    missing = [column for column in first if column not in set(header)]
    extra = [column for column in header if column not in set(first)]
    problems = [
        Problem(f"{says} {_listed(columns)}; the files need the same columns as {name}", where)
        for says, columns in [("no column", missing), ("one too many:", extra)]
        if columns
    ]
    if problems:
        raise DataError(*problems)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return ", ".join(f"'{name}'" for name in names[:SHOWN_NAMES]) + more
