"""JAX on the CPU: the whole training is one compiled loop. Compiling is not in the time."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.data import Data, orders
from benchmarks.tasks import BETA1, BETA2, EPSILON, MOMENTUM, Task
from benchmarks.timed import Timed, Trains, flat
from shallow_cli.core.arrays import Array
from shallow_cli.core.network import parameters

ACTIVATIONS = {"tanh": jnp.tanh, "relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid}
# From scores and targets to the mean loss.
LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "sigmoid": lambda z, y: jnp.mean(jax.nn.softplus(z) - y * z),
    "softmax": lambda z, y: -jnp.mean(jnp.sum(y * jax.nn.log_softmax(z), axis=1)),
    "linear": lambda z, y: 0.5 * jnp.mean((z - y) ** 2),
}
State = tuple[Any, Any, Any, Any]  # weights, two vectors of the optimizer, number of steps


def train(task: Task, data: Data, _threads: int) -> Trains:
    """Compiled for the number of epochs, then run."""
    jax.config.update("jax_enable_x64", task.dtype == "float64")
    X, Y = jnp.asarray(data.inputs), jnp.asarray(data.targets)
    first = parameters(task.network, data.start)
    weights = tuple(jnp.asarray(W.T) for W in first.blocks().values())
    zeros = jax.tree.map(jnp.zeros_like, weights)
    start = (weights, zeros, zeros, jnp.zeros((), data.start.dtype))
    whole = full_batch if task.batch is None else mini_batches

    def run(epochs: int) -> Timed:
        loop = jax.jit(lambda *given: whole(task, epochs, *given))
        compiled = loop.lower(start, X, Y, all_orders(task, epochs)).compile()
        begin = perf_counter()
        state = compiled(start, X, Y, all_orders(task, epochs))
        jax.block_until_ready(state)
        seconds = perf_counter() - begin
        return Timed(seconds, flat(*(np.asarray(W).T for W in state[0])))

    return run


def all_orders(task: Task, epochs: int) -> Array:
    """The rows of every epoch (epochs, rows) in the order of shallow; none for the full batch."""
    if task.batch is None:
        return np.zeros(0, np.int32)
    return np.stack(list(orders(task, epochs)))


def full_batch(task: Task, epochs: int, start: State, X: Any, Y: Any, _: Any) -> Any:
    """A loop over the steps."""
    return lax.fori_loop(0, epochs, lambda _, state: step(task, state, X, Y), start)


def mini_batches(task: Task, _: int, start: State, X: Any, Y: Any, rows: Any) -> Any:
    """A loop over the epochs around one over the batches; the last batch may be short."""
    size = task.batch or task.rows
    whole = task.rows - task.rows % size

    def batch(state: State, chosen: Any) -> tuple[State, None]:
        return step(task, state, X.at[chosen].get(mode="clip"), Y.at[chosen].get(mode="clip")), None

    def epoch(state: State, order: Any) -> tuple[State, None]:
        state, _ = lax.scan(batch, state, order[:whole].reshape(-1, size))
        return (state if whole == task.rows else batch(state, order[whole:])[0]), None

    return lax.scan(epoch, start, rows)[0]


def step(task: Task, state: State, x: Any, y: Any) -> State:
    """One step of the optimizer."""
    g = ACTIVATIONS[task.network.activation]

    def loss(weights: Any) -> Any:
        W1, b1, W2, b2 = weights
        return LOSSES[task.network.output](g(x @ W1 + b1) @ W2 + b2, y)

    weights, m, v, t = state
    return UPDATES[task.optimizer](task.learning_rate, jax.grad(loss)(weights), (weights, m, v, t))


def gd(rate: float, grads: Any, state: State) -> State:
    """θ ← θ − α dθ."""
    weights, m, v, t = state
    return jax.tree.map(lambda w, g: w - rate * g, weights, grads), m, v, t


def momentum(rate: float, grads: Any, state: State) -> State:
    """V ← μ v − α dθ, θ ← θ + v."""
    weights, m, v, t = state
    m = jax.tree.map(lambda m, g: MOMENTUM * m - rate * g, m, grads)
    return jax.tree.map(jnp.add, weights, m), m, v, t


def adam(rate: float, grads: Any, state: State) -> State:
    """Kingma and Ba 2015, Algorithm 1."""
    weights, m, v, t = state
    t = t + 1
    m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, grads)
    v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, grads)
    scale, scale2 = rate / (1 - BETA1**t), 1 / (1 - BETA2**t)

    def moved(w: Any, m: Any, v: Any) -> Any:
        return w - scale * m / (jnp.sqrt(v * scale2) + EPSILON)

    return jax.tree.map(moved, weights, m, v), m, v, t


UPDATES: dict[str, Callable[[float, Any, State], State]] = {
    "gd": gd,
    "momentum": momentum,
    "adam": adam,
}
