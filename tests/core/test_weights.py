"""Weights of examples: as often as each is there, but for the number of rows m."""

import dataclasses
from itertools import islice

import numpy as np
import pytest

from shallow_cli.core.arrays import Array, Examples, examples
from shallow_cli.core.events import Job, Settings
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.measuring import measure, validation_loss
from shallow_cli.core.network import Network, Parameters, parameters
from shallow_cli.core.prediction import objective
from shallow_cli.core.steps import steps

from .calling import batch_stream, gradient_of
from .gradcheck.cases import OUTPUT_SIZES, as_type

M = 300  # rows: more than one block of predictions
OFTEN = np.random.RandomState(0).randint(0, 4, M)


def network_of(output: str) -> Network:
    return Network(4, 5, OUTPUT_SIZES[output], "tanh", output)


def twins(output: str) -> tuple[Examples, Examples]:
    """Examples with integer weights, and the same with each as often as its weight says."""
    once = generic_examples(network_of(output), M, 0)
    weighted = dataclasses.replace(once, weights=OFTEN.astype(float))
    return weighted, once.take(np.repeat(np.arange(M), OFTEN))


def gradient(network: Network, theta: Parameters, data: Examples) -> Array:
    return gradient_of(network, theta, data).vector


@pytest.mark.parametrize("output", OUTPUT_SIZES)
def test_a_weight_of_two_is_the_row_twice(output: str) -> None:
    network, (weighted, repeated) = network_of(output), twins(output)
    theta, share = generic_point(network, 0), len(repeated) / M  # both are divided by their m
    found, expected = (gradient(network, theta, data) for data in (weighted, repeated))
    np.testing.assert_allclose(found, share * expected, rtol=1e-12, atol=1e-15)
    loss = objective(network, theta, weighted, 0)
    assert loss == pytest.approx(share * objective(network, theta, repeated, 0), rel=1e-13)


def test_a_weighted_loss_worked_by_hand() -> None:
    """Scores 1 and 3 of a linear unit, targets 0 and 1, weights ½ and 3: (½·½ + 3·2) / 2."""
    network = Network(1, 1, 1, "relu", "linear")
    theta = parameters(network, np.array([1.0, 0.0, 1.0, 0.0]))
    data = examples(np.array([[1.0], [3.0]]), np.array([[0.0], [1.0]]), np.array([0.5, 3.0]))
    assert objective(network, theta, data, 0) == (0.5 * 0.5 + 3 * 2) / 2
    # dZ2 = (A2 − Y) ∘ w = [½ 6], A1 = X = [1 3], W2 = 1: the mean of each product.
    found = gradient(network, theta, data)
    np.testing.assert_allclose(found, [(0.5 + 18) / 2, 6.5 / 2, (0.5 + 18) / 2, 6.5 / 2])


@pytest.mark.parametrize("output", OUTPUT_SIZES)
def test_weights_of_one_change_no_bit(output: str) -> None:
    network = network_of(output)
    data, theta = generic_examples(network, M, 0), generic_point(network, 0)
    ones = dataclasses.replace(data, weights=np.ones(M))
    np.testing.assert_array_equal(gradient(network, theta, ones), gradient(network, theta, data))
    assert objective(network, theta, ones, 0.1) == objective(network, theta, data, 0.1)


@pytest.mark.parametrize("output", OUTPUT_SIZES)
def test_float32_weights_as_float64_ones(output: str) -> None:
    network, (weighted, _) = network_of(output), twins(output)
    theta, narrow = generic_point(network, 0), as_type(weighted, np.float32)
    theta32 = parameters(network, theta.vector.astype(np.float32))
    found = gradient(network, theta32, narrow)
    np.testing.assert_allclose(found, gradient(network, theta, weighted), rtol=1e-3, atol=1e-5)
    loss = objective(network, theta32, narrow, 0)
    assert isinstance(loss, np.float64)
    assert loss == pytest.approx(objective(network, theta, weighted, 0), rel=1e-5)


def test_a_batch_has_the_weights_of_its_rows_and_is_divided_by_their_number() -> None:
    numbers = np.arange(7.0)
    data = Examples(np.c_[numbers, np.ones(7)], numbers[:, None], 10 + numbers)
    source = batch_stream(Network(1, 2, 1, output="linear"), data, 3)
    seen: list[float] = []
    for batch in islice(source, 3):
        shard = batch.only
        assert shard is not None
        assert shard.w is not None
        np.testing.assert_array_equal(shard.w[0], 10 + shard.X[0])
        seen += shard.w[0].tolist()
    assert sorted(seen) == list(10 + numbers)

    network = network_of("linear")
    weighted, theta = twins("linear")[0], generic_point(network, 0)
    job = Job(network, weighted, None, Settings(0.5, 1, 1, batch_size=M))
    moved = parameters(network, theta.vector.copy())
    next(steps(job, moved))
    expected = theta.vector - 0.5 * gradient(network, theta, weighted)
    np.testing.assert_allclose(moved.vector, expected, rtol=1e-12)


@pytest.mark.parametrize(("output", "score"), [("softmax", "accuracy"), ("linear", "r2")])
def test_losses_are_weighted_and_scores_are_not(output: str, score: str) -> None:
    network = network_of(output)
    weighted, plain = twins(output)[0], generic_examples(network, M, 0)
    theta, settings = generic_point(network, 0), Settings(0.1, 1, 1, l2=0.3)
    found = measure(Job(network, weighted, weighted, settings), theta, 0)
    without = measure(Job(network, plain, plain, settings), theta, 0)
    assert found.loss == objective(network, theta, weighted, 0.3).real != without.loss
    assert found.validation_loss == objective(network, theta, weighted, 0).real
    job = Job(network, plain, weighted, settings)
    assert validation_loss(job, theta) == found.validation_loss != without.validation_loss
    for name in (score, f"validation_{score}"):
        assert getattr(found, name) == getattr(without, name) is not None


def test_weights_are_taken_with_their_rows_and_must_fit() -> None:
    data = examples(np.zeros((3, 1)), np.zeros((3, 1)), np.array([1, 2, 3]))
    assert data.weights is not None
    assert data.weights.dtype == np.float64
    for part in (data.take(np.array([2, 0])), data.part(slice(1, 3))):
        assert part.weights is not None
        assert len(part) == len(part.weights) == 2
        assert part.weights[0] == {2: 3, 1: 2}[2 if part.weights[1] == 1 else 1]
    with pytest.raises(ValueError, match=r"weights has shape \(2,\), not \(3,\)"):
        examples(np.zeros((3, 1)), np.zeros((3, 1)), np.ones(2))
