"""Pictures as SVG, which needs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.network import Parameters
from shallow_cli.plots.axes import Axis
from shallow_cli.plots.colouring import map_pixels, point_colours, values_over
from shallow_cli.plots.colours import CLASSES, LINES, diverging
from shallow_cli.plots.curves import Curves
from shallow_cli.plots.fits import Fit
from shallow_cli.plots.pictures import Pictures, Surface, stretched, weightiest
from shallow_cli.plots.svg_parts import (
    BELOW,
    GAP,
    LEFT,
    LINE,
    MARKERS,
    WIDTH,
    Part,
    Words,
    coloured,
    document,
    dots,
    framed,
    hexadecimal,
    image,
    titled,
)

CHART_HEIGHT, MAP_HEIGHT = 180, 400
MAP_PIXELS = (WIDTH - LEFT) // 2, (MAP_HEIGHT - BELOW) // 2  # columns and rows of a map
UNITS_PER_ROW, MOST_UNITS = 6, 24


def svg_of(pictures: Pictures) -> str:
    """A whole picture: the curves, what the model says, each unit, and how well it fits."""
    parts = [titled(losses(pictures.curves), chart(pictures.curves, WIDTH, CHART_HEIGHT))]
    if pictures.profile:
        curve = chart(pictures.profile, WIDTH, CHART_HEIGHT)
        parts.append(titled([("What it says", None), *names(pictures.profile)], curve))
    if pictures.surface:
        theta = pictures.model.theta
        parts.append(titled(legend(pictures.surface), boundary(pictures.surface, theta)))
        title = [(pictures.surface.about_units, None)]
        parts.append(titled(title, _units(pictures.surface, theta)))
    parts += [titled([(f"{f.name}: how well it fits", None)], fit_chart(f)) for f in pictures.fits]
    return document(parts)


def names(curves: Curves) -> Words:
    """Of the curves, in their colours."""
    return coloured([curve.name for curve in curves.curves], LINES)


def losses(curves: Curves) -> Words:
    """What is drawn of a training, with the last values."""
    said = [f"{curve.name} {curve.last:.6g}" for curve in curves.curves]
    return [("Loss curves", None), *coloured(said, LINES)]


def chart(curves: Curves, width: float, height: float) -> Part:
    """Curves with their axes, and the points among them."""
    w, h = width - LEFT, height - BELOW
    elements = []
    if curves.points is not None:
        elements.append(dots(curves.x, curves.y, curves.points, w, h))
    for n, curve in enumerate(curves.curves):
        xs, ys = curves.x.share(curve.at) * w, (1 - curves.y.share(curve.values)) * h
        path = " ".join(f"{x:.2f},{y:.2f}" for x, y in zip(xs, ys, strict=True))
        colour = hexadecimal(LINES[n % len(LINES)])
        elements.append(f'<polyline class="curve" stroke="{colour}" points="{path}"/>')
    return framed(curves.x, curves.y, width, height, "".join(elements))


def legend(surface: Surface) -> Words:
    """What the colours of a boundary mean."""
    columns = surface.model.columns
    if columns.classes:
        return [(surface.title, None), *coloured(columns.classes, CLASSES)]
    return [(f"{surface.title}: blue low, red high", None)]


def boundary(surface: Surface, theta: Parameters) -> Part:
    """What a model says over its plane, with the data on it."""
    w, h = WIDTH - LEFT, MAP_HEIGHT - BELOW
    values = values_over(surface, theta, *MAP_PIXELS)
    pixels = map_pixels(surface, values)
    marks = _marks(surface, point_colours(surface, values), w, h)
    inside = "".join([image(pixels, w, h), *marks])
    return framed(surface.plane.x, surface.plane.y, WIDTH, MAP_HEIGHT, inside)


def _marks(surface: Surface, colours: Array, w: float, h: float) -> Iterator[str]:
    """A mark for each row, of its class and in its colour."""
    if surface.points is None:
        return
    plane, places = surface.plane, surface.points.places
    xs, ys = plane.x.share(places[:, 0]) * w, (1 - plane.y.share(places[:, 1])) * h
    numbers = surface.points.targets if surface.model.columns.classes else np.zeros(len(places))
    for x, y, number, colour in zip(xs, ys, numbers, colours.tolist(), strict=True):
        yield (
            f'<path class="point" transform="translate({x:.1f},{y:.1f})" '
            f'd="{MARKERS[int(number) % len(MARKERS)]}" fill="{hexadecimal(tuple(colour))}"/>'
        )


def _units(surface: Surface, theta: Parameters) -> Part:
    w = (WIDTH - (UNITS_PER_ROW - 1) * LINE) / UNITS_PER_ROW
    h = 0.6 * w
    elements = []
    order = weightiest(theta, MOST_UNITS)
    for n, (unit, outputs) in enumerate(
        zip(order, surface.units(theta, order, 40, 24), strict=True)
    ):
        row, column = divmod(n, UNITS_PER_ROW)
        x, y = column * (w + LINE), row * (h + 2 * LINE) + LINE
        text = f"{unit + 1}: {theta.W2[0, unit]:+.3g}"
        elements.append(
            f'<g transform="translate({x:.1f},{y:.1f})"><text y="-3">{text}</text>'
            f"{image(diverging(stretched(outputs)), w, h)}</g>"
        )
    rows = -(-len(order) // UNITS_PER_ROW)
    return Part("".join(elements), rows * (h + 2 * LINE))


def fit_chart(fit: Fit) -> Part:
    """Predicted against actual to the left, what is left to the right."""
    half, h = (WIDTH - GAP) / 2, 260
    both, (predicted, left) = fit.both, fit.residual_axes
    w, inner = half - LEFT, h - BELOW
    diagonal = f'<path class="axis" stroke-dasharray="4" d="M0,{inner:g}L{w:g},0"/>'
    actual = Axis("actual", both.low, both.high)
    said = Axis("predicted", both.low, both.high)
    first = framed(
        actual, said, half, h, diagonal + dots(actual, said, fit.pairs, w, inner)
    ).elements
    second = framed(
        predicted,
        Axis("residual", left.low, left.high),
        half,
        h,
        dots(predicted, left, fit.residuals, w, inner),
    ).elements
    body = f'{first}<g transform="translate({half + GAP:g},0)">{second}</g>'
    return Part(body, h)
