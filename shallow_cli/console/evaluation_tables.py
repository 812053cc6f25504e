"""An evaluation as tables: metrics, scores by class, counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from shallow_cli.console.column_notes import unseen_words
from shallow_cli.console.tables import number, show_table
from shallow_cli.console.words import counted

if TYPE_CHECKING:
    from shallow_cli.evaluation import Evaluated
    from shallow_cli.model import Model


def told(found: Evaluated) -> Iterator[str]:
    """What is worth saying of the rows: known ones, dropped ones, words nobody has seen."""
    known = [f"{r.metrics['rows']} {part} rows" for part, r in found.parts.items() if part]
    if known:
        yield f"{found.name} is known to the model: {', '.join(known)}"
    for name, count in found.dropped.items():
        if count:
            yield f"left out: {counted(count, 'row')} without {name}"
    for line in unseen_words(found.unseen):
        yield f"warning: {line}"


def show_evaluation(model: Model, found: Evaluated) -> None:
    """Print the metrics of all rows and of each part, with classes and counts of the last part."""
    results = found.parts
    names = results[""].metrics
    rows = [[name, *(_cell(r.metrics[name]) for r in results.values())] for name in names]
    show_table("Metrics", ["", *(part or "all rows" for part in results)], rows)
    part, result = list(results.items())[-1]
    if result.confusion is not None:
        _show_classes(model.columns.classes, result.confusion, f"{part or 'all'} rows")


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else number(value)


def _show_classes(classes: Sequence[str], counts: Any, which: str) -> None:
    from shallow_cli.core.metrics import precision_recall_f1

    scores = zip(*precision_recall_f1(counts), strict=True)
    rows = [
        [label, *(number(score) for score in row), str(total)]
        for label, row, total in zip(classes, scores, counts.sum(axis=1), strict=True)
    ]
    show_table(f"Classes, {which}", ["", "precision", "recall", "f1", "rows"], rows)
    matrix = [[label, *map(str, row)] for label, row in zip(classes, counts, strict=True)]
    title = f"Confusion, {which}: true classes down, predicted across"
    show_table(title, ["", *classes], matrix)
