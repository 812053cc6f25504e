"""Central differences agree where they can, count their kinks, and notice unfit code."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.core.gradcheck.check import Budget, check_gradient
from shallow_cli.core.gradcheck.derivatives import Case, along
from shallow_cli.core.gradcheck.guard import Guard, guard
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.gradcheck.rounding import rounding
from shallow_cli.core.network import Network, Parameters
from shallow_cli.core.outputs import OUTPUTS

from .cases import OUTPUT_SIZES, case


def guarded(subject: Case, theta: Parameters, direction: Array, factor: float = 1.0) -> Guard:
    """The guard's view of the complex step, or of a multiple of it."""
    slope = factor * along(subject, theta, direction)
    return guard(subject, theta, rounding(subject, theta), direction, slope)


@pytest.mark.parametrize("output", OUTPUT_SIZES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_both_methods_agree_and_a_hundredth_is_seen(activation: str, output: str) -> None:
    subject = case(activation, output)
    theta = generic_point(subject.network, 1)
    direction = np.random.RandomState(0).standard_normal(len(theta.vector))
    assert guarded(subject, theta, direction).compared == 1
    assert guarded(subject, theta, direction).disagreements == 0
    assert guarded(subject, theta, direction, 1.01).disagreements == 1


def one_unit(z: float) -> tuple[Case, Parameters]:
    """A ReLU of one input at z."""
    subject = Case(Network(1, 1, 1, "relu", "linear"), generic_examples(Network(1, 1, 1), 1, 0))
    theta = generic_point(subject.network, 0)
    theta.layer1[...] = [[0.0, z]]
    return subject, theta


def test_a_step_across_a_corner_is_shortened_and_counted() -> None:
    bias = np.array([0.0, 1.0, 0.0, 0.0])
    assert guarded(*one_unit(0.5), bias) == Guard(compared=1)
    assert guarded(*one_unit(1e-6), bias) == Guard(compared=1, kinks=1)
    assert guarded(*one_unit(-1e-6), bias) == Guard(compared=1, kinks=1)


@pytest.mark.parametrize("z", [0.0, 1e-12])
def test_a_corner_that_no_step_avoids_is_not_compared(z: float) -> None:
    bias = np.array([0.0, 1.0, 0.0, 0.0])
    assert guarded(*one_unit(z), bias) == Guard(kinks=1, unresolved=1)


def test_smooth_activations_have_no_kinks() -> None:
    subject = case("tanh")
    theta = generic_point(subject.network, 1)
    theta.layer1[...] = 0
    assert all(b.guard.kinks == 0 for b in check_gradient(subject, theta, Budget()).blocks)


def test_a_direction_in_which_only_the_penalty_moves_is_compared() -> None:
    """Its step is bounded by the weights, not by z, and the loss stays of its size."""
    subject = case("tanh", "linear", l2=1.0, m=1)
    subject.data.table[:, 0] = 0
    theta = generic_point(subject.network, 1)
    direction = np.zeros(len(theta.vector))
    direction[0] = 1.0
    assert guarded(subject, theta, direction) == Guard(compared=1)
    assert guarded(subject, theta, direction, 1.01) == Guard(compared=1, disagreements=1)


def test_what_is_not_finite_is_not_compared() -> None:
    subject, theta = one_unit(0.5)
    bounds = rounding(subject, theta)
    direction = np.array([0.0, 1.0, 0.0, 0.0])
    assert guard(subject, theta, bounds, direction, np.nan) == Guard()
    assert guard(subject, theta, bounds, direction * np.nan, 1.0) == Guard()


def test_a_loss_that_drops_imaginary_parts_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """`abs` of a complex number is real: the complex step sees no derivative there."""

    def careless(Z2: Array, Y: Array) -> Any:
        return (np.maximum(Z2, 0) - Y * Z2 + np.log1p(np.exp(-np.abs(Z2)))).sum(axis=0)

    monkeypatch.setitem(OUTPUTS, "sigmoid", replace(OUTPUTS["sigmoid"], loss=careless))
    subject = case("tanh", "sigmoid")
    found = check_gradient(subject, generic_point(subject.network, 1), Budget())
    assert not found.decided
    assert all(block.guard.disagreements for block in found.blocks)


def test_a_direction_that_leaves_z_where_it_is_crosses_no_corner() -> None:
    """Also where a z is exactly 0."""
    subject, theta = one_unit(0.0)
    assert guarded(subject, theta, np.array([0.0, 0.0, 0.0, 1.0])) == Guard(compared=1)
