"""A sweep as it goes: a line for each point of the grid, once all its restarts have ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import TYPE_CHECKING

from shallow_cli.console.streaming import row_printer
from shallow_cli.console.tables import NUMBER_WIDTH, SHORT_WIDTH, number, short
from shallow_cli.sweep.rows import LOSSES, SCORES, Values

if TYPE_CHECKING:
    from shallow_cli.sweep.plan import Sweep

WORDS = {"accuracy": "acc"}  # so that two keys and their summaries fit 80 columns

ShowPoint = Callable[[Sequence[str], Sequence[Values]], None]


def point_printer(sweep: Sweep, columns: Sequence[str]) -> ShowPoint:
    """What prints a point: its values of the keys, and what its trials came to."""
    keys = [varied.key for varied in sweep.grid]
    widths = [max(map(len, varied.values)) for varied in sweep.grid]
    if sweep.restarts == 1:
        shown = [name for name in columns if name not in {*keys, "seed", "epoch"}]
        return _printer(keys, widths, shown, lambda rows: [_cell(rows[0].get(n)) for n in shown])
    compared = [among for among in (LOSSES, SCORES) if set(among) & set(columns)]
    header = [
        word for among in compared for word in (f"best {_word(among, columns)}", "median", "spread")
    ]

    def cells(rows: Sequence[Values]) -> list[str]:
        return [cell for among in compared for cell in _summary(rows, among)]

    return _printer(keys, widths, header, cells, SHORT_WIDTH)


def _word(among: Sequence[str], columns: Sequence[str]) -> str:
    """What to call the measures of a kind, of which there may be several."""
    names = {name.removeprefix("validation_") for name in among if name in columns}
    return "score" if len(names) > 1 else WORDS.get(name := names.pop(), name)


def _printer(
    keys: Sequence[str],
    widths: Sequence[int],
    header: Sequence[str],
    cells: Callable[[Sequence[Values]], list[str]],
    number_width: int = NUMBER_WIDTH - 2,
) -> ShowPoint:
    styles = ["bold"] * len(keys) + [""] * len(header)
    show = row_printer([*keys, *header], [*widths, *(number_width for _ in header)], styles)
    return lambda values, rows: show([*values, *cells(rows)])


def _summary(rows: Sequence[Values], among: Sequence[str]) -> list[str]:
    """The best, the median and the difference of best and worst; who ran away is left out."""
    name = next((name for name in among if any(name in row for row in rows)), None)
    if name is None:
        return [short(None)] * 3
    found = [row[name] for row in rows if name in row]
    best = min(found) if name in LOSSES else max(found)
    return [short(best), short(median(found)), short(max(found) - min(found))]


def _cell(value: float | None) -> str:
    return "-" if value is None else number(value)
