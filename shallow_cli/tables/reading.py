"""Numbers out of the batches of a CSV, and which cells are none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.errors import DataError, Problem
from shallow_cli.files.csv_file import Batch, CsvTable
from shallow_cli.numerals import TOO_LARGE, are_numbers, is_number, to_numbers
from shallow_cli.rules import did_you_mean

SHOWN_COLUMNS = 10


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


def numeric_batches(
    table: CsvTable, columns: Sequence[str]
) -> Iterator[tuple[Batch, Array, list[BadCell]]]:
    """Each batch, its numbers in the given columns (rows, n), and the cells that are none."""
    for batch in table.batches:
        read = [read_numbers(batch, name) for name in columns]
        numbers = np.column_stack([column for column, _ in read])
        yield batch, numbers, [cell for _, bad in read for cell in bad]


def bad_cell_problems(table: CsvTable, bad: Iterable[BadCell], advice: str) -> list[Problem]:
    """One problem per column: its first bad cell, how many more there are, what to do."""
    by_column: dict[str, list[BadCell]] = {}
    for cell in bad:
        by_column.setdefault(cell.column, []).append(cell)
    problems = []
    for column, cells in by_column.items():
        more = f" (the first of {len(cells)} such cells)" if len(cells) > 1 else ""
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
