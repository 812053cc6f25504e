"""From a config to the examples that a network learns from, and back to those of a model."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shallow_cli.cells import Cells, configured_cells, csv_cells, generated_seed, samples_and_noise
from shallow_cli.columns import (
    Column,
    Columns,
    choose_task,
    class_labels,
    class_numbers,
    class_targets,
    fit,
    scaled,
)
from shallow_cli.config import Config, DataConfig
from shallow_cli.core.arrays import Array, Examples, examples
from shallow_cli.core.splitting import split_rows
from shallow_cli.errors import ConfigError, DataError, Problem
from shallow_cli.numerals import are_numbers, is_number, to_numbers

SHOWN_LINES = 5
MANY_CLASSES = 20


@dataclass(frozen=True)
class Data:
    """What a training uses, and what was decided on the way."""

    columns: Columns
    training: Examples
    validation: Examples | None
    config: DataConfig  # with every open choice made
    sources: dict[str, dict[str, Any]]  # what the model keeps of where the rows came from


def load_data(config: Config) -> Data:
    """The rows that a config names, split, scaled and encoded.

    Raises:
        ConfigError: if the config asks for what the table cannot give.
        DataError: if the table cannot be read or trained on.
    """
    cells = configured_cells(config.data)
    chosen = _made_choices(config.data, cells)
    classes = _classes(cells, chosen.task)
    values = target_values(cells, chosen.task, classes)
    training_rows, validation_rows = split(chosen.validation, values, classes, config.seed)
    columns = Columns(
        _fit_all(cells.features, cells.inputs[training_rows], chosen.scale or "none"),
        _fit_all(
            tuple(cells.targets),
            values[training_rows],
            "none" if classes else chosen.scale_target or "none",
        ),
        chosen.task,
        classes,
    )
    everything = _examples(columns, cells.inputs, values)
    sources = {"training": _source(cells)}
    validation = everything.take(validation_rows) if len(validation_rows) else None
    if isinstance(chosen.validation, Path):
        held_out = csv_cells(chosen.validation, columns.feature_names, columns.target_names)
        validation = encode(columns, held_out)
        sources["validation"] = _source(held_out)
    return Data(columns, everything.take(training_rows), validation, chosen, sources)


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


def _made_choices(config: DataConfig, cells: Cells) -> DataConfig:
    """The config with everything that was left open; written down, it gives the same run."""
    generated = config.generate is not None
    default = "none" if generated else "standardize"
    samples, noise = samples_and_noise(config) if generated else (None, None)
    task = config.task
    if len(cells.targets) > 1:
        if task in {"binary", "multiclass"}:
            raise ConfigError(Problem(f"data.task: several targets cannot be {task}"))
        task = "regression"
    if task == "auto":
        [target] = cells.targets.values()
        task = choose_task(target)
    return dataclasses.replace(
        config,
        target=tuple(cells.targets),
        features=cells.features,
        exclude=(),
        task=task,
        scale=config.scale or default,
        scale_target=config.scale_target or default,
        samples=samples,
        noise=noise,
        seed=generated_seed(config) if generated else None,
    )


def _classes(cells: Cells, task: str) -> tuple[str, ...]:
    if task == "regression":
        return ()
    [(name, target)] = cells.targets.items()
    _refuse(cells, name, [not cell.strip() for cell in target], "has no class")
    classes = class_labels(target)
    _require_sensible(cells, name, target, classes)
    if len(classes) == 1:
        raise DataError(Problem(f"{name}: only one class, '{classes[0]}'", cells.name))
    if task == "binary" and len(classes) > 2:  # noqa: PLR2004
        some = ", ".join(classes[:SHOWN_LINES]) + ", …" * (len(classes) > SHOWN_LINES)
        raise DataError(
            Problem(
                f"{name}: {len(classes)} classes ({some}), not two; set data.task: multiclass",
                cells.name,
            )
        )
    return classes


def _require_sensible(
    cells: Cells, name: str, target: Sequence[str], classes: Sequence[str]
) -> None:
    """Refuse what looks like a mistake: numbers with stray words, or a name on every row."""
    words = [not is_number(cell) for cell in target]
    if any(words) and sum(words) < len(words) / 10:
        _refuse(cells, name, words, "is not a number, but most of the column is")
    if len(classes) > max(MANY_CLASSES, len(target) / 2):
        text = f"{name}: {len(classes)} classes in {len(target)} rows; is it the target? "
        raise DataError(
            Problem(
                text + "data.target names another, data.task: regression predicts a number",
                cells.name,
            )
        )


def target_values(cells: Cells, task: str, classes: Sequence[str]) -> Array:
    """Numbers (m, n): one column of class numbers, or a column per target."""
    if task == "regression":
        return np.column_stack([_numbers(cells, name) for name in cells.targets])
    [(name, target)] = cells.targets.items()
    numbers = class_numbers(target, classes)
    _refuse(cells, name, numbers < 0, f"is not one of the classes {', '.join(classes)}")
    return numbers[:, None]


def _numbers(cells: Cells, name: str) -> Array:
    target = cells.targets[name]
    if not are_numbers(target):
        _refuse(cells, name, [not is_number(cell) for cell in target], "is not a number")
    numbers = to_numbers(target)
    _refuse(cells, name, ~np.isfinite(numbers), "is too large")
    return numbers


def _refuse(cells: Cells, name: str, wrong: Any, says: str) -> None:
    """Raise a DataError that quotes the first wrong cell and lists the lines of a few."""
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return
    first = cells.targets[name][rows[0]]
    what = f"'{first}' {says}" if first.strip() else "an empty cell, where the target should be"
    lines = [cells.lines[row] for row in rows[:SHOWN_LINES]]
    more = ""
    if len(rows) > 1:
        shown = ", ".join(map(str, lines)) + (" …" if len(rows) > SHOWN_LINES else "")
        more = f" ({len(rows)} such rows, on lines {shown})"
    raise DataError(Problem(f"{name}: {what}{more}", cells.place(int(rows[0]))))


def _fit_all(names: Sequence[str], values: Array, how: str) -> tuple[Column, ...]:
    return tuple(fit(name, values[:, i], how) for i, name in enumerate(names))


def _examples(columns: Columns, inputs: Array, values: Array) -> Examples:
    targets = (
        class_targets(values[:, 0], columns.task, len(columns.classes))
        if columns.classes
        else scaled(columns.targets, values)
    )
    return examples(scaled(columns.features, inputs), targets)


def _source(cells: Cells) -> dict[str, Any]:
    return {"name": Path(cells.name).name, "rows": len(cells), "sha256": cells.sha256}
