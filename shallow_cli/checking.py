"""The gradient check of a config, of a model, or of everything: points, verdict, hint."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, product

import numpy as np

from shallow_cli.config import Config, unflat
from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import DTYPES, AnyExamples, Array, Examples
from shallow_cli.core.events import Job, Settings
from shallow_cli.core.gradcheck.check import Budget, PointCheck, check_gradient
from shallow_cli.core.gradcheck.derivatives import Backprop, Case, backprop
from shallow_cli.core.gradcheck.hints import hint
from shallow_cli.core.gradcheck.mistakes import Mistake
from shallow_cli.core.gradcheck.points import (
    BURN_IN,
    burnt_in_point,
    generic_examples,
    generic_point,
    saturated_point,
)
from shallow_cli.core.gradcheck.updates import STEPS, check_updates, short_job
from shallow_cli.core.initializers import initial_parameters
from shallow_cli.core.network import Network, Parameters, parameters
from shallow_cli.core.optimizers import LBFGS, OPTIMIZERS
from shallow_cli.core.rng import check_stream
from shallow_cli.core.schedules import SCHEDULES
from shallow_cli.fitting import continued, prepare
from shallow_cli.model import Model
from shallow_cli.tables.raw import RawTable

ROWS = 32
# n_x, n_h and m of the networks that are checked without a config. The others have n_y as well.
SIZES = {"": (3, 4, 7), "one unit": (1, 1, 3), "square": (2, 2, 5), "one row": (2, 3, 1)}
OUTPUTS = {"sigmoid": 1, "softmax": 3, "linear": 2}
L2 = 0.1
GENERIC = "generic weights"
USED_WRONGLY = (
    "the gradient is right, and the step taken with it is not: "
    "the rows of the batch, the learning rate, the optimizer, or weights that are left out"
)
SHORT = Settings(0.1, epochs=5, log_every=1, decay_every=1)  # a training to take steps of
QUICK = Budget(directions=1, guards=1)  # for many small networks, seen element by element


@dataclass(frozen=True)
class Point:
    """Somewhere to check a gradient; `group` is the network it belongs to."""

    group: str
    name: str
    case: Case
    theta: Parameters
    job: Job | None = None  # where training steps are to be checked from


@dataclass(frozen=True)
class Finding:
    """What a check found at a point, or of a training step (1, 2, …) from there."""

    group: str
    name: str
    check: PointCheck
    step: int = 0


@dataclass(frozen=True)
class Report:
    """All that was found; a hint where something failed.

    `steps_left_out` could not be compared: rounding decided about a slope on their way.
    """

    findings: tuple[Finding, ...]
    hint: str = ""
    steps_left_out: int = 0

    @property
    def failed(self) -> bool:
        """Whether a block is wrong, and the numeric methods nowhere disagree."""
        blocks = [block for finding in self.findings for block in finding.check.blocks]
        torn = any(block.guard.disagreements for block in blocks)
        return not torn and any(block.failed for block in blocks)

    @property
    def passed(self) -> bool:
        """Whether there was something to check, and all of it is right."""
        return bool(self.findings) and all(finding.check.passed for finding in self.findings)


@dataclass(frozen=True)
class Sampling:
    """Which rows of a table are looked at, with which seed, in which dtype.

    Without a dtype it is that of the config or the model.
    """

    rows: int = ROWS
    seed: int = 0
    dtype: type[np.generic] | None = None

    @classmethod
    def of(cls, rows: int | None, seed: int, dtype: str | None) -> Sampling:
        """From words of a command line."""
        return cls(rows or ROWS, seed, DTYPES[dtype] if dtype else None)

    def otherwise(self, dtype: type[np.generic]) -> Sampling:
        """With this dtype where none was said."""
        return self if self.dtype else dataclasses.replace(self, dtype=dtype)

    def few(self, data: AnyExamples) -> Examples:
        """Some rows, drawn, in their own order."""
        order = check_stream(self.seed, "rows").permutation(len(data))
        return self.cast(data.take(np.sort(order[: self.rows])))

    def cast(self, data: Examples) -> Examples:
        """The examples in the dtype."""
        weights = None if data.weights is None else self._cast(data.weights)
        return Examples(self._cast(data.table), self._cast(data.targets), weights)

    def weights(self, network: Network, theta: Parameters) -> Parameters:
        """The weights in the dtype."""
        return parameters(network, self._cast(theta.vector))

    def _cast(self, values: Array) -> Array:
        with np.errstate(over="ignore"):  # what is too large for the dtype gets no verdict
            return values.astype(self.dtype or values.dtype)


def config_points(config: Config, sampling: Sampling) -> list[Point]:
    """Where the network of a config is checked, on some of its own training rows.

    Raises:
        ConfigError: if the config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
    """
    prepared, sampling = prepare(config), sampling.otherwise(config.scalar)
    data = sampling.few(prepared.job.training)
    job, case = short_job(prepared.job, data), Case(prepared.job.network, data, config.l2)
    named = _named_points(job, prepared.theta, sampling)
    first, *others = [Point("", name, case, theta) for name, theta in named]
    return [dataclasses.replace(first, job=job), *others]


def _named_points(
    job: Job, first: Parameters, sampling: Sampling
) -> Iterator[tuple[str, Parameters]]:
    network = job.network
    first = sampling.weights(network, first)
    yield "first weights", first
    yield GENERIC, sampling.weights(network, generic_point(network, sampling.seed))
    yield f"after {BURN_IN} steps", burnt_in_point(job, first)
    yield "saturated weights", sampling.weights(network, saturated_point(network, sampling.seed))


def model_points(model: Model, table: RawTable, sampling: Sampling) -> list[Point]:
    """The trained weights of a model, on some rows of a table.

    Raises:
        DataError: if all the weights of the rows are 0.
    """
    whole, sampling = continued(model, table), sampling.otherwise(unflat(model.config).scalar)
    data = sampling.few(whole.training)
    theta = sampling.weights(model.network, model.theta)
    case = Case(model.network, data, whole.settings.l2)
    return [Point("", "trained weights", case, theta, short_job(whole, data))]


def every_point(sampling: Sampling) -> Iterator[Point]:
    """Every activation, output and option, for odd sizes, on drawn rows.

    With and without both options, which are L2 and weights of the rows; the steps are by one
    optimizer, and at one schedule, after the other.
    """
    sampling = sampling.otherwise(np.float64)
    optimizers = cycle((*OPTIMIZERS, LBFGS))
    schedules = cycle(np.repeat(list(SCHEDULES), 2))  # each with and without L2, and batches
    for activation, output, l2 in product(ACTIVATIONS, OUTPUTS, (0.0, L2)):
        group = f"{activation}, {output}" + (", L2, weighted rows" if l2 else "")
        for size, (n_x, n_h, m) in SIZES.items():
            n_y = n_h if size == "square" and output != "sigmoid" else OUTPUTS[output]
            network = Network(n_x, n_h, n_y, activation, output, leak=0.1)
            data = sampling.cast(generic_examples(network, m, sampling.seed, weighted=l2 > 0))
            settings = SHORT if size else _varied(next(optimizers), next(schedules), l2)
            job = Job(network, data, None, settings)
            first = initial_parameters(network, 0.5, sampling.seed)
            for name, theta in _named_points(job, first, sampling):
                steps = job if not size and name == "first weights" else None
                label = f"{size}, {name}" if size else name
                yield Point(group, label, Case(network, data, l2), theta, steps)


def _varied(optimizer: str, schedule: str, l2: float) -> Settings:
    """Both ways of going through the rows; L-BFGS knows one, and no schedule."""
    if optimizer == LBFGS:
        return dataclasses.replace(SHORT, optimizer=optimizer, l2=l2)
    batch = 4 if l2 else None
    return dataclasses.replace(
        SHORT, optimizer=optimizer, schedule=schedule, batch_size=batch, l2=l2
    )


def check(points: Iterable[Point], budget: Budget, mistake: Mistake | None = None) -> Report:
    """Check production's backward pass at all points, or one with a mistake.

    Training steps are production's, and are checked only without a mistake.
    """
    checked = backprop if mistake is None else mistake.backprop
    findings: list[Finding] = []
    failed: list[Point] = []
    left_out = 0
    for point in points:
        found = check_gradient(point.case, point.theta, budget, checked)
        findings.append(Finding(point.group, point.name, found))
        if any(block.failed for block in found.blocks):
            failed.append(point)
        if point.job is not None and mistake is None:
            steps = list(check_updates(point.job, point.theta, budget))
            left_out += STEPS - len(steps)
            for number, step in enumerate(steps, 1):
                name = f"step {number}{_by(point.job.settings)}"
                findings.append(Finding(point.group, name, step, number))
    report = Report(tuple(findings), steps_left_out=left_out)
    return dataclasses.replace(report, hint=_hint(failed, checked)) if report.failed else report


def _by(settings: Settings) -> str:
    """Who makes a step, where that is not as usual."""
    by = "" if settings.optimizer == "gd" else f" by {settings.optimizer}"
    return by if settings.schedule == "constant" else f"{by}, {settings.schedule}"


def _hint(failed: Sequence[Point], checked: Backprop) -> str:
    """From the point where a pattern is plainest: where nothing is zero, saturated or alike."""
    if not failed:
        return USED_WRONGLY
    point = next((point for point in failed if point.name.endswith(GENERIC)), failed[0])
    return hint(point.case, point.theta, checked)
