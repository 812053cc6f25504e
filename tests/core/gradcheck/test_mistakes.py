"""Every textbook mistake is caught, and the hint names its kind."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.gradcheck.check import check_gradient
from shallow_cli.core.gradcheck.derivatives import Case, backprop
from shallow_cli.core.gradcheck.hints import hint
from shallow_cli.core.gradcheck.mistakes import MISTAKES, Mistake
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.network import Network, Parameters, parameters

from .cases import BRIEF, OUTPUT_SIZES, as_type, case, failed, plus

# What the hint begins with, and the blocks that fail. A slope or a delta fails wherever it flows.
LAYER1, LAYER2 = {"W1", "b1"}, {"W2", "b2"}
EVERY = LAYER1 | LAYER2
KINDS: dict[str, tuple[str, set[str]]] = {
    "no-mean": ("the mean", {"W1"}),
    "no-mean-at-all": ("the mean", EVERY),
    "mean-twice": ("the mean", {"b1"}),
    "no-sum": ("the sum", {"b2"}),
    "wrong-axis": ("the sum", {"b1"}),
    "wrong-sign": ("the sign", EVERY),
    "factor-two": ("a factor", EVERY),
    "no-weights": ("the weights", EVERY),
    "squared-error-delta": ("the output", EVERY),
    "softmax-over-examples": ("the output", EVERY),
    "no-slope": ("the slope", LAYER1),
    "slope-of-z": ("the slope", LAYER1),
    "slope-of-g-of-a": ("the slope", LAYER1),
    "no-square": ("the slope", LAYER1),
    "always-on": ("the slope", LAYER1),
    "no-leak": ("the slope", LAYER1),
    "fixed-leak": ("the slope", LAYER1),
    "swapped-sides": ("the slope", LAYER1),
    "reshaped-product": ("the product", {"W1"}),
    "reshaped-weights": ("the product", LAYER1),
    "z-for-a": ("the product", {"W2"}),
    "overwritten-cache": ("the product", {"W2"}),
    "no-bias-gradient": ("a forgotten gradient", {"b1"}),
    "no-l2": ("L2", {"W1", "W2"}),
    "double-l2": ("L2", {"W1", "W2"}),
    "mean-l2": ("L2", {"W1", "W2"}),
    "l2-on-biases": ("L2", {"b1", "b2"}),
}


def fitting(mistake: Mistake) -> list[Case]:
    """Every activation and output that it is a mistake for, with and without L2 and weights."""
    cases = [
        case(activation, output, l2, weighted=weighted)
        for activation in ACTIVATIONS
        for output in OUTPUT_SIZES
        for l2, weighted in ((0.0, False), (0.1, False), (0.1, True))
    ]
    return [found for found in cases if mistake.fits(found)]


def test_every_mistake_is_described_and_there_are_at_least_twelve() -> None:
    assert set(KINDS) == set(MISTAKES)
    assert len(MISTAKES) >= 12
    assert all(
        mistake.says.endswith(".") and "\n" not in mistake.says for mistake in MISTAKES.values()
    )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_fails_in_its_blocks_and_the_hint_names_its_kind(
    name: str, dtype: type[np.floating[Any]]
) -> None:
    mistake, (kind, blocks) = MISTAKES[name], KINDS[name]
    cases = fitting(mistake)
    assert cases
    for subject64 in cases:
        subject = replace(subject64, data=as_type(subject64.data, dtype))
        vector = generic_point(subject.network, 1).vector.astype(dtype)
        theta = parameters(subject.network, vector)
        found = check_gradient(subject, theta, BRIEF, mistake.backprop)
        assert found.decided
        assert failed(found) == blocks, subject
        said = hint(subject, theta, mistake.backprop)
        assert said.startswith(kind), (subject.network, said)


def test_without_its_change_a_mistake_is_the_production_gradient() -> None:
    """So that what is caught is the change alone."""
    subject = case("leaky_relu", "softmax")
    theta = generic_point(subject.network, 1)
    nothing = Mistake(lambda _: None)
    np.testing.assert_allclose(
        nothing.backprop(subject, theta).vector, backprop(subject, theta).vector, rtol=1e-14
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no-mean", "dW1: 7 (m) times what it should be"),
        ("mean-twice", "db1: 0.143 (1/m) times"),
        ("no-sum", "only db2 is wrong"),
        ("wrong-sign", "dZ2 is -1 times A2 − Y"),
        ("no-l2", "dW1, dW2 differ in proportion to W; 0 times λ W"),
        ("mean-l2", "0.143 (1/m) times λ W"),
        ("l2-on-biases", "the loss leaves biases free"),
        ("squared-error-delta", "A2 ∘ (1 − A2)"),
        ("no-slope", "g′(Z1) is forgotten"),
        ("slope-of-z", "is given Z1"),
        ("slope-of-g-of-a", "applied twice"),
        ("no-square", "1 − A1"),
        ("no-weights", "dZ2 is A2 − Y; where rows have weights it is (A2 − Y) ∘ w"),
        ("reshaped-product", "right values in the wrong places"),
    ],
)
def test_hints_say_what_the_pattern_is(name: str, says: str) -> None:
    subject = case("tanh", "softmax", weighted=name == "no-weights")
    theta = generic_point(subject.network, 1)
    assert says in hint(subject, theta, MISTAKES[name].backprop)


@pytest.mark.parametrize("name", ["always-on", "no-leak", "fixed-leak"])
def test_a_slope_wrong_on_one_side_is_told_by_its_side(name: str) -> None:
    [subject, *_] = fitting(MISTAKES[name])
    said = hint(subject, generic_point(subject.network, 1), MISTAKES[name].backprop)
    assert said == "the slope: g′(Z1) is right where z > 0 and wrong where z < 0"


def test_a_loss_without_b1_is_told_as_such() -> None:
    """Backprop is right, and the forward pass forgets b1: the loss does not depend on it."""
    subject = case("tanh", "linear", l2=0.0)
    subject.data.table[:, -1] = 0  # b1 is multiplied by it

    def with_b1(case: Case, theta: Parameters) -> Parameters:
        gradient = backprop(case, theta)
        gradient.b1[...] = 1.0
        return gradient

    said = hint(subject, generic_point(subject.network, 1), with_b1)
    assert said.startswith("the loss does not depend on b1")


def test_a_wide_network_gets_its_hint_from_samples() -> None:
    network = Network(40, 30, 12, "tanh", "softmax")
    subject = Case(network, generic_examples(network, 9, 0), 0.0)
    theta = generic_point(network, 0)
    for name in ("reshaped-product", "slope-of-z", "no-mean", "wrong-axis"):
        said = hint(subject, theta, MISTAKES[name].backprop)
        assert said.startswith(KINDS[name][0]), name


def test_a_mistake_that_is_none_elsewhere_says_what_it_needs() -> None:
    need = MISTAKES["no-l2"].need
    assert need is not None
    assert need.says == "l2 above 0"
    assert not MISTAKES["no-l2"].fits(case(l2=0.0))
    assert not MISTAKES["no-weights"].fits(case())
    assert not MISTAKES["no-square"].fits(case("relu"))
    assert not MISTAKES["no-mean"].fits(case(m=1))
    leaky = case("leaky_relu")
    straight = replace(leaky, network=replace(leaky.network, leak=1.0))
    cut = replace(leaky, network=replace(leaky.network, leak=0.0))
    assert not MISTAKES["swapped-sides"].fits(straight)
    assert not MISTAKES["no-slope"].fits(straight)
    assert not MISTAKES["no-leak"].fits(cut)


def test_whatever_is_wrong_a_hint_is_one_line() -> None:
    """Random elements off by random amounts, also NaN, also where no hint looks."""
    stream = np.random.RandomState(0)
    for i in range(60):
        n_x, n_h = stream.choice([1, 3, 20], 2).tolist()
        network = Network(n_x, n_h, 3, list(ACTIVATIONS)[i % 4], "softmax")
        data = generic_examples(network, int(stream.randint(1, 9)), i)
        subject, theta = Case(network, data, (0.0, 0.1)[i % 2]), generic_point(network, i)
        name = ("W1", "b1", "W2", "b2")[stream.randint(4)]
        shape = theta.blocks()[name].shape
        place = (int(stream.randint(shape[0])), int(stream.randint(shape[1])))
        by = (1e-9, 1.0, 1e200, np.inf, np.nan)[stream.randint(5)]
        said = hint(subject, theta, plus(name, place, by))
        assert "\n" not in said
        assert " 1 times" not in said
        assert said or network.n_x * network.n_h > 100


def test_one_wrong_element_is_told_by_its_place() -> None:
    subject = case()
    theta = generic_point(subject.network, 1)
    for by in (1e-9, 1.0):
        said = hint(subject, theta, plus("W2", (1, 3), by))
        assert said == "one element: all but dW2[1,3] of 15 is right"


def test_a_slope_that_is_wrong_only_at_zero_is_told_so() -> None:
    """relu′(0) = 1: seen where biases are zero and a row is."""
    subject = case("relu", "softmax", l2=0.0)
    theta = generic_point(subject.network, 1)
    theta.b1[...] = 0

    def one_at_zero(case: Case, theta: Parameters) -> Parameters:
        moved = parameters(case.network, theta.vector.copy())
        moved.b1[...] = 1e-300
        return backprop(case, moved)

    assert hint(subject, theta, one_at_zero).startswith("the slope: g′(Z1) is wrong where z = 0;")
