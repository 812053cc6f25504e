"""What the colours of a map stand for: a number, the second of two classes, or several classes."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.network import Parameters
from shallow_cli.plots.colours import CLASSES, diverging, of_classes
from shallow_cli.plots.pictures import Surface, stretched
from shallow_cli.tables.columns import Columns


class Kind(Enum):
    """Of a map."""

    NUMBER = "number"  # from the lowest on the map to the highest
    PROBABILITY = "probability"  # of the second of two classes
    CLASSES = "classes"  # the most likely one


def kind_of(columns: Columns) -> Kind:
    """That of the maps of a model with such targets."""
    if not columns.classes:
        return Kind.NUMBER
    return Kind.PROBABILITY if len(columns.classes) == 2 else Kind.CLASSES  # noqa: PLR2004


def values_over(surface: Surface, theta: Parameters, width: int, height: int) -> Array:
    """What a map shows (height, width), of several classes their shares (height, width, K)."""
    return VALUES[kind_of(surface.model.columns)](surface, theta, width, height)


def map_pixels(surface: Surface, values: Array) -> Array:
    """The colours of the values of a map (height, width, 3)."""
    return PIXELS[kind_of(surface.model.columns)](values)


def point_colours(surface: Surface, values: Array) -> Array:
    """Those of the data points on a map of these values (m, 3): of their class or their target."""
    if surface.points is None:
        return np.empty((0, 3), np.uint8)
    targets = surface.points.targets
    if surface.model.columns.classes:
        return np.array(CLASSES, np.uint8)[targets.astype(np.intp) % len(CLASSES)]
    low, high = values.min(), values.max()
    return diverging(np.clip((targets - low) / max(high - low, np.finfo(float).tiny), 0, 1))


VALUES: dict[Kind, Callable[[Surface, Parameters, int, int], Array]] = {
    Kind.NUMBER: Surface.numbers,
    Kind.PROBABILITY: lambda *where: Surface.shares(*where)[..., 1],
    Kind.CLASSES: Surface.shares,
}
PIXELS: dict[Kind, Callable[[Array], Array]] = {
    Kind.NUMBER: lambda values: diverging(stretched(values)),
    Kind.PROBABILITY: diverging,
    Kind.CLASSES: of_classes,
}
