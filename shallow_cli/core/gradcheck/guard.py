"""The second method: central differences, which need no complex numbers.

They are far less exact, but they would notice code that does not hold on complex numbers (`abs`,
say, drops an imaginary part without a word). A step that takes some z across the corner of a
ReLU compares two different pieces of the loss: such steps are shortened, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.core.gradcheck.derivatives import Case
from shallow_cli.core.gradcheck.rounding import Rounding
from shallow_cli.core.network import Parameters, parameters

REACH = 1e-4  # of the first step: no z and no weight moves farther
TENTHS = 5  # how often a step is divided by 10 to stay clear of corners
AGREEMENT = 1e-6  # of Σ S |v|
UNITS = 100  # for the rounding of a difference of two losses


@dataclass(frozen=True)
class Guard:
    """What the central differences of a block's directions say of its complex steps.

    `kinks` counts directions whose first step took some z across a corner, `unresolved` those
    of them that did so however short the step: nothing was compared there.
    """

    compared: int = 0
    disagreements: int = 0
    kinks: int = 0
    unresolved: int = 0

    def __add__(self, other: Guard) -> Guard:
        return Guard(
            self.compared + other.compared,
            self.disagreements + other.disagreements,
            self.kinks + other.kinks,
            self.unresolved + other.unresolved,
        )


def guard(case: Case, theta: Parameters, bounds: Rounding, direction: Array, slope: float) -> Guard:
    """Compare `slope`, found by a complex step along a direction (n_parameters,)."""
    theta = parameters(case.network, theta.vector.astype(np.float64))
    dZ1, reach = _movement(case, theta, bounds, parameters(case.network, direction))
    if not np.isfinite(reach):
        return Guard()  # what is not finite is seen by the check itself
    steps = [REACH / reach / 10**i for i in range(TENTHS + 1)]
    clear = [h for h in steps if not _crosses(case, bounds, h * dZ1)]
    if not clear:
        return Guard(kinks=1, unresolved=1)
    h = clear[0]
    central = (_loss(case, theta, h * direction) - _loss(case, theta, -h * direction)) / (2 * h)
    eps = np.finfo(np.float64).eps
    allowed = AGREEMENT * float(bounds.gradient.vector @ np.abs(direction))
    allowed += UNITS * eps * bounds.loss / h
    if not np.isfinite([central, slope, allowed]).all():
        return Guard()
    return Guard(1, int(abs(central - slope) > allowed), int(h < steps[0]))


def _movement(
    case: Case, theta: Parameters, bounds: Rounding, v: Parameters
) -> tuple[Array, float]:
    """How fast Z1 moves along v (n_h, m), and a bound for how fast any z or weight does."""
    work = bounds.work
    dZ1 = v.layer1 @ case.data.table.T
    dZ2 = np.abs(v.layer2) @ np.abs(work.A1_ones) + np.abs(theta.W2) @ np.abs(dZ1)
    return dZ1, float(np.max([np.abs(dZ1).max(), dZ2.max(), np.abs(v.vector).max()]))


def _crosses(case: Case, bounds: Rounding, step: Array) -> bool:
    """Whether ±step changes the sign of some z where the activation has a corner."""
    if not ACTIVATIONS[case.network.activation].corner:
        return False
    return bool(((np.abs(bounds.work.Z1) <= np.abs(step)) & (step != 0)).any())


def _loss(case: Case, theta: Parameters, step: Array) -> float:
    return float(case.objective(parameters(case.network, theta.vector + step)).real)
