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
from shallow_cli.core.network import (
    Network,
    Parameters,
    Workspace,
    backward,
    forward,
    workspace,
)

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


def planted(monkeypatch: pytest.MonkeyPatch, name: str, place: tuple[int, int], by: float) -> None:
    """Add to one element of the gradient's sum."""

    def mistaken(*arguments: Any) -> None:
        backward(*arguments)
        getattr(arguments[-1], name)[place] += by

    monkeypatch.setattr(gradient_module, "backward", mistaken)


def test_the_worst_element_is_named_with_both_values(monkeypatch: pytest.MonkeyPatch) -> None:
    correct = check()[2]
    planted(monkeypatch, "W2", (1, 3), by=7e-3)
    found = check()[2]
    assert found.worst == (1, 3)
    assert found.backprop - found.numeric == pytest.approx(7e-3 / 7)
    assert found.max_error == pytest.approx(7e-3 / 7)
    assert correct.passed


def test_samples_of_a_large_block_reach_its_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shallow_cli.core.gradcheck.MOST_PER_BLOCK", 3)
    planted(monkeypatch, "W1", (4, 3), by=1e-6)
    block = check()[0]
    assert (block.checked, block.elements) == (3, 20)
    assert block.worst == (4, 3)
    assert not block.passed


@pytest.mark.parametrize("l2", [0.0, 3.0])
def test_rounding_units_are_those_of_the_absolute_backward_pass(
    l2: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S of one element of each layer, worked out here from its definition."""
    network = Network(4, 5, 2, "tanh", "linear")
    data, theta = generic_examples(network, 7, 1), generic_point(network, 1)
    work = workspace(network, 7)
    forward(network, theta, data.table.T, work)
    D2 = (abs(work.A2) + abs(data.targets.T)) / 7
    S_W2 = (D2[1] * abs(work.A1[2])).sum() + l2 * abs(theta.W2[1, 2])
    D1 = (abs(theta.W2[:, 3])[:, None] * D2).sum(axis=0)
    S_W1 = (D1 * abs(data.table[:, 0])).sum() + l2 * abs(theta.W1[3, 0])
    for position, (name, place, scale) in enumerate([("W1", (3, 0), S_W1), ("W2", (1, 2), S_W2)]):
        planted(monkeypatch, name, place, by=7e-6)
        units = check_gradient(network, theta, data, l2)[2 * position].rounding_units
        assert units == pytest.approx(1e-6 / (np.finfo(float).eps * scale), rel=1e-3)
