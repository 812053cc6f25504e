"""First weights: zero, small and large ones."""

from __future__ import annotations

from statistics import median

from shallow_cli.core.looking import alike, look
from shallow_cli.course.runs import SEEDS, Measured, started, trained


def zero_weights() -> Measured:
    """The loss in the end, and how many of the hidden units are still alike."""
    ended = trained(started("zeros"))
    return ended.loss, float(alike(ended.theta))


def small_weights() -> Measured:
    """How many units are alike in the end, and what is left of the loss: the worst of the seeds."""
    ended = [trained(started("scales", f"seed={seed}")) for seed in SEEDS]
    return max(float(alike(e.theta)) for e in ended), max(e.left for e in ended)


def large_weights() -> Measured:
    """The share of saturated outputs at first; the loss, in times what moderate ones end with."""
    ratios, saturated = [], []
    for seed in SEEDS:
        start = started("scales", "init_scale=100", f"seed={seed}")
        saturated.append(look(start.network, start.theta, start.data).saturation)
        moderate = trained(started("scales", "init_scale=1", f"seed={seed}"))
        ratios.append(trained(start).loss / moderate.loss)
    return median(saturated), median(ratios)
