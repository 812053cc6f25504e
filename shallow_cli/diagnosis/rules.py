"""Why a training went as it did: what is wrong in plain words, with its figure and a remedy.

Silent where all is well. The rules look at the logged rows, at the first and the kept weights,
and at some of the training rows; none of them changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, pairwise

import numpy as np

from shallow_cli.core.blocks import work_of_row
from shallow_cli.core.events import Reason
from shallow_cli.core.lbfgs import lbfgs
from shallow_cli.core.looking import MOST_ROWS
from shallow_cli.core.optimizers import LBFGS
from shallow_cli.diagnosis.training import LONGER, Training
from shallow_cli.model import Diagnosis

FEWEST_EPOCHS = 10  # after which a training can be told to go wrong
FEW_DEAD, MOST_SATURATED = 0.2, 0.5
RISE, MOST_RISES, FEWEST_RISES = 1e-3, 0.2, 2  # how much is one, and how many rows may rise
SWING = 1.2  # times the lowest loss, where batches make it swing anyway
TOO_LOW = 5  # a longer step lowers the loss so many times as much
STILL_FALLING = 0.02  # of the first loss, in the last fifth of the rows
CHANCE = 0.98  # of the loss of one who knows no features; the same of errors
TURNED = 1.1  # times the lowest validation loss
UNEVEN, FAR = 100, 10  # one deviation in another; a mean in its deviations
CROWDED = 10  # parameters to a row
LEARNED = 0.05  # of that loss is so little that less is no better
FURTHER, ITERATIONS = 0.5, 50  # of the loss is left, and how far L-BFGS goes for it
MOST_WORK = 10**9  # multiplications that may be spent on that

Found = Iterator[tuple[str, str]]  # what is wrong, and the words after --set that may help


def _alike(past: Training) -> Found:
    units, alike = past.job.network.n_h, past.at_last.alike
    if alike:
        says = f"{alike} of {units} hidden units are alike: the same weights get the same gradient"
        yield f"{says}, and stay the same", "init_scale=xavier"


def _dead(past: Training) -> Found:
    units, dead = past.job.network.n_h, int(past.at_last.dead.sum())
    if past.job.network.activation == "relu" and dead >= FEW_DEAD * units:
        says = f"{dead} of {units} hidden units are 0 on {_rows(past)}, and no gradient reaches"
        yield f"{says} them", f"activation=leaky_relu, or {past.slower}"


def _saturated(past: Training) -> Found:
    first, last = past.at_first.saturation, past.at_last.saturation
    if first > MOST_SATURATED:
        says = f"{first:.0%} of the hidden outputs were saturated at the first weights"
        cure = "data.scale=standardize" if _uneven(past) else "init_scale=xavier"
        yield f"{says}: their slope is nearly 0", cure
    elif last > MOST_SATURATED and past.loss > MOST_SATURATED * past.chance:
        says = f"{last:.0%} of the hidden outputs have become saturated"
        yield f"{says}: their slope is nearly 0", past.slower


def _too_fast(past: Training) -> Found:
    losses = [row.loss for row in past.rows]
    rises = sum(later > (1 + RISE) * earlier for earlier, later in pairwise(losses))
    settings, lowest = past.job.settings, min(losses)
    if settings.optimizer == LBFGS or rises < max(FEWEST_RISES, MOST_RISES * (len(losses) - 1)):
        return
    if settings.batch_size is None or losses[-1] > SWING * lowest:
        says = f"the loss rose {rises} times in {len(losses)} rows of the table, up to "
        yield f"{says}{max(losses[1:]):.6g}, and ended at {losses[-1]:.6g}", past.slower


def _too_slow(past: Training) -> Found:
    losses = [row.loss for row in past.rows]
    recent = losses[-1 - max(1, len(losses) // 5) :]
    barely = losses[0] - losses[-1] < STILL_FALLING * losses[0]
    falling = recent[0] - recent[-1] > STILL_FALLING * losses[0]
    first_order = past.job.settings.optimizer != LBFGS
    if not first_order or past.end.reason is not Reason.FINISHED or not (barely or falling):
        return
    gain = gain_of_a_longer_step(past)
    if gain > TOO_LOW:
        says = f"a step {LONGER} times as long would lower the loss {gain:.1f} times as much"
        yield says, f"{past.faster}, or more epochs"


def gain_of_a_longer_step(past: Training) -> float:
    """How many times as much as a step of the rate a longer one would lower the loss, at the end.

    Down the gradient, for Adam along its signs; what momentum adds to a step counts.
    """
    settings, function = past.job.settings, past.objective()
    x = past.end.theta.vector.astype(np.float64)
    value, gradient = function(x)
    step = np.sign(gradient) if settings.optimizer == "adam" else gradient
    rate = settings.learning_rate
    rate /= 1 - settings.momentum if settings.optimizer in {"momentum", "nesterov"} else 1
    short, long = (value - function(x - factor * rate * step)[0] for factor in (1, LONGER))
    return float(long / short) if short > 0 else 0.0


def _uneven(past: Training) -> list[tuple[str, float, float]]:
    """Where inputs are not scaled: the name, mean and deviation of those that stand out."""
    if past.config.data.scale != "none":
        return []
    inputs = past.data.table[:, :-1].astype(np.float64)
    means, deviations = inputs.mean(axis=0), inputs.std(axis=0)
    there = deviations > 0
    smallest = deviations[there].min(initial=np.inf)
    out = there & ((deviations > UNEVEN * smallest) | (np.abs(means) > FAR * deviations))
    return [
        (past.inputs[i], float(means[i]), float(deviations[i]))
        for i in np.flatnonzero(out).tolist()
    ]


def _unscaled(past: Training) -> Found:
    uneven = _uneven(past)
    if uneven:
        name, mean, deviation = max(uneven, key=lambda column: abs(column[1]) + column[2])
        says = f"the inputs have very different scales: {name} has a mean of {mean:.3g} and a"
        yield f"{says} deviation of {deviation:.3g}", "data.scale=standardize"


def _at_chance(past: Training) -> Found:
    if past.loss >= CHANCE * past.chance > 0:
        says = f"the loss, {past.loss:.6g}, is that of always giving the same answer"
        yield f"{says}, {past.chance:.6g}", past.other_units(f"init_scale=xavier, or {past.faster}")


def _overfitted(past: Training) -> Found:
    losses = [row.validation_loss for row in past.rows if row.validation_loss is not None]
    if not losses or past.job.settings.early_stopping:
        return
    at = int(np.argmin(losses))
    if losses[-1] > TURNED * losses[at]:
        row, patience = past.rows[at], max(1, past.job.settings.epochs // 20)
        says = f"the validation loss turned at epoch {row.epoch}: {losses[at]:.6g} there, "
        yield f"{says}{losses[-1]:.6g} at the end", f"early_stopping={patience}, or l2=0.01"


def _no_better(past: Training) -> Found:
    row, n_y = past.end.row, past.job.network.n_y
    if past.job.network.output == "linear":
        r2 = row.r2 if row.validation_r2 is None else row.validation_r2
        if r2 is not None and r2 <= 1 - CHANCE:
            yield f"R² is {r2:.4f}: no better than always the mean", past.other_units(past.faster)
        return
    accuracy = row.accuracy if row.validation_accuracy is None else row.validation_accuracy
    positive = past.data.targets.mean(axis=0)
    share = float(positive.max() if n_y > 1 else max(positive[0], 1 - positive[0]))
    if accuracy is not None and 1 - accuracy >= CHANCE * (1 - share):
        says = f"the accuracy, {accuracy:.4f}, is no better than always the same class, {share:.4f}"
        yield says, past.other_units("class_weight=balanced, or other features")


def _crowded(past: Training) -> Found:
    settings, rows = past.job.settings, len(past.job.training)
    n = past.job.network.n_parameters
    if n > CROWDED * rows and not settings.l2 and not settings.early_stopping:
        says = f"{n} parameters are learned from {rows} rows, which cannot tell them apart"
        units = max(1, past.job.network.n_h * rows // n)
        yield says, f"hidden_units={units}, or l2=0.01"


def _short_of(past: Training) -> Found:
    job, settings = past.job, past.job.settings
    work = ITERATIONS * len(past.data) * work_of_row(job.network)
    first_order = settings.optimizer != LBFGS and settings.batch_size is None
    learned = past.loss < LEARNED * past.chance
    if not first_order or learned or past.end.reason is not Reason.FINISHED or work > MOST_WORK:
        return
    *_, there = islice(
        lbfgs(past.objective(), past.end.theta.vector.astype(np.float64)), ITERATIONS + 1
    )
    if there.value < FURTHER * past.end.row.loss:
        says = f"{settings.optimizer} stopped at a loss of {past.end.row.loss:.6g}; from there "
        says += f"{ITERATIONS} iterations of L-BFGS come to {there.value:.6g}"
        yield says, "optimizer=lbfgs"


def _rows(past: Training) -> str:
    whole = len(past.data) == len(past.job.training)
    return "every training row" if whole else f"all {MOST_ROWS} training rows looked at"


Rules = dict[str, Callable[[Training], Found]]

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


def why_diverged(past: Training) -> tuple[Diagnosis, ...]:
    """What a training may have diverged for, beside its learning rate."""
    return tuple(_found(past, {"unscaled inputs": _unscaled}))


def diagnoses(past: Training) -> tuple[Diagnosis, ...]:
    """Everything that is wrong with a training that has not diverged; of a trial run, nothing."""
    if past.end.last_epoch < FEWEST_EPOCHS:
        return ()
    with np.errstate(all="ignore"):
        return tuple(_found(past, CAUSES)) or tuple(_found(past, CONSEQUENCES))


def _found(past: Training, rules: Rules) -> Iterator[Diagnosis]:
    for name, rule in rules.items():
        for says, words in rule(past):
            yield Diagnosis(name, says, words)
