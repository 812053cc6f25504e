"""What the hidden units of a network do on some rows: which are silent, saturated, or alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import AnyExamples, Array, Examples, in_memory
from shallow_cli.core.blocks import shard_rows
from shallow_cli.core.network import Network, Parameters

MOST_ROWS = 10_000  # that are looked at
PLACES = 9  # of weights that are alike, where the largest is 1
NEARLY_FLAT = 0.01  # what is left of the largest slope where a unit is saturated


@dataclass(frozen=True)
class Look:
    """Of each hidden unit (n_h,): how many rows it is saturated on, and whether it is dead.

    A unit is saturated where its slope is less than a hundredth of the largest there is, and
    dead where its slope is exactly 0 on every row: no gradient reaches its weights. `alike` is how
    many units have the same weights, in and out, as another.
    """

    rows: int
    saturated: Array
    dead: Array
    alike: int

    @property
    def saturation(self) -> float:
        """The share of saturated outputs, over units and rows."""
        return float(self.saturated.sum() / (self.rows * len(self.saturated)))


def some_of(data: AnyExamples) -> Examples:
    """All the examples, or as many as are looked at, spread evenly."""
    if len(data) <= MOST_ROWS:
        return in_memory(data)
    return data.take(np.linspace(0, len(data) - 1, MOST_ROWS).astype(np.intp))


def look(network: Network, theta: Parameters, data: Examples) -> Look:
    """Pass the examples through the hidden layer, some at a time."""
    activation = ACTIVATIONS[network.activation]
    largest = activation.slope_at(np.zeros((1, 1)), network.leak)[0, 0]
    saturated, dead = np.zeros(network.n_h, dtype=np.intp), np.ones(network.n_h, dtype=bool)
    rows = shard_rows(network)
    for start in range(0, len(data), rows):
        X = data.table[start : start + rows].T
        with np.errstate(all="ignore"):
            slopes = np.abs(activation.slope_at(theta.layer1 @ X, network.leak))
        dead &= (slopes == 0).all(axis=1)
        if activation.curvature:
            saturated += (slopes < NEARLY_FLAT * largest).sum(axis=1)
    return Look(len(data), saturated, dead, alike(theta))


def alike(theta: Parameters) -> int:
    """How many hidden units have the same weights as another, but for rounding."""
    units = np.c_[theta.layer1, theta.W2.T].astype(np.float64)
    scale = float(np.abs(units).max()) or 1.0
    units = (units / scale).round(PLACES) + 0.0  # for which −0 is 0
    counts = Counter(unit.tobytes() for unit in units)
    return sum(count for count in counts.values() if count > 1)


def constant_loss(output: str, data: Examples) -> float:
    """The lowest mean loss that the same answer to every example has, weighted where they are."""
    w = np.ones(len(data)) if data.weights is None else data.weights.astype(np.float64)
    Y = data.targets.T.astype(np.float64)
    mean = (Y * w).sum(axis=1, keepdims=True) / w.sum()
    if output == "linear":
        losses = ((Y - mean) ** 2).sum(axis=0) / 2
        return float((w * losses).sum() / len(data))
    shares = mean if output == "softmax" else np.r_[mean, 1 - mean]
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum() * w.sum() / len(data))
