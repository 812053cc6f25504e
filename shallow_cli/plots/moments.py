"""The moments of a training whose weights are known: its snapshots, and what was kept."""

from __future__ import annotations

from dataclasses import dataclass

from shallow_cli.core.network import Parameters, parameters
from shallow_cli.model import Model


@dataclass(frozen=True)
class Moment:
    """The weights after some epochs; the label has the loss where it was logged."""

    epoch: int
    label: str
    theta: Parameters


def kept_at(model: Model) -> str:
    """When the weights of a model were what they are."""
    steps = model.ended["partial_steps"]
    more = f" and {steps} step{'s' * (steps > 1)}" if steps else ""
    return f"epoch {model.kept.epoch}{more}"


def _label(model: Model, epoch: int) -> str:
    losses = [row.loss for row in model.history if row.epoch == epoch]
    return ", ".join([f"epoch {epoch}", *(f"loss {loss:.4g}" for loss in losses)])


def moments_of(model: Model) -> tuple[list[Moment], int]:
    """All of them in order, and which of them is that of the kept weights."""
    epoch, steps = model.kept.epoch, model.ended["partial_steps"]
    others = [
        Moment(each.epoch, _label(model, each.epoch), parameters(model.network, each.vector))
        for each in model.snapshots
        if each.epoch != epoch or steps
    ]
    before = [moment for moment in others if moment.epoch <= epoch]
    kept = Moment(epoch, f"{kept_at(model)}, the model, loss {model.kept.loss:.4g}", model.theta)
    return [*before, kept, *others[len(before) :]], len(before)
