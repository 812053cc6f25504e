"""What a training is told, and the events it answers with."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum

from shallow_cli.core.arrays import AnyExamples, Array
from shallow_cli.core.network import Network, Parameters
from shallow_cli.core.stopping import Best, Losses


@dataclass(frozen=True)
class Settings:
    """How to train; a batch size of None is the full batch, in the rows' own order.

    `early_stopping` is the patience in epochs on the validation loss, None for never, and
    `checkpoint_every` how many epochs there may be without a Progress. The names are those of
    `OPTIMIZERS` (or lbfgs, for which an epoch is an iteration) and `SCHEDULES`.
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
    checkpoint_every: int | None = None


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
class Snapshot:
    """The weights after an epoch, a copy of all of them in one vector."""

    epoch: int
    vector: Array = field(compare=False, repr=False)


@dataclass(frozen=True)
class State:
    """Where a training stands after so many steps: with it, a training goes on to the same bits.

    `vector` are the last weights, `remembered` what the optimizer remembers, by name, and `row`
    the last that was told.
    """

    steps: int
    vector: Array
    remembered: Mapping[str, Array]
    best: Best
    losses: Losses
    row: Row


@dataclass(frozen=True)
class Progress:
    """So many of all the steps are done; `state` copies where training stands just now."""

    steps: int
    of: int
    epoch: int
    state: Callable[[], State] = field(compare=False, repr=False)


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
    stood. `overflow` and `invalid` count the operations on arrays that gave an infinity, or no
    number, since the beginning or the state that was gone on from.
    """

    reason: Reason
    theta: Parameters
    row: Row
    last_epoch: int
    partial_steps: int = 0
    overflow: int = 0
    invalid: int = 0


Event = Row | Snapshot | Progress | End
