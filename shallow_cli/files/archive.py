"""A zip of .npy members and one JSON header, without code or dates, checked before it is believed.

`numpy.load(path, allow_pickle=False)` opens it. The same content gives the same bytes.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.errors import ModelFileError, Problem
from shallow_cli.files.atomic import replacing

HEADER, NPY = "model.json", ".npy"
ZIP = b"PK\x03\x04"
NAME_AT = 30  # in a zip: of its first member, whose name follows a header of so many bytes
EARLIEST_DATE = (1980, 1, 1, 0, 0, 0)
# What a .npy member begins with, as NumPy writes it; NumPy itself would evaluate it as Python.
_NPY = re.compile(
    rb"\x93NUMPY\x01\x00(?P<length>..)(?P<text>\{'descr': '(?P<dtype>[<>|]\w{1,9})', "
    rb"'fortran_order': (?P<fortran>True|False), "
    rb"'shape': \((?P<shape>(?:\d{1,18},(?: \d{1,18})?)?)\), \} *\n)",
    re.DOTALL,
)


def write_archive(path: Path, header: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
    """Write it; an existing file is replaced whole or not at all.

    Raises:
        ModelFileError: if the file cannot be written.
    """
    with replacing(path, ModelFileError) as file:
        file.write(archive_bytes(header, arrays))


def archive_bytes(header: Mapping[str, Any], arrays: Mapping[str, Array]) -> memoryview:
    """What `write_archive` writes: made in memory, as pipes and devices cannot go back."""
    whole = io.BytesIO()
    text = json.dumps(header, indent=1, ensure_ascii=False, allow_nan=False)
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr(zipfile.ZipInfo(HEADER, EARLIEST_DATE), text)
        for name, values in arrays.items():
            archive.writestr(zipfile.ZipInfo(f"{name}{NPY}", EARLIEST_DATE), _npy(values))
    return whole.getbuffer()


def _npy(values: Array) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(values), (1, 0), allow_pickle=False)
    return buffer.getvalue()


def looks_like_one(path: Path) -> bool:
    """Whether a file begins as an archive does, however it ends.

    Raises:
        OSError: if it cannot be read.
    """
    with path.open("rb") as file:
        first = file.read(NAME_AT + len(HEADER))
    return first.startswith(ZIP) and first[NAME_AT:] == HEADER.encode()


@contextlib.contextmanager
def told(path: Path, what: str, cure: str = "") -> Iterator[None]:
    """While a file is read that is to be `what`: all that is wrong with it is one error.

    Raises:
        ModelFileError: naming the file.
    """
    try:
        yield
    except OSError as error:
        text = f"cannot be read: {error.strerror or error}"
        raise ModelFileError(Problem(text, str(path))) from error
    except ValueError as error:  # what the checks say
        text = f"not a {what}, or a damaged one: {error}{cure}"
        raise ModelFileError(Problem(text, str(path))) from error
    except (  # of zipfile and json where bytes are damaged, and of headers that lack something
        *(zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError),
        *(KeyError, TypeError, AttributeError, OverflowError),
    ) as error:
        text = f"not a {what}, or a damaged one{cure}"
        raise ModelFileError(Problem(text, str(path))) from error


def read_archive(
    file: BinaryIO, arrays: Callable[[Any], Collection[str]]
) -> tuple[Any, dict[str, bytes]]:
    """The header, and the arrays as bytes by name; sizes are checked before they are read.

    `arrays` says of a header which arrays go with it.

    Raises:
        ValueError: if it has other members, or compressed ones, or ones larger than the file.
        others, for which see `told`: if it is damaged.
    """
    size = file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        names = [member.filename for member in members]
        said = f"its members are {', '.join(sorted(names)[:10]) or 'none'}"
        if len(set(names)) < len(names) or HEADER not in names:
            raise ValueError(said)
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError("its members are compressed")
        if sum(member.file_size for member in members) > size:
            raise ValueError("its members are larger than the file")
        header = _header(archive.read(HEADER))
        names.remove(HEADER)
        if set(names) != {f"{name}{NPY}" for name in arrays(header)}:
            raise ValueError(said)
        return header, {name.removesuffix(NPY): archive.read(name) for name in names}


def _header(text: bytes) -> Any:
    header = json.loads(text, parse_constant=_no_number, parse_float=_number)
    json.dumps(header, ensure_ascii=False).encode()  # a lone surrogate is no text
    return header


def _no_number(word: str) -> float:
    raise ValueError(f"its header has a {word}")


def _number(word: str) -> float:
    value = float(word)
    return value if math.isfinite(value) else _no_number(word)


def read_array(name: str, member: bytes, into: Array) -> None:
    """Fill an array with a member, which must have its shape and dtype, and finite numbers.

    Raises:
        ValueError: if it has not.
    """
    shape, dtype, start = described(member)
    if (shape, dtype) != (into.shape, into.dtype.str):
        raise ValueError(f"{name} does not fit the network")
    if len(member) != start + into.nbytes:
        raise ValueError(f"{name} is longer or shorter than it says")
    into[...] = np.frombuffer(member, dtype, offset=start).reshape(shape)
    if not np.isfinite(into).all():
        raise ValueError(f"{name} is not finite")


def described(member: bytes) -> tuple[tuple[int, ...], str, int]:
    """The shape and the dtype that the first bytes of a member say, and how many bytes these are.

    Raises:
        ValueError: if they are others than NumPy writes, or of an array in Fortran order.
    """
    found = _NPY.match(member)
    if not found or int.from_bytes(found["length"], "little") != len(found["text"]):
        raise ValueError("an array is not described as NumPy does it")
    if found["fortran"] == b"True":
        raise ValueError("an array is in Fortran order")
    shape = tuple(map(int, re.findall(rb"\d+", found["shape"])))
    return shape, found["dtype"].decode(), found.end()
