"""What a notebook needs: train from a dict, predict and evaluate DataFrames, load and save.

    from shallow_cli.api import load, predict

    predict(load("model.npz"), frame)

Nothing here prints. Whatever is wrong with a config, a table or a file is a ShallowError, whose
text has a line for each problem. Results are the bytes of the command, which sets one BLAS thread
before NumPy is loaded: whoever wants them on any number of cores does the same
(`OPENBLAS_NUM_THREADS=1`); nothing is set here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from shallow_cli.answers import outputs, probabilities, require_finite
from shallow_cli.config import Config, unflat
from shallow_cli.core import metrics, training
from shallow_cli.core.arrays import Array
from shallow_cli.core.events import End, Event, Progress, Row, Snapshot
from shallow_cli.errors import DataError, Problem, ShallowError, UsageError
from shallow_cli.evaluation import evaluate_batches
from shallow_cli.files.config_file import parse_config
from shallow_cli.files.model_file import load_model, require_replaceable, save_model
from shallow_cli.fitting import Prepared, fit, prepare, trained_model
from shallow_cli.model import Model
from shallow_cli.scores import Evaluation
from shallow_cli.tables.encoding import encoding_of_model
from shallow_cli.tables.frames import NAME, Table, batches_of, columns_of
from shallow_cli.tables.plan import Plan, plan_of_model
from shallow_cli.tables.readers import Found
from shallow_cli.tables.reading import raw_batches
from shallow_cli.yaml_text import config_text_of

__all__ = [
    "End",
    "Evaluation",
    "Model",
    "Progress",
    "Row",
    "ShallowError",
    "Snapshot",
    "Table",
    "evaluate",
    "events",
    "load",
    "predict",
    "save",
    "train",
]

CONFIG = "config"  # what messages call it
PathLike = str | os.PathLike[str]


def train(config: Mapping[str, Any], *, folder: PathLike = ".") -> Model:
    """Train to the end, as `shallow train` does with the same keys in a file.

    Args:
        config: the keys of a config: `{"data": {"csv": "iris.csv"}, "hidden_units": 8}`.
        folder: what its paths are relative to.

    Raises:
        ConfigError: if a key or a value is wrong, with every problem there is.
        DataError: if the data cannot be read or trained on.
        DivergedError: if training ran away.
    """
    return fit(_config(config, folder))


def events(
    config: Mapping[str, Any], *, folder: PathLike = "."
) -> Iterator[Row | Snapshot | Progress | End | Model]:
    """The events of a training while it goes on, and last of all the model.

    A `Row` is a line of the loss table, a `Snapshot` the weights at an epoch, `Progress` says how
    many steps are done, and `End` why it ended. Arguments and errors are those of `train`; a config
    that is wrong is refused before the first event.
    """
    return _events(prepare(_config(config, folder)))


def predict(model: Model, table: Table, *, proba: bool = False, strict: bool = False) -> Array:
    """What a model says of each row, in their order, as `shallow predict` does.

    Args:
        model: who answers.
        table: a DataFrame or a dict of columns, found by name, or an array (rows, features) in the
            order of `model.columns.feature_names`. None and NaN are missing cells.
        proba: probabilities instead of classes.
        strict: refuse words that no training row has; else they count as no word at all.

    Returns:
        The classes (rows,) as text, in an array of objects; of a regression the target (rows,), or
        several (rows, targets), in their own units. With `proba` the probabilities (rows, classes)
        in the order of `model.columns.classes`.

    Raises:
        DataError: if a column is missing, a cell is of no use to the model, with its row counted
            from 1, or an answer is not finite.
        UsageError: if a regression is asked for probabilities.
    """
    columns = model.columns
    if proba and not columns.classes:
        raise UsageError(Problem("proba: a regression has no probabilities"))
    A2 = _outputs(model, table, _plan(model, targets=False, strict=strict))
    if proba:
        return probabilities(A2)
    if columns.classes:
        return np.array(columns.classes, dtype=object)[metrics.decide(A2)]
    return A2[:, 0] if columns.n_y == 1 else A2


def evaluate(model: Model, table: Table) -> Evaluation:
    """The metrics of a model on rows with their targets, as `shallow evaluate` has them.

    Args:
        model: who predicts.
        table: a DataFrame or a dict of columns, with the targets.

    Returns:
        `metrics` by name, beside those of a constant; `confusion` (classes, classes), where a row
        is a true class.

    Raises:
        DataError: as `predict`, and if there are no rows.
    """
    plan = _plan(model, targets=True)
    columns = columns_of(table, plan.names, model.columns.feature_names)
    return evaluate_batches(model, batches_of(columns), plan, NAME).parts[""]


def load(path: PathLike) -> Model:
    """The model in a file that `shallow train` or `save` has written.

    Raises:
        ModelFileError: if there is no such file, or it is no model, or a damaged one.
    """
    return load_model(Path(path))


def save(model: Model, path: PathLike) -> None:
    """Write a model; one that is there already is replaced, whole or not at all.

    Raises:
        ModelFileError: if the file cannot be written.
        UsageError: if there is a file that is no model.
    """
    require_replaceable(Path(path))
    save_model(model, Path(path))


def _config(config: Mapping[str, Any], folder: PathLike) -> Config:
    return parse_config(config_text_of(config, CONFIG), CONFIG, Path(folder), places=False)


def _events(prepared: Prepared) -> Iterator[Event | Model]:
    told = []
    for event in training.train(prepared.job, prepared.theta):
        if not isinstance(event, Progress):  # of which no model is made
            told.append(event)
        yield event
    yield trained_model(prepared, told)


def _plan(model: Model, *, targets: bool, strict: bool = False) -> Plan:
    data = unflat(model.config).data
    return plan_of_model(model.columns, data, model.trained_width, targets=targets, strict=strict)


def _outputs(model: Model, table: Table, plan: Plan) -> Array:
    """A2 as rows (m, n_y), once all the rows are known to be good."""
    columns = columns_of(table, plan.names, model.columns.feature_names)
    encoding, found = encoding_of_model(model.columns, targets=False), Found()
    parts = [np.empty((0, model.columns.n_y))]
    for raw in raw_batches(batches_of(columns), plan, found):
        if not found.complaints:
            parts.append(outputs(model, encoding, raw.values))
            require_finite(parts[-1], raw.place)
    if found.complaints:
        raise DataError(*found.complaints.problems(advice=False))
    return np.concatenate(parts)
