"""`shallow train`: a config in, a loss table and one model file out."""

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from shallow_cli.commands.options import DEFAULT_MODEL, Overrides
from shallow_cli.console.streams import discard_stdout, say, write
from shallow_cli.errors import (
    CLOSED_PIPE,
    DONE,
    DivergedError,
    ModelFileError,
    Problem,
    UnrepeatableError,
    UsageError,
)

if TYPE_CHECKING:
    from shallow_cli.commands.interrupts import Interrupts
    from shallow_cli.config import Config
    from shallow_cli.core.events import End, Event, Row
    from shallow_cli.files.checkpoint_file import Checkpoint
    from shallow_cli.fitting import Prepared
    from shallow_cli.model import Model


LEFT = "is left; the same command with --resume goes on from it"


def train_cli(  # noqa: PLR0913, PLR0917 - an argument is an option here
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", readable=False, help="A YAML config; - is stdin.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="MODEL", help="Where the model goes.")
    ] = DEFAULT_MODEL,
    overrides: Overrides = None,
    form: Annotated[
        Literal["table", "csv", "jsonl"], typer.Option("--format", help="Of the rows on stdout.")
    ] = "table",
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Nothing on stderr but errors.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the checkpoint, if there is one.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Train twice, and compare the bytes of the models.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show config, shapes and sizes; train nothing.")
    ] = False,
) -> None:
    """Train a network and write one model file.

    The loss table goes to stdout, everything else to stderr, first of all how each column is
    used. A row holds the loss of the weights at that epoch. Ctrl-C stops after the running step and
    keeps MODEL and a checkpoint, MODEL.ckpt, from which --resume goes on to the same bytes.

    \b
    Example:
      shallow train config.yaml -o model.npz --set epochs=500 --set hidden_units=8
    """
    from shallow_cli.files.config_file import load_config

    if str(output) == "-":
        raise UsageError(Problem("-o -: stdout is the loss table; name a file for the model"))
    loaded = load_config(config, overrides or ())
    if dry_run:
        show_plan(loaded)
        return
    code = train(loaded, output, Manner(form, quiet, resume, verify))
    if code != DONE:
        raise typer.Exit(code)


@dataclass(frozen=True)
class Manner:
    """How to train: the form of the rows; whether to be quiet, to go on from a checkpoint, and to
    train once more and compare.
    """

    form: str = "table"
    quiet: bool = False
    resume: bool = False
    verify: bool = False

    def tell(self, line: str) -> None:
        """One line on stderr, unless nothing is wanted there."""
        if not self.quiet:
            say(line)


def train(config: "Config", output: Path, manner: Manner) -> int:
    """Train, print the rows, write the model; returns the exit code.

    A training that is interrupted leaves a checkpoint beside its model, one that ends does not.

    Raises:
        ConfigError: if the config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
        DivergedError: if training ran away; no model is written then.
        ModelFileError: if the model cannot be written, or the checkpoint is damaged.
        UnrepeatableError: if it is to be verified, and another training gives another model.
        UsageError: if what is to be resumed is another training, or another file is in its place.
    """
    from shallow_cli.commands.interrupts import Interrupts
    from shallow_cli.console.training_notes import ending, notes
    from shallow_cli.core.events import Reason
    from shallow_cli.files.checkpoint_file import checkpoint_of
    from shallow_cli.files.model_file import require_replaceable
    from shallow_cli.fitting import prepare
    from shallow_cli.model import Model
    from shallow_cli.resuming import found

    require_replaceable(output)
    if has_checkpoint(output):
        require_replaceable(checkpoint_of(output))
    prepared = prepare(config, output.absolute().parent)
    for note in notes(prepared, config):
        manner.tell(note)
    start = found(prepared, output) if manner.resume else None
    if isinstance(start, Model):
        manner.tell(f"{output} is finished, at epoch {start.ended['epoch']}: nothing is left to do")
        if not manner.verify:
            return DONE
        with Interrupts() as interrupted:
            manner.tell(repeated(start, config, interrupted))
        return interrupted.exit_code
    with Interrupts() as interrupted:
        model = trained(config, prepared, output, start, manner, interrupted)
    if model is None or interrupted.exit_code == CLOSED_PIPE:
        return CLOSED_PIPE
    for line in ending(model, output):
        manner.tell(line)
    if model.ended["reason"] != Reason.INTERRUPTED.value:
        return interrupted.exit_code if manner.verify else DONE
    manner.tell("the same command with --resume goes on from there")
    return interrupted.exit_code


def has_checkpoint(output: Path) -> bool:
    """Whether a training keeps a checkpoint; not beside a device."""
    return not output.exists() or output.is_file()


