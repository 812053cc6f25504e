"""One check: the gradient of a case at some weights, block by block, with a verdict for each.

First along random directions, which cover every element at once, then element by element
within a budget. A difference is measured in rounding units: |backprop − numeric| / (eps · S).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.core.gradcheck.claim import LIMIT, Claim, epsilon, rounding_units, sample
from shallow_cli.core.gradcheck.derivatives import Backprop, Case, along, backprop
from shallow_cli.core.gradcheck.guard import Guard, guard
from shallow_cli.core.gradcheck.rounding import Rounding, at_a_corner, rounding
from shallow_cli.core.network import Parameters, parameters
from shallow_cli.core.rng import check_stream


@dataclass(frozen=True)
class Budget:
    """How much is looked at: elements of a block at the most, and directions of each.

    `guards` is how many of the directions are compared with central differences too.
    """

    elements: int = 500
    directions: int = 8
    guards: int = 3
    seed: int = 0


@dataclass(frozen=True)
class BlockCheck:
    """One of W1, b1, W2, b2: how far backprop is from the numeric derivatives.

    `rounding_units` is the largest |backprop − numeric| / (eps · S) of an element, where S is
    what rounding alone can do to it; `direction_units` the same along the directions. `worst`
    is where the elements are farthest apart, in these units. They are NaN where numbers are not
    finite, or might overflow.
    """

    name: str
    elements: int
    checked: int
    directions: int
    max_error: float
    max_relative_error: float  # |backprop − numeric| / (|backprop| + |numeric|)
    norm_ratio: float  # ‖backprop − numeric‖ / (‖backprop‖ + ‖numeric‖), the course's number
    rounding_units: float
    direction_units: float
    worst: tuple[int, int]
    backprop: float
    numeric: float
    guard: Guard

    @property
    def decided(self) -> bool:
        """Whether something was checked, is finite, and both numeric methods agree on it."""
        finite = not np.isnan([self.rounding_units, self.direction_units]).any()
        return self.checked > 0 and bool(finite) and not self.guard.disagreements

    @property
    def units(self) -> float:
        """The largest difference, of an element or along a direction, in rounding units."""
        return max(self.rounding_units, self.direction_units)

    @property
    def passed(self) -> bool:
        """Whether rounding explains every difference."""
        return self.decided and self.units <= LIMIT

    @property
    def failed(self) -> bool:
        """Whether it does not, which is more than not having passed."""
        return self.decided and not self.passed


@dataclass(frozen=True)
class PointCheck:
    """The blocks at some weights.

    `rows_left_out` had a z so near to a corner that rounding decides about its slope;
    `zeros` counts the z that are exactly 0, where the slope of a corner is a convention.
    """

    blocks: tuple[BlockCheck, ...]
    rows: int
    rows_left_out: int = 0
    zeros: int = 0

    @property
    def decided(self) -> bool:
        """Whether every block is."""
        return bool(self.blocks) and all(block.decided for block in self.blocks)

    @property
    def passed(self) -> bool:
        """Whether every block has."""
        return bool(self.blocks) and all(block.passed for block in self.blocks)


def check_gradient(
    case: Case, theta: Parameters, budget: Budget, checked: Backprop = backprop
) -> PointCheck:
    """Check a gradient of the objective at `theta`; rounding is that of its dtype.

    Nothing is checked, and so nothing passes, where every row had to be left out.
    """
    with np.errstate(all="ignore"):  # what overflows is not finite, and decides nothing
        bounds = rounding(case, theta)
        clear = ~at_a_corner(case, bounds, epsilon(theta)).any(axis=0)
        left_out = int((~clear).sum())
        if left_out == len(case.data):
            return PointCheck((), 0, left_out)
        if left_out:
            case = case.take(np.flatnonzero(clear))
            bounds = rounding(case, theta)
        blocks = tuple(compare(case, theta, checked(case, theta), bounds, budget))
        corner = ACTIVATIONS[case.network.activation].corner
        zeros = int((bounds.work.Z1 == 0).sum()) if corner else 0
        return PointCheck(blocks, len(case.data), left_out, zeros)


def compare(
    case: Case, theta: Parameters, found: Parameters, bounds: Rounding, budget: Budget
) -> Iterator[BlockCheck]:
    """A gradient that somebody found against the numeric one, block by block."""
    claim = Claim(case, theta, found.vector, rounding_units(theta, bounds))
    stream = check_stream(budget.seed, "directions")
    for name, places in parameters(case.network, np.arange(len(claim.unit))).blocks().items():
        directions = [claim.direction(places.ravel(), stream) for _ in range(budget.directions)]
        slopes = [along(case, theta, v) for v in directions]
        guarded = zip(directions[: budget.guards], slopes, strict=False)
        units = [claim.units(v, slope) for v, slope in zip(directions, slopes, strict=True)]
        yield BlockCheck(
            name,
            elements=places.size,
            directions=len(directions),
            direction_units=float(np.max(units, initial=0.0)),  # NaN if there is one
            guard=sum((guard(case, theta, bounds, v, slope) for v, slope in guarded), Guard()),
            **claim.differences(places, _chosen(claim, places, budget, directions, units)),
        )


def _chosen(
    claim: Claim, places: Array, budget: Budget, directions: list[Array], units: list[float]
) -> Array:
    """The elements to look at; if a direction failed, one that is to blame is among them."""
    positions = places.ravel()
    chosen = sample(positions, budget.elements)
    if len(chosen) < len(positions) and max(units, default=0.0) > LIMIT:
        blamed = claim.worst_along(directions[int(np.argmax(units))], positions)
        return np.union1d(chosen, [blamed])
    return chosen
