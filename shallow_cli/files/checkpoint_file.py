"""The checkpoint of a training: what it is of, and all that it takes to go on to the same bytes.

It is a model file whose weights are the last ones, with `state/…` beside them: the best weights
and what the optimizer remembers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.events import Row, Snapshot, State
from shallow_cli.core.lbfgs import REMEMBERED, Pair
from shallow_cli.core.network import Network, parameters
from shallow_cli.core.optimizers import LBFGS, OPTIMIZERS
from shallow_cli.core.stopping import Best, Losses
from shallow_cli.errors import Problem, UsageError
from shallow_cli.files import snapshots
from shallow_cli.files.archive import (
    described,
    read_archive,
    read_array,
    told,
    write_archive,
)
from shallow_cli.files.model_file import (
    ARRAYS,
    CHECKPOINT,
    DTYPES,
    FORMAT_VERSION,
    require_format,
    require_replaceable,
    theta_from,
)
from shallow_cli.files.model_header import (
    config_from,
    history_from,
    network_from,
    row_from,
    sources_from,
    versions_from,
)

PAIRS = [field.name for field in dataclasses.fields(Pair)]  # of L-BFGS


@dataclass(frozen=True)
class Checkpoint:
    """A training that has not ended: what it is of, where it stands, and what it has told."""

    network: Network
    config: dict[str, Any]
    sources: dict[str, dict[str, Any]]
    made_with: dict[str, str]
    state: State
    history: tuple[Row, ...]
    snapshots: tuple[Snapshot, ...]


def checkpoint_of(model: Path) -> Path:
    """Where the checkpoint of a training is that writes this model."""
    return model.with_name(f"{model.name}.ckpt")


def place_of_checkpoint(model: Path) -> Path | None:
    """Where the checkpoint of a training is to be; None beside a device or a pipe.

    Raises:
        ModelFileError: if it cannot be written, or what is there cannot be read.
        UsageError: if there is a file of somebody else.
    """
    if model.exists() and not model.is_file():
        return None
    path = checkpoint_of(model)
    if path.exists() and not path.is_file():
        raise UsageError(Problem("is there and no file; the checkpoint goes there", str(path)))
    require_replaceable(path, "checkpoint")
    return path


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write it; an existing file is replaced whole or not at all.

    Raises:
        ModelFileError: if the file cannot be written.
    """
    state = checkpoint.state
    theta = parameters(checkpoint.network, state.vector)
    held = {"best": state.best.vector, **state.remembered}
    header = {
        "format": CHECKPOINT,
        "format_version": FORMAT_VERSION,
        "network": dataclasses.asdict(checkpoint.network),
        "config": checkpoint.config,
        "sources": checkpoint.sources,
        "made_with": checkpoint.made_with,
        "history": [row.values() for row in checkpoint.history],
        "snapshots": snapshots.epochs_of(checkpoint.snapshots),
        "state": {
            "steps": state.steps,
            "best": {"epoch": state.best.epoch, "loss": state.best.loss},
            "losses": dataclasses.asdict(state.losses),
        },
    }
    arrays = {f"state/{name}": values for name, values in held.items()}
    vectors = snapshots.vectors_of(checkpoint.snapshots, theta)
    write_archive(path, header, {**theta.blocks(), snapshots.NAME: vectors, **arrays})


def load_checkpoint(path: Path) -> Checkpoint:
    """Read it; everything is checked before it is believed.

    Raises:
        ModelFileError: if there is no such file, or it is no checkpoint, or a damaged one.
    """
    with told(path, "checkpoint", "; remove it to start anew"), path.open("rb") as file:
        return _read(file)


def _read(file: BinaryIO) -> Checkpoint:
    header, members = read_archive(file, _arrays)
    network, found = network_from(header["network"]), header["state"]
    config, sources = config_from(header["config"]), sources_from(header["sources"])
    theta = theta_from(members, network)
    names = _held_by(config["optimizer"])
    held = {name: _held(name, members[f"state/{name}"], network) for name in names}
    if len({len(held[name]) for name in names if name in PAIRS}) > 1:
        raise ValueError("its optimizer remembers more of some steps than of others")
    rows = [row_from(row) for row in header["history"]]
    if not rows:
        raise ValueError("it has no rows")
    history = history_from(header["history"], rows[-1], config["epochs"])
    best, losses = found["best"], found["losses"]
    state = State(
        _count(found["steps"]),
        theta.vector,
        held,
        Best(
            held.pop("best"),
            _count(best["epoch"]),
            None if best["loss"] is None else _number(best["loss"]),
        ),
        Losses(_number(losses["first"]), _number(losses["best"]), _count(losses["high_rows"])),
        history[-1],
    )
    made_with = versions_from(header["made_with"])
    found_on_the_way = snapshots.snapshots_from(
        header["snapshots"], members[snapshots.NAME], theta, config["epochs"]
    )
    return Checkpoint(network, config, sources, made_with, state, history, found_on_the_way)


def remembered_by(optimizer: str) -> tuple[str, ...]:
    """What an optimizer remembers, by name."""
    return ("x", *PAIRS) if optimizer == LBFGS else tuple(OPTIMIZERS[optimizer].remembers)


def _held_by(optimizer: str) -> tuple[str, ...]:
    return ("best", *remembered_by(optimizer))


def _arrays(header: Any) -> Collection[str]:
    require_format(header, CHECKPOINT)
    held = _held_by(header["config"]["optimizer"])
    return [*ARRAYS, snapshots.NAME, *(f"state/{name}" for name in held)]


def _held(name: str, member: bytes, network: Network) -> Array:
    """A vector of the state; of L-BFGS as many as there are pairs."""
    shape, dtype, _ = described(member)
    n, pairs = network.n_parameters, shape[0] if name in PAIRS and shape else 0
    allowed = {"curvature": (pairs,)}.get(name, (pairs, n)) if pairs else (n,)
    none = name in PAIRS and shape == (0,)
    if dtype not in DTYPES or pairs > REMEMBERED or not (none or shape == allowed):
        raise ValueError(f"{name} is of shape {shape} and dtype {dtype}")
    values = np.empty(shape, dtype)
    read_array(name, member, values)
    return values


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"its state has {value} for a count")
    return value


def _number(value: object) -> float:
    if type(value) not in {int, float}:
        raise ValueError(f"its state has {value} for a number")
    return float(value)  # type: ignore[arg-type]
