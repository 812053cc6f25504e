"""How good the weights of a training are: one row of the loss table."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import numpy as np

from shallow_cli.core.arrays import AnyExamples
from shallow_cli.core.events import Job, Row
from shallow_cli.core.metrics import decide
from shallow_cli.core.network import Network, Parameters
from shallow_cli.core.penalty import penalty
from shallow_cli.core.prediction import objective, passes
from shallow_cli.core.tallies import ClassTally, NumberTally, Tally, join


def measure(job: Job, theta: Parameters, epoch: int) -> Row:
    """One row of the loss table; overflow shows in it as a loss that is not finite.

    The losses count every example by its weight, accuracy and R² every example once.
    """
    threads = job.settings.threads
    loss, score = _loss_and_score(job.network, theta, job.training, threads)
    values = {"loss": loss + float(penalty(theta, job.settings.l2).real), **score}
    if job.validation is not None:
        loss, score = _loss_and_score(job.network, theta, job.validation, threads)
        values |= {"validation_loss": loss, **{f"validation_{k}": v for k, v in score.items()}}
    return Row(epoch, **values)


def names_measured(job: Job, theta: Parameters) -> tuple[str, ...]:
    """Of what rows of this training hold, whatever the values."""
    with np.errstate(all="ignore"):
        return tuple(measure(job, theta, 0).values())


def _loss_and_score(
    network: Network, theta: Parameters, data: AnyExamples, threads: int
) -> tuple[float, dict[str, float]]:
    tally = reduce(join, tallies(network, theta, data, threads))
    if isinstance(tally, ClassTally):
        return tally.mean_loss, {"accuracy": tally.accuracy}
    return tally.mean_loss, {} if tally.r2 is None else {"r2": tally.r2}


def tallies(
    network: Network, theta: Parameters, data: AnyExamples, threads: int = 1
) -> Iterator[Tally]:
    """One after the other of so many rows as are passed at a time, here or where they are."""
    if data.elsewhere:
        yield from data.elsewhere.tallies(network, theta.vector)
        return
    for passed in passes(network, theta, data, threads):
        true, said = passed.Y.T, passed.A2.T
        loss = float(passed.summed_loss(network).real)
        if network.output == "linear":
            yield NumberTally.of(true, said, loss)
        else:
            none = ClassTally.none(max(network.n_y, 2))
            yield none.seen(decide(true), decide(said), loss)


def validation_loss(job: Job, theta: Parameters) -> float:
    """The mean loss on the validation examples, weighted where they are, without L2.

    Raises:
        ValueError: if there are none.
    """
    if job.validation is None:
        raise ValueError("early stopping needs validation examples")
    threads = job.settings.threads
    return float(objective(job.network, theta, job.validation, 0, threads).real)
