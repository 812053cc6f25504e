"""Maps in characters: what a model says over a plane, with the data on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.network import Parameters
from shallow_cli.plots.colouring import Kind, kind_of, values_over
from shallow_cli.plots.colours import LINE_NAMES, RGB, contrasting, diverging, of_classes
from shallow_cli.plots.pictures import Points, Surface, stretched, weightiest
from shallow_cli.plots.planes import Plane
from shallow_cli.plots.text import Block, Cell, Frame, Style, beside, cells_of, fitted, words
from shallow_cli.tables.columns import Columns

RAMPS = {Style.SHADES: " ░▒▓█", Style.PLAIN: " .:-=+*#"}
MARKS = "ox+*#%&@ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # of the classes of data points
MOST_UNITS, UNIT_WIDTH, UNIT_HEIGHT = 12, 16, 6


@dataclass(frozen=True)
class Map:
    """Two pixels for each cell, one above the other (2h, w, 3), and its character (h, w)."""

    pixels: Array
    chars: list[str]


def shaded(values: Array, style: Style) -> Map:
    """A map of values from 0 to 1 (2h, w)."""
    ramp = RAMPS.get(style, " ")
    cells = (values[::2] + values[1::2]) / 2
    steps = np.clip((cells * len(ramp)).astype(np.intp), 0, len(ramp) - 1)
    return Map(diverging(values), ["".join(ramp[step] for step in row) for row in steps])


def lettered(shares: Array, _style: Style) -> Map:
    """A map of the most likely class (2h, w, K): a letter, blank where none is more than half."""
    cells = (shares[::2] + shares[1::2]) / 2
    best, sure = cells.argmax(axis=-1), cells.max(axis=-1) > 0.5  # noqa: PLR2004
    letters = np.where(sure, np.minimum(best, len(_LETTERS)), -1)
    letters[1::2, ::2] = letters[::2, 1::2] = -1  # every second one: the data are to be seen
    chars = _LETTERS + OTHERS + " "
    return Map(of_classes(shares), ["".join(chars[n] for n in row) for row in letters])


_LETTERS, OTHERS = "abcdefghijklmnopqrstuvwxyz", "?"  # of the areas of classes
DRAWN: dict[Kind, Callable[[Array, Style], Map]] = {
    Kind.NUMBER: lambda values, style: shaded(stretched(values), style),
    Kind.PROBABILITY: shaded,
    Kind.CLASSES: lettered,
}


def drawn(found: Map, style: Style) -> Block:
    """The cells of a map."""
    if style is not Style.COLOUR:
        return [words(row) for row in found.chars]
    return [
        [Cell("▀", _rgb(above), _rgb(below)) for above, below in zip(*rows, strict=True)]
        for rows in zip(found.pixels[::2], found.pixels[1::2], strict=True)
    ]


def _rgb(pixel: Array) -> RGB:
    red, green, blue = (int(value) for value in pixel)
    return red, green, blue


def marked(block: Block, plane: Plane, points: Points, *, classes: bool) -> Block:
    """With the data points on it; where several share a cell, the one of the last row is seen."""
    found = cells_of(plane.x, plane.y, points.places, len(block[0]), len(block))
    lines = [list(line) for line in block]
    for row, column, target in zip(*found, points.targets, strict=True):
        mark = MARKS[int(target) % len(MARKS)] if classes else MARKS[0]
        back = lines[row][column].back
        lines[row][column] = Cell(mark, contrasting(back) if back else None, back)
    return lines


def boundary(surface: Surface, theta: Parameters, width: int, height: int, style: Style) -> Block:
    """What the model says over the plane, with axes, in so many columns and lines."""
    columns = surface.model.columns
    frame = Frame(surface.plane.x, surface.plane.y, width, height, style)
    w, h = frame.inner
    found = DRAWN[kind_of(columns)](values_over(surface, theta, w, 2 * h), style)
    block = drawn(found, style)
    if surface.points is not None:
        has_classes = bool(columns.classes)
        block = marked(block, surface.plane, surface.points, classes=has_classes)
    return frame.around(block)


def legend(surface: Surface, style: Style) -> str:
    """What the colours, shades, letters and marks of a boundary mean."""
    columns = surface.model.columns
    said = ABOUT[kind_of(columns)](columns, style)
    if surface.points is not None:
        names = columns.classes or ("the data",)
        said += [f"{mark} {name}" for mark, name in zip(MARKS, names, strict=False)]
    return "; ".join(filter(None, [*said, surface.plane.others]))


def _about_number(columns: Columns, style: Style) -> list[str]:
    scale = "blue low, red high" if style is Style.COLOUR else "blank low, filled high"
    return [f"{columns.target_names[0]} ({scale})"]


def _about_probability(columns: Columns, style: Style) -> list[str]:
    scale = "blue 0, red 1" if style is Style.COLOUR else "blank 0, filled 1"
    return [f"probability of {columns.classes[1]} ({scale})"]


def _about_classes(columns: Columns, style: Style) -> list[str]:
    names = columns.classes
    if style is Style.COLOUR:
        return [f"{LINE_NAMES[n % len(LINE_NAMES)]} {name}" for n, name in enumerate(names)]
    areas = [f"{letter} {name}" for letter, name in zip(_LETTERS, names, strict=False)]
    return [*areas, f"{OTHERS} others" * (len(names) > len(_LETTERS)), "blank none over a half"]


ABOUT: dict[Kind, Callable[[Columns, Style], list[str]]] = {
    Kind.NUMBER: _about_number,
    Kind.PROBABILITY: _about_probability,
    Kind.CLASSES: _about_classes,
}


def units(surface: Surface, theta: Parameters, width: int, style: Style) -> list[Block]:
    """A small map of each hidden unit, the most important first, as rows of blocks.

    Each from its lowest output to its highest, and with its weight to the first output.
    """
    blocks, order = [], weightiest(theta, MOST_UNITS)
    maps = surface.units(theta, order, UNIT_WIDTH, 2 * UNIT_HEIGHT)
    for unit, outputs in zip(order, maps, strict=True):
        title = f"{unit + 1}: {theta.W2[0, unit]:+.3g}"
        picture = drawn(shaded(stretched(outputs), style), style)
        blocks.append([fitted(words(title), UNIT_WIDTH), *picture])
    per_row = max(1, (width + 2) // (UNIT_WIDTH + 2))
    return [beside(blocks[i : i + per_row]) for i in range(0, len(blocks), per_row)]
