"""A gradient beside the numeric one, at a sample of elements, and what the two have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.gradcheck.claim import LIMIT, rounding_units, sample
from shallow_cli.core.gradcheck.derivatives import Backprop, Case, elements
from shallow_cli.core.gradcheck.rounding import Rounding, rounding
from shallow_cli.core.network import Parameters, parameters

ELEMENTS = 100  # of a block
ALIKE = 1e-3  # how equal two ratios must be: patterns are coarse, and float32 is too
FAINT = 1e-3  # of the largest element: smaller ones tell no ratio


@dataclass(frozen=True)
class Look:
    """A gradient beside the numeric one, at some elements of every block."""

    case: Case
    theta: Parameters
    bounds: Rounding
    positions: dict[str, Array]
    ours: dict[str, Array]
    numeric: dict[str, Array]
    off: dict[str, Array]  # bool: more than rounding explains

    @property
    def wrong(self) -> frozenset[str]:
        """The blocks with an element that is off."""
        return frozenset(name for name, off in self.off.items() if off.any())

    @property
    def lone(self) -> str:
        """The only element that is off, if there are others beside it."""
        found = [(name, i) for name, off in self.off.items() for i in np.flatnonzero(off)]
        if len(found) != 1 or len(self.off[found[0][0]]) == 1:
            return ""
        [(name, i)] = found
        block = self.theta.blocks()[name]
        places = parameters(self.case.network, np.arange(len(self.theta.vector))).blocks()[name]
        row, column = np.argwhere(places == self.positions[name][i])[0]
        return f"d{name}[{row},{column}] of {block.size}"

    def ratio(self, name: str) -> Array:
        """Backprop / numeric, where one of them is not faint."""
        ours, numeric = self.ours[name], self.numeric[name]
        size = np.maximum(np.abs(ours), np.abs(numeric))
        clear = size > FAINT * size.max(initial=0)
        ratio: Array = ours[clear] / numeric[clear]
        return ratio

    def transposed(self, name: str) -> Array:
        """The numeric derivatives as found by one who takes the transpose for the block."""
        places = parameters(self.case.network, np.arange(self.case.network.n_parameters)).blocks()
        return elements(self.case, self.theta, sample(places[name].T.ravel(), ELEMENTS))

    def weights(self, name: str) -> Array:
        """The weight of the one example, for each unit whose bias was looked at."""
        weights = self.case.data.weights
        return np.full(len(self.positions[name]), 1.0 if weights is None else weights[0])

    def of_units(self, name: str, values: Array) -> Array:
        """The values (units, 1) of those units whose bias was looked at."""
        chosen: Array = values[sample(np.arange(len(values)), len(self.positions[name])), 0]
        return chosen


def look_at(case: Case, theta: Parameters, checked: Backprop) -> Look:
    """Look at a gradient; a block is wrong where rounding does not explain a difference."""
    bounds, found = rounding(case, theta), checked(case, theta).vector
    places = parameters(case.network, np.arange(case.network.n_parameters)).blocks()
    positions = {name: sample(block.ravel(), ELEMENTS) for name, block in places.items()}
    numeric = {name: elements(case, theta, chosen) for name, chosen in positions.items()}
    ours = {name: found[chosen] for name, chosen in positions.items()}
    unit = rounding_units(theta, bounds)
    off = {
        name: ~(np.abs(ours[name] - numeric[name]) <= LIMIT * unit[chosen])
        for name, chosen in positions.items()
    }
    return Look(case, theta, bounds, positions, ours, numeric, off)


def joined(looks: Sequence[Look], name: str) -> tuple[Array, Array]:
    """Backprop and numeric of several looks at a block."""
    ours = np.concatenate([look.ours[name] for look in looks])
    return ours, np.concatenate([look.numeric[name] for look in looks])


def common_ratio(looks: Sequence[Look], *names: str) -> float:
    """What backprop is a multiple of the numeric gradient by, or NaN; 1 is no multiple."""
    ratio = common(np.concatenate([look.ratio(name) for look in looks for name in names]))
    return np.nan if abs(ratio - 1) <= 10 * ALIKE else ratio


def common(values: Array) -> float:
    """The value that all of them have, or NaN."""
    middle = float(np.median(values)) if len(values) else np.nan
    return middle if (np.abs(values - middle) <= ALIKE * max(1, abs(middle))).all() else np.nan


def equal(a: Array, b: Array) -> bool:
    """Whether two gradients are the same, but for more than rounding."""
    return bool(np.allclose(a, b, rtol=ALIKE, atol=ALIKE * np.abs(b).max(initial=0)))


def times(share: float, m: int) -> str:
    """A multiple in words; m and 1/m are known by name."""
    names = {float(m): " (m)", 1 / m: " (1/m)"} if m > 1 else {}
    known = [text for value, text in names.items() if abs(share / value - 1) < ALIKE]
    return f"{share if abs(share) > ALIKE else 0:.3g}{''.join(known)} times"
