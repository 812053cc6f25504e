"""Charts in characters: curves over epochs, and points against each other."""

from __future__ import annotations

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.plots.axes import Axis
from shallow_cli.plots.colours import LINE_NAMES, LINES
from shallow_cli.plots.curves import Curves
from shallow_cli.plots.text import BLANK, Block, Cell, Frame, Style, cells_of

CURVE_MARKS, POINT = "*o+x#%&@", "."
BRAILLE = 0x2800
# The bits of a braille character by row and column of its dots.
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


def named(curves: Curves, style: Style) -> list[tuple[str, str]]:
    """The name of each curve, and how it is drawn."""
    marks = LINE_NAMES if style is Style.COLOUR else CURVE_MARKS
    return [(curve.name, marks[n % len(marks)]) for n, curve in enumerate(curves.curves)]


def curve_chart(curves: Curves, width: int, height: int, style: Style) -> Block:
    """The curves and their axes: in dots where there are colours, else in marks."""
    fine = (4, 2) if style is Style.COLOUR else (1, 1)
    frame = Frame(curves.x, curves.y, width, height, style)
    w, h = frame.inner
    block = [[BLANK] * w for _ in range(h)]
    if curves.points is not None:
        for row, column in zip(*cells_of(curves.x, curves.y, curves.points, w, h), strict=True):
            block[row][column] = Cell(POINT)
    for number, curve in enumerate(curves.curves):
        there = _traced(curves, curve.at, curve.values, w * fine[1], h * fine[0])
        if style is Style.COLOUR:
            _dot(block, there, LINES[number % len(LINES)])
        else:
            _mark(block, there, CURVE_MARKS[number % len(CURVE_MARKS)])
    return frame.around(block)


def _traced(curves: Curves, places: Array, values: Array, width: int, height: int) -> Array:
    """Which pixels a curve goes through (height, width), the first row at the top."""
    at = curves.x.at((np.arange(width) + 0.5) / width)
    heights = np.interp(curves.x.share(at), curves.x.share(places), curves.y.share(values))
    rows = np.clip(((1 - heights) * height).astype(np.intp), 0, height - 1)
    there = np.zeros((height, width), dtype=bool)
    for column, (before, row) in enumerate(zip([rows[0], *rows], rows, strict=False)):
        gap = slice(before + 1, row) if before < row else slice(row + 1, before)
        there[gap, column] = there[row, column] = True
    return there


def _dot(block: Block, there: Array, colour: tuple[int, int, int]) -> None:
    """Add the pixels to the cells, eight in each."""
    for row, line in enumerate(block):
        for column, cell in enumerate(line):
            dots = int(DOTS[there[4 * row : 4 * row + 4, 2 * column : 2 * column + 2]].sum())
            if dots:
                before = max(0, ord(cell.char) - BRAILLE)
                line[column] = Cell(chr(BRAILLE + (dots | before)), colour)


def _mark(block: Block, there: Array, mark: str) -> None:
    for row, column in zip(*np.nonzero(there), strict=True):
        block[row][column] = Cell(mark)


def scatter(axes: tuple[Axis, Axis], places: Array, width: int, height: int, style: Style) -> Block:
    """Points (m, 2): how many share a cell shows in its mark."""
    x, y = axes
    frame = Frame(x, y, width, height, style)
    w, h = frame.inner
    counts = np.zeros((h, w), dtype=np.intp)
    np.add.at(counts, cells_of(x, y, places, w, h), 1)
    ramp = " .o@" if style is Style.PLAIN else " ·•●"
    steps = np.searchsorted([1, 2, 5], counts, side="right")
    colour = LINES[0] if style is Style.COLOUR else None
    block = [[Cell(ramp[step], colour) if step else BLANK for step in line] for line in steps]
    return frame.around(block)
