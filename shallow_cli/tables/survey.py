"""What the columns of a CSV hold, before anybody has decided anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shallow_cli.errors import DataError, Problem
from shallow_cli.files.csv_file import open_table
from shallow_cli.tables.reading import BadCell, read_numbers


@dataclass(frozen=True)
class Survey:
    """The last column as the target, the others sorted by whether they are all numbers."""

    name: str
    rows: int
    target: str
    target_cells: list[str]
    features: tuple[str, ...]
    unusable: dict[str, str]  # why, by column


def survey(path: Path) -> Survey:
    """Read a CSV once.

    Raises:
        DataError: if it cannot be read, has no rows, or no column that is all numbers.
    """
    with open_table(path) as table:
        target = table.header[-1]
        rows = 0
        cells: list[str] = []
        first_bad: dict[str, BadCell] = {}
        for batch in table.batches:
            rows += len(batch.lines)
            cells += [cell.strip() for cell in batch.cells[target]]
            for name in table.header[:-1]:
                bad = read_numbers(batch, name)[1]
                if bad:
                    first_bad.setdefault(name, bad[0])
        if not rows:
            raise DataError(Problem("has a header, but no rows", table.name))
        features = tuple(name for name in table.header[:-1] if name not in first_bad)
        if not features:
            raise DataError(Problem("no column is all numbers", table.place(1)))
        unusable = {name: f"line {bad.line}: {bad.says}" for name, bad in first_bad.items()}
        return Survey(table.name, rows, target, cells, features, unusable)
