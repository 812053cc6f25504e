"""The model file: W1, b1, W2, b2 and a header."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.network import Network, Parameters, zeros
from shallow_cli.errors import ModelFileError, Problem, UsageError
from shallow_cli.files import snapshots
from shallow_cli.files.archive import (
    ZIP,
    archive_bytes,
    described,
    looks_like_one,
    read_archive,
    read_array,
    told,
    write_archive,
)
from shallow_cli.files.atomic import require_writable
from shallow_cli.files.model_header import (
    columns_from,
    config_from,
    diagnoses_from,
    ended_from,
    history_from,
    network_from,
    row_from,
    sections_of,
    sources_from,
    versions_from,
)
from shallow_cli.model import Model

FORMAT, CHECKPOINT, FORMAT_VERSION = "shallow-model", "shallow-checkpoint", 6
ARRAYS = ("W1", "b1", "W2", "b2")
DTYPES: dict[str, type[np.generic]] = {"<f8": np.float64, "<f4": np.float32}


def require_replaceable(path: Path, what: str = "model") -> None:
    """Refuse an output that is not a model's place, before the work is done.

    Raises:
        UsageError: if there is a file that is no model: a config or a table, perhaps.
        ModelFileError: if the file cannot be written.
    """
    require_writable(path, ModelFileError)
    if path.is_file() and path.stat().st_size > 0:
        with told(path, what):
            is_one = looks_like_one(path)
        if not is_one:
            text = f"is there and not a {what}; it is not replaced. Name another, or remove it"
            raise UsageError(Problem(text, str(path)))


def is_model(path: Path) -> bool:
    """Whether a file is meant to be a model, by its name or its first bytes; it may be damaged."""
    if path.suffix == ".npz":
        return True
    try:
        with path.open("rb") as file:
            return file.read(4) == ZIP
    except OSError:
        return False


def save_model(model: Model, path: Path) -> None:
    """Write the model; an existing file is replaced whole or not at all.

    Raises:
        ModelFileError: if the file cannot be written.
    """
    write_archive(path, _header_of(model), _arrays_of(model))


def model_bytes(model: Model) -> bytes:
    """What `save_model` would write."""
    return bytes(archive_bytes(_header_of(model), _arrays_of(model)))


def _header_of(model: Model) -> dict[str, Any]:
    return {"format": FORMAT, "format_version": FORMAT_VERSION, **sections_of(model)}


def _arrays_of(model: Model) -> dict[str, Array]:
    vectors = snapshots.vectors_of(model.snapshots, model.theta)
    return {**model.theta.blocks(), snapshots.NAME: vectors}


def load_model(path: Path, suggestion: str = "") -> Model:
    """Read a model; everything is checked before it is believed.

    Args:
        path: of the file.
        suggestion: a command to suggest when the file turns out to be a table.

    Raises:
        ModelFileError: if there is no such file, or it is no model, or a damaged one.
    """
    with told(path, "shallow model"):
        if not path.exists():
            text = f"cannot be read: {os.strerror(errno.ENOENT)}; `shallow train CONFIG` makes one"
            raise ModelFileError(Problem(text, str(path)))
        with path.open("rb") as file:
            if file.read(4) != ZIP:
                raise ModelFileError(Problem(_what_else(file, suggestion), str(path)))
            return _read(file)


def _what_else(file: BinaryIO, suggestion: str) -> str:
    """What a file that is no zip may be, by its first line."""
    file.seek(0)
    first = file.readline(4096)
    if not first:
        return "empty: not a shallow model"
    if b"\0" in first or b"," not in first or b":" in first or first.startswith(b"#"):
        return "not a shallow model"
    return f"it is a table; did you mean `{suggestion}`?" if suggestion else "a table, not a model"


def _read(file: BinaryIO) -> Model:
    header, members = read_archive(file, _arrays)
    network = network_from(header["network"])
    theta = theta_from(members, network)
    config, kept = config_from(header["config"]), row_from(header["kept"])
    ended = ended_from(header["ended"], config["epochs"])
    return Model(
        network,
        theta,
        columns_from(header["columns"], network),
        config,
        sources_from(header["sources"]),
        versions_from(header["made_with"]),
        ended,
        kept,
        history_from(header["history"], kept, ended["epoch"]),
        snapshots.snapshots_from(
            header["snapshots"], members[snapshots.NAME], theta, ended["epoch"]
        ),
        diagnoses_from(header["diagnoses"]),
    )


def _arrays(header: Any) -> Collection[str]:
    require_format(header, FORMAT)
    return [*ARRAYS, snapshots.NAME]


def require_format(header: Any, format_: str) -> None:
    """Refuse a header of something else, or of another version.

    Raises:
        ValueError: saying of what.
    """
    if not isinstance(header, dict) or header.get("format") not in {FORMAT, CHECKPOINT}:
        raise ValueError("its header is not that of a model")
    if header["format"] != format_:
        what = {CHECKPOINT: "the checkpoint of a training; --resume goes on from it"}
        raise ValueError(f"it is {what.get(header['format'], 'a model and no checkpoint')}")
    version = header["format_version"]
    if version != FORMAT_VERSION:
        what_of = "which there never was"
        if type(version) is int and version > 0:
            newer = version > FORMAT_VERSION
            what_of = (
                "of a newer shallow; upgrade" if newer else "of an older shallow; train it again"
            )
        raise ValueError(f"its format is version {version}, {what_of}")


def theta_from(members: Mapping[str, bytes], network: Network) -> Parameters:
    """The weights; the header says their shapes, and the members must agree.

    Raises:
        ValueError: if they do not.
    """
    if network.n_parameters * 4 > sum(len(members[name]) for name in ARRAYS):
        raise ValueError("its network is larger than its weights")
    _, dtype, _ = described(members["W1"])
    if dtype not in DTYPES:
        raise ValueError(f"its weights are of dtype {dtype}")
    theta = zeros(network, DTYPES[dtype])
    for name, block in theta.blocks().items():
        read_array(name, members[name], block)
    return theta
