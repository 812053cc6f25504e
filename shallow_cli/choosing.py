"""Which rows a model is to be measured, checked or traced on, and how they are written."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from shallow_cli.config import INDIFFERENT, KEYS, unflat
from shallow_cli.data_config import DataConfig
from shallow_cli.errors import Problem, UsageError
from shallow_cli.files.config_file import read_overrides
from shallow_cli.model import Model
from shallow_cli.resolving import Entry, resolve
from shallow_cli.rules import Scalar
from shallow_cli.tables.generated import generated_table
from shallow_cli.tables.loading import read_for
from shallow_cli.tables.raw import RawTable

# The keys that choose rows and say how they are written; the others were decided in training.
ROW_KEYS = ("data.csv", "data.generate", "data.samples", "data.noise", "data.arms", "data.seed")
COMMON_DELIMITERS = (",", ";", "\t", "|")
FORMAT_KEYS = ("data.delimiter", "data.decimal", "data.encoding")


def chosen_rows(
    model: Model, data: Path | None, overrides: Sequence[str] = (), named_by: str = "DATA"
) -> DataConfig:
    """The rows of a table, or the generated data of the model, or what `--set` makes of it.

    All else is as it was decided in training. `named_by` is what the command line has for the
    table.

    Raises:
        UsageError: if no rows are named, or by DATA and `--set` both.
        ConfigError: if a key is set that neither chooses rows nor says how they are written.
    """
    own = unflat(model.config).data
    said = list(read_overrides(overrides))
    chooses = {item.name for item in said if isinstance(item, Entry)} & set(ROW_KEYS)
    if data and chooses:
        raise UsageError(
            Problem(f"--set chooses the rows, and so does {named_by}; give one of the two")
        )
    source = "data.csv" if data or not own.generate else "data.generate"
    chosen = _resolved(said, (*ROW_KEYS, *FORMAT_KEYS), source, own.generate or "table.csv")
    if data:
        return _written_as(own, chosen, said, csv=(data,), generate=None)
    if chosen.csv and "data.csv" in chooses:
        return _written_as(own, chosen, said, csv=chosen.csv, generate=None)
    if own.generate is None and not chooses:
        columns = model.columns
        needed = ", ".join([*columns.feature_names, *columns.target_names])
        raise UsageError(Problem(f"name a CSV as {named_by}, with the columns {needed}"))
    return _generated(own, chosen)


def reading_of(model: Model, overrides: Sequence[str] = ()) -> DataConfig:
    """How tables are written that the model is to answer: as in training, unless `--set` says.

    Raises:
        ConfigError: if a key is set that does not say how a table is written.
    """
    own = unflat(model.config).data
    said = list(read_overrides(overrides))
    return _written_as(own, _resolved(said, FORMAT_KEYS, "data.csv", "table.csv"), said)


def _resolved(
    said: Sequence[Entry | Problem], allowed: Sequence[str], source: str, word: str
) -> DataConfig:
    """The `data` section that `--set` makes, by the same rules as in training.

    The source of the rows is `source`, of that word, unless another is named.

    Raises:
        ConfigError: if it breaks a rule, or sets a key that is not allowed.
    """
    problems = [item for item in said if isinstance(item, Problem)]
    entries = [item for item in said if isinstance(item, Entry)]
    for entry in entries:
        if entry.name in KEYS and entry.name not in allowed:
            text = "was decided when the model was trained; train again to change it"
            if entry.name in INDIFFERENT:
                text = "has no part in this; it is for training"
            problems.append(Problem(f"{entry.name}: {text}", entry.where))
    if not {"data.csv", "data.generate"} & {entry.name for entry in entries}:
        entries.insert(0, Entry(source, Scalar(word, word, "--set", Path()), "--set"))
    return resolve(entries, "--set", problems).data


def _written_as(
    own: DataConfig, chosen: DataConfig, said: Sequence[Entry | Problem], **changes: object
) -> DataConfig:
    """The model's own section, with what somebody said of the format, be it the default.

    The delimiter is no part of what was learned: where there are names, they tell it again.
    """
    if own.header and own.delimiter in COMMON_DELIMITERS:
        own = dataclasses.replace(own, delimiter=None)
    keys = {item.name for item in said if isinstance(item, Entry)} & set(FORMAT_KEYS)
    names = [key.removeprefix("data.") for key in keys]
    given = {name: getattr(chosen, name) for name in names}
    return dataclasses.replace(own, **given, **changes)  # type: ignore[arg-type]


def _generated(own: DataConfig, chosen: DataConfig) -> DataConfig:
    """The chosen rows of a generated dataset; what was not said is as in training, if it can be."""
    base = own if chosen.generate == own.generate else DataConfig(generate=chosen.generate)
    said = {name: getattr(chosen, name) for name in ("samples", "noise", "arms", "seed")}
    said = {name: value for name, value in said.items() if value is not None}
    return dataclasses.replace(base, features=own.features, target=own.target, **said)


def table_of(model: Model, chosen: DataConfig) -> RawTable:
    """The chosen rows, with their weights where the training had some.

    Raises:
        DataError: if the table cannot be read, lacks a column, or has a cell the model cannot use.
    """
    if chosen.csv is None:
        return generated_table(chosen)
    return read_for(model.columns, chosen, model.trained_width, weight=chosen.weight)
