"""What reading a table gives: its format, and consecutive rows as columns of cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from shallow_cli.core.arrays import Array

Cells = Sequence[str] | Array


@dataclass(frozen=True)
class Format:
    """How a text table is written; no delimiter: one of `, ; tab |` is found out.

    Without a header the columns are called c1, c2, …
    """

    delimiter: str | None = None
    decimal: str = "."
    encoding: str = "utf-8"
    header: bool = True


@dataclass(frozen=True)
class Batch:
    """Consecutive rows of one file: cells by column, and the line where each row starts.

    A column is text, stripped of blanks, or float64 (rows,). In an array every number is smaller
    than numerals.TOO_LARGE; NaN is a missing cell, which only Parquet and Arrow files give: in a
    text table an empty cell makes its column text. Which of the two a column of numbers comes as
    may differ from batch to batch. `exact` has the columns that are needed exactly as written,
    which are text in `columns`. `decimal` is the mark in text that is to be read as numbers.
    """

    source: str
    lines: Sequence[int]  # rows of a Parquet or Arrow file, counted from 1
    columns: Mapping[str, Cells]
    written: Callable[[int, str], str]  # a cell of a column that is an array, as text
    decimal: str = "."
    mark: str = ":"
    exact: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lines)

    def cell(self, row: int, name: str) -> str:
        """One cell as it was written, also where the column is numbers."""
        cells = self.columns[name]
        return self.written(row, name) if isinstance(cells, np.ndarray) else cells[row]

    def place(self, row: int) -> str:
        """Where a row is, for messages: `a.csv:17`, or `a.parquet: row 17`."""
        return f"{self.source}{self.mark}{self.lines[row]}"


@dataclass(frozen=True)
class Part:
    """One file of a table; `where` is the place of its header, for messages."""

    name: str
    where: str
    header: tuple[str, ...]
    format: Format
    batches: Iterator[Batch]


@dataclass(frozen=True)
class Choice:
    """Which columns are looked at (None: all but the unwanted), and which exactly as written."""

    wanted: frozenset[str] | None = None
    as_text: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()

    def of(self, header: Sequence[str]) -> dict[str, int]:
        """The columns of a header that are looked at, and their positions."""
        return {
            name: position
            for position, name in enumerate(header)
            if (name not in self.unwanted if self.wanted is None else name in self.wanted)
        }
