"""From a config to the examples that a network learns from, and back to those of a model."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shallow_cli.config import Config, DataConfig
from shallow_cli.core.arrays import Array, Examples, examples
from shallow_cli.core.splitting import split_rows
from shallow_cli.errors import ConfigError, DataError, Problem
from shallow_cli.numerals import is_number
from shallow_cli.tables.cells import (
    Cells,
    configured_cells,
    csv_cells,
    generated_seed,
    samples_and_noise,
)
from shallow_cli.tables.columns import Column, Columns, class_targets, fit_column, scaled
from shallow_cli.tables.targets import decided_task, other_task, target_classes, target_values


@dataclass(frozen=True)
class Data:
    """What a training uses, and what was decided on the way.

    `config` has every open choice made; `sources` is what a model keeps of where the rows came
    from. `other_task` is what `task: auto` might have meant as well.
    """

    columns: Columns
    training: Examples
    validation: Examples | None
    config: DataConfig
    sources: dict[str, dict[str, Any]]
    other_task: str | None

    @property
    def numeric_names(self) -> tuple[str, ...]:
        """Columns whose names are numbers, as when a header is missing."""
        return tuple(filter(is_number, self.columns.feature_names + self.columns.target_names))


def load_data(config: Config) -> Data:
    """The rows that a config names, split, scaled and encoded.

    Raises:
        ConfigError: if the config asks for what the table cannot give.
        DataError: if the table cannot be read or trained on.
    """
    cells = configured_cells(config.data)
    chosen = _with_choices_made(config.data, cells)
    classes = target_classes(cells, chosen.task)
    values = target_values(cells, chosen.task, classes)
    training_rows, validation_rows = split(chosen.validation, values, classes, config.seed)
    columns = _fitted(chosen, cells, classes, values, training_rows)
    everything = _examples(columns, cells.inputs, values)
    training, validation = everything, None
    sources = {"training": _source(cells)}
    if len(validation_rows):
        training, validation = everything.take(training_rows), everything.take(validation_rows)
    elif isinstance(chosen.validation, Path):
        held_out = csv_cells(chosen.validation, columns.feature_names, columns.target_names)
        validation = encode(columns, held_out)
        sources["validation"] = _source(held_out)
    alternative = None
    if config.data.task == "auto" and len(cells.targets) == 1:
        [target] = cells.targets.values()
        alternative = other_task(chosen.task, target)
    return Data(columns, training, validation, chosen, sources, alternative)


def encode(columns: Columns, cells: Cells) -> Examples:
    """Rows as the network of these columns sees them.

    Raises:
        DataError: if a target is missing, no number, or of a class that is not known.
    """
    return _examples(columns, cells.inputs, target_values(cells, columns.task, columns.classes))


def split(
    validation: float | Path, values: Array, classes: Sequence[str], seed: int
) -> tuple[Array, Array]:
    """The positions of the training and of the validation rows, from all the target values.

    Raises:
        ConfigError: if the fraction leaves nothing to validate on.
    """
    rows = np.arange(len(values))
    if isinstance(validation, Path) or validation == 0:
        return rows, rows[:0]
    strata = values[:, 0] if classes else np.zeros(len(rows))
    training_rows, validation_rows = split_rows(strata, validation, seed)
    if not len(validation_rows):
        text = f"data.validation: {validation:g} of {len(rows)} rows is none; take more"
        raise ConfigError(Problem(text))
    return training_rows, validation_rows


def _with_choices_made(config: DataConfig, cells: Cells) -> DataConfig:
    """The config with everything that was left open; written down, it gives the same run."""
    generated = config.generate is not None
    default = "none" if generated else "standardize"
    task = decided_task(config.task, cells.targets)
    samples, noise = samples_and_noise(config) if generated else (None, None)
    return dataclasses.replace(
        config,
        target=tuple(cells.targets),
        features=cells.features,
        exclude=(),
        task=task,
        scale=config.scale or default,
        scale_target=(config.scale_target or default) if task == "regression" else None,
        samples=samples,
        noise=noise,
        seed=generated_seed(config) if generated else None,
    )


def _fitted(
    config: DataConfig, cells: Cells, classes: tuple[str, ...], values: Array, rows: Array
) -> Columns:
    """The columns, with scaling fitted on the given rows only."""
    features = _fit_all(cells.features, cells.inputs[rows], config.scale)
    targets = _fit_all(tuple(cells.targets), values[rows], None if classes else config.scale_target)
    if not classes:
        for position, name in enumerate(cells.targets):
            found = values[rows, position]
            if found.min() == found.max():
                raise DataError(Problem(f"{name}: always {found[0]:g}; no target", cells.name))
    return Columns(features, targets, config.task, classes)


def _fit_all(names: Sequence[str], values: Array, how: str | None) -> tuple[Column, ...]:
    return tuple(fit_column(name, values[:, i], how or "none") for i, name in enumerate(names))


def _examples(columns: Columns, inputs: Array, values: Array) -> Examples:
    targets = (
        class_targets(values[:, 0], columns.task, len(columns.classes))
        if columns.classes
        else scaled(columns.targets, values)
    )
    return examples(scaled(columns.features, inputs), targets)


def _source(cells: Cells) -> dict[str, Any]:
    return {"name": Path(cells.name).name, "rows": len(cells), "sha256": cells.sha256}
