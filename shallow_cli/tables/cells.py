"""A table before any decision: numeric features, and targets as somebody wrote them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shallow_cli.config import DataConfig
from shallow_cli.core.arrays import Array
from shallow_cli.core.datasets import DATASETS, generate
from shallow_cli.errors import ConfigError, DataError, Problem
from shallow_cli.files.csv_file import CsvTable, open_table
from shallow_cli.tables.reading import (
    BadCell,
    bad_cell_problems,
    numeric_batches,
    require_columns,
)

LEAVE_OUT = "; to leave the column out, set data.exclude: {column}"
TARGET = "y"  # of generated data; the features are x1, x2, …


@dataclass(frozen=True)
class Cells:
    """Rows of a table; `lines` says where each starts in its file."""

    name: str
    features: tuple[str, ...]
    inputs: Array  # (m, n_x)
    targets: dict[str, list[str]]
    lines: Sequence[int]
    sha256: str  # of the file, or of the generated numbers

    def place(self, row: int) -> str:
        """Where a row is, for messages."""
        return f"{self.name}:{self.lines[row]}"

    def __len__(self) -> int:
        return len(self.inputs)

    def take(self, rows: Array) -> Cells:
        """The rows at the given positions."""
        return dataclasses.replace(
            self,
            inputs=self.inputs[rows],
            targets={name: [cells[row] for row in rows] for name, cells in self.targets.items()},
            lines=[self.lines[row] for row in rows],
        )


def configured_cells(config: DataConfig) -> Cells:
    """The rows that a config names.

    Raises:
        ConfigError: if a column is feature or left out, and target too.
        DataError: if the file cannot be read, lacks a column, or has a feature that is no number.
    """
    if config.csv is None:
        return generated_cells(config)
    with open_table(config.csv) as table:
        features, targets = _chosen_columns(config, table.header)
        require_columns(table, [*targets, *features, *config.exclude])
        return _read(table, features, targets, LEAVE_OUT)


def csv_cells(path: Path, features: Sequence[str], targets: Sequence[str]) -> Cells:
    """The named columns of a CSV, whatever their order there; other columns are not looked at.

    Raises:
        DataError: if the file cannot be read, lacks a column, or has a feature that is no number.
    """
    with open_table(path) as table:
        require_columns(table, [*targets, *features])
        return _read(table, features, targets, advice="")


def _chosen_columns(
    config: DataConfig, header: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Features and targets: as the config says, else the last column and all others."""
    targets = config.target or tuple(header[-1:])
    for key, names in (("features", config.features or ()), ("exclude", config.exclude)):
        for both in sorted(set(targets) & set(names)):
            text = f"data.{key}: '{both}' is the target; data.target names another"
            raise ConfigError(Problem(text))
    left = [name for name in header if name not in {*targets, *config.exclude}]
    return config.features or tuple(left), targets


def _read(table: CsvTable, features: Sequence[str], targets: Sequence[str], advice: str) -> Cells:
    if not features:
        raise DataError(Problem("no column is left to learn from", table.place(1)))
    inputs: list[Array] = []
    target_cells: dict[str, list[str]] = {name: [] for name in targets}
    lines: list[int] = []
    bad: list[BadCell] = []
    for batch, numbers, bad_cells in numeric_batches(table, features):
        inputs.append(numbers)
        bad += bad_cells
        lines += batch.lines
        for name in targets:
            target_cells[name] += [cell.strip() for cell in batch.cells[name]]
    problems = bad_cell_problems(table, bad, advice)
    if problems:
        raise DataError(*problems)
    if not lines:
        raise DataError(Problem("has a header, but no rows", table.name))
    sha256 = table.fingerprint.hexdigest()
    return Cells(table.name, tuple(features), np.concatenate(inputs), target_cells, lines, sha256)


def generated_cells(config: DataConfig) -> Cells:
    """The rows of a generated dataset, with the same choice of columns as a CSV has.

    Raises:
        ConfigError: if the config names a column that the dataset does not have.
    """
    name = config.generate or ""
    samples, noise = samples_and_noise(config)
    inputs, target = generate(name, samples, noise, generated_seed(config))
    columns = {f"x{i}": inputs[:, i - 1] for i in range(1, inputs.shape[1] + 1)}
    features = config.features or tuple(x for x in columns if x not in config.exclude)
    unknown = {*features, *config.exclude} - columns.keys()
    if unknown or config.target not in {None, (TARGET,)} or not features:
        known = ", ".join(columns)
        raise ConfigError(
            Problem(f"{name} has the features {known} and the target {TARGET}; name these", "data")
        )
    cells = {TARGET: [repr(value) for value in target.tolist()]}
    chosen = np.column_stack([columns[x] for x in features])
    sha256 = hashlib.sha256(chosen.tobytes() + target.tobytes()).hexdigest()
    return Cells(name, features, chosen, cells, range(1, samples + 1), sha256)


def samples_and_noise(config: DataConfig) -> tuple[int, float]:
    """Of a generated dataset: what the config says, else the dataset's own."""
    dataset = DATASETS[config.generate or ""]
    samples = dataset.samples if config.samples is None else config.samples
    return samples, (dataset.noise or 0.0) if config.noise is None else config.noise


def generated_seed(config: DataConfig) -> int:
    """Of a generated dataset; seed 1 of the flower is the course's."""
    return 1 if config.seed is None else config.seed
