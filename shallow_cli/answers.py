"""What a model says of rows, as the cells of a table."""

from __future__ import annotations

import numpy as np

from shallow_cli.columns import scaled, unscaled
from shallow_cli.core import metrics
from shallow_cli.core.arrays import Array, with_ones
from shallow_cli.core.prediction import predict
from shallow_cli.model import Model


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
