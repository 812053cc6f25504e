"""How well a regression fits: predicted against actual, and what is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.plots.axes import Axis, axis_over


@dataclass(frozen=True)
class Fit:
    """Of one target what is true and what was predicted, both (m,), in its own unit."""

    name: str
    actual: Array
    predicted: Array

    @property
    def pairs(self) -> Array:
        """Actual and predicted (m, 2)."""
        return np.stack([self.actual, self.predicted], axis=1)

    @property
    def residuals(self) -> Array:
        """Predicted, and actual less predicted (m, 2)."""
        return np.stack([self.predicted, self.actual - self.predicted], axis=1)

    @property
    def both(self) -> Axis:
        """An axis for the actual and the predicted alike: equal ones are on the diagonal."""
        return axis_over("", self.pairs)

    @property
    def residual_axes(self) -> tuple[Axis, Axis]:
        """Of the predicted, and of what is left."""
        return axis_over("predicted", self.predicted), axis_over("", self.residuals[:, 1])
