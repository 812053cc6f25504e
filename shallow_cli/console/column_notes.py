"""What is said of the columns of a table before a training: how each is used, what looks odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from shallow_cli.console.words import counted, listed
from shallow_cli.yaml_text import yaml_value

if TYPE_CHECKING:
    from shallow_cli.data_config import DataConfig
    from shallow_cli.fitting import Prepared
    from shallow_cli.tables.columns import Columns, Feature
    from shallow_cli.tables.raw import RawTable

FILLED = {"mean": "the mean", "median": "the median"}


def column_notes(prepared: Prepared, given: DataConfig) -> Iterator[str]:
    """How the columns of a table are used; `given` is the section as somebody wrote it."""
    data, chosen = prepared.data, prepared.config.data
    if data.loaded.survey is None:
        return
    yield from _used(data.columns, chosen)
    table = data.loaded.table
    if chosen.weight:
        yield f"weight of the rows: {chosen.weight}"
    yield from _gaps(table, data.columns.features, chosen)
    if data.held_out is not None:
        yield from _about_validation(data.held_out)
    used = set(table.plan.names)
    left = [name for name in data.loaded.header if name not in used]
    if left:
        yield f"left out: {listed(left)}"
    yield from _warnings(prepared, given)


def _used(columns: Columns, chosen: DataConfig) -> Iterator[str]:
    from shallow_cli.tables.columns import Category

    words = [f for f in columns.features if isinstance(f, Category)]
    numbers = [f.name for f in columns.features if not isinstance(f, Category)]
    if numbers:
        how = "" if chosen.scale == "none" else f", {chosen.scale}"
        yield f"numbers{how}: {listed(numbers)}"
    if words:
        each = [f"{f.name} ({counted(len(f.words), 'word')})" for f in words]
        yield f"categories, one-hot: {listed(each)}"


def _gaps(table: RawTable, features: Sequence[Feature], chosen: DataConfig) -> Iterator[str]:
    """Missing cells that are filled or a category, and rows that were dropped."""
    from shallow_cli.tables.columns import Column

    for feature in features:
        count = table.missing[feature.name]
        if not count:
            continue
        if not isinstance(feature, Column):
            own = "its own" if count == 1 else "their own"
            yield f"{feature.name}: {counted(count, 'missing cell')}, a category of {own}"
        elif feature.fill is not None:
            how = f"{FILLED[chosen.missing]} of the training rows, {feature.fill:.6g}"
            yield f"{feature.name}: {counted(count, 'missing cell')}, filled with {how}"
    yield from _dropped(table)


def _dropped(table: RawTable) -> Iterator[str]:
    for name, count in table.dropped.items():
        if count:
            yield f"dropped: {counted(count, 'row')} without {name}"


def _about_validation(table: RawTable) -> Iterator[str]:
    """What is not as it should be in a validation table of its own."""
    yield from (f"{table.name}: {line}" for line in _dropped(table))
    for name, count in table.missing.items():
        if count and not table.plan.drop_missing:
            yield f"{table.name}: {name}: {counted(count, 'missing cell')}"
    yield from (f"warning: {table.name}: {line}" for line in unseen_words(table.unseen))


def _warnings(prepared: Prepared, given: DataConfig) -> Iterator[str]:
    data = prepared.data
    columns = data.loaded.survey.columns if data.loaded.survey else {}
    suspects = []
    for name in data.columns.feature_names:
        if columns[name].looks_like_a_date:
            yield f"warning: {name} looks like dates, and each is only a word here"
        elif columns[name].looks_like_an_id:
            yield f"warning: {name} looks like an id, different in every row"
        else:
            continue
        suspects.append(name)
    if suspects:
        kept = tuple(name for name in given.features or () if name not in suspects)
        left = yaml_value((*given.exclude, *suspects))
        line = f"data.features: {yaml_value(kept)}" if kept else f"data.exclude: {left}"
        yield f"to leave {'it' if len(suspects) == 1 else 'them'} out: {line}"
    if data.constant:
        names = listed(data.constant)
        yield f"warning: the same in every training row, so nothing is learned from it: {names}"


def unseen_words(unseen: Counter[str]) -> Iterator[str]:
    """For each column how many cells had words that the model does not know."""
    for name, count in unseen.items():
        if count:
            what = "cell has a word" if count == 1 else "cells have words"
            so = "counts" if count == 1 else "count"
            yield f"{name}: {count} {what} that no training row has, and {so} as no word at all"
