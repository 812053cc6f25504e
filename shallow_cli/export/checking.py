"""Whether a program says what its model says, of rows that are made up and of real ones."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from shallow_cli.answers import Wish, csv_answers
from shallow_cli.config import unflat
from shallow_cli.core.rng import export_stream
from shallow_cli.data_config import DataConfig
from shallow_cli.model import Model
from shallow_cli.tables.columns import Category, Column

ROWS = 200  # that are made up
TOLERANCE = 1e-9  # of probabilities and numbers, relative to what is larger than 1
SPREAD, GAPS = 3.0, 0.1  # standard deviations around the mean; of the cells that may be missing


def disagreement(model: Model, program: str, data: Path) -> str:
    """The first answer to a table in which a program differs from its model, or nothing.

    Raises:
        DataError: if the table cannot be read, or does not fit the model.
    """
    wish = Wish(proba=bool(model.columns.classes))
    expected = [row for batch in csv_answers(model, [data], wish) for row in batch]
    words = ["--proba"] if wish.proba else []
    with tempfile.TemporaryDirectory() as folder, data.open("rb") as table:
        path = Path(folder, "program.py")
        path.write_text(program, encoding="utf-8")
        command = [sys.executable, "-I", str(path), *words]
        done = subprocess.run(command, stdin=table, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        return done.stderr.decode(errors="replace").strip().splitlines()[-1]
    found = list(csv.reader(io.StringIO(done.stdout.decode(), newline="")))
    if len(found) != len(expected):
        return f"{len(found)} lines, not {len(expected)}"
    pairs = enumerate(zip(found, expected, strict=True))
    return next((f"line {n + 1}: {a}, not {b}" for n, (a, b) in pairs if not _alike(a, b)), "")


def _alike(cells: list[str], expected: list[str]) -> bool:
    return len(cells) == len(expected) and all(map(_same, cells, expected))


def _same(cell: str, expected: str) -> bool:
    if cell == expected:
        return True
    try:
        value, wanted = float(cell), float(expected)
    except ValueError:
        return False
    return abs(value - wanted) <= TOLERANCE * max(1.0, abs(wanted))


def made_up(model: Model) -> bytes:
    """A table as the model reads it: numbers, gaps where it fills them, words it knows or not."""
    data = unflat(model.config).data
    names = list(model.columns.feature_names)
    if not data.header:
        names = [f"c{place}" for place in range(1, model.trained_width + 1)]
    text = io.StringIO()
    mark = data.delimiter or (";" if data.decimal == "," else ",")
    writer = csv.writer(text, delimiter=mark, lineterminator="\n")
    if data.header:
        writer.writerow(names)
    features = {feature.name: feature for feature in model.columns.features}
    columns = [list(_cells(features.get(name), n, data)) for n, name in enumerate(names)]
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode(data.encoding)


def _cells(feature: Column | Category | None, place: int, data: DataConfig) -> Iterator[str]:
    stream = export_stream(place)
    gaps = stream.random_sample(ROWS) < GAPS
    missing = next(iter(data.missing_values), None)
    if isinstance(feature, Category):
        words = [*feature.words, "no word that there was"]
        for number in stream.randint(len(words), size=ROWS):
            yield words[number] or missing or ""
        return
    column = feature or Column("")
    values = column.offset + SPREAD * column.scale * stream.standard_normal(ROWS)
    fills = column.fill is not None and missing is not None
    for value, gap in zip(values.tolist(), gaps.tolist(), strict=True):
        yield str(missing) if gap and fills else repr(value).replace(".", data.decimal)
