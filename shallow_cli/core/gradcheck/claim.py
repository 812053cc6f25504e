"""A claim: that a vector is the gradient of a case. How far is it from the numeric one?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.gradcheck.derivatives import STEP, Case, along, elements
from shallow_cli.core.gradcheck.rounding import Rounding
from shallow_cli.core.network import Parameters

LIMIT = 100.0  # rounding units
TOO_LARGE = 1e-10 / STEP  # for a step to move it by next to nothing
FAINTEST = 1e-8  # of the largest unit of a block: weights of directions differ no more


def epsilon(theta: Parameters) -> float:
    """The machine epsilon of the dtype in which the gradient is computed."""
    return float(np.finfo(theta.vector.dtype).eps)


def rounding_units(theta: Parameters, bounds: Rounding) -> Array:
    """Eps · S of every element of the gradient, for the dtype of `theta`.

    Below the root of its smallest number products underflow, and no digit is left to trust.
    NaN where the pass may overflow, or a complex step is no small one: there is no telling.
    """
    kind = np.finfo(theta.vector.dtype)
    scale = np.maximum(bounds.gradient.vector, float(np.sqrt(kind.tiny)))
    may_overflow = not bounds.largest < min(float(kind.max), TOO_LARGE)
    unit: Array = float(kind.eps) * np.where(may_overflow | ~np.isfinite(scale), np.nan, scale)
    return unit


@dataclass(frozen=True)
class Claim:
    """That `found` (n_parameters,) is the gradient of the case at theta, up to some `unit`s."""

    case: Case
    theta: Parameters
    found: Array
    unit: Array

    def direction(self, positions: Array, stream: np.random.RandomState) -> Array:
        """Random signs at some positions and 0 elsewhere, every element in its own units."""
        unit = self.unit[positions]
        weight = 1 / np.maximum(unit, FAINTEST * unit.max())
        direction = np.zeros_like(self.unit)
        direction[positions] = stream.choice([-1.0, 1.0], len(positions)) * weight / weight.max()
        return direction

    def units(self, direction: Array, slope: float) -> float:
        """How far it is from the numeric slope along a direction, in rounding units."""
        error = abs(self.found @ direction - slope)
        # The errors of many elements rarely add up: √n of them, not n.
        units = float(error) / float(np.hypot.reduce(self.unit * direction))
        return units if np.isfinite(error) or np.isnan(self.unit).any() else np.inf

    def worst_along(self, direction: Array, positions: Array) -> int:
        """The element that a direction's error comes from, found by halving."""
        while len(positions) > 1:
            halves = np.array_split(positions, 2)
            errors = []
            for half in halves:
                part = np.zeros_like(direction)
                part[half] = direction[half]
                errors.append(abs(self.found @ part - along(self.case, self.theta, part)))
            positions = halves[int(np.argmax(errors))]
        return int(positions[0])

    def differences(self, places: Array, chosen: Array) -> dict[str, Any]:
        """What a `BlockCheck` says of some elements of a block, whose positions are `places`."""
        ours, numeric = self.found[chosen], elements(self.case, self.theta, chosen)
        errors = np.abs(ours - numeric)
        unit = self.unit[chosen]
        units = np.where(np.isfinite(errors) | np.isnan(unit), errors / unit, np.inf)
        units[~np.isfinite(numeric)] = np.nan
        worst = int(units.argmax())  # of which NaN is the first
        row, column = np.argwhere(places == chosen[worst])[0]
        norm = np.linalg.norm
        return {
            "checked": len(chosen),
            "max_error": float(errors.max()),
            "max_relative_error": float(_ratio(errors, np.abs(ours) + np.abs(numeric)).max()),
            "norm_ratio": float(_ratio(norm(errors), norm(ours) + norm(numeric))),
            "rounding_units": float(units[worst]),
            "worst": (int(row), int(column)),
            "backprop": float(ours[worst]),
            "numeric": float(numeric[worst]),
        }


def sample(positions: Array, most: int) -> Array:
    """All of them, or `most`, evenly spaced from the first to the last."""
    if len(positions) > most:
        positions = positions[np.linspace(0, len(positions) - 1, most).astype(int)]
    return positions


def _ratio(error: Any, scale: Any) -> Array:
    """The error over its scale, and 0 where both are."""
    ratio: Array = np.divide(error, scale, out=np.zeros_like(error), where=np.asarray(scale) != 0)
    return ratio
