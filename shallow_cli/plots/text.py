"""Pictures in characters: cells, lines of them, and axes around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from shallow_cli.core.arrays import Array
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


@dataclass(frozen=True)
class Frame:
    """Axes around so many columns and lines in all, and how they are drawn: y left, x below."""

    x: Axis
    y: Axis
    width: int
    height: int
    style: Style

    @property
    def inner(self) -> tuple[int, int]:
        """Columns and lines that are left within."""
        around = bool(self.y.label) + 2 + bool(self.x.label)
        lines = max(2, self.height - around)
        return max(4, self.width - self._margin(lines) - 2), lines

    def around(self, block: Block) -> Block:
        """A block as large as there is room within, with the axes."""
        height, width = len(block), len(block[0])
        side, corner, floor, notch = "|+-+" if self.style is Style.PLAIN else "│└─┬"
        y_ticks, margin = _places(self.y, height, LINES_PER_TICK), self._margin(height)
        x_ticks = _places(self.x, width, COLUMNS_PER_TICK)
        lines = [words(self.y.label[: self.width])] if self.y.label else []
        for row, line in enumerate(block):
            label = y_ticks.get(height - 1 - row, "")
            lines.append(words(f"{label:>{margin}} {side}") + line)
        base = "".join(notch if column in x_ticks else floor for column in range(width))
        lines.append(words(f"{'':>{margin}} {corner}{base}"))
        lines.append([BLANK] * (margin + 2) + words(_written(x_ticks, width)))
        if self.x.label:
            lines.append(words(f"{self.x.label[: self.width]:>{margin + 2 + width}}"))
        return lines

    def _margin(self, height: int) -> int:
        return max(map(len, _places(self.y, height, LINES_PER_TICK).values()), default=0)


def cells_of(x: Axis, y: Axis, places: Array, width: int, height: int) -> tuple[Array, Array]:
    """In which lines and columns of so many cells points (m, 2) are, the first line at the top."""
    columns = np.clip((x.share(places[:, 0]) * width).astype(np.intp), 0, width - 1)
    lines = np.clip(((1 - y.share(places[:, 1])) * height).astype(np.intp), 0, height - 1)
    return lines, columns


def _places(axis: Axis, cells: int, per_tick: int) -> dict[int, str]:
    """In which of so many cells the ticks of an axis are."""
    found = {}
    for value, text in axis.ticks(max(3, cells // per_tick)):
        place = int(np.clip(axis.share(np.array(value)) * cells, 0, cells - 1))
        found[place] = text
    return found


def _written(ticks: dict[int, str], width: int) -> str:
    """The texts of ticks around their places, as far as they do not touch."""
    line = ""
    for place, text in sorted(ticks.items()):
        start = max(0, min(place - len(text) // 2, width - len(text)))
        if not line or start > len(line):
            line = line.ljust(start) + text
    return line[:width]
