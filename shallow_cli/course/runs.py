"""Trainings and passes for the experiments: the production code on the course's configs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from shallow_cli.core.arrays import Examples, in_memory
from shallow_cli.core.buffers import batch_of
from shallow_cli.core.calls import run
from shallow_cli.core.events import End, Job, Reason, Row
from shallow_cli.core.gradient import objective_gradient
from shallow_cli.core.network import (
    Network,
    Parameters,
    Workspace,
    as_shard,
    forward,
    workspace,
    zeros,
)
from shallow_cli.core.training import train
from shallow_cli.files.config_file import parse_config
from shallow_cli.fitting import prepare

SEEDS = range(5)  # where a statement is a tendency
STEP = 1e-100  # of the complex step: as short as numbers go, since nothing is subtracted

Measured = tuple[float, ...]  # by an experiment, for the figures of its claim


@dataclass(frozen=True)
class Start:
    """A network on its data, before the first step."""

    job: Job
    theta: Parameters

    @property
    def network(self) -> Network:
        """Its shape and functions."""
        return self.job.network

    @property
    def data(self) -> Examples:
        """Its training rows."""
        return in_memory(self.job.training)


@dataclass(frozen=True)
class Ended:
    """A training that has ended: the logged rows, and the weights."""

    start: Start
    rows: tuple[Row, ...]
    theta: Parameters
    diverged: bool = False

    @property
    def losses(self) -> dict[int, float]:
        """By epoch; a training that ran away has fewer."""
        return {row.epoch: row.loss for row in self.rows}

    def loss_at(self, epoch: int) -> float:
        """No number where the training did not come so far."""
        return self.losses.get(epoch, math.nan)

    @property
    def loss(self) -> float:
        """The last one; no number where the training ran away."""
        return math.nan if self.diverged else self.rows[-1].loss

    @property
    def left(self) -> float:
        """What is left of the first loss."""
        return self.loss / self.loss_at(0)

    @property
    def accuracy(self) -> float:
        """The last one, in percent; likewise."""
        return math.nan if self.diverged else 100 * (self.rows[-1].accuracy or 0.0)


def config_text(name: str) -> str:
    """One of the course's configs."""
    return (files("shallow_cli.course") / "configs" / f"{name}.yaml").read_text(encoding="utf-8")


def config_names() -> Sequence[str]:
    """Of all of them."""
    folder = files("shallow_cli.course") / "configs"
    return sorted(Path(item.name).stem for item in folder.iterdir() if item.name.endswith(".yaml"))


def started(name: str, *words: str) -> Start:
    """A config of the course with some --set words."""
    prepared = prepare(parse_config(config_text(name), f"{name}.yaml", Path(), words))
    return Start(prepared.job, prepared.theta)


def trained(start: Start) -> Ended:
    """To the end."""
    *events, end = train(start.job, start.theta)
    if not isinstance(end, End):
        raise TypeError("a training ends with its end")
    rows = tuple(event for event in events if isinstance(event, Row))
    return Ended(start, rows, end.theta, end.reason is Reason.DIVERGED)


def passed(network: Network, theta: Parameters, data: Examples) -> Workspace:
    """Z1, A1, Z2 and A2 of all the rows."""
    work = workspace(network, len(data), own_Z1=True)
    run(forward(network, theta, as_shard(data).X, work))
    return work


def gradient_of(start: Start) -> Parameters:
    """Of the loss, at the first weights."""
    gradient, batch = zeros(start.network), batch_of(start.network, start.data)
    run(objective_gradient(start.network, start.theta, batch, 0.0, gradient))
    return gradient
