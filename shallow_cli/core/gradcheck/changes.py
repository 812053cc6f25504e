"""What textbook mistakes do to a backward pass, each in one small function.

They start from the production pass; nothing in training knows of this file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS, Activation
from shallow_cli.core.arrays import Array
from shallow_cli.core.calls import run
from shallow_cli.core.gradcheck.derivatives import Case
from shallow_cli.core.network import (
    Parameters,
    Workspace,
    as_shard,
    backward,
    forward,
    workspace,
    zeros,
)
from shallow_cli.core.penalty import penalty_gradient

FIXED_LEAK = 0.01


@dataclass(frozen=True)
class Pass:
    """A forward and a backward pass that are done, and the gradient without L2, a mean."""

    case: Case
    theta: Parameters
    X: Array  # (n_x + 1, m)
    Y: Array  # (n_y, m)
    w: Array | float  # (1, m), or 1 for all
    work: Workspace
    gradient: Parameters

    @property
    def m(self) -> int:
        """How many examples."""
        return len(self.case.data)

    def from_dZ2(self, dZ2: Array) -> None:
        """The rest of the backward pass with another dZ2."""
        self.gradient.layer2[...] = dZ2 @ self.work.A1_ones.T / self.m
        self.from_dZ1(self.theta.W2.T @ dZ2 * self.work.slope)

    def from_slope(self, slope: Array) -> None:
        """The rest of the backward pass with another g′(Z1)."""
        self.from_dZ1(self.theta.W2.T @ self.work.dZ2 * slope)

    def from_dZ1(self, dZ1: Array) -> None:
        """The rest of the backward pass with another dZ1."""
        self.gradient.layer1[...] = dZ1 @ self.X.T / self.m

    @property
    def g(self) -> Activation:
        """The activation."""
        return ACTIVATIONS[self.case.network.activation]

    @property
    def leak(self) -> float:
        """Of a leaky ReLU."""
        return self.case.network.leak


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


def no_weights(at: Pass) -> None:
    """dZ2 = A2 − Y: the weights of the rows are forgotten."""
    at.from_dZ2(at.work.A2 - at.Y)


def squared_error_delta(at: Pass) -> None:
    """dZ2 = (A2 − Y) ∘ A2 ∘ (1 − A2): the output's derivative, which the loss has cancelled."""
    at.from_dZ2(at.work.dZ2 * at.work.A2 * (1 - at.work.A2))


def softmax_over_examples(at: Pass) -> None:
    """dZ2 = A2 − Y with the softmax taken over the examples instead of the classes."""
    e = np.exp(at.work.Z2 - at.work.Z2.max())
    at.from_dZ2((e / e.sum(axis=1, keepdims=True) - at.Y) * at.w)


def no_slope(at: Pass) -> None:
    """dZ1 = W2ᵀ dZ2: the activation's derivative is forgotten."""
    at.from_slope(np.ones_like(at.work.slope))


def slope_of_z(at: Pass) -> None:
    """g′ is written in terms of A1 and given Z1, as in z (1 − z)."""
    at.from_slope(at.g.slope_from(at.work.Z1, at.leak))


def slope_of_g_of_a(at: Pass) -> None:
    """g′ is taken of g(A1): the activation is applied twice."""
    twice = at.g.of(at.work.A1, at.leak)
    at.from_slope(at.g.slope_from(twice, at.leak))


def no_square(at: Pass) -> None:
    """tanh′ = 1 − A1: the square is forgotten."""
    at.from_slope(1 - at.work.A1)


def always_on(at: Pass) -> None:
    """The ReLU's slope is taken as 1 where A1 ≥ 0: everywhere."""
    at.from_slope((at.work.A1 >= 0).astype(at.work.slope.dtype))


def no_leak(at: Pass) -> None:
    """The leaky ReLU's slope is taken as 0 where z < 0, as a ReLU's is."""
    at.from_slope(np.where(at.work.Z1 > 0, 1.0, 0.0))


def fixed_leak(at: Pass) -> None:
    """The leaky ReLU's slope is 0.01 where z < 0, whatever the leak."""
    at.from_slope(np.where(at.work.Z1 > 0, 1.0, FIXED_LEAK))


def swapped_sides(at: Pass) -> None:
    """The leaky ReLU's slope is 1 where z < 0, and the leak where z > 0."""
    at.from_slope(np.where(at.work.Z1 > 0, at.leak, 1.0))


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
    add_l2(at, 2.0)


def mean_l2(at: Pass) -> None:
    """λ W is divided by m, the penalty is not."""
    add_l2(at, 1 / at.m)


def l2_on_biases(at: Pass) -> None:
    """The gradient has λ b for the biases, which the penalty leaves free."""
    at.gradient.vector[...] += at.case.l2 * at.theta.vector


def add_l2(at: Pass, times: float = 1.0) -> None:
    """Add what L2 adds to the gradient, or a multiple of it."""
    scratch = zeros(at.case.network, at.gradient.vector.dtype.type)
    run(penalty_gradient(at.theta, times * at.case.l2, at.gradient, scratch))


def correct_pass(case: Case, theta: Parameters) -> Pass:
    """The production pass over all examples at once."""
    network, m, dtype = case.network, len(case.data), theta.vector.dtype.type
    shard = as_shard(case.data)
    w = 1.0 if shard.w is None else shard.w
    work, gradient = workspace(network, m, dtype, own_Z1=True), zeros(network, dtype)
    run(forward(network, theta, shard.X, work))
    run(backward(network, theta, shard, work, gradient))
    gradient.vector[...] /= m
    return Pass(case, theta, shard.X, shard.Y, w, work, gradient)
