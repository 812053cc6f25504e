"""Pictures in characters: cells, lines of them, and axes around them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

import numpy as np

from shallow_cli.plots.axes import Axis
from shallow_cli.plots.colours import RGB

LINES_PER_TICK, COLUMNS_PER_TICK = 3, 10


class Style(Enum):
    """How much the place can show where the picture goes."""

    COLOUR = "colour"  # a terminal
    SHADES = "shades"  # a terminal without colours
    PLAIN = "plain"  # a pipe, or a file


class Cell(NamedTuple):
    """A character, its colour and that behind it."""

    char: str
    front: RGB | None = None
    back: RGB | None = None


Line = list[Cell]
Block = list[Line]
BLANK = Cell(" ")


def words(text: str, colour: RGB | None = None) -> Line:
    """A text, one cell a character."""
    return [Cell(char, colour) for char in text]


def fitted(line: Line, width: int) -> Line:
    """A line of this width, cut or filled."""
    return line[:width] + [BLANK] * (width - len(line))


def beside(blocks: Sequence[Block], gap: int = 2) -> Block:
    """Blocks side by side."""
    widths = [max(map(len, block), default=0) for block in blocks]
    lines = []
    for row in range(max(map(len, blocks))):
        parts = [block[row] if row < len(block) else [] for block in blocks]
        filled = [fitted(part, width + gap) for part, width in zip(parts, widths, strict=True)]
        lines.append([cell for part in filled for cell in part][:-gap])
    return lines


def framed(block: Block, x: Axis, y: Axis, style: Style) -> Block:
    """A block with its axes: y to the left, x below."""
    height, width = len(block), len(block[0])
    side, corner, floor, notch = "|+-+" if style is Style.PLAIN else "│└─┬"
    y_ticks = _places(y, height, LINES_PER_TICK)
    x_ticks = _places(x, width, COLUMNS_PER_TICK)
    margin = max((len(text) for text in y_ticks.values()), default=0)
    lines = [words(f"{y.label}")] if y.label else []
    for row, line in enumerate(block):
        label = y_ticks.get(height - 1 - row, "")
        lines.append(words(f"{label:>{margin}} {side}") + line)
    base = "".join(notch if column in x_ticks else floor for column in range(width))
    lines.append(words(f"{'':>{margin}} {corner}{base}"))
    lines.append([BLANK] * (margin + 2) + words(_written(x_ticks, width, x.label)))
    return lines


def _places(axis: Axis, cells: int, per_tick: int) -> dict[int, str]:
    """In which of so many cells the ticks of an axis are."""
    found = {}
    for value, text in axis.ticks(max(2, cells // per_tick)):
        place = int(np.clip(axis.share(np.array(value)) * cells, 0, cells - 1))
        found[place] = text
    return found


def _written(ticks: dict[int, str], width: int, label: str) -> str:
    """The texts of ticks around their places, as far as they do not touch, and the label."""
    line = ""
    for place, text in sorted(ticks.items()):
        start = max(0, min(place - len(text) // 2, width - len(text)))
        if not line or start > len(line):
            line = line.ljust(start) + text
    return f"{line}  {label}" if label else line
