"""The sections of a model's header: from a model, and back, checked before they are believed."""

from __future__ import annotations

import dataclasses
import re
import sys
from typing import Any

from shallow_cli.config import INDIFFERENT, KEYS
from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.events import Row
from shallow_cli.core.network import Network
from shallow_cli.core.outputs import OUTPUTS
from shallow_cli.files.snapshots import epochs_of
from shallow_cli.model import Diagnosis, Model
from shallow_cli.resolving import broken_keys
from shallow_cli.tables.columns import OUTPUT_OF_TASK, Category, Column, Columns, Feature
from shallow_cli.versions import VERSIONS


def sections_of(model: Model) -> dict[str, Any]:
    """Everything that a model file says beside the weights, as plain values."""
    return {
        "network": dataclasses.asdict(model.network),
        "columns": dataclasses.asdict(model.columns),
        "config": model.config,
        "sources": model.sources,
        "made_with": model.made_with,
        "ended": model.ended,
        "kept": model.kept.values(),
        "history": [row.values() for row in model.history],
        "snapshots": epochs_of(model.snapshots),
        "diagnoses": [dataclasses.asdict(diagnosis) for diagnosis in model.diagnoses],
    }


def network_from(fields: dict[str, Any]) -> Network:
    """The network of a header.

    Raises:
        ValueError: if it is none.
    """
    network = Network(**fields)
    sizes = (network.n_x, network.n_h, network.n_y)
    if any(type(size) is not int or size < 1 for size in sizes):
        raise ValueError(f"its network has the sizes {sizes}")
    if network.activation not in ACTIVATIONS or network.output not in OUTPUTS:
        raise ValueError(f"its network is of {network.activation} and {network.output}")
    if not _is_number(network.leak):
        raise ValueError(f"its leak is {network.leak}")
    return network


def columns_from(fields: dict[str, Any], network: Network) -> Columns:
    """The columns of a header.

    Raises:
        ValueError: if they are none, or do not fit the network.
    """
    features = tuple(_feature(feature) for feature in fields["features"])
    targets = tuple(_column(column) for column in fields["targets"])
    columns = Columns(features, targets, fields["task"], tuple(fields["classes"]))
    if OUTPUT_OF_TASK[columns.task] != network.output:
        raise ValueError(f"its network cannot do a {columns.task} task")
    if (columns.n_x, columns.n_y) != (network.n_x, network.n_y):
        raise ValueError("its columns do not fit the network")
    for names in (columns.feature_names, columns.target_names, columns.classes):
        if len(set(names)) < len(names) or not all(isinstance(name, str) for name in names):
            raise ValueError("its columns or classes are not distinct names")
    if columns.task == "binary" and len(columns.classes) != 2:  # noqa: PLR2004
        raise ValueError("its classes do not fit the task")
    if columns.task != "regression" and len(columns.targets) != 1:
        raise ValueError("its targets do not fit the task")
    return columns


def _feature(fields: dict[str, Any]) -> Feature:
    if "words" not in fields:
        return _column(fields)
    category = Category(fields["name"], tuple(fields["words"]))
    words = category.words
    if not words or len(set(words)) < len(words) or not all(type(word) is str for word in words):
        raise ValueError(f"the words of its column {category.name} are not distinct words")
    return category


def _column(fields: dict[str, Any]) -> Column:
    column = Column(**fields)
    scaling = (column.offset, column.scale, 0.0 if column.fill is None else column.fill)
    if not (all(map(_is_number, scaling)) and column.scale > 0):
        raise ValueError(f"the scaling of its column {column.name} is no scaling")
    offset, scale, fill = map(float, scaling)
    return Column(column.name, offset, scale, None if column.fill is None else fill)


def row_from(values: dict[str, Any]) -> Row:
    """A row of the loss table.

    Raises:
        ValueError: if a value is no number.
    """
    row = Row(**values)
    if type(row.epoch) is not int or not all(_is_number(value) for value in values.values()):
        raise ValueError("a row of its losses is none")
    return row


def history_from(rows: list[dict[str, Any]], kept: Row, last: int) -> tuple[Row, ...]:
    """The logged rows up to the epoch `last`, which measure what that of the kept weights does.

    Raises:
        ValueError: if a value is no number, or one is missing.
    """
    history = tuple(map(row_from, rows))
    if any(row.values().keys() != kept.values().keys() for row in history):
        raise ValueError("the rows of its losses are not alike")
    if any(not 0 <= row.epoch <= last for row in (*history, kept)):
        raise ValueError("a row of its losses is of no epoch of its training")
    return history


def diagnoses_from(found: list[dict[str, Any]]) -> tuple[Diagnosis, ...]:
    """What is wrong with the training.

    Raises:
        ValueError: if that is not told in words.
    """
    diagnoses = tuple(Diagnosis(**each) for each in found)
    if any(type(word) is not str for each in found for word in each.values()):
        raise ValueError("its diagnoses are no words")
    return diagnoses


def config_from(config: dict[str, Any]) -> dict[str, Any]:
    """The keys that decided the result.

    Raises:
        ValueError: if one is broken or missing.
    """
    if wrong := broken_keys(config):
        raise ValueError(f"its config is broken at {', '.join(wrong[:5])}")
    if missing := set(KEYS) - {*config, *INDIFFERENT}:
        raise ValueError(f"its config lacks {', '.join(sorted(missing)[:5])}")
    return config


def sources_from(sources: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What it was trained on.

    Raises:
        ValueError: if that is not said.
    """
    for source in (sources["training"], *sources.values()):
        counts = [source[name] for name in ("rows", "columns", "bytes")]
        named = type(source["name"]) is type(source["sha256"]) is str
        if not named or any(type(n) is not int or n < 0 for n in counts):
            raise ValueError("it does not say what it was trained on")
        if not re.fullmatch("[0-9a-f]{64}", source["sha256"]):
            raise ValueError("it has no SHA-256 of what it was trained on")
    return sources


def ended_from(ended: dict[str, Any], epochs: int) -> dict[str, Any]:
    """How training ended, that was to have so many epochs.

    Raises:
        ValueError: if that is not said.
    """
    counts = [ended["epoch"], ended["partial_steps"]]
    if type(ended["reason"]) is not str or not all(map(_is_count, counts)):
        raise ValueError("it does not say how training ended")
    if ended["epoch"] > epochs:
        raise ValueError(f"its training ended after epoch {epochs}, its last")
    return ended


def versions_from(found: dict[str, str]) -> dict[str, str]:
    """What the file was made with.

    Raises:
        ValueError: if that is not told in words.
    """
    if not {*VERSIONS} <= {*found} or any(type(word) is not str for word in found.values()):
        raise ValueError("it does not say what it was made with")
    return found


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**53  # which a float still tells apart


def _is_number(value: object) -> bool:
    return type(value) in {int, float} and abs(value) <= sys.float_info.max  # type: ignore[arg-type]
