"""What each hidden unit of a network says, as a picture in its place in the drawing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.plots.colours import diverging
from shallow_cli.plots.curves import Curves
from shallow_cli.plots.diagram import HALF
from shallow_cli.plots.pictures import Pictures, stretched
from shallow_cli.plots.svg_parts import image
from shallow_cli.tables.columns import Column, Columns

PIXELS = 40, 25  # columns and rows of a map
PADDING = 5.0  # above and below a curve


def unit_pictures(pictures: Pictures, units: Sequence[int]) -> dict[int, str]:
    """A map of each unit over the plane, or of a model with one input its curve."""
    theta, network, (w, h) = pictures.model.theta, pictures.model.network, HALF
    if pictures.surface is not None:
        maps = pictures.surface.units(theta, units, *PIXELS)
        images = [image(diverging(stretched(outputs)), 2 * w, 2 * h) for outputs in maps]
        return dict(zip(units, images, strict=True))
    if pictures.profile is None:
        return {}
    inputs = profile_inputs(pictures.model.columns, pictures.profile)
    Z1 = theta.layer1[list(units)].astype(np.float64) @ [inputs, np.ones_like(inputs)]
    A1 = ACTIVATIONS[network.activation].of(Z1, network.leak)
    return dict(zip(units, map(_curve, A1), strict=True))


def profile_inputs(columns: Columns, profile: Curves) -> Array:
    """What the network sees at the places of a profile (k,)."""
    [feature] = columns.features
    column = feature if isinstance(feature, Column) else Column(feature.name)
    return np.asarray((profile.curves[0].at - column.offset) / column.scale)


def _curve(values: Array) -> str:
    w, h = HALF
    xs = np.linspace(0, 2 * w, len(values))
    ys = PADDING + (1 - stretched(values)) * 2 * (h - PADDING)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    return f'<polyline class="says" points="{points}"/>'
