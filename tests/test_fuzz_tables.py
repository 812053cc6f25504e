"""Thousands of tables, whole and damaged: read as another reader reads them, or refused clearly.

With `SHALLOW_TEST_SCALE` they are more, and others every time.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from shallow_cli.core.arrays import Array
from shallow_cli.errors import DataError
from shallow_cli.files import byte_source
from shallow_cli.files.table_file import Format, open_table
from shallow_cli.tables.cells import Sorted, sort_out

from .conftest import Result, write
from .fuzzing.plain_reader import ANY_LINE, WHOLE_FILE, NoTable, Plain, number, plain_table
from .fuzzing.running import in_time, lines_of
from .fuzzing.running import shallow as run
from .fuzzing.sheets import Sheet, any_sheets, sheets_to_predict
from .scale import SCALE

WANTED = 5000 * SCALE
AGAIN = 1.4  # of so many some have been there before

MISSING = ("", "NA", "?", "999")
TOO_LARGE = 1e150
PLACE = re.compile(r"(?:t\.csv|standard input)(?::(\d+))?: \S")
CONFIG_KEY = re.compile(r"(?:data\.[a-z_]+|class_weight): \S")

TRAINING = st.tuples(
    st.sampled_from(("error", "mean", "median", "drop")).map("data.missing={}".format),
    st.sampled_from(("data.task=auto", "data.task=regression", "data.missing_target=drop")),
    st.sampled_from(("data.scale=standardize", "data.scale=minmax", "data.validation=0.3")),
)


def is_like_a_zip(sheet: Sheet) -> bool:
    """A table that happens to begin as zip files do, behind a mark or packed, is refused as one.

    Hypothesis finds it, since it tries the words of our own source.
    """
    raw = sheet.raw
    with contextlib.suppress(OSError, EOFError, zlib.error):
        raw = gzip.decompress(raw)
    zip_, known = b"PK\x03\x04", sheet.rows is not None
    return zip_ in raw[:8] and (known or not sheet.raw.startswith(zip_))


def fuzzed(
    strategy: st.SearchStrategy[Sheet],
    options: st.SearchStrategy[Any],
    fewest: int,
    check: Callable[[Sheet, Any], None],
) -> None:
    """Check tables, no fewer than these different ones."""
    seen: set[bytes] = set()

    @settings(
        derandomize=SCALE == 1,
        database=None,
        max_examples=int(fewest * AGAIN),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy, options)
    def each(sheet: Sheet, chosen: Any) -> None:
        assume(not is_like_a_zip(sheet))
        Path("t.csv").write_bytes(sheet.raw)
        check(sheet, chosen)
        seen.add(sheet.raw)

    each()
    assert len(seen) >= fewest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files() -> list[str]:
    """In the current folder."""
    return sorted(path.name for path in Path().iterdir())


def in_pieces(sheet: Sheet) -> Any:
    """Files are read so many bytes at a time."""
    return patch.object(byte_source, "CHUNK", sheet.pieces or byte_source.CHUNK)


def shallow(sheet: Sheet, *words: str) -> Result:
    """Run a command line; standard input is the table."""
    with in_pieces(sheet):
        return run(*words, *sheet.settings, stdin=sheet.raw)


def require_places(lines: Sequence[str], expected: Collection[int]) -> None:
    """Each line begins with the file, and one of these lines of it."""
    assert lines
    for line in lines:
        place = PLACE.match(line)
        assert place, line
        assert int(place[1] or WHOLE_FILE) in expected, (line, expected)


# Reading, and training on what was read.


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


# Predicting.


@dataclass(frozen=True)
class Scorer:
    """What the model says of a and b, worked out from the arrays of its file."""

    W1: Array
    b1: Array
    W2: Array
    b2: Array
    words: list[str]
    fill: float

    def probability(self, a: float, b: str) -> float:
        """Of the second class."""
        X = np.array([[a, *(float(b == word) for word in self.words)]]).T
        Z2 = self.W2 @ np.tanh(self.W1 @ X + self.b1) + self.b2
        return float(1 / (1 + np.exp(-Z2[0, 0])))


@pytest.fixture
def scorer(folder: Path) -> Scorer:
    """A model in `m.npz`, and what it should say."""
    write(folder / "t.csv", "a,b,y\n1,red,no\n2,green,yes\n6,,yes\n-4,blue,no\n")
    config = {
        "data": {"csv": "t.csv", "missing": "mean", "missing_values": MISSING, "scale": "none"},
        "epochs": 50,
        "init_scale": 1,
    }
    write(folder / "c.yaml", json.dumps(config))
    assert run("train", "c.yaml", "-q", "-o", "m.npz").code == 0
    with np.load("m.npz") as file:
        W1, b1, W2, b2 = (file[name] for name in ("W1", "b1", "W2", "b2"))
    return Scorer(W1, b1, W2, b2, ["", "blue", "green", "red"], fill=(1 + 2 + 6 - 4) / 4)


class Question(NamedTuple):
    """How an answer is asked for."""

    ids: tuple[str, ...]
    strict: bool
    from_pipe: bool
    to_file: bool


QUESTIONS = st.builds(
    Question,
    st.sampled_from(((), ("id",), ("id", "b"))),
    st.sampled_from((False, False, True)),
    st.booleans(),
    st.booleans(),
)


def test_every_record_is_answered_in_its_place_or_refused(folder: Path, scorer: Scorer) -> None:
    there = sorted(path.name for path in folder.iterdir())

    def check(sheet: Sheet, question: Question) -> None:
        told, out = predict(sheet, question)
        try:
            plain = plain_table(sheet.raw, sheet.how, [*question.ids, "a", "b"])
        except NoTable:
            faults: Collection[int] = ANY_LINE
        else:
            faults = faulty(plain, sheet.how.decimal, scorer, strict=question.strict)
        assert told.code == (3 if faults else 0)
        assert files() == there
        if faults:
            require_places(lines_of(told), faults)
            assert out is None
            return
        assert all(line.startswith("warning: b: ") for line in lines_of(told))
        require_answers(out, plain, sheet, question, scorer)

    fuzzed(sheets_to_predict(), QUESTIONS, -(-WANTED * 3 // 10), check)


def predict(sheet: Sheet, question: Question) -> tuple[Result, str | None]:
    """What happened, and the answers if all are there."""
    words = [word for name in question.ids for word in ("--id", name)]
    words += ["--strict"] * question.strict + ["-o", "out.csv"] * question.to_file
    told = shallow(
        sheet, "predict", "m.npz", "-" if question.from_pipe else "t.csv", "--proba", *words
    )
    if not question.to_file:
        return told, told.out if told.code == 0 else None
    assert not told.out
    if not Path("out.csv").exists():
        return told, None
    out = Path("out.csv").read_bytes().decode()
    Path("out.csv").unlink()
    return told, out


def faulty(plain: Plain, decimal: str, scorer: Scorer, *, strict: bool) -> list[int]:
    """The lines of records that have no answer."""
    return [
        line
        for (line, _), a, b in zip(plain.records, plain.cells("a"), plain.cells("b"), strict=True)
        if not (number(a, decimal) is not None or a in MISSING)
        or abs(number(a, decimal) or 0) >= TOO_LARGE
        or (strict and b not in {*scorer.words, *MISSING})
    ]


def require_answers(
    out: str | None, plain: Plain, sheet: Sheet, question: Question, scorer: Scorer
) -> None:
    """One for each record, in their order, with its ids as they were written."""
    header, *rows = csv.reader(io.StringIO(out, newline=""), strict=True)
    n = len(question.ids)
    assert header == [*question.ids, "y", "p_no", "p_yes"]
    assert [row[:n] for row in rows] == [
        list(ids) for ids in zip(*map(plain.written, question.ids), strict=True)
    ] or (not n and len(rows) == len(plain.records))
    for row, a, b in zip(rows, plain.cells("a"), plain.cells("b"), strict=True):
        value = number(a, sheet.how.decimal)
        p = scorer.probability(
            scorer.fill if value is None or value == 999 else value, "" if b in MISSING else b
        )
        no, yes = map(float, row[n + 1 :])
        assert (no, yes) == pytest.approx((1 - p, p), rel=1e-9, abs=1e-12)
        assert row[n] == ("yes" if yes > 0.5 else "no")
