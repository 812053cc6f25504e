"""Textbook mistakes: what a check must catch, and shows to those who want to see it fail.

Each is one small function. It is handed to the check in place of the production backward pass,
which it starts from: nothing in training knows of this file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.core.gradcheck.derivatives import Case
from shallow_cli.core.network import (
    Parameters,
    Workspace,
    backward,
    forward,
    workspace,
    zeros,
)
from shallow_cli.core.penalty import add_penalty_gradient

FIXED_LEAK = 0.01


@dataclass(frozen=True)
class Pass:
    """A forward and a backward pass that are done, and the gradient without L2, a mean."""

    case: Case
    theta: Parameters
    X: Array  # (n_x + 1, m)
    Y: Array  # (n_y, m)
    work: Workspace
    gradient: Parameters

    @property
    def m(self) -> int:
        """How many examples."""
        return len(self.case.data)

    def from_dZ2(self, dZ2: Array) -> None:
        """The rest of the backward pass with another dZ2."""
        self.gradient.layer2[...] = dZ2 @ self.work.A1.T / self.m
        self.from_dZ1(self.theta.W2.T @ dZ2 * self.work.slope)

    def from_slope(self, slope: Array) -> None:
        """The rest of the backward pass with another g′(Z1)."""
        self.from_dZ1(self.theta.W2.T @ self.work.dZ2 * slope)

    def from_dZ1(self, dZ1: Array) -> None:
        """The rest of the backward pass with another dZ1."""
        self.gradient.layer1[...] = dZ1 @ self.X.T / self.m

    def slope_of(self, A1: Array) -> Array:
        """g′ as production has it, in terms of A1, of anything."""
        slope = np.empty_like(A1)
        network = self.case.network
        ACTIVATIONS[network.activation].slope(A1, slope, network.leak)
        return slope


Change = Callable[[Pass], None]


def no_mean(at: Pass) -> None:
    """dW1 = dZ1 Xᵀ: not divided by m."""
    at.gradient.W1[...] *= at.m


def no_mean_at_all(at: Pass) -> None:
    """All gradients are sums over the examples: not divided by m."""
    at.gradient.vector[...] *= at.m


def mean_twice(at: Pass) -> None:
    """db1 is divided by m twice."""
    at.gradient.b1[...] /= at.m


def no_sum(at: Pass) -> None:
    """db2 = dZ2 of the first example: not summed over all of them."""
    at.gradient.b2[...] = at.work.dZ2[:, :1] / at.m


def wrong_axis(at: Pass) -> None:
    """db1 = Σ dZ1 / m over the hidden units too, broadcast to all of them."""
    at.gradient.b1[...] = at.gradient.b1.sum()


def wrong_sign(at: Pass) -> None:
    """dZ2 = Y − A2: the sign is flipped."""
    at.from_dZ2(-at.work.dZ2)


def factor_two(at: Pass) -> None:
    """dZ2 = 2 (A2 − Y): the derivative of a square that the loss has halved."""
    at.from_dZ2(2 * at.work.dZ2)


def squared_error_delta(at: Pass) -> None:
    """dZ2 = (A2 − Y) ∘ A2 ∘ (1 − A2): the output's derivative, which the loss has cancelled."""
    at.from_dZ2(at.work.dZ2 * at.work.A2 * (1 - at.work.A2))


def softmax_over_examples(at: Pass) -> None:
    """dZ2 = A2 − Y with the softmax taken over the examples instead of the classes."""
    e = np.exp(at.work.Z2 - at.work.Z2.max())
    at.from_dZ2(e / e.sum(axis=1, keepdims=True) - at.Y)


def no_slope(at: Pass) -> None:
    """dZ1 = W2ᵀ dZ2: the activation's derivative is forgotten."""
    at.from_slope(np.ones_like(at.work.slope))


def slope_of_z(at: Pass) -> None:
    """g′ is written in terms of A1 and given Z1, as in z (1 − z)."""
    at.from_slope(at.slope_of(at.work.Z1))


def slope_of_g_of_a(at: Pass) -> None:
    """g′ is taken of g(A1): the activation is applied twice."""
    twice = np.empty_like(at.work.Z1)
    network = at.case.network
    ACTIVATIONS[network.activation].function(at.work.A1[:-1].copy(), twice, network.leak)
    at.from_slope(at.slope_of(twice))


def no_square(at: Pass) -> None:
    """tanh′ = 1 − A1: the square is forgotten."""
    at.from_slope(1 - at.work.A1[:-1])


def always_on(at: Pass) -> None:
    """The ReLU's slope is taken as 1 where A1 ≥ 0: everywhere."""
    at.from_slope((at.work.A1[:-1] >= 0).astype(at.work.slope.dtype))


def no_leak(at: Pass) -> None:
    """The leaky ReLU's slope is taken as 0 where z < 0, as a ReLU's is."""
    at.from_slope(np.where(at.work.Z1 > 0, 1.0, 0.0))


