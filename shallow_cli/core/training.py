"""Training as a stream of events: nothing here prints, saves or reads a clock."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.batches import steps_per_epoch
from shallow_cli.core.blocks import work_of_row
from shallow_cli.core.events import End, Event, Job, Progress, Reason, Row, Snapshot, State
from shallow_cli.core.floating_point import FloatingPointErrors, counting
from shallow_cli.core.measuring import measure, validation_loss
from shallow_cli.core.network import Parameters, parameters
from shallow_cli.core.snapshots import snapshot_epochs
from shallow_cli.core.steps import NOTHING, Stepping, stepping
from shallow_cli.core.stopping import Best, Losses

PROGRESS_EVENTS = 100  # of a whole run at the least, if it has as many steps,
MOST_WORK = 10**10  # and one after so many multiplications, which take some seconds


def train(
    job: Job,
    theta: Parameters,
    interrupted: Callable[[], bool] = lambda: False,
    state: State | None = None,
) -> Iterator[Event]:
    """Train from `theta`, which is left as it is; the last event is an `End`.

    Rows come at epoch 0, every `log_every` epochs and at the last epoch, snapshots at those of
    `snapshot_epochs`. `interrupted` is asked after every step; but for it, the events are a
    function of the arguments alone. From the `state` of a training it goes on as that one did.

    Raises:
        ValueError: if early stopping is asked for without validation examples.
    """
    seen = FloatingPointErrors()
    for event in counting(_train(job, theta, interrupted, state), seen):
        if isinstance(event, End):
            event = replace(event, overflow=seen.overflow, invalid=seen.invalid)  # noqa: PLW2901
        yield event


def _train(
    job: Job, theta: Parameters, interrupted: Callable[[], bool], state: State | None
) -> Iterator[Event]:
    if state is None:
        row = measure(job, theta, 0)
        if not row.is_finite:
            yield End(Reason.DIVERGED, theta, row, 0)
            return
        yield row
        if _snapshot_steps(job, theta):
            yield Snapshot(0, theta.vector.copy())
        best = Best(theta.vector.copy(), 0, row.validation_loss)
        state = State(0, theta.vector, NOTHING, best, Losses(row.loss, row.loss), row)
    yield from _go_on(job, state, interrupted)


@dataclass(frozen=True)
class _Stop:
    """A moment after some steps at which there is something to tell or to decide.

    It is not `fresh` where it has come before, to whoever goes on from there or interrupts.
    """

    steps: int
    fresh: bool
    best: Best
    reason: Reason | None


def _go_on(job: Job, state: State, interrupted: Callable[[], bool]) -> Iterator[Event]:
    """Tell what there is to tell at each stop, and end at the last."""
    theta, log_every = parameters(job.network, state.vector.copy()), job.settings.log_every
    source = stepping(job, theta, state.steps, state.remembered)
    per_epoch, row, losses = _steps_per_epoch(job), state.row, state.losses
    total, snapshots = job.settings.epochs * per_epoch, _snapshot_steps(job, theta)
    for stop in _stops(job, theta, source.steps, state, interrupted):
        epoch, partial_steps = divmod(stop.steps, per_epoch)
        told, due = (losses, row), epoch % log_every == 0
        if not partial_steps and epoch > row.epoch and (due or stop.reason):
            latest = measure(job, theta, epoch)
            losses = losses.seen(latest.loss, latest.is_finite)
            if latest.is_finite:
                row = latest
                yield row
        if losses.diverged or stop.reason is Reason.DIVERGED:
            yield End(Reason.DIVERGED, theta, row, epoch, partial_steps)
            return
        if stop.fresh and stop.steps in snapshots:
            yield Snapshot(epoch, theta.vector.copy())
        # A row that only the end has brought is no part of the state: going on, there is none.
        told = (losses, row) if due else told
        yield Progress(stop.steps, total, epoch, partial(_standing, stop, theta, source, *told))
        if stop.reason:
            yield _end(job, theta, stop.reason, stop, row)


def _standing(stop: _Stop, theta: Parameters, source: Stepping, losses: Losses, row: Row) -> State:
    """Where training stands; what the next step will change is copied."""
    remembered = source.remembered()
    return State(stop.steps, theta.vector.copy(), remembered, stop.best, losses, row)


def _stops(
    job: Job,
    theta: Parameters,
    steps: Iterator[Array],
    state: State,
    interrupted: Callable[[], bool],
) -> Iterator[_Stop]:
    """Take the steps; the last stop has a reason. A state of before is a stop once more."""
    settings, per_epoch = job.settings, _steps_per_epoch(job)
    total, done, best = settings.epochs * per_epoch, state.steps, state.best
    snapshots = _snapshot_steps(job, theta)
    arrived, fresh, converged = done > 0, False, False
    while True:
        if arrived:
            epoch, partial_steps = divmod(done, per_epoch)
            if settings.early_stopping and not partial_steps:
                best = best.seen(theta.vector, epoch, validation_loss(job, theta))
            out_of_patience = epoch - best.epoch >= (settings.early_stopping or math.inf)
            reason = _verdict(theta, done == total, converged, interrupted(), out_of_patience)
            yield _Stop(done, fresh, best, reason)
            fresh = False
            if reason:
                return
            if interrupted():  # while others were at work with this stop
                continue
        wanted = _next_stop(done, job, snapshots) - done
        taken = _advance(steps, wanted, interrupted)
        arrived = fresh = True
        converged = taken < wanted and not interrupted()
        done += taken


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


def _end(job: Job, theta: Parameters, reason: Reason, stop: _Stop, last_row: Row) -> End:
    """The weights to keep and their measures, if these are numbers at all."""
    epoch, partial_steps = divmod(stop.steps, _steps_per_epoch(job))
    kept, kept_epoch = theta, epoch
    if job.settings.early_stopping:
        kept, kept_epoch = parameters(job.network, stop.best.vector), stop.best.epoch
        partial_steps = 0
    told = kept_epoch == last_row.epoch and not partial_steps
    row = last_row if told else measure(job, kept, kept_epoch)
    if not row.is_finite:
        return End(Reason.DIVERGED, theta, last_row, epoch, partial_steps)
    return End(reason, kept, row, epoch, partial_steps)


def _advance(stepping: Iterator[Array], at_most: int, interrupted: Callable[[], bool]) -> int:
    """Take the steps, or fewer when interrupted; returns how many."""
    taken = 0
    for _ in islice(stepping, at_most):
        taken += 1
        if interrupted():
            break
    return taken


def _snapshot_steps(job: Job, theta: Parameters) -> tuple[int, ...]:
    """After how many steps there is a snapshot."""
    per_epoch = _steps_per_epoch(job)
    found = snapshot_epochs(job.settings.epochs, theta.vector.nbytes)
    return tuple(epoch * per_epoch for epoch in found)


def _next_stop(done: int, job: Job, snapshots: tuple[int, ...]) -> int:
    """The next step after which there is something to tell or to decide."""
    settings, rows, per_epoch = job.settings, len(job.training), _steps_per_epoch(job)
    total = settings.epochs * per_epoch
    work = work_of_row(job.network) * min(rows, settings.batch_size or rows)
    often = min(total // PROGRESS_EVENTS, MOST_WORK // work)
    strides = [settings.log_every * per_epoch, max(1, often)]
    if settings.early_stopping:
        strides.append(per_epoch)
    if settings.checkpoint_every:
        strides.append(settings.checkpoint_every * per_epoch)
    coming = [steps for steps in snapshots if steps > done]
    return min(total, *((done // stride + 1) * stride for stride in strides), *coming[:1])


def _steps_per_epoch(job: Job) -> int:
    return steps_per_epoch(len(job.training), job.settings.batch_size)
