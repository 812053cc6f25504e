"""Textbook mistakes: what a check must catch, and shows to those who want to see it fail.

Each is handed to the check in place of the production backward pass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from shallow_cli.core.gradcheck import changes
from shallow_cli.core.gradcheck.changes import FIXED_LEAK, Change, add_l2, correct_pass
from shallow_cli.core.gradcheck.derivatives import Case
from shallow_cli.core.network import Parameters


class Need(NamedTuple):
    """Of what case a mistake is one at all."""

    says: str
    holds: Callable[[Case], bool]


@dataclass(frozen=True)
class Mistake:
    """A change of the backward pass.

    `own_l2`: the change adds what it takes for the gradient of L2 itself.
    """

    change: Change
    need: Need | None = None
    own_l2: bool = False

    @property
    def says(self) -> str:
        """Its meaning, in a line."""
        return (self.change.__doc__ or "").strip()

    def fits(self, case: Case) -> bool:
        """Whether it makes a difference to the case."""
        return self.need is None or self.need.holds(case)

    def backprop(self, case: Case, theta: Parameters) -> Parameters:
        """The backward pass with the mistake, to hand to the check."""
        at = correct_pass(case, theta)
        self.change(at)
        if not self.own_l2:
            add_l2(at)
        return at.gradient


def _activation(*names: str) -> Need:
    return Need(f"activation {' or '.join(names)}", lambda case: case.network.activation in names)


def _output(*names: str) -> Need:
    return Need(f"a {' or '.join(names)} output", lambda case: case.network.output in names)


CURVED = _activation("sigmoid", "tanh")
A_SLOPE = Need(
    "an activation whose slope is not 1 everywhere",
    lambda case: (
        case.network.activation != "identity"
        and (case.network.activation != "leaky_relu" or case.network.leak != 1)
    ),
)
A_LEAK = Need(
    "activation leaky_relu with a leak above 0",
    lambda case: case.network.activation == "leaky_relu" and case.network.leak > 0,
)
TWO_SIDES = Need(
    "activation leaky_relu with a leak below 1",
    lambda case: case.network.activation == "leaky_relu" and case.network.leak < 1,
)
ROWS = Need("more than one row", lambda case: len(case.data) > 1)
WEIGHTS = Need(
    "rows with weights",
    lambda case: case.data.weights is not None and bool((case.data.weights != 1).any()),
)
L2 = Need("l2 above 0", lambda case: case.l2 > 0)
L2_ROWS = Need("l2 above 0, and more than one row", lambda c: c.l2 > 0 and len(c.data) > 1)
UNITS = Need("more than one hidden unit", lambda case: case.network.n_h > 1)
FEATURES = Need(
    "several features and hidden units", lambda c: min(c.network.n_x, c.network.n_h) > 1
)
OUTPUTS = Need("several hidden units and outputs", lambda c: min(c.network.n_h, c.network.n_y) > 1)
ANOTHER_LEAK = Need(
    "activation leaky_relu with a leak other than 0.01",
    lambda case: case.network.activation == "leaky_relu" and case.network.leak != FIXED_LEAK,
)

MISTAKES = {
    mistake.change.__name__.replace("_", "-"): mistake
    for mistake in (
        Mistake(changes.no_mean, ROWS),
        Mistake(changes.no_mean_at_all, ROWS),
        Mistake(changes.mean_twice, ROWS),
        Mistake(changes.no_sum, ROWS),
        Mistake(changes.wrong_axis, UNITS),
        Mistake(changes.wrong_sign),
        Mistake(changes.factor_two),
        Mistake(changes.no_weights, WEIGHTS),
        Mistake(changes.squared_error_delta, _output("sigmoid", "softmax")),
        Mistake(changes.softmax_over_examples, _output("softmax")),
        Mistake(changes.no_slope, A_SLOPE),
        Mistake(changes.slope_of_z, CURVED),
        Mistake(changes.slope_of_g_of_a, CURVED),
        Mistake(changes.no_square, _activation("tanh")),
        Mistake(changes.always_on, _activation("relu")),
        Mistake(changes.no_leak, A_LEAK),
        Mistake(changes.fixed_leak, ANOTHER_LEAK),
        Mistake(changes.swapped_sides, TWO_SIDES),
        Mistake(changes.reshaped_product, FEATURES),
        Mistake(changes.reshaped_weights, OUTPUTS),
        Mistake(changes.z_for_a, A_SLOPE),
        Mistake(changes.overwritten_cache),
        Mistake(changes.no_bias_gradient),
        Mistake(changes.no_l2, L2, own_l2=True),
        Mistake(changes.double_l2, L2, own_l2=True),
        Mistake(changes.mean_l2, L2_ROWS, own_l2=True),
        Mistake(changes.l2_on_biases, L2, own_l2=True),
    )
}
