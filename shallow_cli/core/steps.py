"""The steps of a training: the gradient of a batch, and what an optimizer makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import count, repeat
from types import MappingProxyType

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.batches import batches, steps_per_epoch
from shallow_cli.core.blocks import block_count
from shallow_cli.core.buffers import Batch, batch_of, new_buffers
from shallow_cli.core.calls import Calls, run
from shallow_cli.core.events import Job
from shallow_cli.core.gradient import objective_gradient, objective_value
from shallow_cli.core.lbfgs import Pair, Pairs, lbfgs, no_pairs
from shallow_cli.core.network import Parameters, parameters, zeros
from shallow_cli.core.optimizers import LBFGS, OPTIMIZERS, Memory, clock_for
from shallow_cli.core.schedules import SCHEDULES
from shallow_cli.core.workers import pool_of

Remembered = Mapping[str, Array]  # by an optimizer, from one step to the next
NOTHING: Remembered = MappingProxyType({})


@dataclass(frozen=True)
class Stepping:
    """The steps of a training, and what its optimizer remembers between two of them.

    Every `next` of `steps` takes one step with θ, in place, and gives the gradient it has used.
    It is that of the point where the step began, in a buffer: look at it before the next. Only
    L-BFGS comes to an end.
    """

    steps: Iterator[Array]
    remembered: Callable[[], Remembered]


def steps(job: Job, theta: Parameters) -> Iterator[Array]:
    """The steps of a training from its beginning."""
    return stepping(job, theta).steps


def stepping(
    job: Job, theta: Parameters, done: int = 0, remembered: Remembered = NOTHING
) -> Stepping:
    """The steps of a training with `theta`, of which so many are done, after what it remembers."""
    made = _lbfgs if job.settings.optimizer == LBFGS else _first_order
    return made(job, theta, done, remembered)


def learning_rates(job: Job, done: int = 0) -> Iterator[float]:
    """Of every step after the first `done`, without end."""
    settings = job.settings
    factor, per_epoch = SCHEDULES[settings.schedule], _steps_per_epoch(job)
    for epoch in count(done // per_epoch):
        rate = settings.learning_rate * factor(epoch, settings)
        yield from repeat(rate, per_epoch - max(0, done - epoch * per_epoch))


def _steps_per_epoch(job: Job) -> int:
    return steps_per_epoch(len(job.training), job.settings.batch_size)


def _first_order(job: Job, theta: Parameters, done: int, remembered: Remembered) -> Stepping:
    optimizer = OPTIMIZERS[job.settings.optimizer]
    memory = optimizer.memory(theta.vector)
    named = dict(zip(optimizer.remembers, memory, strict=False))
    for name, values in remembered.items():
        named[name][...] = values
    return Stepping(
        _descent(job, theta, memory, done),
        lambda: {name: values.copy() for name, values in named.items()},
    )


def _descent(job: Job, theta: Parameters, memory: Memory, done: int) -> Iterator[Array]:
    network, settings, threads = job.network, job.settings, _threads(job)
    optimizer, clock = OPTIMIZERS[settings.optimizer], clock_for(theta.vector)
    gradient = zeros(network, theta.vector.dtype.type)
    update = optimizer.step(theta.vector, gradient.vector, memory, clock, settings)
    with pool_of(threads) as pool:

        def step(batch: Batch) -> Calls:
            calls = objective_gradient(network, theta, batch, settings.l2, gradient, pool)
            return [*calls, *update]

        stream, rates = batches(job, step, threads, done), learning_rates(job, done)
        for t, (calls, alpha) in enumerate(zip(stream, rates, strict=True), done + 1):
            clock.t[...], clock.alpha[...] = t, alpha
            run(calls)
            yield gradient.vector


def _lbfgs(job: Job, theta: Parameters, _done: int, remembered: Remembered) -> Stepping:
    x = remembered.get("x", theta.vector).astype(np.float64)
    names = [field.name for field in fields(Pair)]
    columns = [remembered.get(name, ()) for name in names]
    pairs = no_pairs()
    pairs.extend(Pair(*each) for each in zip(*columns, strict=True))
    return Stepping(
        _quasi_newton(job, theta, x, pairs),
        lambda: {
            "x": x.copy(),
            **{name: np.array([getattr(pair, name) for pair in pairs]) for name in names},
        },
    )


def _quasi_newton(job: Job, theta: Parameters, x: Array, pairs: Pairs) -> Iterator[Array]:
    """Those of L-BFGS from x, which is moved along with theta."""
    network, l2, threads = job.network, job.settings.l2, _threads(job)
    moved = parameters(network, theta.vector.copy())
    gradient = zeros(network, theta.vector.dtype.type)
    batch = batch_of(
        network, job.training, new_buffers(network, job.training, threads, losses=True)
    )
    with pool_of(threads) as pool:
        calls = objective_gradient(network, moved, batch, l2, gradient, pool)

        def function(point: Array) -> tuple[float, Array]:
            moved.vector[...] = point
            run(calls)
            return objective_value(moved, batch, l2), gradient.vector.astype(np.float64)

        points = lbfgs(function, x.copy(), pairs)
        before = next(points)
        if not np.isfinite(before.gradient).all():  # it runs away, as any step would
            theta.vector[...] = before.gradient
            yield before.gradient
            return
        for point in points:
            theta.vector[...] = x[...] = point.x
            yield before.gradient
            before = point


def _threads(job: Job) -> int:
    """As many as have a block of each batch to work on."""
    rows = len(job.training)
    batch = min(job.settings.batch_size or rows, rows)
    return min(job.settings.threads, block_count(job.network, batch))
