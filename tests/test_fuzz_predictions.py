"""Predictions of tables, whole and damaged: what the weights give, or refused clearly."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import strategies as st

from shallow_cli.core.arrays import Array

from .conftest import Result, write
from .fuzzing.plain_reader import ANY_LINE, NoTable, Plain, number, plain_table
from .fuzzing.running import lines_of
from .fuzzing.running import shallow as run
from .fuzzing.sheets import Sheet, sheets_to_predict
from .fuzzing.tables import (
    MISSING,
    WANTED,
    files,
    folder,
    fuzzed,
    require_places,
    shallow,
)

__all__ = ["folder"]  # a fixture

TOO_LARGE = 1e150


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
