"""What the script of a report needs to draw anew: weights, the plane, and how it is coloured."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from shallow_cli.core.network import Network
from shallow_cli.plots.axes import Axis
from shallow_cli.plots.colouring import Kind, kind_of, values_over
from shallow_cli.plots.colours import BLUE, CLASSES, PALEST, RED, WHITE
from shallow_cli.plots.diagram import HALF, NEGATIVE, POSITIVE, THINNEST, WIDEST
from shallow_cli.plots.moments import Moment
from shallow_cli.plots.pictures import Pictures, Surface
from shallow_cli.plots.svg import CHART_HEIGHT, MAP_PIXELS
from shallow_cli.plots.svg_parts import BELOW, LEFT, WIDTH, hexadecimal
from shallow_cli.plots.unit_pictures import PADDING, PIXELS, profile_inputs

MOST_CELLS = 3_000_000  # cells of a map times hidden units, which take a third of a second


def numbers_json(pictures: Pictures, moments: Sequence[Moment]) -> str:
    """As JSON that can stand in HTML: nothing in it ends the element it is in."""
    network = pictures.model.network
    vectors = np.array([moment.theta.vector for moment in moments], "<f8")
    found = {
        "sizes": [network.n_x, network.n_h, network.n_y],
        "activation": network.activation,
        "leak": network.leak,
        "output": network.output,
        "labels": [moment.label for moment in moments],
        "weights": base64.b64encode(vectors.tobytes()).decode(),
        "lines": {
            "thinnest": THINNEST,
            "widest": WIDEST,
            "negative": hexadecimal(NEGATIVE),
            "positive": hexadecimal(POSITIVE),
        },
        "colours": {
            "low": BLUE,
            "middle": WHITE,
            "high": RED,
            "classes": CLASSES,
            "palest": PALEST,
        },
        "epochs": [epoch_x(pictures.curves.x, moment.epoch) for moment in moments],
        "plane": _plane(pictures.surface),
        "profile": _profile(pictures),
    }
    return json.dumps(found, allow_nan=False).replace("<", "\\u003c")


def epoch_x(axis: Axis, epoch: int) -> float:
    """Where an epoch is in the drawing of the loss curves, in pixels from its left."""
    return round(LEFT + float(axis.share(np.array(float(epoch)))) * (WIDTH - LEFT), 1)


def _plane(surface: Surface | None) -> dict[str, Any] | None:
    if surface is None:
        return None
    plane, columns = surface.plane, surface.model.columns
    kind, pixels, bounds = kind_of(columns), _pixels(surface.model.network), None
    if kind is Kind.NUMBER:  # the colours of the model hold for all moments
        values = values_over(surface, surface.model.theta, *MAP_PIXELS)
        column = columns.targets[0]
        ends = float(values.min()), float(values.max())
        bounds = [(end - column.offset) / column.scale for end in ends]
    return {
        "origin": plane.origin.tolist(),
        "right": plane.right.tolist(),
        "up": plane.up.tolist(),
        "x": [plane.x.low, plane.x.high],
        "y": [plane.y.low, plane.y.high],
        "kind": kind.value,
        "pixels": pixels,
        "unit_pixels": PIXELS,
        "bounds": bounds,
    }


def _pixels(network: Network) -> tuple[int, int]:
    """Of a map that is drawn while somebody waits: fewer where there are many units."""
    width, height = MAP_PIXELS
    coarser = max(1.0, (width * height * network.n_h / MOST_CELLS) ** 0.5)
    return round(width / coarser), round(height / coarser)


def _profile(pictures: Pictures) -> dict[str, Any] | None:
    if pictures.profile is None:
        return None
    curves, columns = pictures.profile, pictures.model.columns
    at = curves.curves[0].at
    targets = [(0.0, 1.0)] if columns.classes else [(t.offset, t.scale) for t in columns.targets]
    return {
        "inputs": profile_inputs(columns, curves).tolist(),
        "x": (curves.x.share(at) * (WIDTH - LEFT)).tolist(),
        "bounds": [curves.y.low, curves.y.high],
        "height": CHART_HEIGHT - BELOW,
        "targets": targets,
        "unit": {"width": 2 * HALF[0], "height": 2 * HALF[1], "padding": PADDING},
    }
