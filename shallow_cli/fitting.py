"""From a config to a trained model, as plain functions: what `shallow train` does, and more.

prepared = prepare(load_config(Path("config.yaml")))
events = list(train(prepared.job, prepared.theta))
model = trained_model(prepared, events)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shallow_cli.config import INDIFFERENT, PATHS, Config, flat, has_part, unflat
from shallow_cli.core.events import End, Event, Job, Reason, Row, Settings, Snapshot
from shallow_cli.core.initializers import initial_parameters
from shallow_cli.core.network import Network, Parameters
from shallow_cli.core.optimizers import LBFGS, OPTIMIZERS
from shallow_cli.core.training import train
from shallow_cli.cores import cores
from shallow_cli.data_config import DataConfig
from shallow_cli.diagnosis.rules import diagnoses, why_diverged
from shallow_cli.diagnosis.training import Training
from shallow_cli.errors import DivergedError, Problem, UsageError
from shallow_cli.files.identity import are_files
from shallow_cli.files.paths import text_of
from shallow_cli.model import Model
from shallow_cli.tables.columns import OUTPUT_OF_TASK, Columns
from shallow_cli.tables.data import Data, load_data
from shallow_cli.tables.encoding import encoded
from shallow_cli.tables.fitted import encoding, with_weights
from shallow_cli.tables.loading import Load, load_table
from shallow_cli.tables.raw import RawTable
from shallow_cli.versions import made_with

MOST_ROWS = 20  # of the loss table, when `log_every` is auto
DECAYS = 10  # in a training, when `decay_every` is auto


@dataclass(frozen=True)
class Prepared:
    """Everything that training needs, and the config with every open choice made."""

    config: Config
    data: Data
    job: Job
    theta: Parameters  # at the start


def prepare(config: Config, scratch: Path | None = None, load: Load = load_table) -> Prepared:
    """Load the data and set up the network.

    Args:
        config: what to learn from, and how.
        scratch: a folder for a temporary file where the rows are many; the system's if None.
        load: what reads the table of the training.

    Raises:
        ConfigError: if the config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
    """
    data = load_data(config, scratch, load)
    network = network_of(config, data.columns)
    settings = settings_of(config)
    return Prepared(
        with_choices_made(config, data.config, settings),
        data,
        Job(network, data.training, data.validation, settings),
        initial_parameters(network, config.init_scale, config.seed, config.scalar),
    )


def require_files(config: Config, why: str) -> None:
    """Refuse data that can be read but once, where it is to be read again.

    Raises:
        DataError: if a file is not there.
        UsageError: if a table is standard input or a pipe.
    """
    held_out = config.data.validation
    for paths in (config.data.csv or (), held_out if isinstance(held_out, tuple) else ()):
        if not are_files(paths):
            text = f"can be read only once, and {why}; write it to a file first"
            raise UsageError(Problem(text, ", ".join(map(str, paths))))


def network_of(config: Config, columns: Columns) -> Network:
    """The network that a config asks for, with the inputs and outputs of a table."""
    return Network(
        n_x=columns.n_x,
        n_h=config.hidden_units,
        n_y=columns.n_y,
        activation=config.activation,
        output=OUTPUT_OF_TASK[columns.task],
        leak=config.leak,
    )


def continued(model: Model, table: RawTable) -> Job:
    """How the training of a model would go on, on the rows of a table read for it.

    Raises:
        DataError: if all the weights of the rows are 0.
    """
    config, rows = unflat(model.config), range(len(table))
    plain = encoding(table, model.columns)
    weighted = with_weights(plain, table, rows, config.class_weight)
    training = encoded(weighted, table, rows, config.scalar)
    return Job(model.network, training, None, settings_of(config))


def settings_of(config: Config) -> Settings:
    """How a config says to train, in the words of `core`."""
    epochs = config.epochs
    return Settings(
        learning_rate=_chosen(config.learning_rate, customary_rate(config.optimizer)),
        epochs=epochs,
        log_every=int(_chosen(config.log_every, log_stride(epochs))),
        batch_size=None if config.batch_size == "full" else int(config.batch_size),
        l2=config.l2,
        early_stopping=config.early_stopping,
        seed=config.seed,
        optimizer=config.optimizer,
        momentum=config.momentum,
        beta1=config.beta1,
        beta2=config.beta2,
        schedule=config.schedule,
        decay=config.decay,
        decay_every=int(_chosen(config.decay_every, -(-epochs // DECAYS))),
        threads=int(_chosen(config.threads, cores())),
        checkpoint_every=None
        if config.checkpoint_every == "auto"
        else int(config.checkpoint_every),
    )


def _chosen(value: float | str, automatic: float) -> float:
    return automatic if value == "auto" else float(value)


def with_choices_made(config: Config, data: DataConfig, settings: Settings) -> Config:
    """The config with everything that was left open and decides the result."""
    names = ("learning_rate", "decay_every")
    chosen = {name: getattr(settings, name) for name in names if has_part(config, name)}
    return dataclasses.replace(config, data=data, log_every=settings.log_every, **chosen)


def customary_rate(optimizer: str) -> float:
    """The learning rate that an optimizer has unless told; L-BFGS needs none."""
    return OPTIMIZERS["gd" if optimizer == LBFGS else optimizer].learning_rate


def log_stride(epochs: int) -> int:
    """The smallest of 1, 2, 5 × 10ᵏ epochs between rows that gives at most 20 rows."""
    power = 1
    while True:
        for stride in (power, 2 * power, 5 * power):
            if 1 + -(-epochs // stride) <= MOST_ROWS:
                return stride
        power *= 10


def trained_model(prepared: Prepared, events: Sequence[Event]) -> Model:
    """The model that a finished stream of events leaves.

    Raises:
        DivergedError: if training ran away.
        ValueError: if the stream has not ended.
    """
    end = end_of(events)
    rows = tuple(event for event in events if isinstance(event, Row))
    names = prepared.data.columns.input_names
    past = Training(prepared.config, prepared.job, prepared.theta, rows, end, names)
    if end.reason is Reason.DIVERGED:
        problems = [_divergence(rows, end, prepared.config), *overflows(end)]
        raise DivergedError(*map(Problem, [*problems, *map(str, why_diverged(past))]))
    return Model(
        network=prepared.job.network,
        theta=end.theta,
        columns=prepared.data.columns,
        config=deciding_keys(prepared.config),
        sources=prepared.data.sources,
        made_with=made_with(),
        ended={
            "reason": end.reason.value,
            "epoch": end.last_epoch,
            "partial_steps": end.partial_steps,
        },
        kept=end.row,
        history=rows,
        snapshots=tuple(event for event in events if isinstance(event, Snapshot)),
        diagnoses=diagnoses(past),
    )


def end_of(events: Sequence[Event]) -> End:
    """The last of a stream of events.

    Raises:
        ValueError: if the stream has not ended.
    """
    end = events[-1] if events else None
    if not isinstance(end, End):
        raise ValueError("the training has not ended")  # noqa: TRY004 - the stream, not its type
    return end


def _divergence(rows: Sequence[Row], end: End, config: Config) -> str:
    """How a training ran away and what to try."""
    double = "--set dtype=float64, " if config.dtype == "float32" else ""
    scale = config.init_scale
    weights = f"a smaller init_scale than {scale if isinstance(scale, str) else f'{scale:g}'}"
    data = "look for numbers far beyond the others"
    if not rows:
        return f"the first weights give no finite loss; try {double}{weights}, or {data}"
    then = f", {rows[-1].loss:.6g} in the last row" if len(rows) > 1 else " and then no number"
    what = f"training diverged at epoch {end.last_epoch}: the loss was {rows[0].loss:.6g} at first"
    cure = f"{weights}, or {data}" if config.optimizer == LBFGS else slower_than(config)
    return f"{what}{then}; no model was written. Try {double}{cure}"


def overflows(end: End) -> Iterator[str]:
    """How many operations on arrays overflowed or were invalid, if some did, in one line."""
    if end.overflow or end.invalid:
        yield f"operations that overflowed: {end.overflow}, that were invalid: {end.invalid}"


def slower_than(config: Config) -> str:
    """A learning rate to try where a training ran away."""
    rate = settings_of(config).learning_rate
    return f"--set learning_rate={min(rate / 10, 1):g} (it is {rate:g})"


def fit(config: Config) -> Model:
    """Train to the end and return the model.

    Raises:
        ConfigError: if the config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
        DivergedError: if training ran away.
    """
    prepared = prepare(config)
    return trained_model(prepared, list(train(prepared.job, prepared.theta)))


def deciding_keys(config: Config) -> dict[str, Any]:
    """The keys that decide the result, as a model keeps them: of files only the names."""
    return {
        name: _names(value) if name in PATHS and isinstance(value, tuple) else value
        for name, value in flat(config).items()
        if name not in INDIFFERENT
    }


def _names(paths: Sequence[Path]) -> str | list[str]:
    names = [text_of(path.name) for path in paths]
    return names[0] if len(names) == 1 else names
