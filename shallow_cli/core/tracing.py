"""One step of training, quantity by quantity, as the production code has computed it.

Nothing is computed here: the passes, the gradient, the loss and the update are those of
training, and what they leave in their buffers is given its name, equation and successor.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array, Examples
from shallow_cli.core.blocks import shard_rows
from shallow_cli.core.buffers import one_pass
from shallow_cli.core.calls import run
from shallow_cli.core.events import Job
from shallow_cli.core.gradient import objective_gradient
from shallow_cli.core.network import (
    Network,
    Parameters,
    Workspace,
    as_shard,
    parameters,
    workspace,
    zeros,
)
from shallow_cli.core.optimizers import OPTIMIZERS, Clock, Memory, Optimizer, clock_for
from shallow_cli.core.outputs import OUTPUTS
from shallow_cli.core.prediction import objective
from shallow_cli.core.steps import learning_rates


@dataclass(frozen=True)
class Quantity:
    """An array of a step: its name, the right side of its equation, and where it flows next."""

    name: str
    equation: str
    values: Array
    flows_to: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One forward and backward pass and one update, in the order in which they happen.

    A step of L-BFGS is a search along a line: it has no equation, and no update here.
    """

    number: int
    rows: int
    learning_rate: float
    loss_equation: str
    loss: float
    forward: tuple[Quantity, ...]
    backward: tuple[Quantity, ...]
    update: tuple[Quantity, ...]
    loss_after: float | None


def trace(job: Job, theta: Parameters) -> Iterator[Step]:
    """Steps of the optimizer on all the training examples, without end; of L-BFGS only one.

    They start from `theta`, which is left as it is.

    Raises:
        ValueError: if there are more examples than fit one pass.
    """
    m, most = len(job.training), shard_rows(job.network)
    if m > most:
        raise ValueError(f"{m} examples; {most} fit one pass")
    optimizer, clock = OPTIMIZERS.get(job.settings.optimizer), clock_for(theta.vector)
    memory = optimizer.memory(theta.vector) if optimizer else ()
    full = dataclasses.replace(job, settings=dataclasses.replace(job.settings, batch_size=None))
    for number, alpha in enumerate(learning_rates(full), 1):
        clock.t[...], clock.alpha[...] = number, alpha
        with np.errstate(all="ignore"):  # what overflows is shown as such
            step, theta = _step(job, theta, memory, clock)
        yield step
        if optimizer is None:
            return


def _step(job: Job, theta: Parameters, memory: Memory, clock: Clock) -> tuple[Step, Parameters]:
    network, settings, dtype = job.network, job.settings, theta.vector.dtype.type
    data = job.training.take(np.arange(len(job.training)))
    work, gradient = workspace(network, len(data), dtype, own_Z1=True), zeros(network, dtype)
    batch = one_pass(network, data, work)
    run(objective_gradient(network, theta, batch, settings.l2, gradient))
    updated = parameters(network, theta.vector.copy())
    optimizer = OPTIMIZERS.get(settings.optimizer)
    if optimizer:
        run(optimizer.step(updated.vector, gradient.vector, memory, clock, settings))
    step = Step(
        int(clock.t),
        len(data),
        float(clock.alpha),
        _loss_says(network, data, settings.l2),
        float(objective(network, theta, data, settings.l2).real),
        _forward(network, theta, data, work),
        _backward(network, data, work, gradient, settings.l2),
        tuple(_update(network, optimizer, updated, memory)) if optimizer else (),
        float(objective(network, updated, data, settings.l2).real) if optimizer else None,
    )
    return step, updated


def _loss_says(network: Network, data: Examples, l2: float) -> str:
    says = OUTPUTS[network.output].loss_says
    weighted = says.replace("Σ", "Σ w ∘") if data.weighted else says
    return weighted + (" + (λ/2)(‖W1‖² + ‖W2‖²)" if l2 else "")


def _forward(
    network: Network, theta: Parameters, data: Examples, work: Workspace
) -> tuple[Quantity, ...]:
    g, output = ACTIVATIONS[network.activation].says, OUTPUTS[network.output].says
    w = as_shard(data).w
    return (
        Quantity("X", "", data.table.T[:-1], ("Z1", "dW1")),
        Quantity("W1", "", theta.W1, ("Z1",)),
        Quantity("b1", "", theta.b1, ("Z1",)),
        Quantity("Z1", "W1 X + b1", work.Z1, ("A1",)),
        Quantity("A1", f"g(Z1) = {g}", work.A1, ("Z2", "dW2", "g′(Z1)")),
        Quantity("W2", "", theta.W2, ("Z2", "dZ1")),
        Quantity("b2", "", theta.b2, ("Z2",)),
        Quantity("Z2", "W2 A1 + b2", work.Z2, ("A2",)),
        Quantity("A2", output, work.A2, ("J", "dZ2")),
        Quantity("Y", "", data.targets.T, ("J", "dZ2")),
        *([] if w is None else [Quantity("w", "", w, ("J", "dZ2"))]),
    )


def _backward(
    network: Network, data: Examples, work: Workspace, gradient: Parameters, l2: float
) -> tuple[Quantity, ...]:
    slope = ACTIVATIONS[network.activation].slope_says
    penalty1, penalty2 = (" + λ W1", " + λ W2") if l2 else ("", "")
    delta = "(A2 − Y) ∘ w" if data.weighted else "A2 − Y"
    return (
        Quantity("dZ2", delta, work.dZ2, ("dW2", "db2", "dZ1")),
        Quantity("dW2", f"dZ2 A1ᵀ / m{penalty2}", gradient.W2, ("W2",)),
        Quantity("db2", "Σ dZ2 / m", gradient.b2, ("b2",)),
        Quantity("g′(Z1)", slope, work.slope, ("dZ1",)),
        Quantity("dZ1", "W2ᵀ dZ2 ∘ g′(Z1)", work.dZ1, ("dW1", "db1")),
        Quantity("dW1", f"dZ1 Xᵀ / m{penalty1}", gradient.W1, ("W1",)),
        Quantity("db1", "Σ dZ1 / m", gradient.b1, ("b1",)),
    )


def _update(
    network: Network, optimizer: Optimizer, updated: Parameters, memory: Memory
) -> Iterator[Quantity]:
    """First what is remembered of each part of θ, then the part itself."""
    kept = [parameters(network, vector.copy()).blocks() for vector in memory]
    for name, block in updated.blocks().items():
        for (what, says), blocks in zip(optimizer.remembers.items(), kept, strict=False):
            equation = says.replace("V", name)
            yield Quantity(f"{what} {name}", equation, blocks[name], (name,))
        yield Quantity(name, optimizer.says.replace("V", name), block, ())
