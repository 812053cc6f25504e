"""Whether an export says what its model says, of rows that are made up and of real ones."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from shallow_cli.answers import Rows, Wish, csv_answers
from shallow_cli.config import unflat
from shallow_cli.core.rng import export_stream
from shallow_cli.data_config import DataConfig
from shallow_cli.model import Model
from shallow_cli.tables.columns import Category, Column

ROWS = 200  # that are made up
TOLERANCE = 1e-9  # of probabilities and numbers, relative to what is larger than 1
SPREAD, GAPS = 3.0, 0.1  # standard deviations around the mean; of the cells that may be missing


class NotExportedError(Exception):
    """A model cannot be exported, or what was made of it does not run; the text says why."""


@dataclass(frozen=True)
class Form:
    """What a model is exported as.

    `made` is the bytes of the file, and `answered` what these say of a table, as `predict --proba`
    writes it. `is_own` tells whether a file is of this form; `require` refuses to make a file
    for which a library is missing.
    """

    noun: str
    suffix: str
    made: Callable[[Model], bytes]
    answered: Callable[[Model, bytes, Path], Rows]
    is_own: Callable[[Path], bool]
    require: Callable[[Path], None] = lambda _: None


def exported(form: Form, model: Model, data: Path | None) -> bytes:
    """The file of a model, which answers made-up rows and those of a table as the model does.

    Raises:
        DataError: if the table cannot be read, or does not fit the model.
        NotExportedError: if there is no such file.
    """
    made = form.made(model)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "made-up.csv")
        table.write_bytes(made_up(model))
        for each in (table, *([data] if data else [])):
            wrong = disagreement(form, model, made, each)
            if wrong:
                raise NotExportedError(f"its {form.noun} would answer otherwise: {wrong}")
    return made


def disagreement(form: Form, model: Model, made: bytes, data: Path) -> str:
    """The first answer to a table in which an export differs from its model, or nothing.

    Raises:
        DataError: if the table cannot be read, or does not fit the model.
    """
    wish = Wish(proba=bool(model.columns.classes))
    expected = [row for batch in csv_answers(model, [data], wish) for row in batch]
    try:
        found = form.answered(model, made, data)
    except NotExportedError as error:
        return str(error)
    if len(found) != len(expected):
        return f"{len(found)} lines, not {len(expected)}"
    if found[0] != expected[0]:
        return f"columns {found[0]}, not {expected[0]}"
    labels = 1 if model.columns.classes else 0
    pairs = enumerate(zip(found[1:], expected[1:], strict=True), start=1)
    wrong = (f"row {n}: {a}, not {b}" for n, (a, b) in pairs if not _alike(a, b, labels))
    return next(wrong, "")


def _alike(cells: list[str], expected: list[str], labels: int) -> bool:
    """The first are labels, which are the same, the others numbers, which are nearly."""
    if len(cells) != len(expected) or cells[:labels] != expected[:labels]:
        return False
    return all(map(_near, cells[labels:], expected[labels:]))


def _near(cell: str, expected: str) -> bool:
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
    """Of one column; what is missing is written in all the ways that there are, in turn."""
    stream = export_stream(place)
    gaps = stream.random_sample(ROWS) < GAPS
    missing = cycle(data.missing_values or ("",))
    if isinstance(feature, Category):
        words = [*feature.words, "no word that there was"]
        for number in stream.randint(len(words), size=ROWS):
            yield words[number] or next(missing)
        return
    column = feature or Column("")
    values = column.offset + SPREAD * column.scale * stream.standard_normal(ROWS)
    fills = column.fill is not None and bool(data.missing_values)
    for value, gap in zip(values.tolist(), gaps.tolist(), strict=True):
        yield next(missing) if gap and fills else repr(value).replace(".", data.decimal)
