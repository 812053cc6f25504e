"""How good a model is on rows whose targets are known, beside what a constant would do.

The baseline always answers the most frequent class of these rows, or their mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shallow_cli.config import unflat
from shallow_cli.core import metrics
from shallow_cli.core.arrays import Array
from shallow_cli.core.prediction import loss_and_predictions
from shallow_cli.model import Model
from shallow_cli.tables.cells import Cells
from shallow_cli.tables.columns import unscaled
from shallow_cli.tables.data import encode, split
from shallow_cli.tables.targets import target_values

# Metrics of which more is better: those that a script can ask a minimum of.
MORE_IS_BETTER = ("accuracy", "f1", "r2")


@dataclass(frozen=True)
class Evaluation:
    """The metrics that apply, by name (None: no value), and for classes their counts."""

    metrics: dict[str, float | int | None]
    confusion: Array | None = None  # (K, K), row = true class, column = predicted class


def evaluate_rows(model: Model, cells: Cells) -> Evaluation:
    """The metrics of a model on rows with targets.

    Raises:
        DataError: if a target is missing, no number, or of a class the model does not know.
    """
    data = encode(model.columns, cells)
    true = target_values(cells, model.columns.task, model.columns.classes)
    loss, A2 = loss_and_predictions(model.network, model.theta, data)
    if model.columns.classes:
        return _of_classes(true[:, 0], A2, len(model.columns.classes), float(loss.real))
    return _of_numbers(true, unscaled(model.columns.targets, A2))


def _of_classes(true: Array, A2: Array, n_classes: int, log_loss: float) -> Evaluation:
    counts = metrics.confusion(true, metrics.decide(A2), n_classes)
    f1 = metrics.precision_recall_f1(counts)[2]
    occurs = counts.sum(axis=0) + counts.sum(axis=1) > 0
    values: dict[str, float | int | None] = {
        "rows": len(true),
        "accuracy": metrics.accuracy(counts),
        "log_loss": log_loss,
        # Of two classes that of the second; else the plain mean over the classes that occur.
        "f1": float(f1[1] if n_classes == 2 else f1[occurs].mean()),  # noqa: PLR2004
        "baseline_accuracy": float(counts.sum(axis=1).max() / len(true)),
    }
    return Evaluation(values, counts)


def _of_numbers(true: Array, predicted: Array) -> Evaluation:
    mean = np.broadcast_to(true.mean(axis=0), true.shape)
    return Evaluation(
        {
            "rows": len(true),
            "rmse": metrics.rmse(true, predicted),
            "mae": metrics.mae(true, predicted),
            "r2": metrics.r2(true, predicted),
            "baseline_rmse": metrics.rmse(true, mean),
        }
    )


def parts(model: Model, cells: Cells) -> dict[str, Array]:
    """Which rows the model was trained and validated on; empty for rows that are new to it."""
    sources = model.sources
    if cells.sha256 is None:
        return {}
    if cells.sha256 == sources["training"]["sha256"]:
        return _split_again(model, cells)
    if "validation" in sources and cells.sha256 == sources["validation"]["sha256"]:
        return {"validation": np.arange(len(cells))}
    return {}


def _split_again(model: Model, cells: Cells) -> dict[str, Array]:
    config, columns = unflat(model.config), model.columns
    values = target_values(cells, columns.task, columns.classes)
    rows = split(config.data.validation, values, columns.classes, config.seed)
    named = zip(("training", "validation"), rows, strict=True)
    return {name: part for name, part in named if len(part)}
