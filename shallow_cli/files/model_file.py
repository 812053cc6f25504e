"""The model file: a zip of W1, b1, W2, b2 as .npy and one model.json, without code or dates.

`numpy.load(path, allow_pickle=False)` opens it. The same model gives the same bytes.
"""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from shallow_cli.columns import OUTPUT_OF_TASK, Column, Columns
from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.core.network import Network, Parameters, zeros
from shallow_cli.core.outputs import OUTPUTS
from shallow_cli.core.training import Row
from shallow_cli.errors import ModelFileError, Problem
from shallow_cli.files.atomic import replacing
from shallow_cli.model import Model

FORMAT, FORMAT_VERSION = "shallow-model", 1
HEADER = "model.json"
ARRAYS = ("W1", "b1", "W2", "b2")
DTYPES: dict[str, type[np.generic]] = {"<f8": np.float64, "<f4": np.float32}
LONGEST_HEADER = 64 * 1024 * 1024
EARLIEST_DATE = (1980, 1, 1, 0, 0, 0)


def save_model(model: Model, path: Path) -> None:
    """Write the model; an existing file is replaced whole or not at all.

    Raises:
        ModelFileError: if the file cannot be written.
    """
    header = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "network": dataclasses.asdict(model.network),
        "columns": dataclasses.asdict(model.columns),
        "config": model.config,
        "sources": model.sources,
        "ended": model.ended,
        "kept": model.kept.values(),
        "history": [row.values() for row in model.history],
    }
    text = json.dumps(header, indent=1, ensure_ascii=False, allow_nan=False)
    with replacing(path, ModelFileError) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(HEADER, EARLIEST_DATE), text)
        for name, block in model.theta.blocks().items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", EARLIEST_DATE), _npy(block))


def _npy(block: Array) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(block), (1, 0), allow_pickle=False)
    return buffer.getvalue()


def load_model(path: Path, command: str = "predict") -> Model:
    """Read a model; everything is checked before it is believed.

    Args:
        path: of the file.
        command: to name in the hint when the file is a table.

    Raises:
        ModelFileError: if there is no such file, or it is no model, or a damaged one.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except OSError as error:
        hint = "; `shallow train CONFIG` makes one" if isinstance(error, FileNotFoundError) else ""
        raise ModelFileError(
            Problem(f"cannot be read: {error.strerror or error}{hint}", str(path))
        ) from error
    except _NoZipError as error:
        raise ModelFileError(Problem(_what_else(path, command), str(path))) from error
    except _DAMAGE as error:
        text = f"not a shallow model, or a damaged one: {error}"
        raise ModelFileError(Problem(text, str(path))) from error


class _NoZipError(Exception):
    pass


# What zipfile, json, numpy and the construction of a Model raise on a file that is not right.
_DAMAGE = (
    zipfile.BadZipFile,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
)


def _what_else(path: Path, command: str) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    if b"," in head and b"\n" in head and b"\0" not in head:
        return f"it is a table; did you mean `shallow {command} model.npz {path}`?"
    return "not a shallow model" if head else "empty: not a shallow model"


def _read(file: BinaryIO) -> Model:
    if file.read(4) != b"PK\x03\x04":
        raise _NoZipError
    size = file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        names = sorted(member.filename for member in members)
        if names != sorted([HEADER, *(f"{name}.npy" for name in ARRAYS)]):
            raise ValueError(f"its members are {', '.join(names) or 'none'}")
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("its members are compressed")
        if sum(member.file_size for member in members) > size:
            raise ValueError("its members are larger than the file")
        header = _header(archive)
        network = _network(header["network"])
        theta = _theta(archive, network)
    return Model(
        network,
        theta,
        _columns(header["columns"], network),
        header["config"],
        header["sources"],
        header["ended"],
        Row(**header["kept"]),
        tuple(Row(**row) for row in header["history"]),
    )


def _header(archive: zipfile.ZipFile) -> dict[str, Any]:
    if archive.getinfo(HEADER).file_size > LONGEST_HEADER:
        raise ValueError("its header is too large")
    header = json.loads(archive.read(HEADER))
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError("its header is not that of a model")
    if header["format_version"] != FORMAT_VERSION:
        raise ValueError(
            f"its format is version {header['format_version']}, made by a newer shallow; upgrade"
        )
    return header


def _network(fields: dict[str, Any]) -> Network:
    network = Network(**fields)
    sizes = (network.n_x, network.n_h, network.n_y)
    if any(type(size) is not int or size < 1 for size in sizes):
        raise ValueError(f"its network has the sizes {sizes}")
    if network.activation not in ACTIVATIONS or network.output not in OUTPUTS:
        raise ValueError(f"its network is of {network.activation} and {network.output}")
    return network


def _theta(archive: zipfile.ZipFile, network: Network) -> Parameters:
    """The weights; the header says their shapes, and the members must agree."""
    members = {name: archive.read(f"{name}.npy") for name in ARRAYS}
    if network.n_parameters * 4 > sum(map(len, members.values())):
        raise ValueError("its network is larger than its weights")
    dtype = _shape_and_dtype(members["W1"])[1]
    if dtype not in DTYPES:
        raise ValueError(f"its weights are of dtype {dtype}")
    theta = zeros(network, DTYPES[dtype])
    for name, block in theta.blocks().items():
        if _shape_and_dtype(members[name]) != (block.shape, dtype):
            raise ValueError(f"{name} does not fit the network")
        block[...] = np.lib.format.read_array(io.BytesIO(members[name]), allow_pickle=False)
    if not np.isfinite(theta.vector).all():
        raise ValueError("its weights are not finite")
    return theta


def _shape_and_dtype(member: bytes) -> tuple[tuple[int, ...], str]:
    file = io.BytesIO(member)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("an array is of another version")
    shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(file)
    if fortran_order:
        raise ValueError("an array is in Fortran order")
    return shape, dtype.str


def _columns(fields: dict[str, Any], network: Network) -> Columns:
    features = tuple(Column(**column) for column in fields["features"])
    targets = tuple(Column(**column) for column in fields["targets"])
    columns = Columns(features, targets, fields["task"], tuple(fields["classes"]))
    if OUTPUT_OF_TASK[columns.task] != network.output:
        raise ValueError(f"its network cannot do a {columns.task} task")
    if (len(features), columns.n_y) != (network.n_x, network.n_y):
        raise ValueError("its columns do not fit the network")
    return columns
