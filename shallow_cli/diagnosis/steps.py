"""Steps that go wrong, and the scales that make them: units that stop learning, wrong rates."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from shallow_cli.core.events import Reason
from shallow_cli.core.looking import MOST_ROWS
from shallow_cli.core.optimizers import LBFGS
from shallow_cli.core.stopping import TIMES_FIRST
from shallow_cli.diagnosis.training import LONGER, MORE, Finding, Rules, Training

FEW_DEAD, MOST_SATURATED = 0.2, 0.5
RISE, MOST_RISES, FEWEST_RISES = 1e-3, 0.2, 2  # how much is one, and how many rows may rise
SWING = 1.2  # times the lowest loss, where batches make it swing anyway
TOO_LOW = 5  # a longer step lowers the loss so many times as much,
OVERSHOT = 2  # times a weight, which then ends as far on the other side
WORTHWHILE = 1e-3  # and as many of them as there were epochs by so much of the first loss
BARELY, STILL = 0.02, 0.1  # of the first loss, in all; of that fall, in the last fifth of the rows
UNEVEN, FAR = 10, 10  # one deviation in another; a mean, or a deviation, where 1 would do


def _dead(past: Training) -> Finding | None:
    units, dead = past.job.network.n_h, int(past.at_last.dead.sum())
    stops = past.job.network.activation == "relu" and past.at_last.alike < units
    if not stops or dead < FEW_DEAD * units:
        return None
    says = f"{dead} of {units} hidden units are 0 on {_rows(past)}, and no gradient reaches them"
    return says, [*past.slower(LONGER), "activation=leaky_relu"]


def _rows(past: Training) -> str:
    whole = len(past.data) == len(past.job.training)
    return "every training row" if whole else f"all {MOST_ROWS} training rows looked at"


def _saturated(past: Training) -> Finding | None:
    if not past.saturates:
        return None
    first, last = past.at_first.saturation, past.at_last.saturation
    if first > MOST_SATURATED:
        says = f"{first:.0%} of the hidden outputs were saturated at the first weights"
        return f"{says}: their slope is nearly 0", ["init_scale=xavier"]
    if last > MOST_SATURATED and past.loss > MOST_SATURATED * past.chance:
        says = f"{last:.0%} of the hidden outputs have become saturated"
        return f"{says}: their slope is nearly 0", past.slower()
    return None


def _too_fast(past: Training) -> Finding | None:
    losses = [row.loss for row in past.rows]
    if past.job.settings.optimizer == LBFGS:
        return None
    if losses[-1] > TIMES_FIRST * losses[0]:
        return f"the loss rose from {losses[0]:.6g} to {losses[-1]:.6g}", past.slower(LONGER)
    rises = sum(later > (1 + RISE) * earlier for earlier, later in pairwise(losses))
    often = rises >= max(FEWEST_RISES, MOST_RISES * (len(losses) - 1))
    if often and (past.job.settings.batch_size is None or losses[-1] > SWING * min(losses)):
        says = f"the loss rose {rises} times in {len(losses)} rows of the table, up to "
        return f"{says}{max(losses[1:]):.6g}, and ended at {losses[-1]:.6g}", past.slower()
    return None


def _too_slow(past: Training) -> Finding | None:
    settings, losses = past.job.settings, [row.loss for row in past.rows]
    plain = settings.optimizer != LBFGS and settings.batch_size is None
    if not plain or past.end.reason is not Reason.FINISHED:
        return None
    fall, recent = losses[0] - losses[-1], losses[-1 - max(1, len(losses) // 5)] - losses[-1]
    if fall >= BARELY * losses[0] and recent <= STILL * fall:
        return None
    short, long = gains(past)
    if long <= TOO_LOW * max(short, 0) or long * settings.epochs < WORTHWHILE * losses[0]:
        return None
    says = f"a step {LONGER} times as long would lower the loss {long / short:.1f} times as much"
    return says, [*past.faster, f"epochs={MORE * settings.epochs}"]


def gains(past: Training) -> tuple[float, float]:
    """By how much a step of the rate would lower the loss at the end, and a longer one.

    Down the gradient, for Adam along its signs; what momentum adds to a step counts.
    """
    settings, function = past.job.settings, past.objective()
    x = past.end.theta.vector.astype(np.float64)
    value, gradient = function(x)
    step = np.sign(gradient) if settings.optimizer == "adam" else gradient
    rate = settings.learning_rate
    rate /= 1 - settings.momentum if settings.optimizer in {"momentum", "nesterov"} else 1
    return value - function(x - rate * step)[0], value - function(x - LONGER * rate * step)[0]


def _unscaled_inputs(past: Training) -> Finding | None:
    """Where they are not scaled: the one that stands out most."""
    inputs = past.data.table[:, :-1].astype(np.float64)
    means, deviations = np.abs(inputs.mean(axis=0)), inputs.std(axis=0)
    there = (deviations > 0) & ((inputs != 0) & (inputs != 1)).any(axis=0)  # no word's column
    smallest = deviations[there].min(initial=np.inf)
    uneven = (deviations > UNEVEN * smallest) | (np.maximum(means, deviations) > FAR)
    if past.config.data.scale != "none" or not (there & uneven).any():
        return None
    worst = int(np.argmax(np.where(there, means + deviations, 0)))
    says = f"the inputs are not scaled: {past.inputs[worst]} has a mean of "
    says += f"{inputs[:, worst].mean():.3g} and a deviation of {deviations[worst]:.3g}"
    other = f", another input one of {smallest:.3g}" if smallest < deviations[worst] else ""
    return f"{says}{other}", ["data.scale=standardize"]


def _unscaled_target(past: Training) -> Finding | None:
    targets = past.data.targets.astype(np.float64)
    deviation = float(targets.std(axis=0).max())
    mean = float(np.abs(targets.mean(axis=0)).max())
    numbers = past.job.network.output == "linear"
    if not numbers or past.config.data.scale_target != "none" or max(mean, deviation) <= FAR:
        return None
    says = f"the target is not scaled: it has a mean of {mean:.3g} and a deviation of "
    return f"{says}{deviation:.3g}", ["data.scale_target=standardize"]


def _overshooting(past: Training) -> Finding | None:
    settings = past.job.settings
    if settings.optimizer == LBFGS or settings.l2 * settings.learning_rate <= OVERSHOT:
        return None
    says = f"{settings.l2:g} times the learning rate is {settings.l2 * settings.learning_rate:.3g}"
    return f"{says}, so that its steps alone overshoot 0 and go farther each time", past.less_l2


# Why steps go wrong; the first that is found explains the others.
SCALES: Rules = {"unscaled inputs": _unscaled_inputs, "unscaled target": _unscaled_target}
STEPS: Rules = {
    "dead units": _dead,
    "saturation": _saturated,
    "rate too high": _too_fast,
    "rate too low": _too_slow,
}
DIVERGED: Rules = {**SCALES, "L2 too strong": _overshooting}
