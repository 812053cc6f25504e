"""`shallow train`: a config in, a loss table and one model file out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from shallow_cli.commands.clusters import Cluster, loader
from shallow_cli.commands.options import DEFAULT_MODEL, Overrides
from shallow_cli.console.streams import write
from shallow_cli.errors import CLOSED_PIPE, DONE, Problem, UsageError

if TYPE_CHECKING:
    from shallow_cli.commands.training_run import Manner, Run
    from shallow_cli.config import Config
    from shallow_cli.model import Model


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
    cluster: Cluster = None,
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
    from shallow_cli.commands.training_run import Manner
    from shallow_cli.files.config_file import load_config

    if str(output) == "-":
        raise UsageError(Problem("-o -: stdout is the loss table; name a file for the model"))
    loaded = load_config(config, overrides or ())
    manner = Manner(form, quiet, resume, verify, cluster)
    if dry_run:
        show_plan(loaded, manner)
        return
    code = train(loaded, output, manner)
    if code != DONE:
        raise typer.Exit(code)


def train(config: "Config", output: Path, manner: "Manner") -> int:
    """Train, print the rows, write the model; returns the exit code.

    A training that is interrupted leaves a checkpoint beside its model, one that ends does not.

    Raises:
        ConfigError: if the config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on, or stdout cannot be written.
        DivergedError: if training ran away; no model is written then.
        LostClusterError: if a cluster does not answer, or no longer; a checkpoint is left.
        ModelFileError: if the model cannot be written, or the checkpoint is damaged.
        UnrepeatableError: if it is to be verified, and another training gives another model.
        UsageError: if what is to be resumed is another training, another file is in its place, or
            data is to be read twice that can only be read once.
    """
    from shallow_cli.commands.training_run import (
        Run,
        identity_of,
        scratch_of,
    )
    from shallow_cli.console.training_notes import notes
    from shallow_cli.files.checkpoint_file import place_of_checkpoint
    from shallow_cli.files.model_file import require_replaceable
    from shallow_cli.fitting import prepare, require_files
    from shallow_cli.model import Model
    from shallow_cli.resuming import found

    require_replaceable(output)
    checkpoint = place_of_checkpoint(output)
    if manner.verify:
        require_files(config, "--verify trains twice")
    with loader(manner.cluster, config, manner.tell) as load:
        prepared = prepare(config, scratch_of(output, checkpoint), load)
        for note in notes(prepared, config):
            manner.tell(note)
        start = found(prepared, output, checkpoint) if manner.resume else None
        if isinstance(start, Model):
            return finished(start, Run(config, prepared, output, checkpoint, None, manner, load))
        stranger = None if start else identity_of(checkpoint)
        return ended(Run(config, prepared, output, checkpoint, start, manner, load, stranger))


def ended(run: "Run") -> int:
    """Train to the end, or until something stops it, and say how it was; returns the exit code.

    Raises:
        DataError: if stdout cannot be written.
        DivergedError: if training ran away; no model is written then.
        ModelFileError: if the model cannot be written.
        UnrepeatableError: if it is to be verified, and another training gives another model.
    """
    from shallow_cli.commands.interrupts import Interrupts
    from shallow_cli.commands.training_run import require_output, trained
    from shallow_cli.console.training_notes import ending
    from shallow_cli.core.events import Reason

    with Interrupts() as interrupted:
        model = trained(run, interrupted)
    if model is not None and interrupted.exit_code != CLOSED_PIPE:
        for line in ending(model, run.output):
            run.manner.tell(line)
    require_output(run, interrupted)
    if model is None or interrupted.exit_code == CLOSED_PIPE:
        return CLOSED_PIPE
    if model.ended["reason"] != Reason.INTERRUPTED.value:
        return interrupted.exit_code if run.manner.verify else DONE
    if run.can_go_on:
        run.manner.tell("the same command with --resume goes on from there")
    return interrupted.exit_code


def finished(model: "Model", run: "Run") -> int:
    """What is left to do where the model is there: to print its rows, and perhaps to verify it.

    Raises:
        UnrepeatableError: if it is to be verified, and another training gives another model.
    """
    from shallow_cli.commands.interrupts import Interrupts
    from shallow_cli.commands.training_run import repeated
    from shallow_cli.console.loss_table import loss_writer

    show = loss_writer(run.manner.form, run.prepared.config.epochs)
    for row in model.history:
        show(row)
    run.manner.tell(
        f"{run.output} is finished, at epoch {model.ended['epoch']}: nothing is left to do"
    )
    if not run.manner.verify:
        return DONE
    with Interrupts() as interrupted:
        run.manner.tell(repeated(model, run, interrupted))
    return interrupted.exit_code


def show_plan(config: "Config", manner: "Manner") -> None:
    """Print the config with every open choice made, then shapes and sizes as comments."""
    from shallow_cli.config_text import config_yaml
    from shallow_cli.fitting import prepare

    with loader(manner.cluster, config, manner.tell) as load:
        prepared = prepare(config, load=load)
    write(config_yaml(prepared.config))
    training, validation = prepared.job.training, prepared.job.validation
    m, n_y = len(training), training.n_y
    write(f"# X ({prepared.job.network.n_x}, {m})  Y ({n_y}, {m})")
    blocks = prepared.theta.blocks().items()
    shapes = "  ".join(f"{name} {block.shape}" for name, block in blocks)
    write(f"# {shapes}: {prepared.job.network.n_parameters} parameters")
    write(f"# {m} training rows, {len(validation) if validation else 0} validation rows")
