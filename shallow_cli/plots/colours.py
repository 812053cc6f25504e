"""Colours that everybody can tell apart, as red, green and blue from 0 to 255."""

from __future__ import annotations

import numpy as np

from shallow_cli.core.arrays import Array

RGB = tuple[int, int, int]

# The ends of ColorBrewer's RdBu, whose middle is nearly white.
BLUE, WHITE, RED = (33, 102, 172), (247, 247, 247), (178, 24, 43)
# Okabe and Ito, without black and with grey and brown; the first two are those of two classes.
CLASSES: tuple[RGB, ...] = (
    BLUE,
    RED,
    (0, 158, 115),
    (230, 159, 0),
    (204, 121, 167),
    (86, 180, 233),
    (213, 94, 0),
    (240, 228, 66),
    (120, 120, 120),
    (120, 70, 30),
)
LINES: tuple[RGB, ...] = ((67, 147, 195), (214, 96, 77), *CLASSES[2:])  # on dark and on light
LINE_NAMES = (
    *("blue", "red", "green", "orange", "purple"),
    *("light blue", "vermilion", "yellow", "grey", "brown"),
)

PALEST = 0.35  # how much of its colour a class has where it is hardly more likely than another


def contrasting(back: RGB) -> RGB:
    """Black or white, whichever is seen better on a colour."""
    red, green, blue = back
    bright = (299 * red + 587 * green + 114 * blue) / 1000 > 128  # noqa: PLR2004
    return (0, 0, 0) if bright else (255, 255, 255)


def diverging(values: Array) -> Array:
    """Values from 0 (blue) by ½ (white) to 1 (red), of any shape, as colours (…, 3)."""
    ends, middle = np.array([BLUE, RED], dtype=float), np.array(WHITE, dtype=float)
    distance = np.clip(2 * np.abs(values - 0.5), 0, 1)[..., None]
    towards = ends[(values > 0.5).astype(np.intp)]  # noqa: PLR2004
    return np.asarray(np.rint(middle + distance * (towards - middle)).astype(np.uint8))


def of_classes(shares: Array) -> Array:
    """Probabilities (…, K) as the colour of the most likely class (…, 3), paler where in doubt."""
    n_classes = shares.shape[-1]
    palette = np.array([CLASSES[n % len(CLASSES)] for n in range(n_classes)], dtype=float)
    sure = (shares.max(axis=-1) - 1 / n_classes) / (1 - 1 / n_classes)
    depth = (PALEST + (1 - PALEST) * sure)[..., None]
    return np.asarray(
        np.rint(255 + depth * (palette[shares.argmax(axis=-1)] - 255)).astype(np.uint8)
    )
