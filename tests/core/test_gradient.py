"""The gradient as a sum over shards and blocks."""

import numpy as np
import pytest

from shallow_cli.core import gradient as module
from shallow_cli.core.arrays import Array, Examples, examples
from shallow_cli.core.gradient import batch_of, cut, new_buffers, objective_gradient, shard_rows
from shallow_cli.core.network import Network, Parameters, parameters, zeros
from shallow_cli.core.prediction import objective

NETWORK = Network(4, 5, 3, activation="tanh", output="softmax")


@pytest.fixture
def theta(stream: np.random.RandomState) -> Parameters:
    return parameters(NETWORK, stream.standard_normal(NETWORK.n_parameters))


@pytest.fixture
def data(stream: np.random.RandomState) -> Examples:
    return examples(stream.standard_normal((211, 4)), np.eye(3)[stream.randint(0, 3, 211)])


def gradient_of(
    theta: Parameters, data: Examples, l2: float = 0.0, dtype: type[np.generic] = np.float64
) -> Array:
    """The gradient, computed in `dtype`."""
    data = Examples(data.table.astype(dtype), data.targets.astype(dtype))
    weights = parameters(NETWORK, theta.vector.astype(dtype))
    result = zeros(NETWORK, dtype)
    objective_gradient(NETWORK, weights, batch_of(NETWORK, data), l2, result)
    return result.vector


def small_shards(monkeypatch: pytest.MonkeyPatch, rows: int, per_block: int) -> None:
    """As if the cache were tiny."""
    monkeypatch.setattr(module, "FEWEST_ROWS", rows)
    monkeypatch.setattr(module, "MOST_ROWS", rows)
    monkeypatch.setattr(module, "SHARDS_PER_BLOCK", per_block)


@pytest.mark.parametrize(("rows", "per_block"), [(1, 1), (7, 3), (64, 2), (211, 1), (300, 4)])
def test_shards_sum_to_the_whole(
    theta: Parameters,
    data: Examples,
    monkeypatch: pytest.MonkeyPatch,
    rows: int,
    per_block: int,
) -> None:
    """With a short last shard too, and L2 once, not once a shard."""
    whole = gradient_of(theta, data, l2=0.3)
    small_shards(monkeypatch, rows, per_block)
    np.testing.assert_allclose(gradient_of(theta, data, l2=0.3), whole, rtol=1e-12, atol=1e-15)


def test_every_row_is_in_one_shard_in_order(
    data: Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_shards(monkeypatch, 10, 4)
    blocks = cut(NETWORK, data)
    assert [len(list(block.shards(None))) for block in blocks] == [4, 4, 4, 4, 4, 2]
    seen = np.concatenate([shard.X.T for block in blocks for shard in block.shards(None)])
    np.testing.assert_array_equal(seen, data.table)


def test_shards_keep_the_hidden_layer_near_a_megabyte_of_float32() -> None:
    for n_h in (20, 300, 1000):
        assert 2**19 <= shard_rows(Network(10, n_h, 1)) * n_h * 4 <= 2**20
    assert shard_rows(Network(10, 10**6, 1)) == module.FEWEST_ROWS
    assert shard_rows(Network(10, 1, 1)) == module.MOST_ROWS


def test_repeated_rows_leave_the_mean_alone(theta: Parameters, data: Examples) -> None:
    twice = Examples(np.tile(data.table, (2, 1)), np.tile(data.targets, (2, 1)))
    np.testing.assert_allclose(gradient_of(theta, twice), gradient_of(theta, data), rtol=1e-12)


def test_biases_are_not_penalised(theta: Parameters, data: Examples) -> None:
    penalty = parameters(NETWORK, gradient_of(theta, data, l2=0.5) - gradient_of(theta, data))
    np.testing.assert_allclose(penalty.W1, 0.5 * theta.W1, rtol=1e-12)
    np.testing.assert_allclose(penalty.W2, 0.5 * theta.W2, rtol=1e-12)
    assert not penalty.b1.any()
    assert not penalty.b2.any()


@pytest.mark.parametrize("rows", [300, 20])
def test_its_loss_is_that_of_predictions(
    theta: Parameters, data: Examples, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """With L2 and weights, where it is wanted; of one shard and of several blocks."""
    small_shards(monkeypatch, rows, 3)
    weights = np.arange(211) % 3 * 1.0
    weighted, result = Examples(data.table, data.targets, weights), zeros(NETWORK)
    batch = batch_of(NETWORK, weighted, new_buffers(NETWORK, weighted, losses=True))
    found = objective_gradient(NETWORK, theta, batch, 0.3, result)
    assert found == pytest.approx(objective(NETWORK, theta, weighted, 0.3), rel=1e-13)
    assert np.isnan(objective_gradient(NETWORK, theta, batch_of(NETWORK, data), 0.3, result))


def test_float32_shards_are_added_in_float64(
    theta: Parameters, data: Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred copies of the data, seven a block, give the same mean to float64 precision."""
    small_shards(monkeypatch, 211, 7)
    once = gradient_of(theta, data, dtype=np.float32)
    many = Examples(np.tile(data.table, (100, 1)), np.tile(data.targets, (100, 1)))
    np.testing.assert_allclose(gradient_of(theta, many, dtype=np.float32), once, rtol=1e-13)
