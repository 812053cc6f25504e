"""The parts of an SVG: titles, axes, points, images, and the whole they make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.plots.axes import Axis
from shallow_cli.plots.colours import RGB
from shallow_cli.plots.png import data_uri
from shallow_cli.printable import one_line

WIDTH, GAP, LINE = 720, 28, 16  # in pixels
LEFT, BELOW = 52, 36  # for the ticks and the name of an axis
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#222}.title{font-weight:600;font-size:14px}"
    ".axis{stroke:#888;fill:none}.curve{fill:none;stroke-width:1.6}.point{stroke:#fff;"
    "stroke-width:.6}"
)


def written(text: str) -> str:
    """Text from a file as XML has it, which knows no control characters."""
    return escape(one_line(text))


@dataclass(frozen=True)
class Part:
    """Elements, and how high they are in all."""

    elements: str
    height: float


Words = Sequence[tuple[str, RGB | None]]  # of a title, some with a mark of their colour


def document(parts: Sequence[Part]) -> str:
    """A whole SVG: one part below the other."""
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


def titled(words: Words, part: Part) -> Part:
    """A part with a title above it."""
    spans = "".join(
        f'<tspan dx="{12 if n else 0}"{_filled(colour)}>{written(text)}</tspan>'
        for n, (text, colour) in enumerate(words)
    )
    title = f'<text class="title">{spans}</text>'
    return Part(
        f'{title}<g transform="translate(0,{LINE})">{part.elements}</g>', part.height + LINE
    )


def _filled(colour: RGB | None) -> str:
    return f' fill="{hexadecimal(colour)}"' if colour else ""


def hexadecimal(colour: RGB) -> str:
    """A colour as SVG writes it."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def coloured(names: Iterable[str], colours: Sequence[RGB]) -> list[tuple[str, RGB | None]]:
    """Words of a title, each in a colour of its own."""
    return [(name, colours[n % len(colours)]) for n, name in enumerate(names)]


def framed(x: Axis, y: Axis, width: float, height: float, inside: str) -> Part:
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
        f'<text x="{middle:g}" y="{bottom:g}" text-anchor="middle">{written(x.label)}</text>'
    )
    lines.append(
        f'<text transform="translate({10 - LEFT},{h / 2:g}) rotate(-90)" '
        f'text-anchor="middle">{written(y.label)}</text>'
    )
    clipped = f'<svg width="{w:g}" height="{h:g}">{inside}</svg>'
    return Part(f'<g transform="translate({LEFT},0)">{clipped}{"".join(lines)}</g>', height)


def dots(x: Axis, y: Axis, places: Array, w: float, h: float) -> str:
    """Points (m, 2) as grey dots."""
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


def image(pixels: Array, w: float, h: float) -> str:
    """Pixels (height, width, 3), stretched to this size."""
    return (
        f'<image width="{w:g}" height="{h:g}" preserveAspectRatio="none" '
        f'href="{data_uri(pixels)}"/>'
    )
