"""A training that has ended, and what can be measured of it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shallow_cli.config import Config, flat
from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array, Examples
from shallow_cli.core.buffers import batch_of, new_buffers
from shallow_cli.core.calls import run
from shallow_cli.core.events import End, Job, Row
from shallow_cli.core.gradient import objective_gradient, objective_value
from shallow_cli.core.lbfgs import Function
from shallow_cli.core.looking import Look, constant_loss, look, some_of
from shallow_cli.core.network import Parameters, parameters, zeros
from shallow_cli.core.optimizers import LBFGS
from shallow_cli.core.prediction import objective

LONGER, SHORTER = 10, 3  # times a learning rate, where another is advised
MORE = 10  # times as many epochs


@dataclass(frozen=True)
class Training:
    """A training that has ended: how it began, what was logged, and what was kept."""

    config: Config
    job: Job
    first: Parameters
    rows: Sequence[Row]
    end: End
    inputs: Sequence[str]  # their names, as far as they have some

    @cached_property
    def data(self) -> Examples:
        """The training rows that are looked at."""
        return some_of(self.job.training)

    @property
    def inputs_vary(self) -> bool:
        """Whether there is anything to tell rows by."""
        return bool(np.ptp(self.data.table[:, :-1], axis=0).any())

    @property
    def saturates(self) -> bool:
        """Whether hidden units can: their slope is nearly 0 somewhere, and not only there 0."""
        return ACTIVATIONS[self.job.network.activation].curvature > 0

    @cached_property
    def at_first(self) -> Look:
        """The hidden units with the first weights."""
        return look(self.job.network, self.first, self.data)

    @cached_property
    def at_last(self) -> Look:
        """The hidden units with the kept weights."""
        return look(self.job.network, self.end.theta, self.data)

    @cached_property
    def chance(self) -> float:
        """The loss of one who knows the targets, and no features."""
        return constant_loss(self.job.network.output, self.data)

    @cached_property
    def loss(self) -> float:
        """Of the kept weights on the rows that are looked at, without L2."""
        return float(objective(self.job.network, self.end.theta, self.data, 0).real)

    def objective(self) -> Function:
        """The objective on the rows that are looked at, and its gradient."""
        network, l2 = self.job.network, self.job.settings.l2
        theta = parameters(network, self.end.theta.vector.astype(self.data.dtype))
        gradient = zeros(network, self.data.dtype)
        batch = batch_of(network, self.data, new_buffers(network, self.data, losses=True))
        calls = objective_gradient(network, theta, batch, l2, gradient)

        def function(x: Array) -> tuple[float, Array]:
            theta.vector[...] = x
            run(calls)
            return objective_value(theta, batch, l2), gradient.vector.astype(np.float64)

        return function

    @property
    def accuracy(self) -> float | None:
        """Of the kept weights, on the validation rows where there are some."""
        row = self.end.row
        return row.accuracy if row.validation_accuracy is None else row.validation_accuracy

    @property
    def commonest(self) -> float:
        """The share of the commonest class in the rows that count for accuracy."""
        counted = self.data if self.job.validation is None else some_of(self.job.validation)
        positive = counted.targets.mean(axis=0)
        return float(positive.max() if len(positive) > 1 else max(positive[0], 1 - positive[0]))

    def validation_rises(self, x: Array) -> bool:
        """Whether the validation loss is higher with other weights (n,) than with the kept."""
        kept = self.end.row.validation_loss
        if kept is None or self.job.validation is None:
            return False
        data = some_of(self.job.validation)
        theta = parameters(self.job.network, x)
        return float(objective(self.job.network, theta, data, 0).real) > kept

    def has(self, setting: str) -> bool:
        """Whether the config says so already."""
        name, _, value = setting.partition("=")
        return str(flat(self.config).get(name)) == value

    @property
    def other_units(self) -> list[str]:
        """What helps a layer that can only be linear."""
        return ["activation=tanh"] if self.job.network.activation == "identity" else []

    @property
    def freer(self) -> list[str]:
        """What lets weights leave the neighbourhood of 0."""
        return self.less_l2 or ["init_scale=xavier"]

    @property
    def less_l2(self) -> list[str]:
        """A lower penalty, where there is one."""
        return [f"l2={_plain(self.config.l2 / LONGER)}"] if self.config.l2 else []

    @property
    def faster(self) -> list[str]:
        """A learning rate above the config's; L-BFGS has none."""
        if self.config.optimizer == LBFGS:
            return []
        return [f"learning_rate={_plain(self.job.settings.learning_rate * LONGER)}"]

    def slower(self, times: float = SHORTER) -> list[str]:
        """A learning rate below the config's; L-BFGS has none, and is held back by a penalty."""
        if self.config.optimizer == LBFGS:
            return [f"l2={_plain(max(1e-3, LONGER * self.config.l2))}"]
        return [f"learning_rate={_plain(self.job.settings.learning_rate / times)}"]


Finding = tuple[str, Sequence[str]]  # what is wrong, and settings each of which may help
Rules = dict[str, Callable[[Training], Finding | None]]


def _plain(value: float) -> str:
    """One digit that counts, as people write it."""
    return f"{float(f'{value:.1g}'):g}"
