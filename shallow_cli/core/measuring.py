"""How good the weights of a training are: one row of the loss table."""

from __future__ import annotations

import numpy as np

from shallow_cli.core import metrics
from shallow_cli.core.arrays import Examples
from shallow_cli.core.events import Job, Row
from shallow_cli.core.network import Network, Parameters
from shallow_cli.core.penalty import penalty
from shallow_cli.core.prediction import loss_and_predictions, objective


def measure(job: Job, theta: Parameters, epoch: int) -> Row:
    """One row of the loss table; overflow shows in it as a loss that is not finite."""
    with np.errstate(all="ignore"):
        return _measure(job, theta, epoch)


def _measure(job: Job, theta: Parameters, epoch: int) -> Row:
    loss, score = _loss_and_score(job.network, theta, job.training)
    values = {"loss": loss + float(penalty(theta, job.settings.l2).real), **score}
    if job.validation is not None:
        loss, score = _loss_and_score(job.network, theta, job.validation)
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


def validation_loss(job: Job, theta: Parameters) -> float:
    """The mean loss on the validation examples, without L2.

    Raises:
        ValueError: if there are none.
    """
    if job.validation is None:
        raise ValueError("early stopping needs validation examples")
    with np.errstate(all="ignore"):
        return float(objective(job.network, theta, job.validation, 0).real)
