"""`shallow trace`: one step of training, quantity by quantity."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shallow_cli.commands.options import Json, Overrides, TableOption, with_table
from shallow_cli.console.streams import say, write
from shallow_cli.errors import Problem, UsageError
from shallow_cli.printable import one_line

if TYPE_CHECKING:
    from shallow_cli.core.arrays import Array, Examples
    from shallow_cli.core.events import Job
    from shallow_cli.core.network import Parameters
    from shallow_cli.core.tracing import Quantity, Step
    from shallow_cli.tables.columns import Columns

LETTERS = {
    "learning_rate": "α",
    "momentum": "μ",
    "beta1": "β₁",
    "beta2": "β₂",
    "l2": "λ",
    "leak": "leak",
}


def trace_cli(
    subject: Annotated[
        Path,
        typer.Argument(
            metavar="CONFIG|MODEL",
            readable=False,
            help="Start from the first weights of a config (- is stdin), or from those of a model.",
        ),
    ],
    rows: Annotated[
        list[int] | None,
        typer.Option(
            "--row",
            metavar="N",
            min=1,
            help="Take this training example only, counted from 1; may be repeated.",
        ),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="How many steps.")] = 1,
    data: TableOption = None,
    overrides: Overrides = None,
    as_json: Json = False,
) -> None:
    """Show a step of training: forward, loss, backward and update.

    Every quantity comes with its equation in the lecture's notation, its shape, its values (of a
    large array the corners), and where it flows next. All of it is what the training code has
    computed, from all training examples as one batch, or from those that --row names. X, and Y of
    a regression, are as the network sees them: scaled as data.scale says, and a 1 for each word.
    --json has every value.

    \b
    Example:
      shallow trace config.yaml --row 1
      shallow trace model.npz --steps 2
    """
    import dataclasses
    import json

    from shallow_cli.console.trace_text import show_step
    from shallow_cli.core.tracing import trace

    columns, job, theta = subject_of(subject, data, overrides or ())
    constants = constants_of(job)
    job = dataclasses.replace(job, training=chosen_examples(job, rows or ()))
    shown = islice(trace(job, theta), steps)
    if as_json:
        values = [step_values(step) for step in shown]
        found = {**constants, "inputs": columns.input_names, "steps": values}
        write(json.dumps(found, ensure_ascii=False, allow_nan=False))
        return
    if columns.n_x > len(columns.features):  # who has words must know which input is which
        write(one_line(f"the rows of X: {', '.join(columns.input_names)}") + "\n")
    for step in shown:
        now = constants | ({"learning_rate": step.learning_rate} if step.update else {})
        show_step(step, {LETTERS[name]: value for name, value in now.items()})


def constants_of(job: "Job") -> dict[str, float]:
    """The numbers in the equations that are no arrays: those that apply."""
    from shallow_cli.core.optimizers import OPTIMIZERS

    network, settings = job.network, job.settings
    constants: dict[str, float] = {}
    if optimizer := OPTIMIZERS.get(settings.optimizer):
        names = ("learning_rate", *optimizer.settings)
        constants = {name: getattr(settings, name) for name in names}
    if settings.l2:
        constants["l2"] = settings.l2
    if network.activation == "leaky_relu":
        constants["leak"] = network.leak
    return constants


def subject_of(
    subject: Path, data: Path | None, overrides: Sequence[str]
) -> "tuple[Columns, Job, Parameters]":
    """What the inputs are, what to train, and the weights to start from.

    Raises:
        UsageError: if a model needs rows and none are named.
        ConfigError: if the config is broken or asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
        ModelFileError: if the model cannot be read.
    """
    from shallow_cli.choosing import chosen_rows, table_of
    from shallow_cli.files.config_file import load_config
    from shallow_cli.files.model_file import is_model, load_model
    from shallow_cli.fitting import continued, prepare

    if is_model(subject):
        model = load_model(subject)
        chosen = chosen_rows(model, data, overrides, "--data")
        return model.columns, continued(model, table_of(model, chosen)), model.theta
    prepared = prepare(load_config(subject, with_table(overrides, data)))
    return prepared.data.columns, prepared.job, prepared.theta


def chosen_examples(job: "Job", rows: Sequence[int]) -> "Examples":
    """The examples of these numbers, or as many as one pass takes.

    Raises:
        UsageError: if there is no example of a number, or more are named than fit one pass.
    """
    import numpy as np

    from shallow_cli.core.blocks import shard_rows

    m, most = len(job.training), shard_rows(job.network)
    problems = [Problem(f"--row {row}: there are {m} training examples") for row in rows if row > m]
    if len(rows) > most:
        problems.append(Problem(f"--row: {len(rows)} are named; {most} fit one pass"))
    if problems:
        raise UsageError(*problems)
    if rows:
        return job.training.take(np.array(rows) - 1)
    if m > most:
        say(f"the first {most} of {m} examples, which is one pass; --row chooses others")
    return job.training.take(np.arange(min(m, most)))


def step_values(step: "Step") -> dict[str, Any]:
    """A step as plain values; what is not finite is None."""
    parts = {"forward": step.forward, "backward": step.backward, "update": step.update}
    return {
        "step": step.number,
        "examples": step.rows,
        "learning_rate": step.learning_rate,
        "loss_equation": step.loss_equation,
        "loss": number(step.loss),
        "loss_after": None if step.loss_after is None else number(step.loss_after),
        **{name: [quantity_values(item) for item in items] for name, items in parts.items()},
    }


def number(value: float) -> float | None:
    """A number, or None where it is not finite."""
    import math

    return value if math.isfinite(value) else None


def quantity_values(quantity: "Quantity") -> dict[str, Any]:
    """One array with all that belongs to it."""
    return {
        "name": quantity.name,
        "equation": quantity.equation,
        "shape": list(quantity.values.shape),
        "flows_to": list(quantity.flows_to),
        "values": finite(quantity.values),
    }


def finite(values: "Array") -> list[Any]:
    """As lists, with None for what is not finite."""
    import numpy as np

    plain = (values + 0.0).astype(object)  # for which −0 is 0
    plain[~np.isfinite(values)] = None
    listed: list[Any] = plain.tolist()
    return listed
