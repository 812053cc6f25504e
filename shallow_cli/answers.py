"""What a model says of rows, as the cells of a table, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shallow_cli.config import unflat
from shallow_cli.core import metrics
from shallow_cli.core.arrays import Array
from shallow_cli.core.prediction import predict
from shallow_cli.data_config import DataConfig
from shallow_cli.errors import DataError, Problem, UsageError
from shallow_cli.files.table_file import open_table
from shallow_cli.model import Model
from shallow_cli.tables.columns import unscaled
from shallow_cli.tables.encoding import Encoding, encoding_of_model
from shallow_cli.tables.generated import generated_table
from shallow_cli.tables.plan import format_of, plan_of_model, require_columns, require_width
from shallow_cli.tables.readers import Found
from shallow_cli.tables.reading import raw_batches

NOT_FINITE = "no finite prediction; are these values in the units of the training?"

Rows = list[list[str]]
Place = Callable[[int], str]


@dataclass(frozen=True)
class Wish:
    """What is to be answered: the ids to copy, probabilities too, and from where on it is a yes.

    `strict`: a word that the model does not know is an error.
    """

    ids: Sequence[str] = ()
    proba: bool = False
    threshold: float = metrics.EVEN
    strict: bool = False


def csv_answers(
    model: Model,
    paths: Sequence[Path],
    wish: Wish = Wish(),
    reading: DataConfig | None = None,
    found: Found | None = None,
) -> Iterator[Rows]:
    """The header, then the predictions of one batch of a table's records after the other.

    Args:
        model: who answers.
        paths: the tables.
        wish: what is to be answered.
        reading: how the tables are written; by default as those of the training.
        found: where words that the model does not know are counted.

    Raises:
        DataError: if the table cannot be read, lacks a column, or has a cell the model cannot use.
    """
    config = reading or unflat(model.config).data
    found = Found() if found is None else found
    plan = plan_of_model(
        model.columns, config, model.trained_width, targets=False, strict=wish.strict
    )
    needed = list(dict.fromkeys([*wish.ids, *plan.names]))
    with open_table(paths, format_of(config), wanted=needed, as_text=wish.ids) as table:
        require_columns(table.header, needed, table.where)
        require_width(plan, table.header, table.where)
        yield [[*wish.ids, *answer_names(model, proba=wish.proba)]]
        encoding = encoding_of_model(model.columns, targets=False)
        for raw in raw_batches(table.batches, plan, found):
            if found.complaints:
                raise DataError(*found.complaints.problems(advice=False))
            predicted = answers(model, encoding, raw.values, raw.place, wish)
            copied = list(zip(*(raw.batch.exact[name] for name in wish.ids), strict=True))
            rows = zip(copied or [()] * len(predicted), predicted, strict=True)
            yield [[*before, *answer] for before, answer in rows]


def generated_answers(model: Model, wish: Wish = Wish()) -> Iterator[Rows]:
    """The header, then the predictions for the generated data that the model was trained on.

    Raises:
        UsageError: if it was trained on a table, or columns are to be copied.
    """
    if model.config["data.generate"] is None:
        needed = ", ".join(model.columns.feature_names)
        raise UsageError(Problem(f"name a CSV to predict; the model needs the columns {needed}"))
    if wish.ids:
        raise UsageError(Problem("--id copies columns of DATA, but no DATA is named"))
    yield [answer_names(model, proba=wish.proba)]
    table = generated_table(unflat(model.config).data)
    encoding = encoding_of_model(model.columns, targets=False)
    yield answers(model, encoding, table.values, lambda row: f"{table.name}:{row + 1}", wish)


def answer_names(model: Model, *, proba: bool) -> list[str]:
    """One column per target, then one per class for its probability."""
    names = list(model.columns.target_names)
    return names + [f"p_{label}" for label in model.columns.classes] if proba else names


def answers(model: Model, encoding: Encoding, raw: Array, place: Place, wish: Wish) -> Rows:
    """The cells of each raw row (m, n).

    Raises:
        DataError: at the place of a row for which the model has no finite answer.
    """
    A2 = outputs(model, encoding, raw)
    require_finite(A2, place)
    if not model.columns.classes:
        return [[repr(value) for value in row] for row in A2.tolist()]
    decided = metrics.decide(A2, wish.threshold)
    labels = [[model.columns.classes[number]] for number in decided]
    if not wish.proba:
        return labels
    rows = probabilities(A2).tolist()
    return [label + [repr(p) for p in row] for label, row in zip(labels, rows, strict=True)]


def require_finite(A2: Array, place: Place) -> None:
    """Refuse predictions (m, n_y) that are no numbers.

    Raises:
        DataError: at the place of the first such row.
    """
    wrong = np.flatnonzero(~np.isfinite(A2).all(axis=1))
    if len(wrong):
        raise DataError(Problem(NOT_FINITE, place(int(wrong[0]))))


def outputs(model: Model, encoding: Encoding, raw: Array) -> Array:
    """A2 as rows (m, n_y): probabilities, or a regression's targets in their own units.

    What overflows is not finite.
    """
    columns = model.columns
    with np.errstate(all="ignore"):
        A2 = predict(model.network, model.theta, encoding.inputs(raw))
        return A2 if columns.classes else unscaled(columns.targets, A2)


def probabilities(A2: Array) -> Array:
    """One column per class (m, K), also for two classes, where A2 is that of the second."""
    return np.hstack([1 - A2, A2]) if A2.shape[1] == 1 else A2
