"""From a config to the examples that a network learns from."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shallow_cli.config import Config
from shallow_cli.core.arrays import AnyExamples, Array
from shallow_cli.core.splitting import split_rows
from shallow_cli.data_config import DataConfig
from shallow_cli.errors import ConfigError, Problem
from shallow_cli.numerals import is_number
from shallow_cli.tables.columns import Columns
from shallow_cli.tables.encoding import Encoding, encoded
from shallow_cli.tables.fitted import class_lookup, encoding, fit_columns, with_weights
from shallow_cli.tables.generated import as_drawn
from shallow_cli.tables.loading import Load, load_table, read_for
from shallow_cli.tables.raw import Loaded, RawTable
from shallow_cli.tables.targets import decided_task, other_task, target_classes


@dataclass(frozen=True)
class Data:
    """What a training uses, and what was decided on the way.

    `config` has every open choice made; `sources` is what a model keeps of where the rows came
    from. `other_task` is what `task: auto` might have meant as well.
    """

    columns: Columns
    training: AnyExamples
    validation: AnyExamples | None
    config: DataConfig
    sources: dict[str, dict[str, Any]]
    other_task: str | None
    loaded: Loaded
    held_out: RawTable | None  # a table of its own
    constant: tuple[str, ...]  # features that do not vary in the training rows

    @property
    def numeric_names(self) -> tuple[str, ...]:
        """Columns whose names are numbers, as when a header is missing."""
        return tuple(filter(is_number, self.columns.feature_names + self.columns.target_names))


def load_data(config: Config, scratch: Path | None = None, load: Load = load_table) -> Data:
    """The rows that a config names, split, scaled and encoded.

    Args:
        config: what to load and how.
        scratch: a folder for a temporary file where the rows are many; the system's if None.
        load: what reads the table of the training.

    Raises:
        ConfigError: if the config asks for what the table cannot give.
        DataError: if the table cannot be read or trained on.
    """
    loaded = load(config.data, scratch)
    table, auto = loaded.table, config.data.task == "auto"
    config, classes = decided(config, table)
    training_rows, validation_rows = split(table, config, classes)
    fitted = fit_columns(table, training_rows, config, classes)
    plain = encoding(table, fitted.columns)
    weighted = with_weights(plain, table, training_rows, config.class_weight)
    validation, other, sources = None, None, {"training": table.source()}
    if len(validation_rows):
        validation = held_out(plain, *table.brought(validation_rows, scratch))
    elif isinstance(config.data.validation, tuple):
        there = dataclasses.replace(config.data, csv=config.data.validation)
        other = read_for(plain.columns, there, table.width, scratch, weight=there.weight)
        own = encoding(other, plain.columns)
        validation = held_out(own, other, range(len(other)))
        sources["validation"] = other.source()
    return Data(
        plain.columns,
        encoded(weighted, table, training_rows, config.scalar),
        validation,
        config.data,
        sources,
        other_task(config.data.task, table) if auto and len(table.plan.targets) == 1 else None,
        loaded,
        other,
        fitted.constant,
    )


def decided(config: Config, table: RawTable) -> tuple[Config, tuple[str, ...]]:
    """The config with everything about the table decided, and the classes.

    Raises:
        ConfigError: if the config asks for what the table cannot give.
        DataError: if the target cannot be learned.
    """
    chosen = _with_choices_made(config.data, table)
    classes = target_classes(table, chosen, chosen.task)
    return dataclasses.replace(config, data=chosen), classes


def fitted_encoding(
    table: RawTable, rows: Array | range, config: Config, classes: tuple[str, ...]
) -> Encoding:
    """How the rows of a table become examples, fitted on some of them.

    Raises:
        DataError: if a target does not vary, or a column to be filled has no number at all.
    """
    return encoding(table, fit_columns(table, rows, config, classes).columns)


def held_out(plain: Encoding, table: RawTable, rows: Array | range) -> AnyExamples:
    """Held-out examples: their own weights count, those of classes are a matter of training."""
    return encoded(with_weights(plain, table, rows, None), table, rows)


def split(
    table: RawTable, config: Config, classes: Sequence[str]
) -> tuple[Array | range, Array | range]:
    """The positions of the training and of the validation rows.

    Raises:
        ConfigError: if the fraction leaves nothing to validate on.
    """
    rows, fraction = range(len(table)), config.data.validation
    if isinstance(fraction, tuple) or fraction == 0:
        return rows, rows[:0]
    return divided(strata(table, classes), fraction, config.seed)


def divided(strata: Array, fraction: float, seed: int) -> tuple[Array, Array]:
    """The positions of the training and of the validation rows, of which there are some.

    Raises:
        ConfigError: if the fraction leaves nothing to validate on.
    """
    training_rows, validation_rows = split_rows(strata, fraction, seed)
    if not len(validation_rows):
        each = ", class by class" if strata.any() else ""
        text = f"data.validation: {fraction:g} of {len(strata)} rows is none{each}; take more"
        raise ConfigError(Problem(text))
    return training_rows, validation_rows


def strata(table: RawTable, classes: Sequence[str]) -> Array:
    """What a split is to be even about (m,): the class numbers, or nothing for a regression."""
    found = np.zeros(len(table), dtype=np.min_scalar_type(len(classes)))
    if classes:
        start = 0
        for numbers in table.each(range(len(table)), class_lookup(table, classes).of):
            found[start : start + len(numbers)] = numbers
            start += len(numbers)
    return found


def _with_choices_made(config: DataConfig, table: RawTable) -> DataConfig:
    """The config with everything that was left open; written down, it gives the same run."""
    generated = config.generate is not None
    default = "none" if generated else "standardize"
    task = decided_task(config.task, table)
    drawn = dataclasses.asdict(as_drawn(config)) if generated else {}
    features = table.plan.features
    return dataclasses.replace(
        config,
        target=tuple(slot.name for slot in table.plan.targets),
        features=tuple(slot.name for slot in features),
        exclude=(),
        categorical=tuple(slot.name for slot in features if slot.is_words),
        task=task,
        scale=config.scale or default,
        scale_target=(config.scale_target or default) if task == "regression" else None,
        **drawn,
    )
