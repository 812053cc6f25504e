"""The bounds of rounding: worked out by hand, and what lies beyond them is left undecided."""

import numpy as np
import pytest

from shallow_cli.core.calls import run
from shallow_cli.core.gradcheck.check import Budget, check_gradient
from shallow_cli.core.gradcheck.derivatives import Case
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.gradcheck.rounding import rounding
from shallow_cli.core.network import Network, forward, parameters, workspace

from .cases import BRIEF, block, case, plus, random_case


def test_rounding_units_contain_those_of_the_absolute_backward_pass() -> None:
    """S of one element of each layer, worked out here, at small scores and inputs."""
    network = Network(4, 5, 2, "relu", "linear")
    subject = Case(network, generic_examples(network, 7, 1), 3.0)
    theta = generic_point(network, 1)
    X, Y = subject.data.table.T, subject.data.targets.T
    work = workspace(network, 7, own_Z1=True)
    run(forward(network, theta, X, work))
    E_Z1 = abs(theta.layer1) @ abs(X)
    E_A1 = abs(work.A1) + (work.Z1 > 0) * E_Z1
    E_Z2 = abs(theta.W2) @ E_A1 + abs(theta.b2)
    E_dZ2, dZ2 = abs(work.A2) + abs(Y) + E_Z2.max(axis=0), abs(work.A2 - Y)
    S_W2 = (E_dZ2[1] * abs(work.A1[2]) + dZ2[1] * E_A1[2]).sum() / 7
    S_W2 += 3.0 * abs(theta.W2[1, 2])
    E_dZ1 = (abs(theta.W2[:, 3]) @ (E_dZ2 + dZ2)) * (work.Z1[3] > 0)
    S_W1 = (E_dZ1 * abs(X[0])).sum() / 7 + 3.0 * abs(theta.W1[3, 0])
    for name, place, scale in (("W1", (3, 0), S_W1), ("W2", (1, 2), S_W2)):
        found = check_gradient(subject, theta, BRIEF, plus(name, place, 1e-6))
        expected = 1e-6 / (np.finfo(float).eps * scale)
        assert block(found, name).rounding_units == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_saturated_outputs_leave_no_room_for_large_scores(output: str) -> None:
    """Scores are off by much there, and probabilities are not."""
    subject = case("relu", output, l2=0.0)
    theta = generic_point(subject.network, 1)
    theta.layer2[...] *= 1e6
    bounds = rounding(subject, theta)
    assert bounds.gradient.b2.max() < 10 < bounds.loss


def test_scores_near_a_half_make_room_for_their_rounding() -> None:
    """Of sigmoid: S of b2 is the mean of a + y + 2 a (1 − a) E, and that of |a − y|."""
    subject = case("tanh", "sigmoid", l2=0.0)
    theta = generic_point(subject.network, 1)
    bounds = rounding(subject, theta)
    X, Y, work = subject.data.table.T, subject.data.targets.T, bounds.work
    E_A1 = abs(work.A1) + (1 - work.A1**2) * (abs(theta.layer1) @ abs(X))
    E_Z2 = abs(theta.W2) @ E_A1 + abs(theta.b2)
    expected = work.A2 + Y + 2 * work.A2 * (1 - work.A2) * E_Z2 + abs(work.A2 - Y)
    assert bounds.gradient.b2[0, 0] == pytest.approx(expected.mean(), rel=1e-12)


def test_the_corner_of_many_features_is_wider_than_that_of_one() -> None:
    network = Network(400, 1, 1, "relu", "linear")
    subject = Case(network, generic_examples(network, 2, 0))
    theta = generic_point(network, 0)
    eps = float(np.finfo(float).eps)
    row = subject.data.table[1]
    scale = float(abs(theta.layer1[0]) @ abs(row))
    theta.b1[...] -= theta.layer1[0] @ row - 30 * eps * scale
    assert rounding(subject, theta).work.Z1[0, 1] != 0
    assert check_gradient(subject, theta, BRIEF).rows_left_out == 1
    theta.b1[...] += 1000 * eps * scale
    assert check_gradient(subject, theta, BRIEF).rows_left_out == 0


def test_numbers_that_are_no_small_step_apart_are_undecided() -> None:
    """At weights of 1e140 a step of 1e-100 i moves z by far more than nothing."""
    for dtype, size in ((np.float64, 1e140), (np.float32, 1e30)):
        subject, theta = random_case(10, dtype)
        large = parameters(subject.network, (theta.vector * size).astype(dtype))
        found = check_gradient(subject, large, BRIEF)
        assert not found.decided
        assert not any(block.failed for block in found.blocks)


def test_rows_at_a_corner_up_to_rounding_are_left_out_and_counted() -> None:
    subject = case("relu", "linear")
    theta = generic_point(subject.network, 1)
    row = subject.data.table[2]
    row[0] = -(row[1:] @ theta.layer1[3, 1:]) / theta.layer1[3, 0]  # z[3] is 0 but for rounding
    found = check_gradient(subject, theta, Budget())
    assert (found.rows, found.rows_left_out) == (6, 1)
    assert found.passed
    alone = check_gradient(subject.take(np.array([2])), theta, Budget())
    assert (alone.blocks, alone.rows_left_out) == ((), 1)
    assert not alone.decided


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("output", ["sigmoid", "softmax", "linear"])
def test_bounds_grow_with_the_weights_of_the_rows(output: str, size: float) -> None:
    """A weight multiplies what rounding does to its row; neither is a false alarm."""
    once, often = (case("tanh", output, l2=0.0, weighted=True) for _ in range(2))
    assert often.data.weights is not None
    often.data.weights[...] *= size
    theta = generic_point(once.network, 1)
    bounds, scaled = rounding(once, theta), rounding(often, theta)
    np.testing.assert_allclose(scaled.gradient.vector, size * bounds.gradient.vector, rtol=1e-12)
    assert scaled.loss == pytest.approx(size * bounds.loss)
    found = check_gradient(often, theta, Budget())
    assert found.passed
    assert max(block.rounding_units for block in found.blocks) > 0.05
    np.testing.assert_array_equal(scaled.work.Z1, bounds.work.Z1)


def test_rows_of_weight_zero_leave_nothing_to_check() -> None:
    """Their gradient is exactly 0, by backprop and by complex steps."""
    subject = case("relu", "softmax", weighted=True)
    assert subject.data.weights is not None
    subject.data.weights[::2] = 0
    theta = generic_point(subject.network, 1)
    assert check_gradient(subject, theta, Budget()).passed
    subject.data.weights[...] = 0
    assert check_gradient(subject, theta, Budget()).passed


@pytest.mark.parametrize("size", [1e3, 1e6, 1e10])
def test_large_targets_are_no_false_alarm(size: float) -> None:
    """A squared error rounds by eps · ½ Y², which the guard must allow."""
    subject = case("tanh", "linear", l2=0.0)
    subject.data.targets[...] *= size
    theta = generic_point(subject.network, 1)
    theta.vector[...] *= 0.01
    assert check_gradient(subject, theta, Budget()).passed
