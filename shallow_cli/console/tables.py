"""Small tables on stdout: rich on a terminal, plain aligned columns in a pipe."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from shallow_cli.console.streams import is_terminal, write
from shallow_cli.printable import one_line

DECIMALS, NUMBER_WIDTH = 6, 10
SHORT_WIDTH = 7  # 1.2e-05

Cells = Sequence[Sequence[str]]


def number(value: float) -> str:
    """Six decimals, and powers of ten where these would not fit or would be all zeros."""
    text = f"{value:.{DECIMALS}f}"
    vanishes = value != 0 and abs(value) < 10**-DECIMALS
    return f"{value:.3e}" if vanishes or len(text) > NUMBER_WIDTH else text


def short(value: float | None) -> str:
    """Four decimals or fewer, where several numbers and what goes with them must fit 80 columns."""
    if value is None:
        return "-"
    fitting = (f"{value:.{places}f}" for places in range(4, -1, -1))
    text = next((text for text in fitting if len(text) <= SHORT_WIDTH), "")
    return text if text and (float(text) or not value) else f"{value:.1e}"


def terminal_width() -> int | None:
    """Columns of the terminal that stdout is; None in a pipe, where nothing is too wide."""
    return shutil.get_terminal_size().columns if is_terminal(sys.stdout) else None


def show_heading(text: str) -> None:
    """A line that stands out on a terminal."""
    if not is_terminal(sys.stdout):
        write(one_line(text))
        return
    from rich.console import Console
    from rich.text import Text

    Console(highlight=False).print(Text(one_line(text), "bold"))


def show_table(title: str, header: Sequence[str], rows: Cells) -> None:
    """Print a table; every column but the first is aligned to the right.

    In a pipe nothing is cut, wrapped or coloured, whatever the width.
    """
    header = [one_line(cell) for cell in header]
    rows = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    if is_terminal(sys.stdout) and _show_rich(
        title, header, rows, sum(widths) + 3 * len(widths) + 1
    ):
        return
    write(one_line(title))
    for row in [header, *rows]:
        first, *others = zip(row, widths, strict=True)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
        write("  ".join(cells).rstrip())
    write("")


def _show_rich(title: str, header: Sequence[str], rows: Cells, width: int) -> bool:
    """False, and nothing printed, where the terminal is too narrow for whole cells."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if console.width < width:
        return False
    console.print(Text(title, "bold"), soft_wrap=True)
    table = Table(box=SIMPLE_HEAD)
    for position, name in enumerate(header):
        table.add_column(Text(name), justify="right" if position else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
    return True
