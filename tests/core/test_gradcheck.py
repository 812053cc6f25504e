"""The gradient check passes correct code and catches every term that is changed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from shallow_cli.core import gradient as gradient_module
from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.core.gradcheck import (
    BlockCheck,
    check_gradient,
    generic_examples,
    generic_point,
)
from shallow_cli.core.network import Network, Parameters, Workspace, backward

OUTPUT_SIZES = {"sigmoid": 1, "softmax": 3, "linear": 2}


def check(activation: str = "tanh", output: str = "softmax", l2: float = 0.1) -> list[BlockCheck]:
    """A check at a generic point; 7 examples, 4 inputs, 5 hidden units."""
    network = Network(4, 5, OUTPUT_SIZES[output], activation, output, leak=0.1)
    data = generic_examples(network, m=7, seed=1)
    return check_gradient(network, generic_point(network, 1), data, l2)


@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("output", OUTPUT_SIZES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_production_gradient_passes(activation: str, output: str, l2: float) -> None:
    checks = check(activation, output, l2)
    assert [block.name for block in checks] == ["W1", "b1", "W2", "b2"]
    assert all(block.passed and block.checked == block.elements for block in checks)
    assert max(block.norm_ratio for block in checks) < 1e-14


Mistake = Callable[[Parameters, Array, Workspace, Parameters], None]


def forgotten_slope(theta: Parameters, X: Array, work: Workspace, gradient: Parameters) -> None:
    """dZ1 = W2ᵀ dZ2, without ∘ g′(Z1)."""
    gradient.layer1[...] = theta.W2.T @ work.dZ2 @ X.T


def wrong_sign(_theta: Parameters, _X: Array, _work: Workspace, gradient: Parameters) -> None:
    """dZ2 = Y − A2."""
    gradient.vector[...] *= -1


def forgotten_sum(_theta: Parameters, _X: Array, work: Workspace, gradient: Parameters) -> None:
    """db2 from the first example alone."""
    gradient.b2[...] = work.dZ2[:, :1]


def missing_mean(_theta: Parameters, X: Array, _work: Workspace, gradient: Parameters) -> None:
    """dW1 not divided by m."""
    gradient.W1[...] *= X.shape[1]


def slope_without_square(
    theta: Parameters, X: Array, work: Workspace, gradient: Parameters
) -> None:
    """tanh′ taken as 1 − a."""
    gradient.layer1[...] = (theta.W2.T @ work.dZ2 * (1 - work.A1[:-1])) @ X.T


def one_in_a_billion(_theta: Parameters, _X: Array, _work: Workspace, gradient: Parameters) -> None:
    """One element off by a relative 1e-9."""
    gradient.W2[1, 2] *= 1 + 1e-9


@pytest.mark.parametrize(
    ("mistake", "blocks"),
    [
        (forgotten_slope, {"W1", "b1"}),
        (wrong_sign, {"W1", "b1", "W2", "b2"}),
        (forgotten_sum, {"b2"}),
        (missing_mean, {"W1"}),
        (slope_without_square, {"W1", "b1"}),
        (one_in_a_billion, {"W2"}),
    ],
)
def test_a_changed_term_is_found_in_its_block(
    mistake: Mistake, blocks: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(*arguments: Any) -> None:
        backward(*arguments)
        _, theta, X, _, work, gradient = arguments
        mistake(theta, X, work, gradient)

    monkeypatch.setattr(gradient_module, "backward", mistaken)
    assert {block.name for block in check() if not block.passed} == blocks


def test_a_forgotten_penalty_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loss has L2, the gradient is told there is none."""
    original = gradient_module.objective_gradient
    monkeypatch.setattr(
        "shallow_cli.core.gradcheck.objective_gradient",
        lambda network, theta, blocks, _l2, *rest: original(network, theta, blocks, 0.0, *rest),
    )
    assert {block.name for block in check() if not block.passed} == {"W1", "W2"}


@pytest.mark.parametrize("n_h", [1000, 3000])
def test_a_wide_layer_is_no_false_alarm(n_h: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shallow_cli.core.gradcheck.MOST_PER_BLOCK", 10)
    network = Network(64, n_h, 10, "relu", "softmax")
    data = generic_examples(network, m=32, seed=0)
    checks = check_gradient(network, generic_point(network, 0), data, 0.0)
    assert max(block.rounding_units for block in checks) < 10


def test_nothing_that_is_no_number_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any) -> None:
        backward(*arguments)
        arguments[-1].vector[0] = np.nan

    monkeypatch.setattr(gradient_module, "backward", broken)
    assert not check()[0].passed


def test_an_empty_check_is_not_a_pass() -> None:
    nothing = BlockCheck("W1", 0, 0, 0.0, 0.0, 0.0, (0, 0), 0.0, 0.0)
    assert not nothing.passed
