"""The gradient check passes correct code, whatever its scale, and catches small mistakes."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.calls import Calls
from shallow_cli.core.gradcheck.check import BlockCheck, Budget, PointCheck, check_gradient
from shallow_cli.core.gradcheck.derivatives import Case, backprop
from shallow_cli.core.gradcheck.guard import Guard
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.gradcheck.rounding import rounding
from shallow_cli.core.network import Network, Parameters, parameters
from tests.core.calling import cut_small

from .cases import BRIEF, OUTPUT_SIZES, block, case, failed, plus, random_case


@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("output", OUTPUT_SIZES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_production_gradient_passes(activation: str, output: str, l2: float) -> None:
    subject = case(activation, output, l2)
    found = check_gradient(subject, generic_point(subject.network, 1), Budget())
    assert [block.name for block in found.blocks] == ["W1", "b1", "W2", "b2"]
    assert found.passed
    assert all(block.checked == block.elements for block in found.blocks)
    assert max(block.norm_ratio for block in found.blocks) < 1e-14


@pytest.mark.parametrize(("dtype", "count"), [(np.float64, 3000), (np.float32, 600)])
def test_no_false_alarm_on_random_networks(dtype: type[np.floating[Any]], count: int) -> None:
    checks = [check_gradient(*random_case(i, dtype), BRIEF) for i in range(count)]
    assert len(checks) == count
    assert all(check.passed for check in checks)
    worst = [max(b.rounding_units for b in check.blocks) for check in checks]
    assert 0.05 < np.median(worst) < max(worst) < 10  # the limit of 100 has room on both sides


@pytest.mark.parametrize(
    ("generic", "at_least"),
    [
        (True, 59),
        # Saturated by inputs of 1e3, some elements are nothing but rounding.
        (False, 57),
    ],
)
def test_one_element_off_by_a_billionth_is_caught(generic: bool, at_least: int) -> None:
    caught = 0
    for i in range(60):
        subject, theta = random_case(i, np.float64)
        if generic:
            data = generic_examples(subject.network, len(subject.data), i)
            subject = dataclasses.replace(subject, data=data)
            theta = generic_point(subject.network, i)
        position = np.random.RandomState(i).choice(np.flatnonzero(backprop(subject, theta).vector))

        def mistaken(case: Case, theta: Parameters, position: int = position) -> Parameters:
            found = backprop(case, theta)
            found.vector[position] *= 1 + 1e-9
            return found

        caught += not check_gradient(subject, theta, BRIEF, mistaken).passed
    assert caught >= at_least


def test_a_converged_model_passes_and_a_thousandth_of_l2_fails() -> None:
    subject = case("tanh", "sigmoid", l2=0.1)
    theta = converged(subject)
    assert np.linalg.norm(backprop(subject, theta).vector) < 1e-15
    assert check_gradient(subject, theta, Budget()).passed

    def wrong_l2(case: Case, theta: Parameters) -> Parameters:
        return backprop(dataclasses.replace(case, l2=case.l2 * 1.001), theta)

    found = check_gradient(subject, theta, Budget(), wrong_l2)
    assert failed(found) == {"W1", "W2"}
    assert block(found, "W2").rounding_units > 1e6


def converged(subject: Case) -> Parameters:
    """Descend until nothing moves any more."""
    theta = generic_point(subject.network, 1)
    for _ in range(5_000):
        gradient = backprop(subject, theta).vector
        if np.linalg.norm(gradient) < 5e-16:
            break
        theta.vector[...] -= 0.5 * gradient
    return theta


def test_float32_is_checked_in_its_own_units() -> None:
    subject, theta = random_case(4, np.float32)
    assert check_gradient(subject, theta, BRIEF).passed
    name, place = "W2", (0, 0)
    largest = abs(backprop(subject, theta).W2[place])
    assert check_gradient(subject, theta, BRIEF, plus(name, place, 1e-9 * largest)).passed
    assert failed(check_gradient(subject, theta, BRIEF, plus(name, place, 1e-2 * largest))) == {
        name
    }


@pytest.mark.parametrize("n_h", [1000, 3000])
def test_a_wide_layer_is_no_false_alarm(n_h: int) -> None:
    network = Network(64, n_h, 10, "relu", "softmax")
    subject = Case(network, generic_examples(network, m=32, seed=0))
    budget = Budget(elements=10, directions=1, guards=1)
    found = check_gradient(subject, generic_point(network, 0), budget)
    assert found.passed
    assert max(block.rounding_units for block in found.blocks) < 10


def test_nothing_that_is_no_number_passes() -> None:
    subject = case()
    theta = generic_point(subject.network, 1)
    found = check_gradient(subject, theta, Budget(), plus("W1", (2, 1), np.nan))
    assert not found.passed
    assert found.decided
    assert block(found, "W1").worst == (2, 1)
    assert block(found, "W1").direction_units == np.inf


def test_an_empty_check_is_not_a_pass() -> None:
    nothing = BlockCheck("W1", 0, 0, 8, 0.0, 0.0, 0.0, 0.0, 0.0, (0, 0), 0.0, 0.0, Guard())
    assert not nothing.passed
    assert not PointCheck((), 0).passed
    assert not PointCheck((), 0).decided
    assert not PointCheck((nothing,), 3).decided


def test_methods_that_disagree_decide_nothing() -> None:
    torn = BlockCheck("W1", 1, 1, 1, 0.0, 0.0, 0.0, 0.0, 0.0, (0, 0), 1.0, 1.0, Guard(1, 1))
    assert not torn.decided
    assert not torn.passed


def test_the_worst_element_is_named_with_both_values() -> None:
    subject = case()
    theta = generic_point(subject.network, 1)
    found = block(check_gradient(subject, theta, Budget(), plus("W2", (1, 3), 1e-3)), "W2")
    assert found.worst == (1, 3)
    assert found.backprop - found.numeric == pytest.approx(1e-3)
    assert found.max_error == pytest.approx(1e-3)
    own, other = abs(found.backprop), abs(found.numeric)
    assert found.max_relative_error == pytest.approx(1e-3 / (own + other))
    gradient = np.linalg.norm(backprop(subject, theta).W2)
    assert found.norm_ratio == pytest.approx(1e-3 / (2 * gradient), rel=0.1)


def test_samples_of_a_large_block_reach_its_ends() -> None:
    subject = case()
    budget = Budget(elements=3, directions=0)
    mistaken = plus("W1", (4, 3), 1e-6)
    theta = generic_point(subject.network, 1)
    found = block(check_gradient(subject, theta, budget, mistaken), "W1")
    assert (found.checked, found.elements, found.directions) == (3, 20, 0)
    assert found.worst == (4, 3)
    assert not found.passed


def test_directions_find_what_the_samples_miss_and_name_it() -> None:
    subject = case()
    theta = generic_point(subject.network, 1)
    budget = Budget(elements=2, directions=2)
    found = block(check_gradient(subject, theta, budget, plus("W1", (2, 1), 1e-9)), "W1")
    assert found.direction_units > 100
    assert (found.checked, found.worst) == (3, (2, 1))
    assert found.rounding_units > 100


def test_a_large_column_does_not_hide_a_small_one() -> None:
    """One raw feature at 1e6: a direction weighs every element in its own units."""
    subject = case("sigmoid", "linear", l2=0.0)
    theta = generic_point(subject.network, 1)
    theta.W1[:, 0] *= 1e-6
    subject.data.table[:, 0] *= 1e6
    budget = Budget(elements=1, directions=2)
    error = 1e-9 * abs(backprop(subject, theta).W1[2, 3])
    found = check_gradient(subject, theta, budget, plus("W1", (2, 3), error))
    assert block(found, "W1").direction_units > 100


def test_exact_zeros_are_counted_and_their_convention_is_checked() -> None:
    """With zero biases the first row's z are exactly 0; relu′(0) = 1 would be found."""
    subject = case("relu", "sigmoid")
    theta = generic_point(subject.network, 1)
    theta.b1[...] = 0
    found = check_gradient(subject, theta, Budget())
    assert (found.zeros, found.passed) == (5, True)

    def one_at_zero(case: Case, theta: Parameters) -> Parameters:
        moved = parameters(case.network, theta.vector.copy())
        moved.b1[...] = 1e-300
        return backprop(case, moved)

    assert failed(check_gradient(subject, theta, Budget(), one_at_zero)) == {"b1"}


