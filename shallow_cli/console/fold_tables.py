"""A cross-validation as tables: each fold, and what the folds say together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from shallow_cli.console.tables import number, short, show_table
from shallow_cli.console.words import counted

if TYPE_CHECKING:
    from shallow_cli.crossvalidation import Fold, Study

LINEAR = {True: "logistic regression", False: "linear regression"}


def show_folds(study: Study, results: Sequence[Fold], values: dict[str, Any]) -> None:
    """Print each fold, then mean ± standard deviation of the network and of what it must beat."""
    first, linear = study.metrics[0], LINEAR[bool(study.classes)]
    title = f"Folds; of {linear} and baseline the {first}"
    rows = [
        [
            f"{fold.repeat}.{fold.fold}",
            str(fold.rows),
            *(_cell(fold.network[name]) for name in study.metrics),
            _cell(fold.linear[first]),
            _cell(fold.baseline[first]),
        ]
        for fold in results
    ]
    show_table(title, ["", "rows", *study.metrics, "linear", "baseline"], rows)
    rows = [
        [name, *(_spread(values, prefix + metric) for metric in study.metrics)]
        for name, prefix in (("network", ""), (linear, "linear_"), ("baseline", "baseline_"))
    ]
    show_table(f"Mean ± standard deviation of {len(results)} folds", ["", *study.metrics], rows)


def verdict(study: Study, values: dict[str, Any]) -> Iterator[str]:
    """What is worth saying of the rows, and where something simpler is no worse."""
    dropped = study.table.dropped
    yield from (f"dropped: {counted(n, 'row')} without {name}" for name, n in dropped.items() if n)
    for label, count in study.rare.items():
        rows = f"{counted(count, 'row')}, fewer than the {study.n_folds} folds"
        yield f"warning: class {label} has {rows}: some are measured without it"
    for name in study.metrics:
        without = sum(fold[name] is None for fold in values["each"])
        if without:
            yield f"{name} has no value in {counted(without, 'fold')}; the mean is of the others"
    simpler = {LINEAR[bool(study.classes)]: "linear_", "the constant baseline": "baseline_"}
    for which, prefix in simpler.items():
        yield from _no_worse(study, values, which, prefix)


def _no_worse(study: Study, values: dict[str, Any], which: str, prefix: str) -> Iterator[str]:
    name = study.metrics[0]
    ours, other = values[name], values[prefix + name]
    ahead = other - ours if study.classes else ours - other
    if ahead >= 0:
        how = "does better" if ahead > 0 else "does as well"
        yield f"{which} {how} on these folds: {name} {number(other)}, the network {number(ours)}"


def _cell(value: float | None) -> str:
    return "-" if value is None else number(value)


def _spread(values: dict[str, Any], name: str) -> str:
    mean, deviation = values[name], values[f"{name}_std"]
    return short(mean) if deviation is None else f"{short(mean)} ± {short(deviation)}"
