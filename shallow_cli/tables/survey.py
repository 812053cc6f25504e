"""What the columns of a table hold, before anybody has decided anything.

Only the first million cells are looked at: what a column is must not depend on how much of a
table fits the memory. What comes later and does not fit is an error that names its lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.files.table_file import Batch, Table
from shallow_cli.tables.cells import sort_out

HEAD_CELLS = 1_000_000
FEWEST_FOR_AN_ID = 20
SHOWN_CELLS = 5
MOST = 0.5

_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d.*)?|\d{4}/\d{1,2}/\d{1,2}(?: .*)?"
    r"|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?: .*)?"
)
# Numbers in a notation that is not ours: 1_000, 1,000.5, 1 000, $12, 12 %, 0x1f, inf.
_ODD = re.compile(
    r"[-+]?(?:\d{1,3}(?:[_' ,.]\d{3})+(?:[.,]\d+)?|\d+(?:_\d+)+|\d*,\d+"
    r"|[$€£¥] ?\d[\d.,_' ]*|\d[\d.,_' ]* ?[%$€£¥]|0x[0-9a-f]+|inf(?:inity)?)",
    re.IGNORECASE,
)
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]*,[0-9]+(?:[eE][-+]?[0-9]+)?")
_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_ID_NAME = re.compile(r"(?:.*[_ .-])?(?:id|uuid|guid|index|key)|.*[a-z](?:ID|Id)")


@dataclass(frozen=True)
class Word:
    """A cell that is neither a number nor missing."""

    place: str
    line: int
    text: str


@dataclass(frozen=True)
class ColumnSurvey:
    """What the cells of a column are."""

    name: str
    rows: int
    missing: int
    numbers: int
    words: tuple[Word, ...]  # the first few
    n_words: int
    odd: int  # words that are numbers in another notation
    decimal_commas: int
    thousands: int  # words whose commas may as well set thousands apart
    dates: int
    low: float
    high: float
    different: int  # values
    counts_rows: bool  # 1, 2, 3, …

    @property
    def looks_like_a_date(self) -> bool:
        """Every word is one."""
        return self.n_words > 0 and self.dates == self.n_words and not self.numbers

    @property
    def has_decimal_commas(self) -> bool:
        """Most words are numbers whose decimal sign is a comma."""
        return self.decimal_commas > MOST * self.n_words and not self.has_thousands

    @property
    def has_thousands(self) -> bool:
        """Most words are numbers with commas that may all set thousands apart."""
        return self.thousands > MOST * self.n_words and self.decimal_commas <= self.thousands

    @property
    def has_odd_numbers(self) -> bool:
        """Most words are numbers in another notation than ours."""
        return self.odd > MOST * self.n_words

    @property
    def looks_like_an_id(self) -> bool:
        """It is different in every row, and words, a row count, or called an id."""
        there = self.n_words + self.numbers
        if there < max(FEWEST_FOR_AN_ID, MOST * self.rows) or self.different < there:
            return False
        return self.is_words or self.counts_rows or bool(_ID_NAME.fullmatch(self.name))

    @property
    def is_words(self) -> bool:
        """There are more words than numbers."""
        return self.n_words > self.numbers


@dataclass(frozen=True)
class Survey:
    """The columns by name, in the table's order, and of how many rows; `whole`: of all rows."""

    name: str
    rows: int
    whole: bool
    columns: dict[str, ColumnSurvey]
    where: str  # the place of the header


def survey(
    table: Table, columns: Collection[str], missing_words: Collection[str]
) -> tuple[Survey, Iterator[Batch]]:
    """Look at the first rows; returns what was seen and all the batches, those rows included.

    Raises:
        DataError: if the table cannot be read.
    """
    most = max(1, HEAD_CELLS // len(table.header))
    head: list[Batch] = []
    rows = 0
    for batch in table.batches:
        head.append(batch)
        rows += len(batch.lines)
        if rows > most:
            break
    looked_at = min(rows, most)
    found = {
        name: _look(name, head, looked_at, frozenset(missing_words))
        for name in table.header
        if name in columns
    }
    return (
        Survey(table.name, looked_at, rows <= most, found, table.where),
        chain(head, table.batches),
    )


def _look(name: str, head: Sequence[Batch], rows: int, missing: frozenset[str]) -> ColumnSurvey:
    numbers: list[Array] = []
    words: list[Word] = []
    texts: Counter[str] = Counter()
    n_missing, left = 0, rows
    for batch in head:
        cells = batch.columns[name][:left]
        left -= len(cells)
        values, word_rows, missing_rows = sort_out(cells, missing, batch.decimal)
        numbers.append(values[~np.isnan(values)])
        n_missing += len(missing_rows)
        texts.update(str(cells[row]) for row in word_rows)
        words += [
            Word(batch.place(row), batch.lines[row], batch.cell(row, name))
            for row in word_rows[: SHOWN_CELLS - len(words)]
        ]
    found = np.concatenate(numbers) if numbers else np.empty(0)
    with np.errstate(over="ignore", invalid="ignore"):  # what is too large is refused later
        counts_up = len(found) > 1 and bool(np.all(np.diff(found) == 1))
    return ColumnSurvey(
        name=name,
        rows=rows,
        missing=n_missing,
        numbers=len(found),
        words=tuple(words),
        n_words=texts.total(),
        odd=_count(texts, _ODD),
        decimal_commas=_count(texts, _DECIMAL_COMMA),
        thousands=_count(texts, _THOUSANDS),
        dates=_count(texts, _DATE),
        low=float(found.min()) if len(found) else 0.0,
        high=float(found.max()) if len(found) else 0.0,
        different=len(set(found.tolist())) + len(texts),
        counts_rows=counts_up and float(found[0]).is_integer(),
    )


def _count(texts: Counter[str], pattern: re.Pattern[str]) -> int:
    return sum(count for text, count in texts.items() if pattern.fullmatch(text))
