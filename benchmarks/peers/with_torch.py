"""PyTorch on the CPU, eager, as its tutorials write it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import repeat
from time import perf_counter
from typing import Any

import torch

from benchmarks.data import Data, orders
from benchmarks.tasks import BETA1, BETA2, EPSILON, MOMENTUM, Task
from benchmarks.timed import Predicts, Timed, Trains, flat
from shallow_cli.core.network import parameters

CHUNK_ROWS = 4096
ACTIVATIONS = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid}
OPTIMIZERS: dict[str, Callable[[Any, float], Any]] = {
    "gd": lambda p, rate: torch.optim.SGD(p, lr=rate),
    "momentum": lambda p, rate: torch.optim.SGD(p, lr=rate, momentum=MOMENTUM, fused=True),
    "adam": lambda p, rate: torch.optim.Adam(
        p, lr=rate, betas=(BETA1, BETA2), eps=EPSILON, fused=True
    ),
}
# From scores and targets to the mean loss.
LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "sigmoid": torch.nn.functional.binary_cross_entropy_with_logits,
    "softmax": torch.nn.functional.cross_entropy,
    "linear": lambda z, y: 0.5 * torch.nn.functional.mse_loss(z, y),
}


def train(task: Task, data: Data, threads: int) -> Trains:
    """Zero the gradient, forward, loss, backward, step."""
    torch.set_num_threads(threads)
    X = torch.from_numpy(data.inputs)
    # classes as numbers are the faster way into cross_entropy
    softmax = task.network.output == "softmax"
    Y = torch.from_numpy(data.labels if softmax else data.targets)
    loss_of = LOSSES[task.network.output]

    def run(epochs: int) -> Timed:
        model = new(task, data)
        optimizer = OPTIMIZERS[task.optimizer](model.parameters(), task.learning_rate)
        begin = perf_counter()
        for x, y in batches(task, X, Y, epochs):
            optimizer.zero_grad()
            loss_of(model(x), y).backward()
            optimizer.step()
        return Timed(perf_counter() - begin, weights(model))

    return run


def batches(task: Task, X: Any, Y: Any, epochs: int) -> Iterator[tuple[Any, Any]]:
    """The rows of each step, in the order of shallow."""
    if task.batch is None:
        yield from repeat((X, Y), epochs)
        return
    for order in orders(task, epochs):
        for rows in torch.from_numpy(order).split(task.batch):
            yield X[rows], Y[rows]


def predict(task: Task, data: Data, threads: int) -> Predicts:
    """All the rows in one call."""
    return _predict(task, data, threads, task.rows)


def predict_in_chunks(task: Task, data: Data, threads: int) -> Predicts:
    """Some thousand rows a call, whose hidden layer stays in cache."""
    return _predict(task, data, threads, CHUNK_ROWS)


def _predict(task: Task, data: Data, threads: int, size: int) -> Predicts:
    torch.set_num_threads(threads)
    model = new(task, data)

    def run() -> Timed:
        begin = perf_counter()
        with torch.inference_mode():
            parts = torch.from_numpy(data.inputs).split(size)
            answer = torch.cat([torch.sigmoid(model(part)) for part in parts]).numpy()
        return Timed(perf_counter() - begin, answer)

    return run


def new(task: Task, data: Data) -> Any:
    """A model with the first weights."""
    network, first = task.network, parameters(task.network, data.start)
    model = torch.nn.Sequential(
        torch.nn.Linear(network.n_x, network.n_h),
        ACTIVATIONS[network.activation](),
        torch.nn.Linear(network.n_h, network.n_y),
    ).to(torch.from_numpy(data.start).dtype)
    with torch.no_grad():
        for layer, W, b in ((model[0], first.W1, first.b1), (model[2], first.W2, first.b2)):
            layer.weight.copy_(torch.from_numpy(W.copy()))
            layer.bias.copy_(torch.from_numpy(b.ravel()))
    return model


def weights(model: Any) -> Any:
    """In shallow's layout."""
    return flat(*(p.detach().numpy() for p in model.parameters()))
