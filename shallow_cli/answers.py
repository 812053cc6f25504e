"""What a model says of rows, as the cells of a table, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from shallow_cli.config import unflat
from shallow_cli.core import metrics
from shallow_cli.core.arrays import Array, with_ones
from shallow_cli.core.prediction import predict
from shallow_cli.errors import DataError, Problem, UsageError
from shallow_cli.files.csv_file import open_table
from shallow_cli.model import Model
from shallow_cli.tables.cells import generated_cells
from shallow_cli.tables.columns import scaled, unscaled
from shallow_cli.tables.reading import bad_cell_problems, numeric_batches, require_columns

NOT_FINITE = "no finite prediction; are these values in the units of the training?"

Rows = list[list[str]]


def csv_answers(
    model: Model, path: Path, ids: Sequence[str] = (), *, proba: bool = False
) -> Iterator[Rows]:
    """The header, then the predictions of one batch of a CSV's records after the other.

    Raises:
        DataError: if the table cannot be read, lacks a column, or a feature is no number.
    """
    names = model.columns.feature_names
    with open_table(path) as table:
        require_columns(table, [*ids, *names])
        yield [[*ids, *answer_names(model, proba=proba)]]
        for batch, inputs, bad in numeric_batches(table, names):
            problems = bad_cell_problems(table, bad, advice="")
            if problems:
                raise DataError(*problems)
            predicted = answers(model, inputs, [table.place(line) for line in batch.lines], proba)
            copied = list(zip(*(batch.cells[name] for name in ids), strict=True))
            rows = zip(copied or [()] * len(predicted), predicted, strict=True)
            yield [[*before, *answer] for before, answer in rows]


def generated_answers(
    model: Model, ids: Sequence[str] = (), *, proba: bool = False
) -> Iterator[Rows]:
    """The header, then the predictions for the generated data that the model was trained on.

    Raises:
        UsageError: if it was trained on a table, or columns are to be copied.
    """
    if model.config["data.generate"] is None:
        needed = ", ".join(model.columns.feature_names)
        raise UsageError(Problem(f"name a CSV to predict; the model needs the columns {needed}"))
    if ids:
        raise UsageError(Problem("--id copies columns of DATA, but no DATA is named"))
    yield [answer_names(model, proba=proba)]
    cells = generated_cells(unflat(model.config).data)
    yield answers(model, cells.inputs, [cells.place(row) for row in range(len(cells))], proba)


def answer_names(model: Model, *, proba: bool) -> list[str]:
    """One column per target, then one per class for its probability."""
    names = list(model.columns.target_names)
    return names + [f"p_{label}" for label in model.columns.classes] if proba else names


def answers(model: Model, inputs: Array, places: Sequence[str], proba: bool) -> Rows:
    """The cells of each row for features (m, n_x) in their own units.

    Raises:
        DataError: at the place of a row for which the model has no finite answer.
    """
    A2 = outputs(model, inputs)
    wrong = np.flatnonzero(~np.isfinite(A2).all(axis=1))
    if len(wrong):
        raise DataError(Problem(NOT_FINITE, places[wrong[0]]))
    if not model.columns.classes:
        return [[repr(value) for value in row] for row in A2.tolist()]
    labels = [[model.columns.classes[number]] for number in metrics.decide(A2)]
    if not proba:
        return labels
    rows = probabilities(A2).tolist()
    return [label + [repr(p) for p in row] for label, row in zip(labels, rows, strict=True)]


def outputs(model: Model, inputs: Array) -> Array:
    """A2 as rows (m, n_y): probabilities, or a regression's targets in their own units.

    What overflows is not finite.
    """
    columns = model.columns
    with np.errstate(all="ignore"):
        A2 = predict(model.network, model.theta, with_ones(scaled(columns.features, inputs)))
        return A2 if columns.classes else unscaled(columns.targets, A2)


def probabilities(A2: Array) -> Array:
    """One column per class (m, K), also for two classes, where A2 is that of the second."""
    return np.hstack([1 - A2, A2]) if A2.shape[1] == 1 else A2