def trained(
    config: "Config",
    prepared: "Prepared",
    output: Path,
    start: "Checkpoint | None",
    manner: Manner,
    interrupted: "Interrupts",
) -> "Model | None":
    """Train, from a checkpoint if there is one, and write the model.

    Where nobody reads the rows any more there is none: a look at them must not cost a model that
    is there already.

    Raises:
        DivergedError: if training ran away; no model is written then.
        ModelFileError: if the model cannot be written.
        UnrepeatableError: if it is to be verified, and another training gives another model.
    """
    from shallow_cli.core.events import Reason
    from shallow_cli.files.checkpoint_file import checkpoint_of
    from shallow_cli.files.model_file import save_model
    from shallow_cli.fitting import end_of, exceptions, trained_model

    path = checkpoint_of(output)
    events = checkpointed(prepared, output, start, manner, interrupted)
    told = list(shown(events, prepared.config.epochs, manner, interrupted))
    end = end_of(told)
    unfinished = end.reason is Reason.INTERRUPTED
    if unfinished and interrupted.exit_code == CLOSED_PIPE:
        return None
    try:
        model = trained_model(prepared, told)
    except DivergedError:
        path.unlink(missing_ok=True)
        raise
    for line in exceptions(end):
        manner.tell(f"warning: {line}; look for numbers far beyond the others")
    if manner.verify and not interrupted():
        manner.tell(repeated(model, config, interrupted))
    try:
        save_model(model, output)
    except ModelFileError as error:
        if not path.is_file():
            raise
        raise ModelFileError(*error.problems, Problem(LEFT, str(path))) from error
    if not unfinished:
        path.unlink(missing_ok=True)
    return model


def checkpointed(
    prepared: "Prepared",
    output: Path,
    start: "Checkpoint | None",
    manner: Manner,
    interrupted: "Interrupts",
) -> "Iterable[Event]":
    """The events of a training, while a checkpoint is kept of it; those before `start` too."""
    from shallow_cli.core.batches import steps_per_epoch
    from shallow_cli.core.training import train as train_events
    from shallow_cli.files.checkpoint_file import checkpoint_of
    from shallow_cli.resuming import kept

    path = checkpoint_of(output)
    if start is None and path.is_file():
        say(f"warning: {path} is replaced; --resume would have gone on from it")
    if start:
        per_epoch = steps_per_epoch(len(prepared.job.training), prepared.job.settings.batch_size)
        manner.tell(f"going on after epoch {start.state.steps // per_epoch}, from {path}")
    state, before = (start.state, start.history) if start else (None, ())
    going_on = train_events(prepared.job, prepared.theta, interrupted, state)
    events = itertools.chain(before, going_on)
    return kept(events, prepared, path, say) if has_checkpoint(output) else events


def repeated(model: "Model", config: "Config", interrupted: "Interrupts") -> str:
    """Train once more from the config, and say that it has given the same bytes.

    Raises:
        UnrepeatableError: if it has not.
    """
    from hashlib import sha256

    from shallow_cli.core.training import train as train_events
    from shallow_cli.files.model_file import model_bytes
    from shallow_cli.fitting import prepare, trained_model

    prepared = prepare(config)
    events = list(train_events(prepared.job, prepared.theta, interrupted))
    if interrupted():
        return "not verified: interrupted while training for the second time"
    first, second = model_bytes(model), model_bytes(trained_model(prepared, events))
    if first != second:
        text = "not repeatable: training twice has given two models; no model was written"
        raise UnrepeatableError(Problem(text))
    digest = sha256(first).hexdigest()
    return f"verified: trained twice, {len(first)} bytes are the same (SHA-256 {digest})"


def shown(
    events: "Iterable[Event]", epochs: int, manner: Manner, interrupted: "Interrupts"
) -> "Iterator[Row | End]":
    """The rows and the end, while printing the rows and keeping a bar moving.

    Where nobody reads the rows any more, as in `train | head`, the training is interrupted.
    """
    from shallow_cli.console.loss_table import loss_writer
    from shallow_cli.console.progress import ProgressBar
    from shallow_cli.core.events import Progress, Row

    show = loss_writer(manner.form, epochs)
    with contextlib.closing(ProgressBar(wanted=not manner.quiet)) as bar:
        for event in events:
            if isinstance(event, Progress):
                bar.update(event.steps, event.of, f"epoch {event.epoch}")
                continue
            if isinstance(event, Row):
                try:
                    with bar.hidden():
                        show(event)
                except BrokenPipeError:
                    interrupted.by_closed_pipe()
                    discard_stdout()
            yield event


def show_plan(config: "Config") -> None:
    """Print the config with every open choice made, then shapes and sizes as comments."""
    from shallow_cli.config_text import config_yaml
    from shallow_cli.fitting import prepare

    prepared = prepare(config)
    write(config_yaml(prepared.config))
    training, validation = prepared.job.training, prepared.job.validation
    m, n_y = len(training), training.n_y
    write(f"# X ({prepared.job.network.n_x}, {m})  Y ({n_y}, {m})")
    blocks = prepared.theta.blocks().items()
    shapes = "  ".join(f"{name} {block.shape}" for name, block in blocks)
    write(f"# {shapes}: {prepared.job.network.n_parameters} parameters")
    write(f"# {m} training rows, {len(validation) if validation else 0} validation rows")
