"""Curves: the losses of a training, and what a model of one input says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.model import Model
from shallow_cli.plots.axes import Axis, axis_over, spans_decades

LOSSES = ("loss", "validation_loss")


@dataclass(frozen=True)
class Curve:
    """Values at places along an axis, ascending; both (k,)."""

    name: str
    at: Array
    values: Array

    @property
    def last(self) -> float:
        """The value at the end."""
        return float(self.values[-1])


@dataclass(frozen=True)
class Curves:
    """Curves that share their axes, and points (m, 2) among them."""

    x: Axis
    y: Axis
    curves: tuple[Curve, ...]
    points: Array | None = None


def loss_curves(model: Model) -> Curves:
    """Of training and validation, up to the last epoch.

    The axis is logarithmic where the losses span more than two powers of ten.
    """
    rows = list(model.history)
    if model.kept.epoch > rows[-1].epoch:
        rows.append(model.kept)
    epochs = np.array([row.epoch for row in rows], dtype=float)
    found = tuple(
        Curve(name, epochs, np.array([row.values()[name] for row in rows]))
        for name in LOSSES
        if name in rows[0].values()
    )
    values = np.concatenate([curve.values for curve in found])
    last = max(float(epochs[-1]), float(model.ended["epoch"]), 1.0)
    y = axis_over("loss", values, log=spans_decades(values))
    return Curves(Axis("epoch", 0.0, last), y, found)
