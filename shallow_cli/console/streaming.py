"""Rows that are printed as they come: widths are fixed before the first one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from shallow_cli.console.streams import is_terminal, write
from shallow_cli.printable import one_line

if TYPE_CHECKING:
    from rich.console import Console

ShowRow = Callable[[Sequence[str]], None]


def row_printer(header: Sequence[str], widths: Sequence[int], styles: Sequence[str]) -> ShowRow:
    """What prints a row, the first time below the header.

    A rich table on a terminal that is wide enough, else plain aligned columns.
    """
    header = [one_line(name) for name in header]
    widths = [max(len(name), width) for name, width in zip(header, widths, strict=True)]
    console = _rich_console(sum(widths) + 3 * len(widths)) if is_terminal(sys.stdout) else None
    printed: list[str] = []

    def show(cells: Sequence[str]) -> None:
        cells = [one_line(cell) for cell in cells]
        if console:
            _print_rich(console, [] if printed else header, widths, styles, cells)
        else:
            for line in [cells] if printed else [header, cells]:
                write("  ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)))
        printed[:] = header

    return show


def _rich_console(width: int) -> Console | None:
    """None where the terminal is too narrow for whole cells."""
    from rich.console import Console

    console = Console(highlight=False)
    return console if console.width >= width else None


def _print_rich(
    console: Console,
    header: Sequence[str],
    widths: Sequence[int],
    styles: Sequence[str],
    cells: Sequence[str],
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_header=bool(header), show_edge=False, pad_edge=True)
    for position, (width, style) in enumerate(zip(widths, styles, strict=True)):
        name = Text(header[position] if header else "")
        table.add_column(name, width=width, justify="right", no_wrap=True, style=style)
    table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
