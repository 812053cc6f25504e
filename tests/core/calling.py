"""The lists of calls of the core, made and run for tests; and rows that are cut as if many."""

from collections.abc import Callable, Iterator

import pytest

from shallow_cli.core import blocks
from shallow_cli.core.arrays import AnyExamples, Array
from shallow_cli.core.batches import batches
from shallow_cli.core.buffers import Batch, batch_of
from shallow_cli.core.calls import run
from shallow_cli.core.events import Job, Settings
from shallow_cli.core.gradient import objective_gradient
from shallow_cli.core.network import Network, Parameters, zeros
from shallow_cli.core.optimizers import OPTIMIZERS, Memory, clock_for


def batch_stream(
    network: Network, data: AnyExamples, batch_size: int | None, seed: int = 0, rooms: int = 1
) -> Iterator[Batch]:
    """The batch of each step."""
    settings = Settings(0.1, 1, 1, batch_size, seed=seed)
    return batches(Job(network, data, None, settings), lambda batch: batch, rooms)


def gradient_of(
    network: Network, theta: Parameters, data: AnyExamples, l2: float = 0.0
) -> Parameters:
    """The gradient of the objective, in the dtype of θ."""
    gradient = zeros(network, theta.vector.dtype.type)
    run(objective_gradient(network, theta, batch_of(network, data), l2, gradient))
    return gradient


def stepper(
    how: Settings, theta: Array, gradient: Array
) -> tuple[Callable[[float, int], None], Memory]:
    """What takes step t with a rate from θ, in place, and what it remembers."""
    optimizer, clock = OPTIMIZERS[how.optimizer], clock_for(theta)
    memory = optimizer.memory(theta)
    calls = optimizer.step(theta, gradient, memory, clock, how)

    def step(alpha: float, t: int) -> None:
        clock.alpha[...], clock.t[...] = alpha, t
        run(calls)

    return step, memory


def cut_small(monkeypatch: pytest.MonkeyPatch, rows: int, per_block: int) -> None:
    """As if the cache held no more than so many rows, and a block so many shards."""
    monkeypatch.setattr(blocks, "FEWEST_ROWS", rows)
    monkeypatch.setattr(blocks, "MOST_ROWS", rows)
    monkeypatch.setattr(blocks, "SHARDS_PER_BLOCK", per_block)
