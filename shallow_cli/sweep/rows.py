"""The trials of a sweep as rows of a table, and what else is to be known of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shallow_cli import __version__
from shallow_cli.config import INDIFFERENT, flat
from shallow_cli.core.events import Row
from shallow_cli.core.measuring import names_measured
from shallow_cli.errors import DataError, Problem
from shallow_cli.fitting import Prepared
from shallow_cli.numerals import is_number
from shallow_cli.sweep.plan import SEED, Sweep

# Keys that decide which measures there are.
OF_THE_ROWS = {"data.csv", "data.generate", "data.target", "data.task", "data.validation"}
# Keys that decide what a loss is: of which rows, in which unit, with which weights.
OF_THE_LOSS = {*OF_THE_ROWS, "data.weight", "data.scale_target", "class_weight"}
OF_THE_LOSS |= {f"data.{name}" for name in ("samples", "noise", "seed", "arms")}
LOSSES = ("validation_loss", "loss")
SCORES = ("validation_accuracy", "validation_r2", "accuracy", "r2")

Values = dict[str, float]  # of a loss row, by name


def columns_of(prepared: Prepared, sweep: Sweep) -> tuple[str, ...]:
    """Of the table: the varied keys, the seed, and what loss rows are made of.

    Where the rows are varied, that is all there is.
    """
    names: Sequence[str] = names_measured(prepared.job, prepared.theta)
    if OF_THE_ROWS & sweep.keys:
        names = [field.name for field in dataclasses.fields(Row)]
    return tuple(dict.fromkeys([*(varied.key for varied in sweep.grid), SEED, *names]))


def to_row(sweep: Sweep, number: int, values: Values) -> dict[str, str]:
    """A trial and its values as text, by column."""
    return {**sweep.named(number), **{name: repr(value) for name, value in values.items()}}


def from_rows(
    sweep: Sweep, rows: Iterable[Mapping[str, str]], source: str = ""
) -> dict[int, Values]:
    """The values of the trials that the rows are of, by number.

    Raises:
        DataError: if a row is of no trial, or holds what is no number.
    """
    numbers = {tuple(sweep.named(n).items()): n for n in range(len(sweep.trials))}
    names = list(sweep.named(0))
    found = {}
    for row in rows:
        texts = {name: text for name, text in row.items() if name not in names and text}
        number = numbers.get(tuple((name, row[name]) for name in names))
        whole = texts.get("epoch", "").isdecimal() and all(map(is_number, texts.values()))
        if number is None or not whole:
            text = f"'{','.join(row.values())}' is no row of this sweep; remove it"
            raise DataError(Problem(text, source))
        values = {name: float(text) for name, text in texts.items()}
        found[number] = {**values, "epoch": int(texts["epoch"])}
    return found


def description(prepared: Sequence[Prepared], sweep: Sweep) -> dict[str, Any]:
    """All that decides the results, to know a sweep by; `prepared` are all its data."""
    first = sweep.trials[0]
    varied = {SEED, *INDIFFERENT, *(varied.key for varied in sweep.grid)}
    config = {name: str(value) for name, value in flat(first.config).items()}
    return {
        "version": __version__,
        "grid": " ".join(f"{varied.key}={','.join(varied.values)}" for varied in sweep.grid),
        "restarts": sweep.restarts,
        "first seed": first.seed,
        "rows": [
            {name: source["sha256"] for name, source in each.data.sources.items()}
            for each in prepared
        ],
        **{name: value for name, value in config.items() if name not in varied},
    }


def ranked_by(sweep: Sweep, results: Mapping[int, Values]) -> str | None:
    """What says which trial is the best: a loss, or a score where losses are not comparable.

    That is where the grid decides what a loss is. None where not all trials have the same measure;
    who ran away is left out.
    """
    ended = [row for row in results.values() if "loss" in row]
    penalized = {"l2"} if any("validation_loss" not in row for row in ended) else set()
    names = SCORES if (OF_THE_LOSS | penalized) & sweep.keys else LOSSES
    return next((name for name in names if all(name in row for row in ended)), None)


def best(results: Mapping[int, Values], name: str) -> int:
    """The trial that is best by a measure.

    Raises:
        ValueError: if every trial ran away.
    """
    sign = 1 if name in LOSSES else -1
    found = {n: sign * row[name] for n, row in sorted(results.items()) if name in row}
    return min(found, key=found.__getitem__)
