"""One training as `shallow train` runs it: its rows, its checkpoint and its model."""

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from shallow_cli.commands.interrupts import Interrupts
from shallow_cli.config import Config
from shallow_cli.console.loss_table import loss_writer
from shallow_cli.console.progress import ProgressBar
from shallow_cli.console.streams import discard_stdout, say
from shallow_cli.core.batches import steps_per_epoch
from shallow_cli.core.events import Event, Progress, Reason, Row
from shallow_cli.core.training import train
from shallow_cli.errors import (
    CLOSED_PIPE,
    DataError,
    DivergedError,
    LostClusterError,
    ModelFileError,
    Problem,
    ShallowError,
    UnrepeatableError,
)
from shallow_cli.files.checkpoint_file import Checkpoint
from shallow_cli.files.model_file import model_bytes, save_model
from shallow_cli.fitting import Prepared, end_of, overflows, prepare, trained_model
from shallow_cli.model import Model
from shallow_cli.resuming import kept
from shallow_cli.tables.loading import Load, load_table

Identity = tuple[int, int]  # of a file: another one has another

LEFT = "is left; the same command with --resume goes on from it"


@dataclass(frozen=True)
class Manner:
    """How to train: the form of the rows; whether to be quiet, to go on from a checkpoint, and to
    train once more and compare; on which cluster.
    """

    form: str = "table"
    quiet: bool = False
    resume: bool = False
    verify: bool = False
    cluster: str | None = None

    def tell(self, line: str) -> None:
        """One line on stderr, unless nothing is wanted there."""
        if not self.quiet:
            say(line)


@dataclass(frozen=True)
class Run:
    """A training from a config, or from a checkpoint of it, and where its files go.

    `checkpoint` is None where none is kept: beside a device or a pipe. `load` reads the table
    whenever it is read. `stranger` is the identity
    of one that was there before, and from which this training does not go on.
    """

    config: Config
    prepared: Prepared
    output: Path
    checkpoint: Path | None
    start: Checkpoint | None
    manner: Manner
    load: Load = load_table
    stranger: Identity | None = None

    @property
    def can_go_on(self) -> bool:
        """Whether there is a checkpoint of this training."""
        return identity_of(self.checkpoint) not in {None, self.stranger}


def scratch_of(output: Path, checkpoint: Path | None) -> Path | None:
    """Where the rows of a training may lie: beside its model, but not beside a device."""
    return output.absolute().parent if checkpoint else None


def trained(run: Run, interrupted: Interrupts) -> Model | None:
    """Train and write the model.

    Where nobody reads the rows any more there is none: a look at them must not cost a model that
    is there already.

    Raises:
        DivergedError: if training ran away; no model is written then.
        DataError: if the workers of a cluster can no longer read the rows; a checkpoint is left.
        LostClusterError: if the cluster is no longer there; a checkpoint is left.
        ModelFileError: if the model cannot be written; a checkpoint is left if there is one.
        UnrepeatableError: if it is to be verified, and another training gives another model.
    """
    try:
        told = list(shown(events_of(run, interrupted), run, interrupted))
        end = end_of(told)
        unfinished = end.reason is Reason.INTERRUPTED
        if unfinished and interrupted.exit_code in {CLOSED_PIPE, DataError.exit_code}:
            return None
        model = trained_model(run.prepared, told)
    except (DataError, LostClusterError) as error:
        raise _with_checkpoint(error, run) from error
    except DivergedError:
        if run.can_go_on:  # else it is of another training
            _forget(run)
        raise
    for line in overflows(end):
        run.manner.tell(f"warning: {line}; look for numbers far beyond the others")
    if run.manner.verify and not interrupted():
        run.manner.tell(repeated(model, run, interrupted))
    _save(model, run)
    if not unfinished:
        _forget(run)
    return model


def events_of(run: Run, interrupted: Interrupts) -> Iterable[Event]:
    """The events of a training, while a checkpoint is kept of it; those before `start` too."""
    job, start, checkpoint, tell = run.prepared.job, run.start, run.checkpoint, run.manner.tell
    if start:
        per_epoch = steps_per_epoch(len(job.training), job.settings.batch_size)
        tell(f"going on after epoch {start.state.steps // per_epoch}, from {checkpoint}")
    elif checkpoint and checkpoint.is_file():
        tell(f"warning: {checkpoint} will be replaced; --resume would have gone on from it")
    past: tuple[Event, ...] = (*start.history, *start.snapshots) if start else ()
    state = start.state if start else None
    events = itertools.chain(past, train(job, run.prepared.theta, interrupted, state))
    return kept(events, run.prepared, checkpoint, tell) if checkpoint else events


def shown(events: Iterable[Event], run: Run, interrupted: Interrupts) -> Iterator[Event]:
    """The events, while printing the rows and keeping a bar moving; progress is used up.

    Where nobody reads the rows any more, as in `train | head`, the training is interrupted.
    """
    show = loss_writer(run.manner.form, run.prepared.config.epochs)
    with contextlib.closing(ProgressBar(wanted=not run.manner.quiet)) as bar:
        for event in events:
            if isinstance(event, Progress):
                bar.update(event.steps, event.of, f"epoch {event.epoch}")
                continue
            if isinstance(event, Row):
                try:
                    with bar.hidden():
                        show(event)
                except OSError as error:
                    interrupted.by_lost_output(error)
                    discard_stdout()
            yield event


def repeated(model: Model, run: Run, interrupted: Interrupts) -> str:
    """Train once more from the config, and say that it has given the same bytes.

    Raises:
        UnrepeatableError: if it has not.
    """
    from hashlib import sha256

    prepared = prepare(run.config, scratch_of(run.output, run.checkpoint), run.load)
    events = list(train(prepared.job, prepared.theta, interrupted))
    if interrupted():
        return "not verified: interrupted while training for the second time"
    first, second = model_bytes(model), model_bytes(trained_model(prepared, events))
    if first != second:
        text = "not repeatable: training twice has given two models; no model was written"
        raise UnrepeatableError(Problem(text))
    digest = sha256(first).hexdigest()
    return f"verified: trained twice, {len(first)} bytes are the same (SHA-256 {digest})"


def require_output(run: Run, interrupted: Interrupts) -> None:
    """Tell if stdout could not be written.

    Raises:
        DataError: naming the checkpoint that is left.
    """
    if interrupted.failure is not None:
        text = f"cannot be written: {interrupted.failure.strerror}"
        raise DataError(Problem(text, "standard output"), *_left(run))


def _save(model: Model, run: Run) -> None:
    try:
        save_model(model, run.output)
    except ModelFileError as error:
        raise ModelFileError(*error.problems, *_left(run)) from error


def _with_checkpoint(error: DataError | LostClusterError, run: Run) -> ShallowError:
    """The same error, and in its last line the checkpoint that is left."""
    *others, last = error.problems
    left = [f"{problem.where} {problem.message}" for problem in _left(run)]
    return type(error)(*others, Problem("; ".join([last.message, *left]), last.where))


def _left(run: Run) -> Iterator[Problem]:
    if run.can_go_on:
        yield Problem(LEFT, str(run.checkpoint))


def _forget(run: Run) -> None:
    """Remove the checkpoint; the model is there without it."""
    if run.checkpoint:
        with contextlib.suppress(OSError):
            run.checkpoint.unlink(missing_ok=True)


def identity_of(path: Path | None) -> Identity | None:
    """Of a file that is there."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns) if found else None
