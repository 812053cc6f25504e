"""A training that has ended, and what can be measured of it afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shallow_cli.config import Config
from shallow_cli.core.arrays import Array, Examples
from shallow_cli.core.buffers import batch_of, new_buffers
from shallow_cli.core.calls import run
from shallow_cli.core.events import End, Job, Row
from shallow_cli.core.gradient import objective_gradient, objective_value
from shallow_cli.core.lbfgs import Function
from shallow_cli.core.looking import Look, constant_loss, look, some_of
from shallow_cli.core.network import Parameters, parameters, zeros
from shallow_cli.core.optimizers import LBFGS
from shallow_cli.core.penalty import penalty

LONGER = 10  # times a learning rate, where another is advised


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
        """Of the kept weights, without L2."""
        return self.end.row.loss - float(penalty(self.end.theta, self.job.settings.l2).real)

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

    def other_units(self, otherwise: str) -> str:
        """What helps a layer that can only be linear, or something else where it is none."""
        return "activation=tanh" if self.job.network.activation == "identity" else otherwise

    @property
    def faster(self) -> str:
        """A learning rate above the config's."""
        return f"learning_rate={self.job.settings.learning_rate * LONGER:.1g}"

    @property
    def slower(self) -> str:
        """A learning rate below the config's; L-BFGS has none, and is held back by a penalty."""
        if self.config.optimizer == LBFGS:
            return "l2=0.001"
        return f"learning_rate={self.job.settings.learning_rate / LONGER:.1g}"
