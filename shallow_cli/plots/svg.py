"""Pictures as SVG, which needs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.network import Parameters
from shallow_cli.plots.axes import Axis
from shallow_cli.plots.colours import CLASSES, LINES, RGB, diverging, of_classes
from shallow_cli.plots.curves import Curves
from shallow_cli.plots.fits import Fit
from shallow_cli.plots.pictures import Pictures, Surface, stretched, weightiest
from shallow_cli.plots.png import data_uri

WIDTH, GAP, LINE = 720, 28, 16  # in pixels
CHART_HEIGHT, MAP_HEIGHT = 180, 400
PIXELS = 2  # of the drawing for one of a map
UNITS_PER_ROW, MOST_UNITS = 6, 24
LEFT, BELOW = 52, 36  # for the ticks and the name of an axis
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#222}.title{font-weight:600;font-size:14px}"
    ".axis{stroke:#888;fill:none}.curve{fill:none;stroke-width:1.6}.point{stroke:#fff;"
    "stroke-width:.6}"
)


@dataclass(frozen=True)
class Part:
    """Elements, and how high they are in all."""

    elements: str
    height: float


def svg_of(pictures: Pictures) -> str:
    """A whole picture: the curves, what the model says, each unit, and how well it fits."""
    parts = [_titled(_losses(pictures.curves), _chart(pictures.curves, WIDTH, CHART_HEIGHT))]
    if pictures.profile:
        names = [curve.name for curve in pictures.profile.curves]
        chart = _chart(pictures.profile, WIDTH, CHART_HEIGHT)
        parts.append(_titled([("What it says", None), *_coloured(names, LINES)], chart))
    if pictures.surface:
        theta = pictures.model.theta
        parts.append(_titled(_legend(pictures.surface), _map(pictures.surface, theta)))
        title = [("What each hidden unit says, and its weight in the output", None)]
        parts.append(_titled(title, _units(pictures.surface, theta)))
    parts += [_fit(fit) for fit in pictures.fits]
    return _document(parts)


Words = Sequence[tuple[str, RGB | None]]  # of a title, some with a mark of their colour


def _document(parts: Sequence[Part]) -> str:
    elements, y = [], float(GAP)
    for part in parts:
        elements.append(f'<g transform="translate({GAP},{y:g})">{part.elements}</g>')
        y += part.height + GAP
    width = WIDTH + 2 * GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y:g}" '
        f'viewBox="0 0 {width} {y:g}"><style>{STYLE}</style>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(elements)}</svg>\n'
    )


def _titled(words: Words, part: Part) -> Part:
    spans = "".join(
        f'<tspan dx="{12 if n else 0}"{_filled(colour)}>{escape(text)}</tspan>'
        for n, (text, colour) in enumerate(words)
    )
    title = f'<text class="title">{spans}</text>'
    return Part(
        f'{title}<g transform="translate(0,{LINE})">{part.elements}</g>', part.height + LINE
    )


def _filled(colour: RGB | None) -> str:
    return f' fill="{_hex(colour)}"' if colour else ""


def _hex(colour: RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _coloured(names: Iterable[str], colours: Sequence[RGB]) -> list[tuple[str, RGB | None]]:
    return [(name, colours[n % len(colours)]) for n, name in enumerate(names)]


def _losses(curves: Curves) -> Words:
    names = [f"{curve.name} {curve.last:.6g}" for curve in curves.curves]
    return [("Loss curves", None), *_coloured(names, LINES)]


def _framed(x: Axis, y: Axis, width: float, height: float, inside: str) -> Part:
    """What is drawn in a coordinate system from its upper left corner, and its axes."""
    w, h = width - LEFT, height - BELOW
    lines = [f'<path class="axis" d="M0,0V{h:g}H{w:g}"/>']
    for value, text in x.ticks(8):
        place = float(x.share(np.array(value))) * w
        lines.append(f'<path class="axis" d="M{place:.1f},{h:g}v4"/>')
        lines.append(f'<text x="{place:.1f}" y="{h + 17:g}" text-anchor="middle">{text}</text>')
    for value, text in y.ticks(6):
        place = (1 - float(y.share(np.array(value)))) * h
        lines.append(f'<path class="axis" d="M0,{place:.1f}h-4"/>')
        lines.append(f'<text x="-7" y="{place + 4:.1f}" text-anchor="end">{text}</text>')
    middle, bottom = w / 2, h + 32
    lines.append(
        f'<text x="{middle:g}" y="{bottom:g}" text-anchor="middle">{escape(x.label)}</text>'
    )
    lines.append(
        f'<text transform="translate({10 - LEFT},{h / 2:g}) rotate(-90)" '
        f'text-anchor="middle">{escape(y.label)}</text>'
    )
    return Part(f'<g transform="translate({LEFT},0)">{inside}{"".join(lines)}</g>', height)


def _chart(curves: Curves, width: float, height: float) -> Part:
    w, h = width - LEFT, height - BELOW
    elements = []
    if curves.points is not None:
        elements.append(_points(curves.x, curves.y, curves.points, w, h))
    for n, curve in enumerate(curves.curves):
        xs, ys = curves.x.share(curve.at) * w, (1 - curves.y.share(curve.values)) * h
        path = " ".join(f"{x:.2f},{y:.2f}" for x, y in zip(xs, ys, strict=True))
        colour = _hex(LINES[n % len(LINES)])
        elements.append(f'<polyline class="curve" stroke="{colour}" points="{path}"/>')
    return _framed(curves.x, curves.y, width, height, "".join(elements))


def _points(x: Axis, y: Axis, places: Array, w: float, h: float) -> str:
    xs, ys = x.share(places[:, 0]) * w, (1 - y.share(places[:, 1])) * h
    return "".join(
        f'<circle class="point" cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="#999"/>'
        for a, b in zip(xs, ys, strict=True)
    )


# Markers of the classes, from −3 to 3.
MARKERS = (
    "M-3,0a3,3 0 1,0 6,0a3,3 0 1,0 -6,0z",
    "M-3,-3h6v6h-6z",
    "M0,-3.6L3.4,2.6H-3.4z",
    "M0,-3.8L3.8,0L0,3.8L-3.8,0z",
    "M0,3.6L3.4,-2.6H-3.4z",
    "M-1,-3.4h2v2.4h2.4v2h-2.4v2.4h-2v-2.4h-2.4v-2h2.4z",
)


def _legend(surface: Surface) -> Words:
    columns = surface.model.columns
    if columns.classes:
        return [("What it says", None), *_coloured(columns.classes, CLASSES)]
    return [(f"What it says of {columns.target_names[0]}: blue low, red high", None)]


def map_pixels(surface: Surface, theta: Parameters, width: int, height: int) -> Array:
    """The colours of what a model says over its plane (height, width, 3)."""
    columns = surface.model.columns
    if not columns.classes:
        return diverging(stretched(surface.numbers(theta, width, height)))
    shares = surface.shares(theta, width, height)
    two = len(columns.classes) == 2  # noqa: PLR2004
    return diverging(shares[..., 1]) if two else of_classes(shares)


def _image(pixels: Array, w: float, h: float) -> str:
    return (
        f'<image width="{w:g}" height="{h:g}" preserveAspectRatio="none" '
        f'href="{data_uri(pixels)}"/>'
    )


def _map(surface: Surface, theta: Parameters) -> Part:
    w, h = WIDTH - LEFT, MAP_HEIGHT - BELOW
    elements = [_image(map_pixels(surface, theta, w // PIXELS, h // PIXELS), w, h)]
    if surface.points is not None:
        plane, places = surface.plane, surface.points.places
        xs, ys = plane.x.share(places[:, 0]) * w, (1 - plane.y.share(places[:, 1])) * h
        classes = bool(surface.model.columns.classes)
        for x, y, target in zip(xs, ys, surface.points.targets, strict=True):
            number = int(target) if classes else 0
            colour = _hex(CLASSES[number % len(CLASSES)]) if classes else "#222"
            elements.append(
                f'<path class="point" transform="translate({x:.1f},{y:.1f})" '
                f'd="{MARKERS[number % len(MARKERS)]}" fill="{colour}"/>'
            )
    return _framed(surface.plane.x, surface.plane.y, WIDTH, MAP_HEIGHT, "".join(elements))


def _units(surface: Surface, theta: Parameters) -> Part:
    w = (WIDTH - (UNITS_PER_ROW - 1) * LINE) / UNITS_PER_ROW
    h = 0.6 * w
    outputs = surface.units(theta, 40, 24)
    elements = []
    order = weightiest(theta, MOST_UNITS)
    for n, unit in enumerate(order):
        row, column = divmod(n, UNITS_PER_ROW)
        x, y = column * (w + LINE), row * (h + 2 * LINE) + LINE
        text = f"{unit + 1}: {theta.W2[0, unit]:+.3g}"
        elements.append(
            f'<g transform="translate({x:.1f},{y:.1f})"><text y="-3">{text}</text>'
            f"{_image(diverging(stretched(outputs[unit])), w, h)}</g>"
        )
    rows = -(-len(order) // UNITS_PER_ROW)
    return Part("".join(elements), rows * (h + 2 * LINE))


def _fit(fit: Fit) -> Part:
    """Predicted against actual to the left, what is left to the right."""
    half, h = (WIDTH - GAP) / 2, 260
    both, (predicted, left) = fit.both, fit.residual_axes
    w, inner = half - LEFT, h - BELOW
    diagonal = f'<path class="axis" stroke-dasharray="4" d="M0,{inner:g}L{w:g},0"/>'
    actual = Axis("actual", both.low, both.high)
    said = Axis("predicted", both.low, both.high)
    first = _framed(
        actual, said, half, h, diagonal + _points(actual, said, fit.pairs, w, inner)
    ).elements
    second = _framed(
        predicted,
        Axis("residual", left.low, left.high),
        half,
        h,
        _points(predicted, left, fit.residuals, w, inner),
    ).elements
    body = f'{first}<g transform="translate({half + GAP:g},0)">{second}</g>'
    return _titled([(f"{fit.name}: how well it fits", None)], Part(body, h))
