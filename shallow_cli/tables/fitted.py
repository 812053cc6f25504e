"""What is fitted on the training rows, and on them only: scaling, fillings, words, weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from shallow_cli.config import Config
from shallow_cli.core.arrays import Array
from shallow_cli.errors import ConfigError, DataError, Problem
from shallow_cli.rules import did_you_mean
from shallow_cli.tables.columns import Category, Column, Columns, Feature
from shallow_cli.tables.complaints import LEAVE_OUT, about
from shallow_cli.tables.encoding import (
    Classes,
    Encoding,
    Targets,
    Weights,
    numbers_of,
    one_hots_of,
)
from shallow_cli.tables.labels import in_order, positions, word_keys
from shallow_cli.tables.raw import RawTable, target_texts

Rows = Array | range  # positions


@dataclasses.dataclass(frozen=True)
class Spread:
    """How the numbers of some columns (n,) are spread, missing ones left out."""

    count: Array
    low: Array
    high: Array
    mean: Array
    deviation: Array  # the standard deviation, 0 where there is nothing to measure


def spread(table: RawTable, rows: Rows, columns: slice) -> Spread:
    """Read the rows twice, a few thousand at a time.

    Deviations are measured in units of the largest, so that no square overflows.
    """
    n = columns.stop - columns.start
    count, total = np.zeros(n), np.zeros(n)
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    for found in table.each(rows, partial(_range, columns=columns)):
        count += found.there
        total += found.total
        low, high = np.fmin(low, found.low), np.fmax(high, found.high)
    mean = total / np.maximum(count, 1)
    unit = np.maximum(np.abs(high - mean), np.abs(low - mean))
    unit = np.where((unit > 0) & np.isfinite(unit), unit, 1)
    squares = np.zeros(n)
    for more in table.each(rows, partial(_squares, columns=columns, mean=mean, unit=unit)):
        squares += more
    deviation = unit * np.sqrt(squares / np.maximum(count, 1))
    return Spread(count, low, high, mean, deviation)


class _Range(NamedTuple):
    """Of the numbers there are in some columns (n,)."""

    there: Array
    total: Array
    low: Array
    high: Array


def _range(chunk: Array, columns: slice) -> _Range:
    values = chunk[:, columns]
    return _Range(
        np.count_nonzero(~np.isnan(values), axis=0),
        np.nansum(values, axis=0),
        np.fmin.reduce(values, axis=0),
        np.fmax.reduce(values, axis=0),
    )


def _squares(chunk: Array, columns: slice, mean: Array, unit: Array) -> Array:
    found: Array = np.nansum(((chunk[:, columns] - mean) / unit) ** 2, axis=0)
    return found


def fit_column(name: str, how: str, found: Spread, i: int) -> Column:
    """The column with the offset and scale that `how` gives column `i` of those measured.

    A constant column keeps scale 1: it becomes all zeros, and nothing is divided by a
    rounding error.
    """
    low, high = float(found.low[i]), float(found.high[i])
    if how == "none" or not found.count[i]:
        return Column(name)
    if low == high:
        return Column(name, offset=low)
    if how == "minmax":
        return Column(name, offset=low, scale=high - low)
    # The smallest numbers underflow.
    return Column(name, offset=float(found.mean[i]), scale=float(found.deviation[i]) or 1.0)


@dataclasses.dataclass(frozen=True)
class Fitted:
    """Columns, and the names of those features that say the same in every row they saw."""

    columns: Columns
    constant: tuple[str, ...]


def fit_columns(table: RawTable, rows: Rows, config: Config, classes: tuple[str, ...]) -> Fitted:
    """The columns of a table, fitted on the given rows; `config` has no open choice.

    Raises:
        DataError: if a target does not vary, or a column to be filled has no number at all.
    """
    measured = spread(table, rows, table.feature_slice)
    features = _fit_features(table, rows, config, measured)
    data = config.data
    names = [slot.name for slot in table.plan.targets]
    if classes:
        targets = tuple(map(Column, names))
    else:
        found = spread(table, rows, table.target_slice)
        for i, name in enumerate(names):
            if found.low[i] == found.high[i]:
                text = f"{name}: always {found.low[i]:g} in the training rows; no target"
                raise DataError(Problem(text, table.name))
        how = data.scale_target or "none"
        targets = tuple(fit_column(name, how, found, i) for i, name in enumerate(names))
    constant = tuple(
        feature.name
        for feature, low, high in zip(features, measured.low, measured.high, strict=True)
        if low >= high  # also where nothing was there at all
    )
    return Fitted(Columns(features, targets, data.task, classes), constant)


def _fit_features(
    table: RawTable, rows: Rows, config: Config, found: Spread
) -> tuple[Feature, ...]:
    data = config.data
    fitted: list[Feature] = []
    for i, slot in enumerate(table.plan.features):
        if slot.is_words:
            fitted.append(Category(slot.name, _words_there(table, rows, i)))
            continue
        column = fit_column(slot.name, data.scale or "none", found, i)
        if data.missing in {"mean", "median"}:
            if not found.count[i]:
                what = f"no training row has a number; {about(slot.name, LEAVE_OUT)}"
                text = f"{slot.name}: {what}"
                raise DataError(Problem(text, table.name))
            fill = found.mean[i] if data.missing == "mean" else _median(table, rows, i)
            column = dataclasses.replace(column, fill=float(fill))
        fitted.append(column)
    return tuple(fitted)


def _words_there(table: RawTable, rows: Rows, i: int) -> tuple[str, ...]:
    """The different words of a column in the given rows, in sorted order."""
    words = table.words[table.plan.features[i].name]
    counts = sum(table.each(rows, partial(_counted, column=i, n=len(words))), np.zeros(len(words)))
    there = [word for word, count in zip(words, counts, strict=True) if count]
    return in_order(there, word_keys(there))


def _median(table: RawTable, rows: Rows, i: int) -> float:
    """The middle number of a column; it alone must fit the memory."""
    values = np.concatenate([*table.each(rows, partial(_column, column=i))])
    return float(np.nanmedian(values))


def _counted(chunk: Array, column: int, n: int) -> Array:
    """How often each code is there (n,)."""
    return np.bincount(chunk[:, column].astype(np.intp), minlength=n)


def _column(chunk: Array, column: int) -> Array:
    return chunk[:, column]


def encoding(table: RawTable, columns: Columns) -> Encoding:
    """How the raw rows of a table become what the network of these columns sees."""
    places = [
        positions(table.words[feature.name], feature.words, word_keys(feature.words))
        if isinstance(feature, Category)
        else None
        for feature in columns.features
    ]
    known: Classes | Targets
    if columns.classes:
        known = class_lookup(table, columns.classes)
    else:
        known = Targets(table.target_slice, columns.targets)
    return Encoding(columns, numbers_of(columns), one_hots_of(columns, places), known)


def class_lookup(table: RawTable, classes: Sequence[str]) -> Classes:
    """From the raw values of a table's target to the numbers of its classes.

    Raises:
        DataError: if a row is of another class.
    """
    [slot] = table.plan.targets
    if slot.is_words:
        words = table.words[slot.name]
        values = np.arange(float(len(words)))
    else:
        found = sorted(table.labels[slot.name].items())
        words = tuple(label for _, label in found)
        values = np.array([value for value, _ in found])
    numbers = positions(words, classes)
    if (numbers < 0).any():
        texts = target_texts(table)
        for text, number in zip(texts, positions(texts, classes), strict=True):
            if number < 0:
                what = f"{slot.name}: '{text}' is not one of the classes {', '.join(classes)}"
                raise DataError(Problem(what, table.name))
    return Classes(table.target_slice.start, values, numbers, len(classes))


def with_weights(
    plain: Encoding, table: RawTable, rows: Rows, class_weight: str | dict[str, float] | None
) -> Encoding:
    """The encoding with weights whose mean over the given rows is 1, if there are any.

    Raises:
        ConfigError: if a class has a weight that there is not, or a regression has classes'.
        DataError: if all the weights are 0.
    """
    column = table.target_slice.stop if table.plan.weight else None
    by_class = _class_weights(plain, table, rows, class_weight)
    if column is None and by_class is None:
        return plain
    weights = Weights(column, by_class)
    total = sum(table.each(rows, partial(_weight, plain=plain, weights=weights)))
    if not total:
        name = table.plan.weight or "class_weight"
        raise DataError(Problem(f"{name}: all weights are 0", table.name))
    return dataclasses.replace(plain, weights=dataclasses.replace(weights, mean=total / len(rows)))


def _weight(chunk: Array, plain: Encoding, weights: Weights) -> float:
    return float(weights.of(chunk, plain.class_numbers(chunk)).sum())


def _class_weights(
    plain: Encoding, table: RawTable, rows: Rows, class_weight: str | dict[str, float] | None
) -> Array | None:
    """The weight of each class (K,); balanced is m / (K × its rows), as in scikit-learn."""
    classes = plain.columns.classes
    if class_weight is None:
        return None
    if not isinstance(plain.targets, Classes):
        raise ConfigError(Problem("class_weight: a regression has no classes"))
    if isinstance(class_weight, dict):
        found = positions(list(class_weight), classes)
        unknown = [name for name, i in zip(class_weight, found, strict=True) if i < 0]
        if unknown:
            hint = did_you_mean(unknown[0], classes) or f"the classes are {', '.join(classes)}"
            raise ConfigError(Problem(f"class_weight: there is no class '{unknown[0]}'; {hint}"))
        weights = np.ones(len(classes))
        weights[found] = list(class_weight.values())
        return weights
    counts = sum(table.each(rows, plain.targets.counts), np.zeros(len(classes)))
    return len(rows) / (len(classes) * np.maximum(counts, 1))
