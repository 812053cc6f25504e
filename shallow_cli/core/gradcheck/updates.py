"""Whole update steps of training against the same steps from numeric derivatives.

A right gradient can still be used wrongly: with the rows of another batch, before it is
complete, or for some of the weights only. What a step of gradient descent takes from the
weights, divided by the learning rate, is a gradient like any other, and is checked like one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import count, islice

import numpy as np

from shallow_cli.core.arrays import AnyExamples, Array
from shallow_cli.core.events import Job
from shallow_cli.core.gradcheck.check import Budget, PointCheck, compare
from shallow_cli.core.gradcheck.claim import LIMIT, epsilon
from shallow_cli.core.gradcheck.derivatives import Case
from shallow_cli.core.gradcheck.rounding import Rounding, at_a_corner, rounding
from shallow_cli.core.network import Parameters, parameters
from shallow_cli.core.rng import epoch_order
from shallow_cli.core.training import steps

STEPS = 3
ROUNDINGS = 4  # of a weight that a step may be off by


def short_job(job: Job, data: AnyExamples) -> Job:
    """The job on a few rows: three steps see a full batch, a short one, and a new order.

    Batches are cut to two thirds of the rows where they are longer.
    """
    batch = job.settings.batch_size
    if batch is not None:
        batch = min(batch, -(-2 * len(data) // 3))
        data = data.take(np.arange(min(len(data), batch + -(-batch // 2))))
    settings = dataclasses.replace(job.settings, batch_size=batch)
    return dataclasses.replace(job, training=data, validation=None, settings=settings)


def check_updates(job: Job, theta: Parameters, budget: Budget) -> Iterator[PointCheck]:
    """Check each of three steps from `theta`, which is left as it is.

    It ends early where a z is so near to a corner that rounding decides about its slope.
    """
    moved = parameters(job.network, theta.vector.copy())
    budget = dataclasses.replace(budget, guards=0)  # the numeric method has been guarded already
    with np.errstate(all="ignore"):
        stepping = steps(job, moved)
        for rows in islice(_rows_of_steps(job), STEPS):
            before = parameters(job.network, moved.vector.copy())
            case = Case(job.network, job.training.take(rows), job.settings.l2)
            bounds = rounding(case, before)
            if at_a_corner(case, bounds, epsilon(theta)).any():
                return
            next(stepping)
            yield _check_step(job, case, before, moved, bounds, budget)


def _rows_of_steps(job: Job) -> Iterator[Array]:
    """Which rows each step should use, by the promise of `core.rng`."""
    m, batch = len(job.training), job.settings.batch_size
    for epoch in count(1):
        if batch is None:
            yield np.arange(m)
            continue
        order = epoch_order(job.settings.seed, epoch, m)
        for start in range(0, m, batch):
            yield order[start : start + batch]


def _check_step(
    job: Job,
    case: Case,
    before: Parameters,
    after: Parameters,
    bounds: Rounding,
    budget: Budget,
) -> PointCheck:
    alpha = job.settings.learning_rate
    taken = (before.vector.astype(np.float64) - after.vector) / alpha
    # The new weights are rounded once, which is seen 1/α times enlarged: with some room, but
    # not with that of a hundred units, behind which a small gradient would vanish.
    rounded = bounds.gradient.vector + ROUNDINGS / LIMIT * np.abs(after.vector) / alpha
    bounds = dataclasses.replace(bounds, gradient=parameters(case.network, rounded))
    blocks = compare(case, before, parameters(case.network, taken), bounds, budget)
    return PointCheck(tuple(blocks), len(case.data))
