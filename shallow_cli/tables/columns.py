"""What the network sees of a table: which columns, how encoded, and what the targets mean.

It is fitted on the training rows, kept in the model, and repeated exactly at predict time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array


@dataclass(frozen=True)
class Column:
    """A column of numbers; the network sees (x − offset) / scale.

    `fill` takes the place of a missing x; None: there must be none.
    """

    name: str
    offset: float = 0.0
    scale: float = 1.0
    fill: float | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the network's inputs that the column becomes."""
        return (self.name,)


@dataclass(frozen=True)
class Category:
    """A column of words, one-hot: the network sees a 1 at the word's position, else zeros.

    The empty word stands for a missing one. A word that is not among them is all zeros.
    """

    name: str
    words: tuple[str, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the network's inputs that the column becomes."""
        return tuple(f"{self.name}={word or '(missing)'}" for word in self.words)


Feature = Column | Category


@dataclass(frozen=True)
class Columns:
    """The features and targets of a model; `classes` is empty for a regression."""

    features: tuple[Feature, ...]
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
        return len(self.input_names)

    @property
    def input_names(self) -> tuple[str, ...]:
        """Of the network's inputs, in order: a category has one for each word."""
        return tuple(name for feature in self.features for name in feature.inputs)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Of the columns that a table must have, in the order of the network's inputs."""
        return tuple(feature.name for feature in self.features)

    @property
    def output_names(self) -> tuple[str, ...]:
        """What each output unit tells of: a class, of two the second, or a target."""
        if not self.classes:
            return self.target_names
        return self.classes[1:] if self.n_y == 1 else self.classes

    @property
    def target_names(self) -> tuple[str, ...]:
        """In the order of the table's columns."""
        return tuple(column.name for column in self.targets)


OUTPUT_OF_TASK = {"binary": "sigmoid", "multiclass": "softmax", "regression": "linear"}


def scaled(columns: Sequence[Column], values: Array) -> Array:
    """Values (m, n) as the network sees them."""
    return np.asarray((values - _offsets(columns)) / _scales(columns))


def unscaled(columns: Sequence[Column], values: Array) -> Array:
    """What the network says (m, n), in the columns' own units."""
    return values * _scales(columns) + _offsets(columns)


def _offsets(columns: Sequence[Column]) -> Array:
    return np.array([column.offset for column in columns])


def _scales(columns: Sequence[Column]) -> Array:
    return np.array([column.scale for column in columns])
