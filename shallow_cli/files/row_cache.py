"""Raw rows kept in a folder under a key made of their content, with a description beside them.

Of the two files the description comes last: who finds it finds the rows whole. Both are summed;
whatever does not fit together is no cache, and is written anew.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.errors import DataError, Problem
from shallow_cli.files.atomic import replacing
from shallow_cli.files.row_store import AnyRows, Rows, rows_in

CHUNK_ROWS = 4096
MOST_BYTES_OF_JSON = 64 << 20


def read_cache(folder: Path, key: str) -> tuple[Rows, dict[str, Any]] | None:
    """Rows and their description; None where there are none, or not whole."""
    described = _description(folder / f"{key}.json")
    if described is None or described["key"] != key or not (folder / f"{key}.rows").is_file():
        return None
    length, width = described["length"], described["width"]
    try:
        with (folder / f"{key}.rows").open("rb") as file:
            if os.fstat(file.fileno()).st_size != length * width * 8:
                return None
            rows = rows_in(file, length, width)
    except OSError:
        return None
    return (rows, described["about"]) if _sum(rows) == described["crc32"] else None


def _description(path: Path) -> dict[str, Any] | None:
    """What a file says after a first line with the sum of that; None if it is not that."""
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            said, _, text = file.read(MOST_BYTES_OF_JSON).partition(b"\n")
    except OSError:
        return None
    if said != _sum_line(text):
        return None
    described = json.loads(text)
    return described if isinstance(described, dict) else None


def _sum_line(text: bytes) -> bytes:
    return b"%08x" % zlib.crc32(text)


def write_cache(folder: Path, key: str, rows: AnyRows, about: dict[str, Any]) -> None:
    """Keep rows and what is to be known about them.

    Raises:
        DataError: if the folder cannot be made or written.
    """
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise DataError(
            Problem(f"cannot be made: {error.strerror or error}", str(folder))
        ) from error
    total = 0
    with replacing(folder / f"{key}.rows", DataError) as file:
        for chunk in _chunks(rows):
            file.write(chunk.data)
            total = zlib.crc32(chunk.data, total)
    length, width = len(rows), rows.take(slice(0, 1)).shape[1]
    described = {"key": key, "length": length, "width": width, "crc32": total, "about": about}
    text = json.dumps(described, ensure_ascii=False).encode()
    with replacing(folder / f"{key}.json", DataError) as file:
        file.write(_sum_line(text) + b"\n" + text)


def _chunks(rows: AnyRows) -> Iterator[Array]:
    for start in range(0, len(rows), CHUNK_ROWS):
        stop = min(start + CHUNK_ROWS, len(rows))
        yield np.ascontiguousarray(rows.take(slice(start, stop)), dtype="<f8")


def _sum(rows: Rows) -> int:
    total = 0
    for chunk in _chunks(rows):
        total = zlib.crc32(chunk.data, total)
    return total
