"""Tables that are in memory already, as the batches that a file would give.

A DataFrame is never imported: a column is whatever NumPy makes an array of, and a cell that is no
number is its text, as in a CSV.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.errors import DataError, Problem
from shallow_cli.files.arrow_columns import EXACT
from shallow_cli.files.batch import Batch, Cells
from shallow_cli.files.headers import check_names
from shallow_cli.numerals import TOO_LARGE
from shallow_cli.tables.plan import require_columns

NAME = "table"  # what messages call it
ROWS = 10_000  # in a batch
LIMITS = {"i": EXACT, "u": EXACT, "f": TOO_LARGE}  # what is beyond is left to the readers of text
KINDS = "biufOUT"  # of arrays: numbers, booleans, text and objects
MISSING = {"NoneType", "NAType", "NaTType"}  # the types of None, and of pandas' NA and NaT
WANTED = "give a DataFrame or a dict with columns by name, or an array of rows and columns"


class Frame(Protocol):
    """What a DataFrame of pandas or polars does: its `columns` are names, `frame[name]` is one."""

    @property
    def columns(self) -> Any:
        """The names of its columns."""

    def __getitem__(self, name: Any, /) -> Any:
        """A column."""


Table = Frame | Mapping[str, Any] | Array | list[Any]


def columns_of(table: Table, needed: Sequence[str], features: Sequence[str]) -> dict[str, Array]:
    """The needed columns by name, (rows,) each, as they are.

    Args:
        table: columns by name, or rows with the `features` in their order.
        needed: names; blanks around those of the table do not count.
        features: the names of the columns of a table that has none.

    Raises:
        DataError: if the table is none, lacks a column, has two of a name or uneven ones, or holds
            what is neither numbers nor text.
    """
    if isinstance(table, np.ndarray | list):
        table = _named(table, features)
    names = list(table if isinstance(table, Mapping) else getattr(table, "columns", ()))
    known = {name.strip(): name for name in names if isinstance(name, str)}
    if not known:
        raise DataError(Problem(f"no column has a name; {WANTED}", NAME))
    check_names([name.strip() for name in names if isinstance(name, str)], NAME)
    require_columns(list(known), needed, NAME)
    found = {name: _column(table[known[name]], name) for name in needed}
    _require_even(found)
    return found


def _named(rows: Array | list[Any], features: Sequence[str]) -> dict[str, Array]:
    """The columns of rows without names."""
    array = _array(rows)
    if array.ndim != 2:  # noqa: PLR2004
        raise DataError(Problem(f"no rows with as many cells each; {WANTED}", NAME))
    if array.shape[1] != len(features):
        text = f"{array.shape[1]} columns, where the model has {len(features)} features"
        raise DataError(Problem(f"{text}: {', '.join(features)}", NAME))
    return dict(zip(features, array.T, strict=True))


def _array(cells: Any) -> Array:
    """An array of what is one, or of cells as they are: NumPy would make text of 1 beside 'a'."""
    found = np.asarray(cells, dtype=object if isinstance(cells, list | tuple) else None)
    if hasattr(cells, "hardmask"):  # a masked array, whose mask is lost by now
        found = found.astype(object)
        found[np.ma.getmaskarray(cells)] = None
    return found


def _column(cells: Any, name: str) -> Array:
    array = _array(cells)
    if array.ndim != 1:
        text = f"column '{name}' is no list of cells: it has {array.ndim} dimensions, not 1"
        raise DataError(Problem(text, NAME))
    if array.dtype.kind not in KINDS:
        text = f"column '{name}' holds {array.dtype}, neither numbers nor text; convert it"
        raise DataError(Problem(text, NAME))
    return array


def _require_even(columns: Mapping[str, Array]) -> None:
    first, *others = columns
    n_rows = len(columns[first])
    problems = [
        Problem(f"column '{name}' has {len(columns[name])} rows, and '{first}' has {n_rows}", NAME)
        for name in others
        if len(columns[name]) != n_rows
    ]
    if problems:
        raise DataError(*problems)


def batches_of(columns: Mapping[str, Array]) -> Iterator[Batch]:
    """Columns of one length, some thousand rows at a time; rows are counted from 1."""
    n_rows = len(next(iter(columns.values())))
    for start in range(0, n_rows, ROWS):
        stop = min(start + ROWS, n_rows)
        part = {name: array[start:stop] for name, array in columns.items()}
        yield _batch(range(start + 1, stop + 1), part)


def _batch(lines: range, arrays: Mapping[str, Array]) -> Batch:
    cells = {name: _cells(array) for name, array in arrays.items()}
    return Batch(NAME, lines, cells, lambda row, name: _text(arrays[name][row]), mark=": row ")


def _cells(array: Array) -> Cells:
    """Numbers as float64, where that is what they are and none is too large; else text."""
    limit = LIMITS.get(array.dtype.kind)
    if limit is not None:
        with np.errstate(over="ignore"):
            numbers = array.astype(np.float64)
        if not np.any(np.abs(numbers) >= limit):
            return numbers
    return [_text(cell) for cell in array.tolist()]


def _text(cell: Any) -> str:
    """A cell as a CSV has it, empty where it is missing."""
    if type(cell).__name__ in MISSING:
        return ""
    if isinstance(cell, float | np.floating):
        return "" if np.isnan(cell) else repr(float(cell))
    return str(cell).strip()
