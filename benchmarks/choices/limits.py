"""What a step is made of: why some figures cannot be reached in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial

import numpy as np

from shallow_cli.core.arrays import Examples, examples
from shallow_cli.core.buffers import batch_of, new_buffers
from shallow_cli.core.calls import Calls, run
from shallow_cli.core.events import Settings
from shallow_cli.core.gradient import objective_gradient
from shallow_cli.core.network import Network, parameters, zeros
from shallow_cli.core.optimizers import OPTIMIZERS, clock_for

Todo = Callable[[], object]
FLOWER, CANCER = Network(2, 4, 1), Network(30, 32, 1, "relu")
IMAGES, WIDE = Network(784, 128, 10, "relu", "softmax"), Network(28, 300, 1)


def questions() -> dict[str, dict[str, Todo]]:
    """From a step to the times of its parts."""
    return {
        "a step of flower, one thread": small(FLOWER, 400, "gd"),
        "a step of adam, one thread": small(CANCER, 32, "adam"),
        "a gradient of images": large(IMAGES, 128),
        "a gradient of wide": large(WIDE, 1024),
    }


def small(network: Network, rows: int, optimizer: str) -> dict[str, Todo]:
    """The calls of a step, some of them, and as many that do next to nothing."""
    calls = step(network, some(network, rows, np.float64), optimizer)
    four = np.zeros(4)
    cheapest: Calls = [(np.add, (four, four, four))] * len(calls)
    return {
        f"its {len(calls)} calls": partial(run, calls),
        "as many calls of np.add on four numbers": partial(run, cheapest),
        "its matrix products": partial(run, [call for call in calls if call[0] is np.dot]),
    }


def large(network: Network, rows: int) -> dict[str, Todo]:
    """A gradient of two blocks by one thread and by two, and what two threads cost."""
    data = some(network, rows, np.float32)
    pool = ThreadPoolExecutor(1)
    half = data.part(slice(rows // 2))
    return {
        "one thread": partial(run, gradient(network, data)),
        "two threads": partial(run, gradient(network, data, pool)),
        "half of its rows, one thread": partial(run, gradient(network, half)),
        "a thread that is called, does nothing and is waited for": partial(called, pool),
    }


def called(pool: Executor) -> None:
    """There and back."""
    pool.submit(int).result()


def some(network: Network, rows: int, dtype: type[np.generic]) -> Examples:
    """Random rows; targets do not matter."""
    stream = np.random.default_rng(0)
    inputs = stream.standard_normal((rows, network.n_x)).astype(dtype)
    return examples(inputs, np.zeros((rows, network.n_y)))


def gradient(network: Network, data: Examples, pool: Executor | None = None) -> Calls:
    """The calls that fill it, at small random weights."""
    stream, dtype = np.random.default_rng(0), data.dtype
    theta = 0.1 * stream.standard_normal(network.n_parameters)
    batch = batch_of(network, data, new_buffers(network, data, 2 if pool else 1))
    at = parameters(network, theta.astype(dtype))
    return objective_gradient(network, at, batch, 0.0, zeros(network, dtype), pool)


def step(network: Network, data: Examples, optimizer: str) -> Calls:
    """The calls of a step at a learning rate of 0, which can be taken any number of times."""
    theta = parameters(network, np.zeros(network.n_parameters))
    theta.vector[...] = 0.1 * np.random.default_rng(0).standard_normal(network.n_parameters)
    found, memory = zeros(network), OPTIMIZERS[optimizer].memory(theta.vector)
    clock, how = clock_for(theta.vector), Settings(0.0, 1, 1, optimizer=optimizer)
    clock.t[...] = 1
    return [
        *objective_gradient(network, theta, batch_of(network, data), 0.0, found),
        *OPTIMIZERS[optimizer].step(theta.vector, found.vector, memory, clock, how),
    ]
