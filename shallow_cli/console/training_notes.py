"""What is said on stderr around a training: before it, and when it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from shallow_cli.config import PARTS, Config, has_part
from shallow_cli.console.column_notes import column_notes
from shallow_cli.console.tables import number
from shallow_cli.console.words import counted, listed

if TYPE_CHECKING:
    from shallow_cli.fitting import Prepared
    from shallow_cli.model import Model


def notes(prepared: Prepared, given: Config) -> Iterator[str]:
    """What was decided on the way, and what is unusual, of a config as somebody wrote it."""
    columns, config, job = prepared.data.columns, prepared.config, prepared.job
    what = f"{', '.join(columns.target_names)}: {columns.task}"
    if columns.classes:
        what += f", {len(columns.classes)} classes ({listed(columns.classes)})"
        if config.data.positive is not None:
            what += f", of which {columns.classes[-1]} is the positive one"
    if prepared.data.other_task:
        what += f"; data.task: {prepared.data.other_task} overrides"
    yield what
    parts = [counted(len(job.training), "training row")]
    if job.validation:
        parts.append(counted(len(job.validation), "validation row"))
    parts.append(counted(len(columns.features), "feature"))
    if columns.n_x > len(columns.features):
        parts.append(counted(columns.n_x, "input"))
    parts.append(counted(job.network.n_parameters, "parameter"))
    yield ", ".join(parts)
    yield from column_notes(prepared, given.data)
    if not columns.classes and config.data.scale_target != "none":
        how = config.data.scale_target
        yield f"the loss is that of the scaled target (data.scale_target: {how})"
    yield from _without_a_part(given)
    yield from _warnings(prepared)


def _without_a_part(given: Config) -> Iterator[str]:
    """Keys that were set and that the chosen optimizer or schedule does not look at."""
    for key, (chooser, _) in PARTS.items():
        if getattr(given, key) != getattr(Config, key) and not has_part(given, key):
            yield f"warning: {key} has no part in {chooser}: {getattr(given, chooser)}"


def _warnings(prepared: Prepared) -> Iterator[str]:
    config, rows = prepared.config, len(prepared.job.training)
    if config.init_scale == 0:
        yield "warning: init_scale 0 makes all hidden units alike, and they stay alike"
    if isinstance(config.batch_size, int) and config.batch_size > rows:
        text = f"warning: batch_size {config.batch_size} is more than the {rows} training rows"
        yield f"{text}; full would leave them in their order"
    if config.data.csv and prepared.data.numeric_names:
        names = listed(prepared.data.numeric_names)
        yield f"warning: there are numbers among the column names ({names}); no header?"


def ending(model: Model, output: Path) -> Iterator[str]:
    """Why training ended, what was kept, where it went, and what is wrong with it."""
    ended, kept = model.ended, model.kept
    steps = f" and {counted(ended['partial_steps'], 'step')}" if ended["partial_steps"] else ""
    if ended["reason"] == "stopped early":
        yield f"stopped at epoch {ended['epoch']}: the validation loss no longer falls"
    if ended["reason"] == "converged":
        yield f"converged at epoch {ended['epoch']}: no step lowers the loss any further"
    if ended["reason"] == "interrupted":
        yield f"interrupted after epoch {ended['epoch']}{steps}"
    losses = f"loss {number(kept.loss)}"
    if kept.validation_loss is not None:
        losses += f", validation_loss {number(kept.validation_loss)}"
    yield f"wrote {output}: the weights of epoch {kept.epoch}{steps}, {losses}"
    yield from map(str, model.diagnoses)
