"""The rows of a training as they come: a table for people, CSV or JSON lines for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from shallow_cli.console.streams import is_terminal, write
from shallow_cli.console.tables import NUMBER_WIDTH, number

if TYPE_CHECKING:
    from rich.console import Console

    from shallow_cli.core.events import Row

Writer = Callable[["Row"], None]


def loss_writer(form: str, epochs: int) -> Writer:
    """What to call with each row; `form` is a name of `FORMATS`."""
    return FORMATS[form](epochs)


def _table(epochs: int) -> Writer:
    """Widths are fixed before the first row, so that rows can stream."""
    console = _rich_console() if is_terminal(sys.stdout) else None
    header: list[str] = []

    def show(row: Row) -> None:
        values = row.values()
        widths = [
            max(len(name), len(str(epochs)) if name == "epoch" else NUMBER_WIDTH) for name in values
        ]
        cells = [str(value) if name == "epoch" else number(value) for name, value in values.items()]
        if console and console.width >= sum(widths) + 3 * len(widths):
            _print_rich(console, [] if header else list(values), widths, cells)
        else:
            for line in [cells] if header else [list(values), cells]:
                write("  ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)))
        header[:] = values

    return show


def _rich_console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _print_rich(console: Console, header: list[str], widths: list[int], cells: list[str]) -> None:
    """One row, below the header when it is the first."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, show_header=bool(header), show_edge=False, pad_edge=True)
    for position, width in enumerate(widths):
        name = header[position] if header else ""
        style = "dim" if position == 0 else "bold" if position == 1 else ""
        table.add_column(name, width=width, justify="right", no_wrap=True, style=style)
    table.add_row(*cells)
    console.print(table)


def _csv(_epochs: int) -> Writer:
    header: list[str] = []

    def show(row: Row) -> None:
        values = row.values()
        if not header:
            header.extend(values)
            write(",".join(values))
        write(",".join(map(repr, values.values())))

    return show


def _jsonl(_epochs: int) -> Writer:
    def show(row: Row) -> None:
        write(json.dumps(row.values(), allow_nan=False))

    return show


FORMATS: dict[str, Callable[[int], Writer]] = {"table": _table, "csv": _csv, "jsonl": _jsonl}
