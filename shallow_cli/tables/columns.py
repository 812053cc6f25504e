"""What the network sees of a table: which columns, scaled how, and what the targets mean.

It is fitted on the training rows, kept in the model, and repeated exactly at predict time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.numerals import are_numbers, exact_number, is_number


@dataclass(frozen=True)
class Column:
    """A numeric column; the network sees (x − offset) / scale."""

    name: str
    offset: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class Columns:
    """The features and targets of a model; `classes` is empty for a regression."""

    features: tuple[Column, ...]
    targets: tuple[Column, ...]
    task: str
    classes: tuple[str, ...] = ()

    @property
    def n_y(self) -> int:
        """Output units: one for two classes, one per class for more, one per target."""
        return {"binary": 1, "multiclass": len(self.classes)}.get(self.task, len(self.targets))

    @property
    def n_x(self) -> int:
        """Input units."""
        return len(self.features)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """In the order of the network's inputs."""
        return tuple(column.name for column in self.features)

    @property
    def target_names(self) -> tuple[str, ...]:
        """In the order of the table's columns."""
        return tuple(column.name for column in self.targets)


OUTPUT_OF_TASK = {"binary": "sigmoid", "multiclass": "softmax", "regression": "linear"}


def fit_column(name: str, values: Array, how: str) -> Column:
    """The column with the offset and scale that `how` gives its values (m,).

    A constant column keeps scale 1: it becomes all zeros, and nothing is divided by a
    rounding error. Deviations are measured in units of the largest, so that no square overflows.
    """
    low, high = float(values.min()), float(values.max())
    if how == "none":
        return Column(name)
    if low == high:
        return Column(name, offset=low)
    if how == "minmax":
        return Column(name, offset=low, scale=high - low)
    mean = float(np.mean(values))
    largest = float(np.abs(values - mean).max())
    deviation = largest * float(np.sqrt(np.mean(((values - mean) / largest) ** 2)))
    return Column(name, offset=mean, scale=deviation or 1.0)  # the smallest numbers underflow


def scaled(columns: Sequence[Column], values: Array) -> Array:
    """Values (m, n) as the network sees them."""
    return (values - _offsets(columns)) / _scales(columns)


def unscaled(columns: Sequence[Column], values: Array) -> Array:
    """What the network says (m, n), in the columns' own units."""
    return values * _scales(columns) + _offsets(columns)


def _offsets(columns: Sequence[Column]) -> Array:
    return np.array([column.offset for column in columns])


def _scales(columns: Sequence[Column]) -> Array:
    return np.array([column.scale for column in columns])


def class_keys(cells: Sequence[str], labels: Sequence[str]) -> list[str | float]:
    """What makes two cells the same class: the number where all labels are numbers, else text."""
    if are_numbers(labels):
        exact = {cell: exact_number(cell) for cell in {*cells, *labels} if is_number(cell)}
        return [exact.get(cell, cell) for cell in cells]
    return list(cells)


def class_labels(cells: Sequence[str]) -> tuple[str, ...]:
    """The classes in sorted order, as first written; numbers by value, text by character."""
    first: dict[str | float, str] = {}
    for key, cell in zip(class_keys(cells, cells), cells, strict=True):
        first.setdefault(key, cell)
    return tuple(label for _, label in sorted(first.items(), key=lambda item: item[0]))


def class_numbers(cells: Sequence[str], labels: Sequence[str]) -> Array:
    """The position of each cell's class among the labels (m,), −1 where there is none."""
    number = {key: position for position, key in enumerate(class_keys(labels, labels))}
    return np.array([number.get(key, -1) for key in class_keys(cells, labels)], dtype=np.intp)


def class_targets(numbers: Array, task: str, n_classes: int) -> Array:
    """What the network should say: (m, 1) of 0 and 1 for two classes, else one-hot (m, K)."""
    if task == "binary":
        return numbers[:, None].astype(np.float64)
    return np.eye(n_classes)[numbers]
