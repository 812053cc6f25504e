"""The steps of a training: the gradient of a batch, and what an optimizer makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, repeat

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.batches import batches, steps_per_epoch
from shallow_cli.core.blocks import block_count
from shallow_cli.core.buffers import Batch, batch_of, new_buffers
from shallow_cli.core.calls import Calls, run
from shallow_cli.core.events import Job
from shallow_cli.core.gradient import objective_gradient, objective_value
from shallow_cli.core.lbfgs import lbfgs
from shallow_cli.core.network import Parameters, parameters, zeros
from shallow_cli.core.optimizers import LBFGS, OPTIMIZERS, clock_for
from shallow_cli.core.schedules import SCHEDULES
from shallow_cli.core.workers import pool_of


def steps(job: Job, theta: Parameters) -> Iterator[Array]:
    """Every `next` takes one step with `theta`, in place, and gives the gradient it has used.

    It is that of the point where the step began, in a buffer: look at it before the next. Only
    L-BFGS comes to an end.
    """
    return _quasi_newton(job, theta) if job.settings.optimizer == LBFGS else _descent(job, theta)


def learning_rates(job: Job) -> Iterator[float]:
    """Of every step, without end."""
    settings = job.settings
    factor = SCHEDULES[settings.schedule]
    for epoch in count():
        rate = settings.learning_rate * factor(epoch, settings)
        yield from repeat(rate, steps_per_epoch(len(job.training), settings.batch_size))


def _descent(job: Job, theta: Parameters) -> Iterator[Array]:
    network, settings, threads = job.network, job.settings, _threads(job)
    optimizer, clock = OPTIMIZERS[settings.optimizer], clock_for(theta.vector)
    gradient = zeros(network, theta.vector.dtype.type)
    memory = optimizer.memory(theta.vector)
    update = optimizer.step(theta.vector, gradient.vector, memory, clock, settings)
    with pool_of(threads) as pool:

        def step(batch: Batch) -> Calls:
            calls = objective_gradient(network, theta, batch, settings.l2, gradient, pool)
            return [*calls, *update]

        stream = batches(job, step, threads)
        for t, (calls, alpha) in enumerate(zip(stream, learning_rates(job), strict=True), 1):
            clock.t[...], clock.alpha[...] = t, alpha
            run(calls)
            yield gradient.vector


def _quasi_newton(job: Job, theta: Parameters) -> Iterator[Array]:
    network, l2, threads = job.network, job.settings.l2, _threads(job)
    moved = parameters(network, theta.vector.copy())
    gradient = zeros(network, theta.vector.dtype.type)
    batch = batch_of(
        network, job.training, new_buffers(network, job.training, threads, losses=True)
    )
    with pool_of(threads) as pool:
        calls = objective_gradient(network, moved, batch, l2, gradient, pool)

        def function(x: Array) -> tuple[float, Array]:
            moved.vector[...] = x
            run(calls)
            return objective_value(moved, batch, l2), gradient.vector.astype(np.float64)

        points = lbfgs(function, theta.vector.astype(np.float64))
        before = next(points)
        if not np.isfinite(before.gradient).all():  # it runs away, as any step would
            theta.vector[...] = before.gradient
            yield before.gradient
            return
        for point in points:
            theta.vector[...] = point.x
            yield before.gradient
            before = point


def _threads(job: Job) -> int:
    """As many as have a block of each batch to work on."""
    rows = len(job.training)
    batch = min(job.settings.batch_size or rows, rows)
    return min(job.settings.threads, block_count(job.network, batch))
