"""Why a training went as it did: what is wrong in plain words, with its figure and a remedy.

Silent where all is well. The rules look at the logged rows, at the first and the kept weights,
and at some of the training rows; none of them changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise

import numpy as np

from shallow_cli.config import Config
from shallow_cli.core.arrays import Array, Examples
from shallow_cli.core.blocks import work_of_row
from shallow_cli.core.buffers import batch_of, new_buffers
from shallow_cli.core.calls import run
from shallow_cli.core.events import End, Job, Reason, Row
from shallow_cli.core.gradient import objective_gradient, objective_value
from shallow_cli.core.lbfgs import Function, lbfgs
from shallow_cli.core.looking import MOST_ROWS, Look, constant_loss, look, some_of
from shallow_cli.core.network import Parameters, parameters, zeros
from shallow_cli.core.optimizers import LBFGS
from shallow_cli.core.penalty import penalty
from shallow_cli.model import Diagnosis

FEWEST_EPOCHS = 10  # after which a training can be told to go wrong
FEW_DEAD, MOST_SATURATED = 0.2, 0.5
RISE, MOST_RISES, FEWEST_RISES = 1e-3, 0.2, 2  # how much is one, and how many rows may rise
SWING = 1.2  # times the lowest loss, where batches make it swing anyway
LONGER, TOO_LOW = 10, 5  # a step so many times as long lowers the loss so many times as much
STILL_FALLING = 0.02  # of the first loss, in the last fifth of the rows
CHANCE = 0.98  # of the loss of one who knows no features; the same of errors
TURNED = 1.1  # times the lowest validation loss
UNEVEN, FAR = 100, 10  # one deviation in another; a mean in its deviations
CROWDED = 10  # parameters to a row
LEARNED = 0.05  # of that loss is so little that less is no better
FURTHER, ITERATIONS = 0.5, 50  # of the loss is left, and how far L-BFGS goes for it
MOST_WORK = 10**9  # multiplications that may be spent on that

Found = Iterator[tuple[str, str]]  # what is wrong, and the words after --set that may help


@dataclass(frozen=True)
class Course:
    """A training that has ended: how it began, what was logged, and what was kept."""

    config: Config
    job: Job
    first: Parameters
    rows: Sequence[Row]
    end: End
    inputs: Sequence[str]  # their names, as far as they have some

    @cached_property
    def data(self) -> Examples:
        """The training rows that are looked at."""
        return some_of(self.job.training)

    @cached_property
    def at_first(self) -> Look:
        """The hidden units with the first weights."""
        return look(self.job.network, self.first, self.data)

    @cached_property
    def at_last(self) -> Look:
        """The hidden units with the kept weights."""
        return look(self.job.network, self.end.theta, self.data)

    @cached_property
    def chance(self) -> float:
        """The loss of one who knows the targets, and no features."""
        return constant_loss(self.job.network.output, self.data)

    @cached_property
    def loss(self) -> float:
        """Of the kept weights, without L2."""
        return self.end.row.loss - float(penalty(self.end.theta, self.job.settings.l2).real)

    def objective(self) -> Function:
        """The objective on the rows that are looked at, and its gradient."""
        network, l2 = self.job.network, self.job.settings.l2
        theta = parameters(network, self.end.theta.vector.astype(self.data.dtype))
        gradient = zeros(network, self.data.dtype)
        batch = batch_of(network, self.data, new_buffers(network, self.data, losses=True))
        calls = objective_gradient(network, theta, batch, l2, gradient)

        def function(x: Array) -> tuple[float, Array]:
            theta.vector[...] = x
            run(calls)
            return objective_value(theta, batch, l2), gradient.vector.astype(np.float64)

        return function

    @property
    def faster(self) -> str:
        """A learning rate above the config's."""
        return f"learning_rate={self.job.settings.learning_rate * LONGER:.1g}"

    @property
    def slower(self) -> str:
        """A learning rate below the config's; L-BFGS has none, and is held back by a penalty."""
        if self.config.optimizer == LBFGS:
            return "l2=0.001"
        return f"learning_rate={self.job.settings.learning_rate / LONGER:.1g}"


def _alike(course: Course) -> Found:
    units, alike = course.job.network.n_h, course.at_last.alike
    if alike:
        says = f"{alike} of {units} hidden units are alike: the same weights get the same gradient"
        yield f"{says}, and stay the same", "init_scale=xavier"


