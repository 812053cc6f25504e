"""From the cells of a table to raw rows: what is kept in memory, in a map, or streamed.

A raw row has one float64 for each column of a plan: a number as it is, a word as its code, NaN
for what is missing. Scaling and one-hot come later, from what was fitted on the training rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.files.table_file import Batch
from shallow_cli.tables.plan import Plan
from shallow_cli.tables.readers import Found, kept_rows, readers


@dataclass(frozen=True)
class RawBatch:
    """Raw rows (k, n), and for messages where each was in the table."""

    values: Array
    batch: Batch
    rows: Sequence[int]  # of the batch, those that were kept

    def place(self, row: int) -> str:
        """Where a row of `values` comes from."""
        return self.batch.place(self.rows[row])


def raw_batches(batches: Iterable[Batch], plan: Plan, found: Found) -> Iterator[RawBatch]:
    """The raw rows of each batch, without those that the plan drops.

    Faulty cells are complained of in `found`, and their rows mean nothing.

    Raises:
        DataError: if the table cannot be read, or a column has too many different words.
    """
    reading = readers(plan, found)
    for batch in batches:
        values = np.empty((len(batch.lines), len(reading)))
        for position, read in enumerate(reading):
            values[:, position] = read(batch)
        rows = kept_rows(values, plan, found)
        yield RawBatch(values if len(rows) == len(values) else values[rows], batch, rows)
