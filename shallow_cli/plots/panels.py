"""What the panels of a figure show: the same as the parts of an SVG, from the same values."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.plots.axes import Axis
from shallow_cli.plots.colouring import Kind, kind_of, map_pixels, point_colours, values_over
from shallow_cli.plots.colours import CLASSES, LINES, WHITE, diverging
from shallow_cli.plots.curves import Curves
from shallow_cli.plots.fits import Fit
from shallow_cli.plots.lettering import inches
from shallow_cli.plots.pictures import Pictures, Surface, stretched, weightiest
from shallow_cli.plots.sheet import (
    BELOW,
    EDGE,
    LABEL,
    LINE,
    RIGHT,
    WIDTH,
    Y_TICKS,
    Box,
    Panel,
    dotted,
    framed,
    margin,
)
from shallow_cli.plots.svg import MOST_UNITS, UNITS_PER_ROW
from shallow_cli.plots.svg_parts import hexadecimal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

CHART, MAP, FIT = 1.7, 3.6, 2.4  # how high their axes are, in inches
MAP_PIXELS, UNIT_PIXELS = (640, 320), 60  # of the map; of a unit in an inch
MARKS = "os^DvP"  # of the classes, as in an SVG
BAR, BAR_GAP = 0.12, 0.1  # how wide a scale of colours is, and how far from its map
UNIT_GAP, UNIT_SHAPE = 0.14, 0.6
DATA = "the data"
IDEAL: dict[str, Any] = {"color": "#888888", "linestyle": "--", "linewidth": 0.8}
DOT: dict[str, Any] = {"linestyle": "", "markeredgecolor": "#888888", "markeredgewidth": 0.5}
MARK: dict[str, Any] = {"linestyle": "", "markeredgecolor": "white", "markeredgewidth": 0.5}


def panels_of(pictures: Pictures) -> tuple[list[Panel], float]:
    """The panels from top to bottom, and the room at the left of their axes."""
    curves, profile, surface = pictures.curves, pictures.profile, pictures.surface
    names = tuple(f"{curve.name} {curve.last:.6g}" for curve in curves.curves)
    panels = [_chart("Loss curves", names, curves)]
    upward = [curves.y]
    if profile:
        panels.append(_chart("What it says", tuple(c.name for c in profile.curves), profile))
        upward.append(profile.y)
    if surface:
        panels += [_map(surface), _units(surface)]
        upward.append(surface.plane.y)
    for fit in pictures.fits:
        title = f"{fit.name}: how well it fits"
        panels.append(Panel(title, (), FIT + BELOW, partial(_draw_fit, fit)))
        upward += [fit.both, fit.residual_axes[1]]
    return panels, margin(upward)


def _chart(title: str, names: tuple[str, ...], curves: Curves) -> Panel:
    if curves.points is not None:
        names = (*names, DATA)
    return Panel(title, names, CHART + BELOW, partial(_draw_chart, curves))


def _draw_chart(curves: Curves, box: Box) -> None:
    width = WIDTH - box.left - RIGHT
    axes = box.axes(box.left, 0, width, CHART)
    handles = []
    for n, curve in enumerate(curves.curves):
        handles += axes.plot(curve.at, curve.values, color=hexadecimal(LINES[n % len(LINES)]))
    if curves.points is not None:
        handles.append(dotted(axes, curves.points))
    framed(axes, curves.x, curves.y, width, CHART)
    box.name(handles)


def _map(surface: Surface) -> Panel:
    names = surface.model.columns.classes or (DATA,) * (surface.points is not None)
    return Panel(surface.title, tuple(names), MAP + BELOW, partial(_draw_map, surface))


def _draw_map(surface: Surface, box: Box) -> None:
    scale, x, y = _scale(surface), surface.plane.x, surface.plane.y
    beside = _beside(scale) if scale else RIGHT
    width = WIDTH - box.left - beside
    axes = box.axes(box.left, 0, width, MAP)
    values = values_over(surface, surface.model.theta, *MAP_PIXELS)
    pixels = map_pixels(surface, values)
    ends = (x.low, x.high, y.low, y.high)
    axes.imshow(pixels, extent=ends, aspect="auto", interpolation="none")
    handles = _mark(axes, surface, point_colours(surface, values))
    framed(axes, x, y, width, MAP)
    if scale:
        _draw_scale(scale, box, box.left + width + BAR_GAP)
    box.name(handles)


def _scale(surface: Surface) -> Axis | None:
    """What the colours from blue to red stand for; None where they stand for classes."""
    columns = surface.model.columns
    kind = kind_of(columns)
    if kind is Kind.CLASSES:
        return None
    if kind is Kind.PROBABILITY:
        return Axis(f"probability of {columns.classes[1]}", 0.0, 1.0)
    values = values_over(surface, surface.model.theta, *MAP_PIXELS)
    low, high = float(values.min()), float(values.max())
    return Axis(columns.target_names[0], low, high) if low < high else None


def _beside(scale: Axis) -> float:
    """The room that a scale needs."""
    texts = [inches(text) for _, text in scale.ticks(Y_TICKS)]
    return BAR_GAP + BAR + LABEL + max(texts, default=0.0)


def _draw_scale(scale: Axis, box: Box, left: float) -> None:
    axes = box.axes(left, 0, BAR, MAP)
    colours = diverging(np.linspace(1, 0, 256))[:, None]
    axes.imshow(colours, extent=(0, 1, scale.low, scale.high), aspect="auto", interpolation="none")
    axes.yaxis.tick_right()
    axes.yaxis.set_label_position("right")
    framed(axes, Axis("", 0, 1), scale, BAR, MAP)
    axes.set_xticks([])


def _mark(axes: Axes, surface: Surface, colours: Array) -> list[Line2D]:
    """A mark for each row, and those of the legend."""
    points, n_classes = surface.points, len(surface.model.columns.classes)
    places = np.empty((0, 2)) if points is None else points.places
    targets = np.empty(0) if points is None else points.targets
    if not n_classes:
        axes.scatter(
            places[:, 0], places[:, 1], s=14, c=colours / 255, edgecolors="white", linewidths=0.5
        )
        return [] if points is None else axes.plot([], [], "o", color=hexadecimal(WHITE), **DOT)
    handles = []
    for n in range(n_classes):
        there = places[targets == n].T
        colour = hexadecimal(CLASSES[n % len(CLASSES)])
        handles += axes.plot(*there, MARKS[n % len(MARKS)], color=colour, **MARK)
    return handles


def _units(surface: Surface) -> Panel:
    count = min(MOST_UNITS, surface.model.network.n_h)
    width = (WIDTH - EDGE - RIGHT - (UNITS_PER_ROW - 1) * UNIT_GAP) / UNITS_PER_ROW
    rows = -(-count // UNITS_PER_ROW)
    height = rows * (LINE + UNIT_SHAPE * width) + (rows - 1) * UNIT_GAP / 2
    return Panel(surface.about_units, (), height, partial(_draw_units, surface, width))


def _draw_units(surface: Surface, width: float, box: Box) -> None:
    theta, height = surface.model.theta, UNIT_SHAPE * width
    order = weightiest(theta, MOST_UNITS)
    maps = surface.units(theta, order, int(width * UNIT_PIXELS), int(height * UNIT_PIXELS))
    for n, (unit, outputs) in enumerate(zip(order, maps, strict=True)):
        row, column = divmod(n, UNITS_PER_ROW)
        left = EDGE + column * (width + UNIT_GAP)
        top = LINE + row * (LINE + height + UNIT_GAP / 2)
        axes = box.axes(left, top, width, height)
        axes.imshow(diverging(stretched(outputs)), aspect="auto", interpolation="none")
        axes.set_title(f"{unit + 1}: {theta.W2[0, unit]:+.3g}", size=7, loc="left", pad=2)
        axes.set(xticks=[], yticks=[])
        axes.set_axis_off()
    box.name([])


def _draw_fit(fit: Fit, box: Box) -> None:
    """Predicted against actual to the left, what is left to the right."""
    width = (WIDTH - 2 * box.left - 2 * RIGHT) / 2
    both, (predicted, left) = fit.both, fit.residual_axes
    actual, said = Axis("actual", both.low, both.high), Axis("predicted", both.low, both.high)
    first = box.axes(box.left, 0, width, FIT)
    first.plot([both.low, both.high], [both.low, both.high], **IDEAL)
    dotted(first, fit.pairs)
    framed(first, actual, said, width, FIT)
    second = box.axes(WIDTH - RIGHT - width, 0, width, FIT)
    second.plot([predicted.low, predicted.high], [0, 0], **IDEAL)
    dotted(second, fit.residuals)
    framed(second, predicted, Axis("residual", left.low, left.high), width, FIT)
    box.name([])
