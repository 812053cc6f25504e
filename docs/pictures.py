"""Pictures of the pages, as SVG without a dependency: `docs/generate.py` writes them."""

from __future__ import annotations

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.datasets import DATASETS, generate

SIDE, GAP, TITLE, PER_ROW = 150, 14, 18, 4  # of a picture in pixels
RADIUS, MOST_POINTS = 1.6, 200
COLOURS = ("#2166ac", "#b2182b", "#4d9221", "#762a83")  # as colour-blind people can tell apart
STYLE = "text{font:12px sans-serif;fill:#888}rect{fill:none;stroke:#bbb}circle{fill-opacity:.8}"


def datasets_svg() -> str:
    """Every generated dataset with its own size and noise, seed 1."""
    rows = -(-len(DATASETS) // PER_ROW)
    width = PER_ROW * (SIDE + GAP) + GAP
    height = rows * (SIDE + TITLE + GAP) + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img">',
        "<title>The generated datasets</title>",
        f"<style>{STYLE}</style>",
    ]
    for number, name in enumerate(DATASETS):
        left = GAP + number % PER_ROW * (SIDE + GAP)
        top = GAP + number // PER_ROW * (SIDE + TITLE + GAP)
        parts += [f'<g transform="translate({left},{top})">', *picture(name), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def picture(name: str) -> list[str]:
    """Points in the plane by class or by target; of one input, the target over it."""
    dataset = DATASETS[name]
    inputs, target = generate(name, dataset.samples, dataset.noise or 0.0, 1)
    flat = np.c_[inputs[:, 0], target] if inputs.shape[1] == 1 else inputs
    places = scaled(flat)[:: -(-len(flat) // MOST_POINTS)]
    values = target[:: -(-len(flat) // MOST_POINTS)]
    if dataset.classes:
        colours = [COLOURS[int(value) % len(COLOURS)] for value in values]
    else:
        colours = [shade(value) for value in (values - values.min()) / np.ptp(values)]
    points = [
        f'<circle cx="{x:.1f}" cy="{TITLE + SIDE - y:.1f}" r="{RADIUS}" fill="{colour}"/>'
        for (x, y), colour in zip(places.tolist(), colours, strict=True)
    ]
    frame = f'<rect y="{TITLE}" width="{SIDE}" height="{SIDE}"/>'
    return [f'<text y="12">{name}</text>', frame, *points]


def scaled(points: Array) -> Array:
    """To the frame, with a margin; both axes alike where they are inputs."""
    low, high = points.min(axis=0), points.max(axis=0)
    return np.asarray(8 + (points - low) / (high - low) * (SIDE - 16))


def shade(share: float) -> str:
    """From blue over grey to red."""
    ends = np.array([[0x21, 0x66, 0xAC], [0xB2, 0x18, 0x2B]])
    red, green, blue = (ends[0] + share * (ends[1] - ends[0])).round().astype(int).tolist()
    return f"#{red:02x}{green:02x}{blue:02x}"
