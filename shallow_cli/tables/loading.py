"""From what a config names to a raw table: a CSV, several, another format, or generated rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

from shallow_cli.data_config import DataConfig
from shallow_cli.files.table_file import Batch, Table, open_table
from shallow_cli.tables.caching import cached
from shallow_cli.tables.columns import Columns
from shallow_cli.tables.generated import generated_table
from shallow_cli.tables.plan import (
    Plan,
    chosen_columns,
    format_of,
    plan_of_model,
    plan_training,
    require_columns,
    require_width,
)
from shallow_cli.tables.raw import Loaded, RawTable, read_raw
from shallow_cli.tables.survey import Survey, survey

Load = Callable[[DataConfig, Path | None], Loaded]


def load_table(config: DataConfig, scratch: Path | None = None) -> Loaded:
    """The rows that a config names, read once.

    Args:
        config: what to read and how.
        scratch: a folder for a temporary file where the rows are many; the system's if None.

    Raises:
        ConfigError: if a column is to be two things.
        DataError: if the table cannot be read, lacks a column, or has faulty cells.
    """
    if config.csv is None:
        generated = generated_table(config)
        return Loaded(generated, generated.plan.names, None)
    return cached(config, lambda: _read(config, scratch))


def _read(config: DataConfig, scratch: Path | None) -> Loaded:
    paths = config.csv or ()
    with open_table(
        paths, format_of(config), as_text=config.categorical, unwanted=config.exclude
    ) as table:
        looked, batches, plan = planned(table, config)
        raw = read_raw(table, batches, plan, scratch, advice=True)
        return Loaded(raw, table.header, looked)


def planned(table: Table, config: DataConfig) -> tuple[Survey, Iterator[Batch], Plan]:
    """What the first rows of a table hold, all its batches, and how it is to be read.

    Raises:
        ConfigError: if a column is to be two things.
        DataError: if the table cannot be read, lacks a column, or has one that cannot be used.
    """
    features, targets = chosen_columns(config, table.header)
    weight = (config.weight,) if config.weight else ()
    needed = [*targets, *features, *weight]
    named = [*needed, *config.exclude, *config.categorical]
    require_columns(table.header, list(dict.fromkeys(named)), table.where)
    looked, batches = survey(table, needed, config.missing_values)
    return looked, batches, plan_training(config, looked, features, targets)


def read_for(
    columns: Columns,
    config: DataConfig,
    width: int,
    scratch: Path | None = None,
    *,
    weight: str | None = None,
) -> RawTable:
    """A table with targets, read for the columns of a model.

    Args:
        columns: of the model.
        config: the files, how they are written, and what to do about gaps.
        width: how many columns the table of the training had.
        scratch: a folder for a temporary file where the rows are many; the system's if None.
        weight: a column of weights to read as well.

    Raises:
        DataError: if it cannot be read, lacks a column, or has a cell that the model cannot use.
    """
    plan = plan_of_model(columns, config, width, targets=True)
    plan = dataclasses.replace(plan, weight=weight)
    with open_table(config.csv or (), format_of(config), wanted=plan.names) as table:
        require_columns(table.header, plan.names, table.where)
        require_width(plan, table.header, table.where)
        return read_raw(table, table.batches, plan, scratch, advice=False)