def fixed_leak(at: Pass) -> None:
    """The leaky ReLU's slope is 0.01 where z < 0, whatever the leak."""
    at.from_slope(np.where(at.work.Z1 > 0, 1.0, FIXED_LEAK))


def swapped_sides(at: Pass) -> None:
    """The leaky ReLU's slope is 1 where z < 0, and the leak where z > 0."""
    at.from_slope(np.where(at.work.Z1 > 0, at.case.network.leak, 1.0))


def reshaped_product(at: Pass) -> None:
    """dW1 = X dZ1ᵀ / m, the transposed product, reshaped until it fits."""
    at.gradient.W1[...] = at.gradient.W1.T.reshape(at.gradient.W1.shape)


def reshaped_weights(at: Pass) -> None:
    """dZ1 = W2 dZ2 ∘ g′(Z1), with W2 reshaped until it fits, not transposed."""
    W2 = at.theta.W2.reshape(at.theta.W2.T.shape)
    at.from_dZ1(W2 @ at.work.dZ2 * at.work.slope)


def z_for_a(at: Pass) -> None:
    """dW2 = dZ2 Z1ᵀ / m: Z1 in the place of A1."""
    at.gradient.W2[...] = at.work.dZ2 @ at.work.Z1.T / at.m


def overwritten_cache(at: Pass) -> None:
    """g′(Z1) is written over A1 before dW2 = dZ2 A1ᵀ / m is taken."""
    at.gradient.W2[...] = at.work.dZ2 @ at.work.slope.T / at.m


def no_bias_gradient(at: Pass) -> None:
    """db1 is never computed, and b1 never learns."""
    at.gradient.b1[...] = 0


def no_l2(at: Pass) -> None:
    """The loss has L2, and the gradient has no λ W."""


def double_l2(at: Pass) -> None:
    """2 λ W for the derivative of (λ/2) W²."""
    _add_l2(at, 2.0)


def mean_l2(at: Pass) -> None:
    """λ W is divided by m, the penalty is not."""
    _add_l2(at, 1 / at.m)


def l2_on_biases(at: Pass) -> None:
    """The gradient has λ b for the biases, which the penalty leaves free."""
    at.gradient.vector[...] += at.case.l2 * at.theta.vector


def _add_l2(at: Pass, times: float) -> None:
    add_penalty_gradient(at.theta, times * at.case.l2, at.gradient)


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
        at = _correct_pass(case, theta)
        self.change(at)
        if not self.own_l2:
            _add_l2(at, 1.0)
        return at.gradient


def _correct_pass(case: Case, theta: Parameters) -> Pass:
    network, m, dtype = case.network, len(case.data), theta.vector.dtype.type
    X, Y = case.data.table.T, case.data.targets.T
    work, gradient = workspace(network, m, dtype, own_Z1=True), zeros(network, dtype)
    forward(network, theta, X, work)
    backward(network, theta, X, Y, work, gradient)
    gradient.vector[...] /= m
    return Pass(case, theta, X, Y, work, gradient)


def _activation(*names: str) -> Need:
    return Need(f"activation {' or '.join(names)}", lambda case: case.network.activation in names)


def _output(*names: str) -> Need:
    return Need(f"a {' or '.join(names)} output", lambda case: case.network.output in names)


CURVED = _activation("sigmoid", "tanh")
A_SLOPE = Need(
    "an activation whose slope is not 1 everywhere",
    lambda case: case.network.activation != "leaky_relu" or case.network.leak != 1,
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
        Mistake(no_mean, ROWS),
        Mistake(no_mean_at_all, ROWS),
        Mistake(mean_twice, ROWS),
        Mistake(no_sum, ROWS),
        Mistake(wrong_axis, UNITS),
        Mistake(wrong_sign),
        Mistake(factor_two),
        Mistake(squared_error_delta, _output("sigmoid", "softmax")),
        Mistake(softmax_over_examples, _output("softmax")),
        Mistake(no_slope, A_SLOPE),
        Mistake(slope_of_z, CURVED),
        Mistake(slope_of_g_of_a, CURVED),
        Mistake(no_square, _activation("tanh")),
        Mistake(always_on, _activation("relu")),
        Mistake(no_leak, A_LEAK),
        Mistake(fixed_leak, ANOTHER_LEAK),
        Mistake(swapped_sides, TWO_SIDES),
        Mistake(reshaped_product, FEATURES),
        Mistake(reshaped_weights, OUTPUTS),
        Mistake(z_for_a),
        Mistake(overwritten_cache),
        Mistake(no_bias_gradient),
        Mistake(no_l2, L2, own_l2=True),
        Mistake(double_l2, L2, own_l2=True),
        Mistake(mean_l2, L2_ROWS, own_l2=True),
        Mistake(l2_on_biases, L2, own_l2=True),
    )
}
