"""How good a model is on rows whose targets are known, beside what a constant would do.

The baseline always answers the most frequent class of these rows, or their mean.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shallow_cli.answers import NOT_FINITE
from shallow_cli.config import KEYS, DataConfig, unflat
from shallow_cli.core import metrics
from shallow_cli.core.arrays import Array
from shallow_cli.core.prediction import objective, predict
from shallow_cli.core.tallies import NumberTally
from shallow_cli.errors import DataError, Problem, UsageError
from shallow_cli.files.config_file import read_overrides
from shallow_cli.model import Model
from shallow_cli.resolving import Entry, resolve
from shallow_cli.rules import Scalar
from shallow_cli.tables.cells import Cells, csv_cells, generated_cells
from shallow_cli.tables.columns import unscaled
from shallow_cli.tables.data import encode, split
from shallow_cli.tables.targets import target_values

# The keys that choose rows; everything else was decided when the model was trained.
ROW_KEYS = ("data.csv", "data.generate", "data.samples", "data.noise", "data.seed")
# Metrics of which more is better: those that a script can ask a minimum of.
MORE_IS_BETTER = ("accuracy", "f1", "precision", "recall", "r2")


@dataclass(frozen=True)
class Evaluation:
    """The metrics that apply, by name (None: no value), and for classes their counts."""

    metrics: dict[str, float | int | None]
    confusion: Array | None = None  # (K, K), row = true class, column = predicted class


def choose_rows(
    model: Model, data: Path | None, overrides: Sequence[str] = (), named_by: str = "DATA"
) -> Cells:
    """The rows of a CSV, or the generated data of the model, or what `--set` makes of it.

    `named_by` is what the command line has for the CSV.

    Raises:
        UsageError: if no rows are named, or by DATA and `--set` both.
        ConfigError: if a key is set that does not choose rows.
        DataError: if the table cannot be read.
    """
    columns = model.columns
    if data and overrides:
        raise UsageError(
            Problem(f"--set chooses the rows, and so does {named_by}; give one of the two")
        )
    chosen = _said(model, overrides) if overrides else None
    path = chosen.csv if chosen else data
    if path:
        return csv_cells(path, columns.feature_names, columns.target_names)
    own = unflat(model.config).data
    if own.generate is None and chosen is None:
        needed = ", ".join([*columns.feature_names, *columns.target_names])
        raise UsageError(Problem(f"name a CSV as {named_by}, with the columns {needed}"))
    return generated_cells(_generated(own, chosen) if chosen else own)


def _said(model: Model, overrides: Sequence[str]) -> DataConfig:
    """The `data` section that `--set` makes, by the same rules as in training.

    What the model was trained on is the source of the rows unless another is named.
    """
    found = list(read_overrides(overrides))
    entries = [item for item in found if isinstance(item, Entry)]
    problems = [item for item in found if isinstance(item, Problem)]
    for entry in entries:
        if entry.name in KEYS and entry.name not in ROW_KEYS:
            text = "was decided when the model was trained; train again to change it"
            problems.append(Problem(f"{entry.name}: {text}", entry.where))
    if not {"data.csv", "data.generate"} & {entry.name for entry in entries}:
        source = "data.generate" if model.config["data.generate"] else "data.csv"
        word = model.config[source]
        entries.insert(0, Entry(source, Scalar(word, word, "--set", Path()), "--set"))
    return resolve(entries, "--set", problems).data


def _generated(own: DataConfig, chosen: DataConfig) -> DataConfig:
    """The chosen rows of a generated dataset; what was not said is as in training, if it can be."""
    base = own if chosen.generate == own.generate else DataConfig(generate=chosen.generate)
    said = {name: getattr(chosen, name) for name in ("samples", "noise", "seed")}
    said = {name: value for name, value in said.items() if value is not None}
    return dataclasses.replace(base, features=own.features, target=own.target, **said)


def evaluate(model: Model, cells: Cells) -> dict[str, Evaluation]:
    """The metrics on all rows under "", then on "training" and "validation" rows if known.

    Raises:
        DataError: if a target is missing, no number, or of a class the model does not know.
    """
    results = {"": evaluate_rows(model, cells)}
    for name, rows in parts(model, cells).items():
        results[name] = evaluate_rows(model, cells.take(rows))
    return results


def evaluate_rows(model: Model, cells: Cells) -> Evaluation:
    """The metrics of a model on rows with targets.

    Raises:
        DataError: if a target is missing, no number, or of a class the model does not know, or
            a prediction is not finite.
    """
    data = encode(model.columns, cells)
    true = target_values(cells, model.columns.task, model.columns.classes)
    with np.errstate(all="ignore"):
        loss = objective(model.network, model.theta, data, 0)
        A2 = predict(model.network, model.theta, data.table)
    wrong = np.flatnonzero(~np.isfinite(A2).all(axis=1))
    if len(wrong):
        raise DataError(Problem(NOT_FINITE, cells.place(int(wrong[0]))))
    if model.columns.classes:
        return _of_classes(true[:, 0], A2, len(model.columns.classes), float(loss.real))
    return _of_numbers(true, unscaled(model.columns.targets, A2))


def _of_classes(true: Array, A2: Array, n_classes: int, log_loss: float) -> Evaluation:
    counts = metrics.confusion(true, metrics.decide(A2), n_classes)
    scores = metrics.precision_recall_f1(counts)
    occurs = counts.sum(axis=0) + counts.sum(axis=1) > 0
    # Of two classes that of the second; else the plain mean over the classes that occur.
    f1, precision, recall = (
        float(score[1] if n_classes == 2 else score[occurs].mean())  # noqa: PLR2004
        for score in (scores[2], scores[0], scores[1])
    )
    values: dict[str, float | int | None] = {
        "rows": len(true),
        "accuracy": metrics.accuracy(counts),
        "log_loss": log_loss,
        "f1": f1,
        "precision": precision,
        "recall": recall,
        "baseline_accuracy": float(counts.sum(axis=1).max() / len(true)),
    }
    return Evaluation(values, counts)


def _of_numbers(true: Array, predicted: Array) -> Evaluation:
    tally = NumberTally.none(true.shape[1]).seen(true, predicted, 0.0)
    return Evaluation(
        {
            "rows": len(true),
            "rmse": tally.rmse,
            "mae": tally.mae,
            "r2": tally.r2,
            "baseline_rmse": tally.baseline_rmse,
        }
    )


def parts(model: Model, cells: Cells) -> dict[str, Array]:
    """Which rows the model was trained and validated on; empty for rows that are new to it."""
    sources = model.sources
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
