"""`shallow train`: a config in, a loss table and one model file out."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from shallow_cli.commands.options import DEFAULT_MODEL, Overrides
from shallow_cli.console.streams import say, write
from shallow_cli.errors import DONE, DivergedError, ModelFileError, Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shallow_cli.config import Config
    from shallow_cli.core.training import End, Event, Row
    from shallow_cli.fitting import Prepared

SHOWN_CLASSES = 10


def train_cli(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A YAML config; - is stdin.")],
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

    The loss table goes to stdout, everything else to stderr. A row holds the loss of the
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


def train(config: Config, output: Path, *, form: str = "table", quiet: bool = False) -> int:
    """Train, print the rows, write the model; returns the exit code.

    Raises:
        ConfigError: if the config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
        DivergedError: if training ran away; no model is written then.
        ModelFileError: if the model cannot be written.
    """
    from shallow_cli.commands.interrupts import Interrupts
    from shallow_cli.core.training import Reason
    from shallow_cli.core.training import train as train_events
    from shallow_cli.files.atomic import require_writable
    from shallow_cli.files.model_file import save_model
    from shallow_cli.fitting import prepare, trained_model

    prepared = prepare(config)
    require_writable(output, ModelFileError)
    tell = (lambda _: None) if quiet else say
    for note in notes(prepared):
        tell(note)
    with Interrupts() as interrupted:
        rows, end = watch(
            train_events(prepared.task, prepared.theta, interrupted), prepared, form, quiet=quiet
        )
    if end.reason is Reason.DIVERGED:
        raise DivergedError(Problem(divergence(rows, end, config.learning_rate)))
    save_model(trained_model(prepared, [*rows, end]), output)
    tell(ending(end, output))
    return interrupted.exit_code if end.reason is Reason.INTERRUPTED else DONE


def watch(
    events: Iterator[Event], prepared: Prepared, form: str, *, quiet: bool
) -> tuple[list[Row], End]:
    """Print the rows as they come and keep a bar moving; returns the rows and the end."""
    from shallow_cli.console.loss_table import loss_writer
    from shallow_cli.console.progress import ProgressBar
    from shallow_cli.core.training import End, Progress, Row

    show = loss_writer(form, prepared.config.epochs)
    rows: list[Row] = []
    with contextlib.closing(ProgressBar(wanted=not quiet)) as bar:
        for event in events:
            if isinstance(event, Progress):
                bar.update(event.steps, event.of, f"epoch {event.epoch}")
            elif isinstance(event, Row):
                rows.append(event)
                with bar.hidden():
                    show(event)
            elif isinstance(event, End):
                return rows, event
    raise AssertionError("a training ends with an End")


def notes(prepared: Prepared) -> Iterator[str]:
    """What was decided on the way, and what is unusual."""
    columns, config = prepared.data.columns, prepared.config
    what = f"{', '.join(columns.target_names)}: {columns.task}"
    if columns.classes:
        shown = ", ".join(columns.classes[:SHOWN_CLASSES])
        more = ", …" if len(columns.classes) > SHOWN_CLASSES else ""
        what += f", {len(columns.classes)} classes ({shown}{more})"
    if prepared.task_was_chosen:
        what += f"; data.task: {'regression' if columns.classes else 'multiclass'} overrides"
    yield what
    held_out = prepared.task.validation
    yield (
        f"{len(prepared.task.training)} training rows"
        + (f", {len(held_out)} validation rows" if held_out else "")
        + f", {len(columns.features)} features, {prepared.task.network.n_parameters} parameters"
    )
    if not columns.classes and config.data.scale_target != "none":
        how = config.data.scale_target
        yield f"the loss is that of the scaled target (data.scale_target: {how})"
    if config.init_scale == 0:
        yield "warning: init_scale 0 makes all hidden units alike, and they stay alike"
    if isinstance(config.batch_size, int) and config.batch_size > len(prepared.task.training):
        yield f"warning: batch_size {config.batch_size} is more than the training rows"


def divergence(rows: list[Row], end: End, learning_rate: float) -> str:
    """How a training ran away and which rate to try."""
    last = f"{rows[0].loss:.6g} -> {rows[-1].loss:.6g}" if len(rows) > 1 else "is not finite"
    return (
        f"training diverged at epoch {end.last_epoch}: loss {last} at learning_rate "
        f"{learning_rate:g}; no model was written. Try --set learning_rate={learning_rate / 10:g}"
    )


def ending(end: End, output: Path) -> str:
    """Why training ended, what was kept, and where it went."""
    kept = f"wrote {output}: the weights of epoch {end.row.epoch}, loss {end.row.loss:.6f}"
    if end.row.validation_loss is not None:
        kept += f", validation_loss {end.row.validation_loss:.6f}"
    where = f"epoch {end.last_epoch}"
    if end.partial_steps:
        where += f" and {end.partial_steps} steps"
    return {
        "finished": kept,
        "stopped early": f"stopped at {where}: the validation loss no longer falls\n{kept}",
        "interrupted": f"interrupted after {where}\n{kept}",
    }[end.reason.value]


def show_plan(config: Config) -> None:
    """Print the config with every open choice made, then shapes and sizes as comments."""
    from shallow_cli.config_text import config_yaml
    from shallow_cli.fitting import prepare

    prepared = prepare(config)
    write(config_yaml(prepared.config))
    training, validation = prepared.task.training, prepared.task.validation
    m, n_y = training.targets.shape
    write(f"# X ({prepared.task.network.n_x}, {m})  Y ({n_y}, {m})")
    blocks = prepared.theta.blocks().items()
    shapes = "  ".join(f"{name} {block.shape}" for name, block in blocks)
    write(f"# {shapes}: {prepared.task.network.n_parameters} parameters")
    write(f"# {m} training rows, {len(validation) if validation else 0} validation rows")
