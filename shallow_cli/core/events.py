"""What a training is told, and the events it answers with."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from enum import Enum

from shallow_cli.core.arrays import AnyExamples
from shallow_cli.core.network import Network, Parameters


@dataclass(frozen=True)
class Settings:
    """How to train; a batch size of None is the full batch, in the rows' own order.

    `early_stopping` is the patience in epochs on the validation loss, None for never. The names
    are those of `OPTIMIZERS` (or lbfgs, for which an epoch is an iteration) and `SCHEDULES`.
    """

    learning_rate: float
    epochs: int
    log_every: int
    batch_size: int | None = None
    l2: float = 0.0
    early_stopping: int | None = None
    seed: int = 0
    optimizer: str = "gd"
    momentum: float = 0.9
    beta1: float = 0.9
    beta2: float = 0.999
    schedule: str = "constant"
    decay: float = 0.5
    decay_every: int = 100
    threads: int = 1


@dataclass(frozen=True)
class Job:
    """A network, what it learns from, what it is watched on, and how."""

    network: Network
    training: AnyExamples
    validation: AnyExamples | None
    settings: Settings


@dataclass(frozen=True)
class Row:
    """The weights at an epoch, measured; epoch 0 is before the first step.

    `loss` is the objective with L2, `validation_loss` is without; both count examples by their
    weights, if they have some, and the other measures count every example once. None: does not
    apply.
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
    CONVERGED = "converged"
    INTERRUPTED = "interrupted"
    DIVERGED = "diverged"


@dataclass(frozen=True)
class End:
    """The last event: the weights to keep, measured, and why training ended.

    `row.epoch` counts the finished epochs of the kept weights and `partial_steps` the steps
    taken since, which a run has that did not end with an epoch. `last_epoch` is where training
    stood.
    """

    reason: Reason
    theta: Parameters
    row: Row
    last_epoch: int
    partial_steps: int = 0


Event = Row | Progress | End