def test_what_an_earlier_pass_left_in_the_buffers_does_not_matter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A sum that is never cleared is right in new buffers, and wrong in training."""

    class Kept(np.ndarray[Any, Any]):
        def fill(self, value: Any) -> None:
            """Nothing is cleared."""

    from shallow_cli.core import buffers

    original = buffers.new_buffers

    def kept(*arguments: Any) -> buffers.Buffers:
        made = original(*arguments)
        return dataclasses.replace(made, total=made.total.view(Kept))

    monkeypatch.setattr(buffers, "new_buffers", kept)
    cut_small(monkeypatch, 2, 8)  # so that there is something to add up
    subject = case()
    assert not check_gradient(subject, generic_point(subject.network, 1), BRIEF).passed


@pytest.mark.parametrize(("units", "passes"), [(50, True), (150, False)])
def test_the_limit_is_a_hundred_units(units: float, passes: bool) -> None:
    subject = case()
    theta = generic_point(subject.network, 1)
    scale = rounding(subject, theta).gradient.W2[1, 2]
    by = units * float(np.finfo(float).eps) * scale
    found = block(check_gradient(subject, theta, Budget(), plus("W2", (1, 2), by)), "W2")
    assert found.passed == passes
    assert found.units == pytest.approx(units, rel=0.05)


def test_zeros_of_smooth_activations_do_not_count() -> None:
    subject = case("tanh")
    theta = generic_point(subject.network, 1)
    theta.layer1[...] = 0
    assert check_gradient(subject, theta, BRIEF).zeros == 0


def test_a_billionth_in_a_large_block_is_seen_by_directions_from_here_on() -> None:
    network = Network(100, 100, 2, "tanh", "softmax")
    subject = Case(network, generic_examples(network, 16, 0))
    theta = generic_point(network, 0)
    gradient = backprop(subject, theta).W1
    largest = tuple(int(i) for i in np.unravel_index(abs(gradient).argmax(), gradient.shape))
    budget = Budget(elements=20, directions=8, guards=0)
    mistaken = plus("W1", (largest[0], largest[1]), 1e-7 * float(gradient[largest]))
    found = block(check_gradient(subject, theta, budget, mistaken), "W1")
    assert found.failed
    assert found.worst == largest


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_a_slope_that_is_wrong_in_production_fails_and_is_not_torn(
    activation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """z (1 − z) is negative where z is: the bounds, which use the slope too, must stay bounds."""

    def fill(A: Any, out: Any) -> None:
        Z = np.log(A / (1 - A)) if activation == "sigmoid" else np.arctanh(A)
        out[...] = Z * (1 - Z) if activation == "sigmoid" else 1 - Z * Z

    def of_z(A: Any, out: Any, _leak: float) -> Calls:
        return [(fill, (A, out))]

    wrong = dataclasses.replace(ACTIVATIONS[activation], slope=of_z)
    monkeypatch.setitem(ACTIVATIONS, activation, wrong)
    subject = case(activation, "softmax")
    theta = generic_point(subject.network, 1)
    theta.layer1[...] *= 3
    found = check_gradient(subject, theta, Budget())
    assert found.decided
    assert failed(found) == {"W1", "b1"}