def _dead(course: Course) -> Found:
    units, dead = course.job.network.n_h, int(course.at_last.dead.sum())
    if course.job.network.activation == "relu" and dead >= FEW_DEAD * units:
        says = f"{dead} of {units} hidden units are 0 on {_rows(course)}, and no gradient reaches"
        yield f"{says} them", f"activation=leaky_relu, or {course.slower}"


def _saturated(course: Course) -> Found:
    first, last = course.at_first.saturation, course.at_last.saturation
    if first > MOST_SATURATED:
        says = f"{first:.0%} of the hidden outputs were saturated at the first weights"
        cure = "data.scale=standardize" if _uneven(course) else "init_scale=xavier"
        yield f"{says}: their slope is nearly 0", cure
    elif last > MOST_SATURATED and course.loss > MOST_SATURATED * course.chance:
        says = f"{last:.0%} of the hidden outputs have become saturated"
        yield f"{says}: their slope is nearly 0", course.slower


def _too_fast(course: Course) -> Found:
    losses = [row.loss for row in course.rows]
    rises = sum(later > (1 + RISE) * earlier for earlier, later in pairwise(losses))
    settings, lowest = course.job.settings, min(losses)
    if settings.optimizer == LBFGS or rises < max(FEWEST_RISES, MOST_RISES * (len(losses) - 1)):
        return
    if settings.batch_size is None or losses[-1] > SWING * lowest:
        says = f"the loss rose {rises} times in {len(losses)} rows of the table, up to "
        yield f"{says}{max(losses[1:]):.6g}, and ended at {losses[-1]:.6g}", course.slower


