"""`shallow train`: a config in, a loss table and one model file out."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from shallow_cli.commands.options import DEFAULT_MODEL, Overrides
from shallow_cli.console.streams import discard_stdout, say, write
from shallow_cli.errors import DONE, Problem, UsageError

if TYPE_CHECKING:
    from shallow_cli.config import Config
    from shallow_cli.core.events import End, Event, Row


def train_cli(
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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show config, shapes and sizes; train nothing.")
    ] = False,
) -> None:
    """Train a network and write one model file.

    The loss table goes to stdout, everything else to stderr, first of all how each column is
    used. A row holds the loss of the
    weights at that epoch.

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
    code = train(loaded, output, form=form, quiet=quiet)
    if code != DONE:
        raise typer.Exit(code)


def train(config: "Config", output: Path, *, form: str = "table", quiet: bool = False) -> int:
    """Train, print the rows, write the model; returns the exit code.

    Raises:
        ConfigError: if the config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
        DivergedError: if training ran away; no model is written then.
        ModelFileError: if the model cannot be written.
    """
    from shallow_cli.commands.interrupts import Interrupts
    from shallow_cli.console.training_notes import ending, notes
    from shallow_cli.core.events import Reason
    from shallow_cli.core.training import train as train_events
    from shallow_cli.files.model_file import require_replaceable, save_model
    from shallow_cli.fitting import prepare, trained_model

    require_replaceable(output)
    prepared = prepare(config, output.absolute().parent)
    tell = (lambda _: None) if quiet else say
    for note in notes(prepared, config):
        tell(note)
    with Interrupts() as interrupted:
        events = train_events(prepared.job, prepared.theta, interrupted)
        told = list(shown(events, config.epochs, form, interrupted, quiet=quiet))
        model = trained_model(prepared, told)
        save_model(model, output)
    for line in ending(model, output):
        tell(line)
    stopped = model.ended["reason"] == Reason.INTERRUPTED.value
    return interrupted.exit_code if stopped else DONE


def shown(
    events: "Iterator[Event]",
    epochs: int,
    form: str,
    interrupted: Callable[[], bool],
    *,
    quiet: bool,
) -> "Iterator[Row | End]":
    """The rows and the end, while printing the rows and keeping a bar moving.

    When an interrupt has ended the reader of the rows too, as in `train | tee`, the last row is
    not printed, but the run goes on to write its model.
    """
    from shallow_cli.console.loss_table import loss_writer
    from shallow_cli.console.progress import ProgressBar
    from shallow_cli.core.events import Progress, Row

    show = loss_writer(form, epochs)
    with contextlib.closing(ProgressBar(wanted=not quiet)) as bar:
        for event in events:
            if isinstance(event, Progress):
                bar.update(event.steps, event.of, f"epoch {event.epoch}")
                continue
            if isinstance(event, Row):
                try:
                    with bar.hidden():
                        show(event)
                except BrokenPipeError:
                    if not interrupted():
                        raise
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
