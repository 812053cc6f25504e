"""What a training may go on from: its checkpoint, its finished model, or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from shallow_cli.core.batches import steps_per_epoch
from shallow_cli.core.events import Event, Progress, Reason, Row, Snapshot, State
from shallow_cli.core.measuring import names_measured
from shallow_cli.core.snapshots import snapshot_epochs
from shallow_cli.errors import DataError, LostClusterError, ModelFileError, Problem, UsageError
from shallow_cli.files.checkpoint_file import (
    Checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from shallow_cli.files.model_file import load_model
from shallow_cli.files.snapshots import epochs_of
from shallow_cli.fitting import Prepared, deciding_keys
from shallow_cli.model import Model
from shallow_cli.versions import VERSIONS, made_with

SECONDS = 30.0  # between two checkpoints, unless told in epochs


def kept(
    events: Iterable[Event], prepared: Prepared, path: Path, warn: Callable[[str], None]
) -> Iterator[Event]:
    """The events as they come; now and then, and at an interrupt, a checkpoint is written.

    So is one where a cluster is lost, or its workers can no longer read the rows. Training goes on
    where one cannot be written, which is told once.
    """
    keeper = _Keeper(prepared, path, warn)
    try:
        for event in events:
            keeper.see(event)
            yield event
    except (DataError, LostClusterError):
        keeper.save()
        raise


class _Keeper:
    """Writes the checkpoints of a training."""

    def __init__(self, prepared: Prepared, path: Path, warn: Callable[[str], None]) -> None:
        self._prepared, self._path, self._warn = prepared, path, warn
        self._rows: list[Row] = []
        self._snapshots: list[Snapshot] = []
        self._latest: State | None = None
        self._due, self._warned = monotonic() + SECONDS, False

    def see(self, event: Event) -> None:
        """Remember an event; some are followed by a checkpoint."""
        if isinstance(event, Row):
            self._rows.append(event)
        elif isinstance(event, Snapshot):
            self._snapshots.append(event)
        elif isinstance(event, Progress):
            self._latest = event.state()
            if _is_due(event, self._prepared, monotonic() >= self._due):
                self.save()
        elif event.reason is Reason.INTERRUPTED or self._prepared.job.training.elsewhere:
            self.save()  # what is left to do still needs a cluster

    def save(self) -> None:
        """Write a checkpoint of where training stood when it told of its progress last."""
        if self._latest is None:
            return
        self._due = monotonic() + SECONDS
        try:
            save_checkpoint(
                _checkpoint(self._prepared, self._latest, self._rows, self._snapshots), self._path
            )
        except ModelFileError as error:
            if not self._warned:
                self._warn(f"warning: no checkpoint: {error}")
            self._warned = True


def _is_due(event: Progress, prepared: Prepared, late: bool) -> bool:
    settings = prepared.job.settings
    if settings.checkpoint_every is None:
        return late
    return event.steps % (settings.checkpoint_every * event.of // settings.epochs) == 0


def _checkpoint(
    prepared: Prepared, state: State, rows: Sequence[Row], snapshots: Sequence[Snapshot]
) -> Checkpoint:
    return Checkpoint(
        prepared.job.network,
        deciding_keys(prepared.config),
        prepared.data.sources,
        made_with(),
        state,
        tuple(row for row in rows if row.epoch <= state.row.epoch),
        tuple(snapshots),
    )


def found(prepared: Prepared, output: Path, path: Path | None) -> Checkpoint | Model | None:
    """What a training goes on from: its checkpoint, or its model where it is finished.

    Raises:
        ModelFileError: if the file that is there is damaged.
        UsageError: if it is of another training, naming what differs.
    """
    if path and path.is_file():
        checkpoint = load_checkpoint(path)
        _require_same(checkpoint, prepared, path)
        _require_fitting(checkpoint, prepared, path)
        return checkpoint
    if not output.is_file() or not output.stat().st_size:
        return None
    model = load_model(output)
    if model.ended["reason"] == Reason.INTERRUPTED.value:
        return None
    _require_same(model, prepared, output)
    return model


def _require_same(there: Checkpoint | Model, prepared: Prepared, path: Path) -> None:
    different = [
        *_differences(_plain(there.config), _plain(deciding_keys(prepared.config))),
        *_differences(_data(there.sources), _data(prepared.data.sources)),
        *_differences(_versions(there.made_with), _versions(made_with())),
    ]
    if different:
        text = f"is of another training: {'; '.join(different)}. Without --resume it is replaced"
        raise UsageError(Problem(text, str(path)))


def _require_fitting(checkpoint: Checkpoint, prepared: Prepared, path: Path) -> None:
    """Refuse a state at which this training never stands, whoever has written it."""
    job, state = prepared.job, checkpoint.state
    per_epoch = steps_per_epoch(len(job.training), job.settings.batch_size)
    epoch = state.steps // per_epoch
    told = snapshot_epochs(job.settings.epochs, prepared.theta.vector.nbytes)
    fits = (
        checkpoint.network == job.network
        and state.vector.dtype == state.best.vector.dtype == prepared.theta.vector.dtype
        and state.steps <= job.settings.epochs * per_epoch
        and max(state.best.epoch, state.row.epoch) <= epoch
        and (state.best.loss is None) == (job.validation is None)
        and epochs_of(checkpoint.snapshots) == [each for each in told if each <= epoch]
        and tuple(state.row.values()) == names_measured(job, prepared.theta)
    )
    if not fits:
        text = "a damaged checkpoint: its state is none of this training; remove it to start anew"
        raise ModelFileError(Problem(text, str(path)))


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    """As a file has it: of tuples lists are left."""
    plain: dict[str, Any] = json.loads(json.dumps(config))
    return plain


def _data(sources: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {f"the {name} rows": source["sha256"][:12] for name, source in sources.items()}


def _versions(found: Mapping[str, str]) -> dict[str, str]:
    return {name: found[name] for name in VERSIONS}


def _differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[str]:
    """Of what a file says and what is so now, in words."""
    for name in {**there, **here}:
        if there.get(name) != here.get(name):
            yield f"{name} is {there.get(name)} there, {here.get(name)} here"
