"""Thousands of tables, whole and damaged: read as another reader reads them, or refused clearly.

With `SHALLOW_TEST_SCALE` they are more, and others every time.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import strategies as st

from shallow_cli.errors import DataError
from shallow_cli.files.table_file import Format, open_table
from shallow_cli.tables.cells import Sorted, sort_out

from .conftest import Result, write
from .fuzzing.plain_reader import NoTable, Plain, number, plain_table
from .fuzzing.running import in_time, lines_of
from .fuzzing.sheets import Sheet, any_sheets
from .fuzzing.tables import (
    MISSING,
    PLACE,
    WANTED,
    files,
    folder,
    fuzzed,
    in_pieces,
    require_places,
    shallow,
)

__all__ = ["folder"]  # a fixture

CONFIG_KEY = re.compile(r"(?:data\.[a-z_]+|class_weight): \S")

TRAINING = st.tuples(
    st.sampled_from(("error", "mean", "median", "drop")).map("data.missing={}".format),
    st.sampled_from(("data.task=auto", "data.task=regression", "data.missing_target=drop")),
    st.sampled_from(("data.scale=standardize", "data.scale=minmax", "data.validation=0.3")),
)


class Column(NamedTuple):
    """One column as it was read; numbers are NaN where there is none."""

    cells: list[str]
    numbers: bytes
    words: list[int]
    missing: list[int]


class Read(NamedTuple):
    """A table as it was read."""

    header: list[str]
    delimiter: str | None
    lines: list[int]
    columns: list[Column]


def read(sheet: Sheet) -> Read:
    """The table as it is read here."""
    how = Format(*astuple(sheet.how))
    with in_pieces(sheet), in_time(), open_table([Path("t.csv")], how) as table:
        batches = list(table.batches)
    places = [(batch, row) for batch in batches for row in range(len(batch))]
    return Read(
        list(table.header),
        table.format.delimiter,
        [batch.lines[row] for batch, row in places],
        [
            _joined(
                [batch.cell(row, name) for batch, row in places],
                [sort_out(batch.columns[name], MISSING, batch.decimal) for batch in batches],
            )
            for name in table.header
        ],
    )


def _joined(cells: list[str], parts: Sequence[Sorted]) -> Column:
    starts = [sum(len(part.numbers) for part in parts[:i]) for i in range(len(parts))]
    return Column(
        cells,
        b"".join(part.numbers.tobytes() for part in parts),
        [start + row for start, part in zip(starts, parts, strict=True) for row in part.words],
        [start + row for start, part in zip(starts, parts, strict=True) for row in part.missing],
    )


def expected(plain: Plain, decimal: str) -> Read:
    """The table as another reader reads it."""
    columns = []
    for name in plain.header:
        cells = plain.cells(name)
        numbers = [number(cell, decimal) for cell in cells]
        missing = [
            row
            for row, (cell, value) in enumerate(zip(cells, numbers, strict=True))
            if (cell in MISSING if value is None else value == 999)
        ]
        words = [row for row, value in enumerate(numbers) if value is None and row not in missing]
        for row in (*words, *missing):
            numbers[row] = np.nan
        columns.append(Column(cells, np.array(numbers, dtype=float).tobytes(), words, missing))
    return Read(plain.header, plain.delimiter, [line for line, _ in plain.records], columns)


def test_tables_are_what_another_reader_reads_or_refused(folder: Path) -> None:
    write(folder / "c.yaml", "data:\n  csv: t.csv\nepochs: 1\n")

    def check(sheet: Sheet, sets: tuple[str, ...]) -> None:
        trained = train(sheet, sets)
        try:
            plain = plain_table(sheet.raw, sheet.how)
        except NoTable as none:
            assert sheet.rows is None
            assert trained.code == 3
            require_places(lines_of(trained), none.lines)
            with pytest.raises(DataError):
                read(sheet)
            return
        assert read(sheet) == expected(plain, sheet.how.decimal)
        if sheet.rows is not None:
            require_written(plain, sheet)
        require_trained(trained, len(plain.records), sets)

    fuzzed(any_sheets(), TRAINING, -(-WANTED * 7 // 10), check)


def require_written(plain: Plain, sheet: Sheet) -> None:
    """Somebody wrote the cells that were read."""
    rows = [[cell.strip() for cell in cells] for _, cells in plain.records]
    names = [plain.header] if sheet.how.header else []
    assert [*names, *rows] == [[cell.strip() for cell in cells] for cells in sheet.rows or ()]


def train(sheet: Sheet, sets: tuple[str, ...]) -> Result:
    Path("m.npz").unlink(missing_ok=True)
    header = f"--set=data.header={json.dumps(sheet.how.header)}"
    words = [f"--set={one}" for one in sets]
    return shallow(sheet, "train", "c.yaml", "-q", "-o", "m.npz", header, *words)


def require_trained(trained: Result, records: int, sets: Collection[str]) -> None:
    """There is a model of all the records; or none, and a reason."""
    lines = lines_of(trained)
    if trained.code == 0:
        assert not lines
        assert trained.out.startswith("epoch ")
        with zipfile.ZipFile("m.npz") as model:
            rows = json.loads(model.read("model.json"))["sources"]["training"]["rows"]
        drops = any(one.endswith("=drop") for one in sets)
        assert 0 < rows <= records if drops else rows == records
        return
    assert files() == ["c.yaml", "t.csv"]
    assert not trained.out
    assert lines
    if trained.code == 4:  # a row held out is 1e154 times as far off as those to train on
        assert lines[0].startswith("the first weights give no finite loss; ")
        assert [line.split(":")[0] for line in lines[1:]] == ["operations that overflowed"]
        assert "data.validation=0.3" in sets
        return
    assert all(PLACE.match(line) or CONFIG_KEY.match(line) for line in lines), lines
