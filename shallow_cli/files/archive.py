"""A zip of .npy members and one JSON header, without code or dates, checked before it is believed.

`numpy.load(path, allow_pickle=False)` opens it. The same content gives the same bytes.
"""

from __future__ import annotations

import io
import json
import tokenize
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.errors import ModelFileError
from shallow_cli.files.atomic import replacing

HEADER, NPY = "model.json", ".npy"
ZIP = b"PK\x03\x04"
EARLIEST_DATE = (1980, 1, 1, 0, 0, 0)
# What zipfile, json and numpy stumble over in a damaged file; what the checks say are ValueErrors.
DAMAGE = (
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


def write_archive(path: Path, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write it; an existing file is replaced whole or not at all.

    Raises:
        ModelFileError: if the file cannot be written.
    """
    with replacing(path, ModelFileError) as file:
        if file.seekable():
            fill(file, header, arrays)
        else:  # a pipe, which would get other bytes: zipfile goes back to write sizes
            whole = io.BytesIO()
            fill(whole, header, arrays)
            file.write(whole.getvalue())


def fill(file: BinaryIO, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write it to a file that is open."""
    text = json.dumps(header, indent=1, ensure_ascii=False, allow_nan=False)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo(HEADER, EARLIEST_DATE), text)
        for name, values in arrays.items():
            archive.writestr(zipfile.ZipInfo(f"{name}{NPY}", EARLIEST_DATE), _npy(values))


def _npy(values: Array) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(values), (1, 0), allow_pickle=False)
    return buffer.getvalue()


def read_archive(
    file: BinaryIO, required: Collection[str], optional: Collection[str] = ()
) -> tuple[Any, dict[str, bytes]]:
    """The header, and the arrays as bytes by name; sizes are checked before they are read.

    Raises:
        ValueError: if it has other members, or compressed ones, or ones larger than the file.
        one of DAMAGE: if it is damaged.
    """
    size = file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        names = [member.filename for member in members]
        needed = {HEADER, *(f"{name}{NPY}" for name in required)}
        known = needed | {f"{name}{NPY}" for name in optional}
        if len(set(names)) < len(names) or not needed <= set(names) <= known:
            raise ValueError(f"its members are {', '.join(sorted(names)[:10]) or 'none'}")
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("its members are compressed")
        if sum(member.file_size for member in members) > size:
            raise ValueError("its members are larger than the file")
        header = json.loads(archive.read(HEADER), parse_constant=_no_number)
        names.remove(HEADER)
        return header, {name.removesuffix(NPY): archive.read(name) for name in names}


def _no_number(word: str) -> float:
    raise ValueError(f"its header has a {word}")


def read_array(name: str, member: bytes, into: Array) -> None:
    """Fill an array with a member, which must have its shape and dtype, and finite numbers.

    Raises:
        ValueError: if it has not.
        one of DAMAGE: if it is damaged.
    """
    if shape_and_dtype(member) != (into.shape, into.dtype.str):
        raise ValueError(f"{name} does not fit the network")
    file = io.BytesIO(member)
    into[...] = np.lib.format.read_array(file, allow_pickle=False)
    if file.read(1):
        raise ValueError(f"{name} is longer than it says")
    if not np.isfinite(into).all():
        raise ValueError(f"{name} is not finite")


def shape_and_dtype(member: bytes) -> tuple[tuple[int, ...], str]:
    """Of a member, from its first bytes.

    Raises:
        ValueError: if it is of another version or order.
    """
    file = io.BytesIO(member)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("an array is of another version")
    shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(file)
    if fortran_order:
        raise ValueError("an array is in Fortran order")
    return shape, dtype.str
