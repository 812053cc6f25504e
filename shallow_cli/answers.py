"""What a model says of rows, as the cells of a table, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from shallow_cli.cells import generated_cells
from shallow_cli.columns import scaled, unscaled
from shallow_cli.config import unflat
from shallow_cli.core import metrics
from shallow_cli.core.arrays import Array, with_ones
from shallow_cli.core.prediction import predict
from shallow_cli.errors import DataError, Problem, UsageError
from shallow_cli.files.csv_file import (
    bad_cell_problems,
    open_table,
    read_numbers,
    require_columns,
)
from shallow_cli.model import Model

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
        for batch in table.batches:
            numbers = [read_numbers(batch, name) for name in names]
            problems = bad_cell_problems(table, [cell for _, bad in numbers for cell in bad], "")
            if problems:
                raise DataError(*problems)
            inputs = np.column_stack([column for column, _ in numbers])
            copied = list(zip(*(batch.cells[name] for name in ids), strict=True))
            predicted = answers(model, inputs, proba=proba)
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
    yield answers(model, generated_cells(unflat(model.config).data).inputs, proba=proba)


def answer_names(model: Model, *, proba: bool) -> list[str]:
    """One column per target, then one per class for its probability."""
    names = list(model.columns.target_names)
    return names + [f"p_{label}" for label in model.columns.classes] if proba else names


def answers(model: Model, inputs: Array, *, proba: bool) -> list[list[str]]:
    """The cells of each row for features (m, n_x) in their own units."""
    A2 = outputs(model, inputs)
    if not model.columns.classes:
        return [[repr(value) for value in row] for row in A2.tolist()]
    labels = [[model.columns.classes[number]] for number in metrics.decide(A2)]
    if not proba:
        return labels
    rows = probabilities(A2).tolist()
    return [label + [repr(p) for p in row] for label, row in zip(labels, rows, strict=True)]


def outputs(model: Model, inputs: Array) -> Array:
    """A2 as rows (m, n_y): probabilities, or a regression's targets in their own units."""
    columns = model.columns
    A2 = predict(model.network, model.theta, with_ones(scaled(columns.features, inputs)))
    return A2 if columns.classes else unscaled(columns.targets, A2)


def probabilities(A2: Array) -> Array:
    """One column per class (m, K), also for two classes, where A2 is that of the second."""
    return np.hstack([1 - A2, A2]) if A2.shape[1] == 1 else A2
