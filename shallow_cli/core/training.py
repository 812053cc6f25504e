"""Training as a stream of events: nothing here prints, saves or reads a clock."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import Enum
from itertools import islice

import numpy as np

from shallow_cli.core import metrics
from shallow_cli.core.arrays import Examples
from shallow_cli.core.batches import batches, steps_per_epoch
from shallow_cli.core.gradient import objective_gradient, wide
from shallow_cli.core.network import Network, Parameters, parameters, zeros
from shallow_cli.core.optimizers import gradient_descent
from shallow_cli.core.prediction import loss_and_predictions, objective, penalty
from shallow_cli.core.stopping import Best, Losses

PROGRESS_EVENTS = 500  # of a whole run, at the most


@dataclass(frozen=True)
class Settings:
    """How to train; a batch size of None is the full batch, in the rows' own order.

    `early_stopping` is the patience in epochs on the validation loss, None for never.
    """

    learning_rate: float
    epochs: int
    log_every: int
    batch_size: int | None = None
    l2: float = 0.0
    early_stopping: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Task:
    """A network, what it learns from, what it is watched on, and how."""

    network: Network
    training: Examples
    validation: Examples | None
    settings: Settings


@dataclass(frozen=True)
class Row:
    """The weights at an epoch, measured; epoch 0 is before the first step.

    `loss` is the objective with L2, `validation_loss` is without. None: does not apply.
    """

    epoch: int
    loss: float
    accuracy: float | None = None
    r2: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    validation_r2: float | None = None

    @property
    def is_finite(self) -> bool:
        """Whether every number is one; a row that is not belongs to a run that diverged."""
        return all(map(math.isfinite, self.values().values()))

    def values(self) -> dict[str, float]:
        """What applies, by name, in the order of a loss table."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Progress:
    """So many of all the steps are done."""

    steps: int
    of: int
    epoch: int


class Reason(Enum):
    """Why training ended."""

    FINISHED = "finished"
    STOPPED_EARLY = "stopped early"
    INTERRUPTED = "interrupted"
    DIVERGED = "diverged"


@dataclass(frozen=True)
class End:
    """The last event: the weights to keep, measured, and why training ended.

    `row.epoch` counts the finished epochs of the kept weights and `partial_steps` the steps
    taken since, which only an interrupted run has. `last_epoch` is where training stood.
    """

    reason: Reason
    theta: Parameters
    row: Row
    last_epoch: int
    partial_steps: int = 0


Event = Row | Progress | End


def measure(task: Task, theta: Parameters, epoch: int) -> Row:
    """One row of the loss table; overflow shows in it as a loss that is not finite."""
    with np.errstate(all="ignore"):
        return _measure(task, theta, epoch)


def _measure(task: Task, theta: Parameters, epoch: int) -> Row:
    loss, score = _loss_and_score(task.network, theta, task.training)
    values = {"loss": loss + float(penalty(theta, task.settings.l2).real), **score}
    if task.validation is not None:
        loss, score = _loss_and_score(task.network, theta, task.validation)
        values |= {"validation_loss": loss, **{f"validation_{k}": v for k, v in score.items()}}
    return Row(epoch, **values)


def _loss_and_score(
    network: Network, theta: Parameters, data: Examples
) -> tuple[float, dict[str, float]]:
    loss, A2 = loss_and_predictions(network, theta, data)
    if network.output == "linear":
        r2 = metrics.r2(data.targets, A2)
        return float(loss.real), {} if r2 is None else {"r2": r2}
    hits = metrics.decide(A2) == metrics.decide(data.targets)
    return float(loss.real), {"accuracy": float(np.mean(hits))}


def train(
    task: Task, theta: Parameters, interrupted: Callable[[], bool] = lambda: False
) -> Iterator[Event]:
    """Train from `theta`, which is left as it is; the last event is an `End`.

    Rows come at epoch 0, every `log_every` epochs and at the last epoch. `interrupted` is asked
    after every step; but for it, the events are a function of the arguments alone.
    """
    settings = task.settings
    theta = parameters(task.network, theta.vector.copy())
    steps = _steps(task, theta)
    per_epoch = steps_per_epoch(len(task.training), settings.batch_size)
    total = settings.epochs * per_epoch

    row = measure(task, theta, 0)
    if not row.is_finite:
        yield End(Reason.DIVERGED, theta, row, last_epoch=0)
        return
    yield row
    losses = Losses(first=row.loss, best=row.loss)
    best = Best(theta.vector.copy(), 0, row.validation_loss or math.inf)
    done, reason = 0, None
    while reason is None:
        done += _advance(steps, _next_stop(done, per_epoch, settings) - done, interrupted)
        epoch, partial_steps = divmod(done, per_epoch)
        yield Progress(done, total, epoch)
        if settings.early_stopping and not partial_steps:
            best = best.seen(theta.vector, epoch, _validation_loss(task, theta))
        reason = _first_that_holds(
            (Reason.DIVERGED, not np.isfinite(theta.vector).all()),
            (Reason.FINISHED, done == total),
            (Reason.INTERRUPTED, interrupted()),
            (Reason.STOPPED_EARLY, epoch - best.epoch >= (settings.early_stopping or math.inf)),
        )
        if not partial_steps and (reason or epoch % settings.log_every == 0):
            latest = measure(task, theta, epoch)
            losses = losses.seen(latest.loss)
            if losses.diverged or not latest.is_finite:
                reason = Reason.DIVERGED
            if latest.is_finite:
                row = latest
                yield row

    kept = best if settings.early_stopping else Best(theta.vector, epoch)
    if reason is not Reason.DIVERGED:
        theta = parameters(task.network, kept.vector)
        row = measure(task, theta, kept.epoch)
    yield End(reason, theta, row, epoch, 0 if settings.early_stopping else partial_steps)


def _validation_loss(task: Task, theta: Parameters) -> float:
    if task.validation is None:
        raise ValueError("early stopping needs validation examples")
    with np.errstate(all="ignore"):
        return float(objective(task.network, theta, task.validation, 0).real)


def _steps(task: Task, theta: Parameters) -> Iterator[None]:
    """Every `next` is one step of gradient descent, without end."""
    network, settings = task.network, task.settings
    gradient = zeros(network, wide(theta.vector.dtype.type))
    for blocks, work in batches(network, task.training, settings.batch_size, settings.seed):
        objective_gradient(network, theta, blocks, settings.l2, work, gradient)
        gradient_descent(theta.vector, gradient.vector, settings.learning_rate)
        yield


def _advance(steps: Iterator[None], at_most: int, interrupted: Callable[[], bool]) -> int:
    """Take the steps, or fewer when interrupted; returns how many.

    Overflow is no secret here: what it leaves is found by the caller, who looks at the weights.
    """
    taken = 0
    with np.errstate(all="ignore"):
        for _ in islice(steps, at_most):
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


def _first_that_holds(*verdicts: tuple[Reason, bool]) -> Reason | None:
    return next((reason for reason, holds in verdicts if holds), None)
