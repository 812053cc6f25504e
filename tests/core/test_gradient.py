"""The gradient as a sum over shards and blocks."""

import numpy as np
import pytest

from shallow_cli.core.arrays import Array, Examples, examples
from shallow_cli.core.buffers import batch_of, new_buffers
from shallow_cli.core.calls import run
from shallow_cli.core.gradient import objective_gradient, objective_value
from shallow_cli.core.network import Network, Parameters, parameters, zeros
from shallow_cli.core.prediction import objective

from .calling import cut_small, gradient_of

NETWORK = Network(4, 5, 3, activation="tanh", output="softmax")


@pytest.fixture
def theta(stream: np.random.RandomState) -> Parameters:
    return parameters(NETWORK, stream.standard_normal(NETWORK.n_parameters))


@pytest.fixture
def data(stream: np.random.RandomState) -> Examples:
    return examples(stream.standard_normal((211, 4)), np.eye(3)[stream.randint(0, 3, 211)])


def gradient(theta: Parameters, data: Examples, l2: float = 0.0) -> Array:
    """The gradient as a vector."""
    return gradient_of(NETWORK, theta, data, l2).vector


@pytest.mark.parametrize(("rows", "per_block"), [(1, 1), (7, 3), (64, 2), (211, 1), (300, 4)])
def test_shards_sum_to_the_whole(
    theta: Parameters,
    data: Examples,
    monkeypatch: pytest.MonkeyPatch,
    rows: int,
    per_block: int,
) -> None:
    """With a short last shard too, and L2 once, not once a shard."""
    whole = gradient(theta, data, l2=0.3)
    cut_small(monkeypatch, rows, per_block)
    np.testing.assert_allclose(gradient(theta, data, l2=0.3), whole, rtol=1e-12, atol=1e-15)


def test_repeated_rows_leave_the_mean_alone(theta: Parameters, data: Examples) -> None:
    twice = Examples(np.tile(data.table, (2, 1)), np.tile(data.targets, (2, 1)))
    np.testing.assert_allclose(gradient(theta, twice), gradient(theta, data), rtol=1e-12)


def test_biases_are_not_penalised(theta: Parameters, data: Examples) -> None:
    penalty = parameters(NETWORK, gradient(theta, data, l2=0.5) - gradient(theta, data))
    np.testing.assert_allclose(penalty.W1, 0.5 * theta.W1, rtol=1e-12)
    np.testing.assert_allclose(penalty.W2, 0.5 * theta.W2, rtol=1e-12)
    assert not penalty.b1.any()
    assert not penalty.b2.any()


@pytest.mark.parametrize("rows", [300, 20])
def test_its_loss_is_that_of_predictions(
    theta: Parameters, data: Examples, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """With L2 and weights, where it is wanted; of one shard and of several blocks."""
    cut_small(monkeypatch, rows, 3)
    weights = np.arange(211) % 3 * 1.0
    weighted, result = Examples(data.table, data.targets, weights), zeros(NETWORK)
    batch = batch_of(NETWORK, weighted, new_buffers(NETWORK, weighted, losses=True))
    calls = objective_gradient(NETWORK, theta, batch, 0.3, result)
    for _ in range(2):
        run(calls)
        found = objective_value(theta, batch, 0.3)
        assert found == pytest.approx(objective(NETWORK, theta, weighted, 0.3), rel=1e-13)


def test_many_float32_shards_are_added_in_float64(
    theta: Parameters, data: Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """98 copies of the data, a shard each, give 98 times its sum, rounded once, at the end."""
    cut_small(monkeypatch, 211, 7)
    narrow = parameters(NETWORK, theta.vector.astype(np.float32))
    once = Examples(data.table.astype(np.float32), data.targets.astype(np.float32))
    batch = batch_of(NETWORK, once)
    run(objective_gradient(NETWORK, narrow, batch, 0.0, zeros(NETWORK, np.float32)))
    one_sum = batch.buffers.rooms[0].shard_sum.vector.astype(np.float64)
    many = Examples(np.tile(once.table, (98, 1)), np.tile(once.targets, (98, 1)))
    expected = (98 * one_sum * (1 / len(many))).astype(np.float32)
    np.testing.assert_array_equal(gradient_of(NETWORK, narrow, many).vector, expected)
