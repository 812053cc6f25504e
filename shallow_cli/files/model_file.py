"""The model file: a zip of W1, b1, W2, b2 as .npy and one model.json, without code or dates.

`numpy.load(path, allow_pickle=False)` opens it. The same model gives the same bytes.
"""

from __future__ import annotations

import io
import json
import tokenize
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.network import Network, Parameters, zeros
from shallow_cli.errors import ModelFileError, Problem, UsageError
from shallow_cli.files.atomic import replacing, require_writable
from shallow_cli.files.model_header import (
    columns_from,
    diagnoses_from,
    history_from,
    network_from,
    row_from,
    sections_from,
    sections_of,
)
from shallow_cli.model import Model

FORMAT, FORMAT_VERSION = "shallow-model", 4
HEADER = "model.json"
ARRAYS = ("W1", "b1", "W2", "b2")
DTYPES: dict[str, type[np.generic]] = {"<f8": np.float64, "<f4": np.float32}
EARLIEST_DATE = (1980, 1, 1, 0, 0, 0)
ZIP = b"PK\x03\x04"


def require_replaceable(path: Path) -> None:
    """Refuse an output that is not a model's place, before the work is done.

    Raises:
        UsageError: if there is a file that is no model: a config or a table, perhaps.
        ModelFileError: if the file cannot be written.
    """
    require_writable(path, ModelFileError)
    if path.is_file() and path.stat().st_size > 0 and not _looks_like_a_model(path):
        text = "is there and not a model; it is not replaced. Name another, or remove it"
        raise UsageError(Problem(text, str(path)))


def _looks_like_a_model(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return HEADER in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        return False


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
    header = {"format": FORMAT, "format_version": FORMAT_VERSION, **sections_of(model)}
    text = json.dumps(header, indent=1, ensure_ascii=False, allow_nan=False)
    with replacing(path, ModelFileError) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(HEADER, EARLIEST_DATE), text)
        for name, block in model.theta.blocks().items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", EARLIEST_DATE), _npy(block))


def _npy(block: Array) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(block), (1, 0), allow_pickle=False)
    return buffer.getvalue()


def load_model(path: Path, suggestion: str = "") -> Model:
    """Read a model; everything is checked before it is believed.

    Args:
        path: of the file.
        suggestion: a command to suggest when the file turns out to be a table.

    Raises:
        ModelFileError: if there is no such file, or it is no model, or a damaged one.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != ZIP:
                raise ModelFileError(Problem(_what_else(file, suggestion), str(path)))
            return _read(file)
    except OSError as error:
        hint = "; `shallow train CONFIG` makes one" if isinstance(error, FileNotFoundError) else ""
        raise ModelFileError(
            Problem(f"cannot be read: {error.strerror or error}{hint}", str(path))
        ) from error
    except ValueError as error:  # what the checks say
        text = f"not a shallow model, or a damaged one: {error}"
        raise ModelFileError(Problem(text, str(path))) from error
    except _DAMAGE as error:  # what zipfile, json and numpy stumble over
        raise ModelFileError(Problem("not a shallow model, or a damaged one", str(path))) from error


_DAMAGE = (
    zipfile.BadZipFile,
    KeyError,
    TypeError,
    AttributeError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
    OverflowError,
    tokenize.TokenError,
)


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
    size = file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        names = sorted(member.filename for member in members)
        if names != sorted([HEADER, *(f"{name}.npy" for name in ARRAYS)]):
            raise ValueError(f"its members are {', '.join(names[:10]) or 'none'}")
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("its members are compressed")
        if sum(member.file_size for member in members) > size:
            raise ValueError("its members are larger than the file")
        header = _header(archive.read(HEADER))
        network = network_from(header["network"])
        theta = _theta(archive, network)
    config, sources, ended = sections_from(header)
    kept = row_from(header["kept"])
    return Model(
        network,
        theta,
        columns_from(header["columns"], network),
        config,
        sources,
        ended,
        kept,
        history_from(header["history"], kept),
        diagnoses_from(header["diagnoses"]),
    )


def _header(member: bytes) -> dict[str, Any]:
    header = json.loads(member, parse_constant=_no_number)
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError("its header is not that of a model")
    version = header["format_version"]
    if version != FORMAT_VERSION:
        what = "which there never was"
        if type(version) is int and version > 0:
            newer = version > FORMAT_VERSION
            what = "of a newer shallow; upgrade" if newer else "of an older shallow; train it again"
        raise ValueError(f"its format is version {version}, {what}")
    return header


def _no_number(word: str) -> float:
    raise ValueError(f"its header has a {word}")


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
        member = io.BytesIO(members[name])
        block[...] = np.lib.format.read_array(member, allow_pickle=False)
        if member.read(1):
            raise ValueError(f"{name} is longer than it says")
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
