"""Whole update steps of training against the same steps from numeric derivatives.

A right gradient can still be used wrongly: with the rows of another batch, before it is
complete, for some of the weights only, or by an optimizer that is wrong itself. The gradient
that a step says it has used, plus whatever the weights have moved beyond what a textbook makes
of it, divided by the learning rate, is a gradient like any other, and is checked like one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice

import numpy as np

from shallow_cli.core.arrays import AnyExamples, Array
from shallow_cli.core.events import Job
from shallow_cli.core.gradcheck.check import Budget, PointCheck, compare
from shallow_cli.core.gradcheck.claim import LIMIT, epsilon
from shallow_cli.core.gradcheck.derivatives import Case
from shallow_cli.core.gradcheck.rounding import Rounding, at_a_corner, rounding
from shallow_cli.core.gradcheck.textbook import RATES, UPDATES, Averages
from shallow_cli.core.network import Parameters, parameters
from shallow_cli.core.steps import steps

STEPS = 3
ROUNDINGS = 4  # of a weight, and of its change, that a step may be off by


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


@dataclass(frozen=True)
class Taken:
    """A step that training has taken: on which rows, from where to where, with which gradient."""

    case: Case
    bounds: Rounding
    before: Parameters
    after: Parameters
    gradient: Array


def check_updates(job: Job, theta: Parameters, budget: Budget) -> Iterator[PointCheck]:
    """Check each of three steps from `theta`, which is left as it is.

    It ends early where a z is so near to a corner that rounding decides about its slope, where
    the learning rate is 0, or where training itself ends.
    """
    moved = parameters(job.network, theta.vector.copy())
    budget = dataclasses.replace(budget, guards=0)  # the numeric method has been guarded already
    averages: Averages = {}
    with np.errstate(all="ignore"):
        stepping = steps(job, moved)
        for t, (epoch, rows) in enumerate(islice(_rows_of_steps(job), STEPS), 1):
            before = parameters(job.network, moved.vector.copy())
            case = Case(job.network, job.training.take(rows), job.settings.l2)
            bounds = rounding(case, before)
            alpha = _learning_rate(job, epoch)
            if not alpha or at_a_corner(case, bounds, epsilon(theta)).any():
                return
            gradient = next(stepping, None)
            if gradient is None:
                return
            taken = Taken(case, bounds, before, moved, gradient.astype(np.float64))
            change = _change(job, taken, averages, alpha, t)
            yield _check_step(taken, change, alpha, budget)


def _learning_rate(job: Job, epoch: int) -> float:
    """Of an epoch 1, 2, …; L-BFGS has none."""
    if job.settings.optimizer not in UPDATES:
        return 1.0
    return job.settings.learning_rate * RATES[job.settings.schedule](epoch, job.settings)


def _rows_of_steps(job: Job) -> Iterator[tuple[int, Array]]:
    """The epoch of each step and the rows it should use, as is promised to users."""
    m, batch = len(job.training), job.settings.batch_size
    for epoch in count(1):
        if batch is None:
            yield epoch, np.arange(m)
            continue
        order = np.random.RandomState([job.settings.seed, 2, epoch]).permutation(m)
        for start in range(0, m, batch):
            yield epoch, order[start : start + batch]


def _change(job: Job, taken: Taken, averages: Averages, alpha: float, t: int) -> Array:
    """What the step should have added to the weights.

    Of L-BFGS that is whatever it did, if the objective has fallen; else nothing.
    """
    update = UPDATES.get(job.settings.optimizer)
    if update is not None:
        return update(taken.gradient, averages, alpha, t, job.settings)
    slack = LIMIT * epsilon(taken.before) * taken.bounds.loss
    fall = taken.case.objective(taken.before).real - taken.case.objective(taken.after).real
    change = taken.after.vector.astype(np.float64) - taken.before.vector
    return change if fall >= -slack else np.zeros_like(change)


def _check_step(taken: Taken, change: Array, alpha: float, budget: Budget) -> PointCheck:
    network, after = taken.case.network, taken.after.vector
    surplus = (taken.before.vector.astype(np.float64) + change - after) / alpha
    # The new weights are rounded, which is seen 1/α times enlarged: with some room, but not
    # with that of a hundred units, behind which a small gradient would vanish.
    sizes = (np.abs(after) + ROUNDINGS * np.abs(change)) / alpha
    rounded = taken.bounds.gradient.vector + ROUNDINGS / LIMIT * sizes
    bounds = dataclasses.replace(taken.bounds, gradient=parameters(network, rounded))
    found = parameters(network, taken.gradient + surplus)
    return PointCheck(
        tuple(compare(taken.case, taken.before, found, bounds, budget)), len(taken.case.data)
    )
