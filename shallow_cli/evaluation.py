"""How good a model is on rows whose targets are known, beside what a constant would do.

Rows of a table are measured as they are read, so that its length does not matter. The baseline
always answers the most frequent class of these rows, or their mean.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from shallow_cli.answers import NOT_FINITE, Place, require_finite
from shallow_cli.config import unflat
from shallow_cli.core import metrics
from shallow_cli.core.arrays import Array
from shallow_cli.data_config import DataConfig
from shallow_cli.errors import DataError, Problem
from shallow_cli.files.identity import are_files, sha256_of, size_of
from shallow_cli.files.table_file import Batch, open_table
from shallow_cli.model import Model
from shallow_cli.scores import Evaluation, Scored, network_scored, scores_of
from shallow_cli.tables.data import split
from shallow_cli.tables.encoding import Encoding, encoding_of_model
from shallow_cli.tables.fitted import encoding
from shallow_cli.tables.generated import generated_table
from shallow_cli.tables.loading import read_for
from shallow_cli.tables.plan import (
    Plan,
    format_of,
    plan_of_model,
    require_columns,
    require_width,
)
from shallow_cli.tables.raw import RawTable
from shallow_cli.tables.readers import Found
from shallow_cli.tables.reading import raw_batches

Chunk = tuple[Array, Place]  # raw rows, and where each of them is


@dataclass(frozen=True)
class Evaluated:
    """The metrics of all rows under "", of "training" and "validation" rows where known.

    `dropped` and `unseen` count rows and cells, by column.
    """

    name: str
    parts: dict[str, Evaluation]
    dropped: Counter[str] = field(default_factory=Counter)
    unseen: Counter[str] = field(default_factory=Counter)


def evaluate(model: Model, chosen: DataConfig, threshold: float = metrics.EVEN) -> Evaluated:
    """Measure a model on the rows that a `data` section names.

    Args:
        model: who predicts.
        chosen: the rows.
        threshold: above which probability the second of two classes is meant.

    Raises:
        DataError: if the table cannot be read, lacks a column, has a cell the model cannot use,
            or a prediction is not finite.
    """
    if chosen.csv is None:
        return evaluate_table(model, generated_table(chosen), threshold)
    if _may_be_known(model, chosen):
        table = read_for(model.columns, chosen, model.trained_width)
        return evaluate_table(model, table, threshold)
    return _evaluate_stream(model, chosen, threshold)


def _may_be_known(model: Model, chosen: DataConfig) -> bool:
    """Whether files are those of the training or the validation; of a pipe nobody can know."""
    paths = chosen.csv or ()
    if not are_files(paths):
        return False
    known = [(source["bytes"], source["sha256"]) for source in model.sources.values()]
    size = size_of(paths)
    return size in dict(known) and (size, sha256_of(paths)) in known


def _evaluate_stream(model: Model, chosen: DataConfig, threshold: float) -> Evaluated:
    plan = plan_of_model(model.columns, chosen, model.trained_width, targets=True)
    with open_table(chosen.csv or (), format_of(chosen), wanted=plan.names) as table:
        require_columns(table.header, plan.names, table.where)
        require_width(plan, table.header, table.where)
        return evaluate_batches(model, table.batches, plan, table.name, threshold)


def evaluate_batches(
    model: Model,
    batches: Iterable[Batch],
    plan: Plan,
    name: str,
    threshold: float = metrics.EVEN,
) -> Evaluated:
    """Measure a model on batches of a table with targets, as they come.

    Args:
        model: who predicts.
        batches: of the table, with the columns of the plan.
        plan: how the table is read for the model.
        name: what messages call the table.
        threshold: above which probability the second of two classes is meant.

    Raises:
        DataError: if there are no rows, a cell is of no use to the model, or a prediction is not
            finite.
    """
    found = Found()

    def chunks() -> Iterator[Chunk]:
        for raw in raw_batches(batches, plan, found):
            if not found.complaints and len(raw.values):
                yield raw.values, raw.place

    own = encoding_of_model(model.columns, targets=True)
    result = evaluate_rows(model, own, chunks(), threshold)
    if found.complaints:
        raise DataError(*found.complaints.problems(advice=False))
    if result is None:
        raise DataError(Problem("no rows to measure on", name))
    return Evaluated(name, {"": result}, found.dropped, found.unseen)


def evaluate_table(model: Model, table: RawTable, threshold: float = metrics.EVEN) -> Evaluated:
    """Measure a model on a table that is read, and on its training and validation rows.

    Raises:
        DataError: if a prediction is not finite.
    """
    rows: dict[str, Array | range] = {"": range(len(table)), **parts(model, table)}
    results, own = {}, encoding(table, model.columns)
    for name, positions in rows.items():
        chunks = _chunks(table, positions)
        result = evaluate_rows(model, own, chunks, threshold)
        if result is not None:
            results[name] = result
    return Evaluated(table.name, results, table.dropped, table.unseen)


def _chunks(table: RawTable, positions: Array | range) -> Iterator[Chunk]:
    start = 0
    for chunk in table.chunks(positions):
        yield chunk, partial(_place, table.name, positions, start)
        start += len(chunk)


def _place(name: str, positions: Array | range, start: int, row: int) -> str:
    return f"{name}: row {int(positions[start + row]) + 1}"


def evaluate_rows(
    model: Model,
    own: Encoding,
    chunks: Iterable[Chunk],
    threshold: float = metrics.EVEN,
) -> Evaluation | None:
    """The metrics of a model on raw rows with targets; None where there are none.

    `own` is how these raw rows become examples.

    Raises:
        DataError: at the place of a row for which a prediction is not finite.
    """
    scored = _scored_rows(model, own, chunks)
    first = next(scored, None)
    if first is None:
        return None
    return scores_of(chain([first], scored), model.columns, threshold)


def _scored_rows(model: Model, own: Encoding, chunks: Iterable[Chunk]) -> Iterator[Scored]:
    for raw, place in chunks:
        data = own.examples(raw)
        for scored in network_scored(model.network, model.theta, model.columns, data):
            there = partial(_shifted, place, scored.rows.start)
            require_finite(scored.said, there)
            if model.columns.classes and not math.isfinite(scored.loss):
                raise DataError(Problem(NOT_FINITE, there(0)))
            yield scored


def _shifted(place: Place, by: int, row: int) -> str:
    return place(by + row)


def parts(model: Model, table: RawTable) -> dict[str, Array | range]:
    """Which rows the model was trained and validated on; empty for rows that are new to it."""
    sources = model.sources
    if table.sha256 == sources["training"]["sha256"]:
        rows = split(table, unflat(model.config), model.columns.classes)
        named = zip(("training", "validation"), rows, strict=True)
        return {name: part for name, part in named if len(part)}
    if "validation" in sources and table.sha256 == sources["validation"]["sha256"]:
        return {"validation": range(len(table))}
    return {}