def _too_slow(course: Course) -> Found:
    losses = [row.loss for row in course.rows]
    recent = losses[-1 - max(1, len(losses) // 5) :]
    barely = losses[0] - losses[-1] < STILL_FALLING * losses[0]
    falling = recent[0] - recent[-1] > STILL_FALLING * losses[0]
    first_order = course.job.settings.optimizer != LBFGS
    if not first_order or course.end.reason is not Reason.FINISHED or not (barely or falling):
        return
    gain = gain_of_a_longer_step(course)
    if gain > TOO_LOW:
        says = f"a step {LONGER} times as long would lower the loss {gain:.1f} times as much"
        yield says, f"{course.faster}, or more epochs"


def gain_of_a_longer_step(course: Course) -> float:
    """How many times as much as a step of the rate a longer one would lower the loss, at the end.

    Down the gradient, for Adam along its signs; what momentum adds to a step counts.
    """
    settings, function = course.job.settings, course.objective()
    x = course.end.theta.vector.astype(np.float64)
    value, gradient = function(x)
    step = np.sign(gradient) if settings.optimizer == "adam" else gradient
    rate = settings.learning_rate
    rate /= 1 - settings.momentum if settings.optimizer in {"momentum", "nesterov"} else 1
    short, long = (value - function(x - factor * rate * step)[0] for factor in (1, LONGER))
    return float(long / short) if short > 0 else 0.0


def _uneven(course: Course) -> list[tuple[str, float, float]]:
    """Where inputs are not scaled: the name, mean and deviation of those that stand out."""
    if course.config.data.scale != "none":
        return []
    inputs = course.data.table[:, :-1].astype(np.float64)
    means, deviations = inputs.mean(axis=0), inputs.std(axis=0)
    there = deviations > 0
    smallest = deviations[there].min(initial=np.inf)
    out = there & ((deviations > UNEVEN * smallest) | (np.abs(means) > FAR * deviations))
    return [
        (course.inputs[i], float(means[i]), float(deviations[i]))
        for i in np.flatnonzero(out).tolist()
    ]


def _unscaled(course: Course) -> Found:
    uneven = _uneven(course)
    if uneven:
        name, mean, deviation = max(uneven, key=lambda column: abs(column[1]) + column[2])
        says = f"the inputs have very different scales: {name} has a mean of {mean:.3g} and a"
        yield f"{says} deviation of {deviation:.3g}", "data.scale=standardize"


def _at_chance(course: Course) -> Found:
    if course.loss >= CHANCE * course.chance > 0:
        says = f"the loss, {course.loss:.6g}, is that of always giving the same answer"
        yield f"{says}, {course.chance:.6g}", f"init_scale=xavier, or {course.faster}"


def _overfitted(course: Course) -> Found:
    losses = [row.validation_loss for row in course.rows if row.validation_loss is not None]
    if not losses or course.job.settings.early_stopping:
        return
    at = int(np.argmin(losses))
    if losses[-1] > TURNED * losses[at]:
        row, patience = course.rows[at], max(1, course.job.settings.epochs // 20)
        says = f"the validation loss turned at epoch {row.epoch}: {losses[at]:.6g} there, "
        yield f"{says}{losses[-1]:.6g} at the end", f"early_stopping={patience}, or l2=0.01"


def _no_better(course: Course) -> Found:
    row, n_y = course.end.row, course.job.network.n_y
    if course.job.network.output == "linear":
        r2 = row.r2 if row.validation_r2 is None else row.validation_r2
        if r2 is not None and r2 <= 1 - CHANCE:
            yield f"R² is {r2:.4f}: no better than always the mean", course.faster
        return
    accuracy = row.accuracy if row.validation_accuracy is None else row.validation_accuracy
    positive = course.data.targets.mean(axis=0)
    share = float(positive.max() if n_y > 1 else max(positive[0], 1 - positive[0]))
    if accuracy is not None and 1 - accuracy >= CHANCE * (1 - share):
        says = f"the accuracy, {accuracy:.4f}, is no better than always the same class, {share:.4f}"
        linear = course.job.network.activation == "identity"
        yield says, "activation=tanh" if linear else "class_weight=balanced, or other features"


def _crowded(course: Course) -> Found:
    settings, rows = course.job.settings, len(course.job.training)
    n = course.job.network.n_parameters
    if n > CROWDED * rows and not settings.l2 and not settings.early_stopping:
        says = f"{n} parameters are learned from {rows} rows, which cannot tell them apart"
        units = max(1, course.job.network.n_h * rows // n)
        yield says, f"hidden_units={units}, or l2=0.01"


def _short_of(course: Course) -> Found:
    job, settings = course.job, course.job.settings
    work = ITERATIONS * len(course.data) * work_of_row(job.network)
    first_order = settings.optimizer != LBFGS and settings.batch_size is None
    learned = course.loss < LEARNED * course.chance
    if not first_order or learned or course.end.reason is not Reason.FINISHED or work > MOST_WORK:
        return
    *_, there = islice(
        lbfgs(course.objective(), course.end.theta.vector.astype(np.float64)), ITERATIONS + 1
    )
    if there.value < FURTHER * course.end.row.loss:
        says = f"{settings.optimizer} stopped at a loss of {course.end.row.loss:.6g}; from there "
        says += f"{ITERATIONS} iterations of L-BFGS come to {there.value:.6g}"
        yield says, "optimizer=lbfgs"


def _rows(course: Course) -> str:
    whole = len(course.data) == len(course.job.training)
    return "every training row" if whole else f"all {MOST_ROWS} training rows looked at"


Rules = dict[str, Callable[[Course], Found]]

CAUSES: Rules = {
    "symmetry": _alike,
    "dead units": _dead,
    "saturation": _saturated,
    "unscaled inputs": _unscaled,
    "rate too high": _too_fast,
    "rate too low": _too_slow,
    "overfitting": _overfitted,
    "too many parameters": _crowded,
}
# What is only worth a line where no cause is found.
CONSEQUENCES: Rules = {
    "stuck at chance": _at_chance,
    "baseline": _no_better,
    "stopped short": _short_of,
}


def why_diverged(course: Course) -> tuple[Diagnosis, ...]:
    """What a training may have diverged for, beside its learning rate."""
    return tuple(_found(course, {"unscaled inputs": _unscaled}))


def diagnoses(course: Course) -> tuple[Diagnosis, ...]:
    """Everything that is wrong with a training that has not diverged; of a trial run, nothing."""
    if course.end.last_epoch < FEWEST_EPOCHS:
        return ()
    with np.errstate(all="ignore"):
        return tuple(_found(course, CAUSES)) or tuple(_found(course, CONSEQUENCES))


def _found(course: Course, rules: Rules) -> Iterator[Diagnosis]:
    for name, rule in rules.items():
        for says, words in rule(course):
            yield Diagnosis(name, says, words)
