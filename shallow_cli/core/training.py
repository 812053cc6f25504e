"""Training as a stream of events: nothing here prints, saves or reads a clock."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.batches import steps_per_epoch
from shallow_cli.core.events import End, Event, Job, Progress, Reason, Row, Settings
from shallow_cli.core.measuring import measure, validation_loss
from shallow_cli.core.network import Parameters, parameters
from shallow_cli.core.steps import steps
from shallow_cli.core.stopping import Best, Losses

PROGRESS_EVENTS = 100  # of a whole run, at the most


def train(
    job: Job, theta: Parameters, interrupted: Callable[[], bool] = lambda: False
) -> Iterator[Event]:
    """Train from `theta`, which is left as it is; the last event is an `End`.

    Rows come at epoch 0, every `log_every` epochs and at the last epoch. `interrupted` is asked
    after every step; but for it, the events are a function of the arguments alone.

    Raises:
        ValueError: if early stopping is asked for without validation examples.
    """
    settings = job.settings
    theta = parameters(job.network, theta.vector.copy())
    per_epoch = steps_per_epoch(len(job.training), settings.batch_size)
    stepping, total = steps(job, theta), settings.epochs * per_epoch

    row = measure(job, theta, 0)
    losses = Losses(first=row.loss, best=row.loss)
    best = Best(theta.vector.copy(), 0, row.validation_loss)
    done, reason = 0, None if row.is_finite else Reason.DIVERGED
    if row.is_finite:
        yield row
    while reason is None:
        wanted = _next_stop(done, per_epoch, settings) - done
        taken = _advance(stepping, wanted, interrupted)
        converged = taken < wanted and not interrupted()
        done += taken
        yield Progress(done, total, done // per_epoch)
        epoch, partial_steps = divmod(done, per_epoch)
        if settings.early_stopping and not partial_steps:
            best = best.seen(theta.vector, epoch, validation_loss(job, theta))
        out_of_patience = epoch - best.epoch >= (settings.early_stopping or math.inf)
        reason = _verdict(theta, done == total, converged, interrupted(), out_of_patience)
        due = reason or epoch % settings.log_every == 0
        if due and not partial_steps and epoch > row.epoch:  # who converges may have told already
            latest = measure(job, theta, epoch)
            losses = losses.seen(latest.loss)
            if latest.is_finite:
                row = latest
                yield row
            if losses.diverged or not latest.is_finite:
                reason = Reason.DIVERGED
    yield _end(job, theta, best, reason, row, done)


def _verdict(
    theta: Parameters,
    finished: bool,
    converged: bool,
    interrupted: bool,
    out_of_patience: bool,
) -> Reason | None:
    """Why training should end now, if it should."""
    if not np.isfinite(theta.vector).all():
        return Reason.DIVERGED
    if finished:
        return Reason.FINISHED
    if converged:
        return Reason.CONVERGED
    if interrupted:
        return Reason.INTERRUPTED
    return Reason.STOPPED_EARLY if out_of_patience else None


def _end(job: Job, theta: Parameters, best: Best, reason: Reason, last_row: Row, done: int) -> End:
    """The weights to keep and their measures, if these are numbers at all."""
    epoch, partial_steps = divmod(done, steps_per_epoch(len(job.training), job.settings.batch_size))
    if reason is Reason.DIVERGED:
        return End(reason, theta, last_row, epoch, partial_steps)
    kept, kept_epoch = theta, epoch
    if job.settings.early_stopping:
        kept, kept_epoch = parameters(job.network, best.vector), best.epoch
        partial_steps = 0
    told = kept_epoch == last_row.epoch and not partial_steps
    row = last_row if told else measure(job, kept, kept_epoch)
    if not row.is_finite:
        return End(Reason.DIVERGED, theta, last_row, epoch, partial_steps)
    return End(reason, kept, row, epoch, partial_steps)


def _advance(stepping: Iterator[Array], at_most: int, interrupted: Callable[[], bool]) -> int:
    """Take the steps, or fewer when interrupted; returns how many.

    Overflow is no secret here: what it leaves is found by the caller, who looks at the weights.
    """
    taken = 0
    with np.errstate(all="ignore"):
        for _ in islice(stepping, at_most):
            taken += 1
            if interrupted():
                break
    return taken


def _next_stop(done: int, per_epoch: int, settings: Settings) -> int:
    """The next step after which there is something to tell or to decide."""
    total = settings.epochs * per_epoch
    strides = [settings.log_every * per_epoch, max(1, total // PROGRESS_EVENTS)]
    if settings.early_stopping:
        strides.append(per_epoch)
    return min(total, *((done // stride + 1) * stride for stride in strides))
