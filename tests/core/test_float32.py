"""Training in float32: nothing becomes wider on its way, and the losses are those of float64."""

import dataclasses
from itertools import islice
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array, Examples
from shallow_cli.core.buffers import Buffers, batch_of, new_buffers
from shallow_cli.core.calls import run
from shallow_cli.core.events import End, Job, Row, Settings
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.gradient import objective_gradient, objective_value
from shallow_cli.core.network import Network, Parameters, parameters, zeros
from shallow_cli.core.optimizers import LBFGS, OPTIMIZERS
from shallow_cli.core.penalty import penalty
from shallow_cli.core.prediction import passes, predict
from shallow_cli.core.steps import steps
from shallow_cli.core.training import train

from .calling import batch_stream, cut_small

NETWORK = Network(4, 6, 3, "tanh", "softmax")
ROWS = 90

every_optimizer = pytest.mark.parametrize("optimizer", [*OPTIMIZERS, LBFGS])


@pytest.fixture
def several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    cut_small(monkeypatch, 8, 2)


def start(
    dtype: type[np.floating[Any]], network: Network = NETWORK, rows: int = ROWS
) -> tuple[Examples, Parameters]:
    """Weighted examples and weights of a dtype."""
    whole = generic_examples(network, rows, 0, weighted=True)
    assert whole.weights is not None
    parts = (part.astype(dtype) for part in (whole.table, whole.targets, whole.weights))
    return Examples(*parts), parameters(network, generic_point(network, 1).vector.astype(dtype))


def settings(optimizer: str, batch_size: int | None = None, epochs: int = 30) -> Settings:
    rate = 0.01 if optimizer == "adam" else 0.1
    return Settings(rate, epochs, 10, batch_size, l2=0.01, optimizer=optimizer)


@every_optimizer
@pytest.mark.parametrize("batch_size", [None, 32])
def test_weights_and_gradients_stay_float32(optimizer: str, batch_size: int | None) -> None:
    batch_size = None if optimizer == LBFGS else batch_size
    data, theta = start(np.float32)
    vector = theta.vector
    for used in islice(steps(Job(NETWORK, data, None, settings(optimizer, batch_size)), theta), 5):
        assert theta.vector is vector
        assert vector.dtype == np.float32
        assert used.dtype == (np.float64 if optimizer == LBFGS else np.float32)  # its line search


@every_optimizer
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.usefixtures("several_blocks")
def test_final_losses_are_those_of_float64(optimizer: str, activation: str) -> None:
    """Its rows are measured in float64; what differs are the weights."""
    network = dataclasses.replace(NETWORK, activation=activation)
    losses = []
    for dtype in (np.float64, np.float32):
        data, theta = start(dtype, network)
        *_, end = train(Job(network, data, None, settings(optimizer)), theta)
        assert isinstance(end, End)
        assert end.theta.vector.dtype == dtype
        losses.append(end.row.loss)
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)


def arrays_of(buffers: Buffers) -> dict[str, Array]:
    """All that a batch works with, by name."""
    [room] = buffers.rooms
    found = {"total": buffers.total, "block": room.block_sum, "shard": room.shard_sum.vector}
    for rows, work in room.workspaces.items():
        found |= {f"{name} of {rows}": array for name, array in vars(work).items()}
    return found


@pytest.mark.usefixtures("several_blocks")
@pytest.mark.parametrize(
    ("batch_size", "sums"),
    [(None, {"total", "block"}), (65, {"total", "block"}), (64, set()), (16, set()), (8, set())],
)
def test_buffers_are_float32_and_sums_of_many_shards_float64(
    batch_size: int | None, sums: set[str]
) -> None:
    """Batches of 12, 10, 8, 2 shards and 1: more than eight are many."""
    data, _ = start(np.float32)
    batch = next(batch_stream(NETWORK, data, batch_size))
    arrays = arrays_of(batch.buffers)
    assert {array.dtype for array in arrays.values()} <= {np.dtype("f4"), np.dtype("f8")}
    assert {name for name, array in arrays.items() if array.dtype == np.float64} == sums
    assert batch.buffers.loss.dtype == np.float64
    for block in batch.blocks:
        for shard in block.shards(None):
            assert shard.w is not None
            assert {shard.X.dtype, shard.Y.dtype, shard.w.dtype} == {np.dtype(np.float32)}


@pytest.mark.usefixtures("several_blocks")
def test_many_shards_lose_nothing_in_their_sum() -> None:
    """A small shard after a large one: in float32 its gradient would vanish."""
    network = Network(1, 1, 1, "tanh", "linear")
    theta = parameters(network, np.array([0.0, 0.5, 0.0, 0.0], np.float32))
    errors = np.r_[np.full(8, 2.0**20), np.full(800, 2.0**-6)].astype(np.float32)
    data = Examples(np.ones((808, 2), np.float32), -errors[:, None])
    result = zeros(network, np.float32)
    batch = batch_of(network, data, new_buffers(network, data, losses=True))
    run(objective_gradient(network, theta, batch, 0.0, result))
    assert result.b2[0, 0] == np.float32((8 * 2.0**20 + 800 * 2.0**-6) / 808)
    assert objective_value(theta, batch, 0.0) == (8 * 2.0**40 + 800 * 2.0**-12) / 2 / 808


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_predictions_are_float64(activation: str) -> None:
    """Those of the same weights, written wider."""
    network = dataclasses.replace(NETWORK, activation=activation)
    data, theta = start(np.float32, network)
    wide = parameters(network, theta.vector.astype(np.float64))
    found = predict(network, theta, data.table)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, predict(network, wide, data.table.astype(np.float64)))
    assert all(p.Z2.dtype == np.float64 for p in passes(network, theta, data))


def test_a_float32_row_of_the_table_is_the_loss_of_its_weights() -> None:
    data, theta = start(np.float32)
    first = next(train(Job(NETWORK, data, None, settings("gd")), theta))
    wide = Examples(*(part.astype(np.float64) for part in vars(data).values()))
    again = next(train(Job(NETWORK, wide, None, settings("gd")), theta))
    assert isinstance(first, Row)
    assert first == again


def test_the_penalty_is_that_of_the_widened_weights() -> None:
    network = Network(4, 5, 1)
    theta = generic_point(network, 0)
    narrow = parameters(network, theta.vector.astype(np.float32))
    wide = parameters(network, narrow.vector.astype(np.float64))
    assert penalty(narrow, 0.3) == penalty(wide, 0.3)
    large = parameters(network, np.full(network.n_parameters, 1e30, np.float32))
    assert np.isfinite(penalty(large, 0.3))  # its squares are beyond float32
