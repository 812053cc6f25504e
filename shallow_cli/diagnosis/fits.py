"""What a network has made of its rows: too little, too much, or nothing."""

from __future__ import annotations

from itertools import islice

import numpy as np

from shallow_cli.core.blocks import work_of_row
from shallow_cli.core.events import Reason
from shallow_cli.core.lbfgs import lbfgs
from shallow_cli.core.optimizers import LBFGS
from shallow_cli.diagnosis.training import MORE, Finding, Rules, Training

CHANCE = 0.98  # of the loss of one who knows no features; the same of errors
TURNED = 1.1  # times the lowest validation loss
CROWDED = 10  # parameters to a row
COMMON = 0.6  # the share of a class that hides the others
LEARNED = 0.05  # of that loss is so little that less is no better
FURTHER, ITERATIONS = 0.5, 50  # of the loss is left, and how far L-BFGS goes for it
MOST_WORK = 10**9  # multiplications that may be spent on that


def _alike(past: Training) -> Finding | None:
    units, alike = past.job.network.n_h, past.at_last.alike
    if not alike:
        return None
    says = f"{alike} of {units} hidden units are alike: the same weights get the same gradient"
    return f"{says}, and stay the same", past.freer


def _overfitted(past: Training) -> Finding | None:
    losses = [row.validation_loss for row in past.rows if row.validation_loss is not None]
    if not losses or past.job.settings.early_stopping:
        return None
    at = int(np.argmin(losses))
    turned, last = past.rows[at], past.rows[-1]
    if losses[-1] <= TURNED * losses[at] or not last.loss < min(turned.loss, losses[-1]):
        return None
    says = f"the validation loss turned at epoch {turned.epoch}: {losses[at]:.6g} there, "
    patience = max(1, past.job.settings.epochs // 20)
    return f"{says}{losses[-1]:.6g} at the end", [f"early_stopping={patience}"]


def _crowded(past: Training) -> Finding | None:
    settings, rows = past.job.settings, len(past.job.training)
    n, held_out = past.job.network.n_parameters, past.end.row.validation_loss
    watched = settings.early_stopping or (held_out is not None and held_out <= TURNED * past.loss)
    if n <= CROWDED * rows or settings.l2 or watched:
        return None
    says = f"{n} parameters are learned from {rows} rows, which cannot tell them apart"
    return says, [f"hidden_units={max(1, past.job.network.n_h * rows // n)}", "l2=0.01"]


def _at_chance(past: Training) -> Finding | None:
    if not past.loss >= CHANCE * past.chance > 0:
        return None
    says = f"the loss is {past.loss:.6g}; always giving the same answer has {past.chance:.6g}"
    return says, past.other_units or [*past.freer, *past.faster]


def _no_better(past: Training) -> Finding | None:
    if past.job.network.output == "linear":
        row = past.end.row
        r2 = row.r2 if row.validation_r2 is None else row.validation_r2
        if r2 is None or r2 > 1 - CHANCE:
            return None
        return f"R² is {r2:.4f}: no better than always the mean", past.other_units or past.faster
    accuracy, share = past.accuracy, past.commonest
    weighted = past.config.class_weight is not None  # for what accuracy does not measure
    if accuracy is None or weighted or 1 - accuracy < CHANCE * (1 - share):
        return None
    says = f"the accuracy, {accuracy:.4f}, is no better than always the same class, {share:.4f}"
    balanced = ["class_weight=balanced"] if share > COMMON else []
    return says, past.other_units or [*balanced, *past.faster]


def _short_of(past: Training) -> Finding | None:
    job, settings = past.job, past.job.settings
    work = ITERATIONS * len(past.data) * work_of_row(job.network)
    first_order = settings.optimizer != LBFGS and settings.batch_size is None
    learned = past.loss < LEARNED * past.chance
    if not first_order or learned or past.end.reason is not Reason.FINISHED or work > MOST_WORK:
        return None
    x = past.end.theta.vector.astype(np.float64)
    points = list(islice(lbfgs(past.objective(), x), ITERATIONS + 1))
    here, there = points[0], points[-1]
    if there.value >= FURTHER * here.value or past.validation_rises(there.x):
        return None
    says = f"{settings.optimizer} stopped at a loss of {here.value:.6g}; from there "
    says += f"{ITERATIONS} iterations of L-BFGS come to {there.value:.6g}"
    with_weights = "" if past.has("init_scale=xavier") else " with init_scale=xavier"
    return says, [f"epochs={MORE * settings.epochs}", f"optimizer=lbfgs{with_weights}"]


FITS: Rules = {
    "symmetry": _alike,
    "overfitting": _overfitted,
    "too many parameters": _crowded,
}
# What is only worth a line where no cause is found.
CONSEQUENCES: Rules = {
    "stuck at chance": _at_chance,
    "baseline": _no_better,
    "stopped short": _short_of,
}
