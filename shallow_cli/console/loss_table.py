"""The rows of a training as they come: a table for people, CSV or JSON lines for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from shallow_cli.console.streaming import ShowRow, row_printer
from shallow_cli.console.streams import write
from shallow_cli.console.tables import NUMBER_WIDTH, number

if TYPE_CHECKING:
    from shallow_cli.core.events import Row

Writer = Callable[["Row"], None]


def loss_writer(form: str, epochs: int) -> Writer:
    """What to call with each row; `form` is a name of `FORMATS`."""
    return FORMATS[form](epochs)


def _table(epochs: int) -> Writer:
    printers: list[ShowRow] = []

    def show(row: Row) -> None:
        values = row.values()
        if not printers:
            widths = [len(str(epochs)) if name == "epoch" else NUMBER_WIDTH for name in values]
            styles = ["dim", "bold", *("" for _ in widths[2:])]
            printers.append(row_printer(list(values), widths, styles))
        cells = [str(value) if name == "epoch" else number(value) for name, value in values.items()]
        printers[0](cells)

    return show


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
