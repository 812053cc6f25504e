"""What a cell says: a number, a word, or that something is missing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.files.table_file import Cells
from shallow_cli.numerals import are_numbers, is_number, to_numbers


class Sorted(NamedTuple):
    """The numbers of cells (m,), NaN elsewhere, and the rows of words and of missing cells."""

    numbers: Array
    words: Sequence[int]
    missing: Sequence[int]


def sort_out(cells: Cells, missing: Collection[str], decimal: str) -> Sorted:
    """Tell numbers, words and missing cells apart.

    A word for missing that is a number, 999 say, is meant by its value.
    """
    words: Sequence[int] = ()
    if isinstance(cells, np.ndarray):
        numbers = cells
    elif are_numbers(cells, decimal):
        numbers = to_numbers(cells, decimal)
    else:
        numbers, words = _sort_text(cells, missing, decimal)
    marks = [word for word in missing if is_number(word, decimal)]
    if marks:
        numbers = np.where(np.isin(numbers, to_numbers(marks, decimal)), np.nan, numbers)
    is_missing = np.isnan(numbers)
    is_missing[list(words)] = False
    return Sorted(numbers, words, np.flatnonzero(is_missing).tolist())


def _sort_text(
    cells: Sequence[str], missing: Collection[str], decimal: str
) -> tuple[Array, Sequence[int]]:
    numbers = np.full(len(cells), np.nan)
    numeric = [row for row, cell in enumerate(cells) if is_number(cell, decimal)]
    numbers[numeric] = to_numbers([cells[row] for row in numeric], decimal)
    others = sorted(set(range(len(cells))) - set(numeric))
    return numbers, [row for row in others if cells[row] not in missing]
