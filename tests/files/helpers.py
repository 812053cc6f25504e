"""What the tests of files have in common."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.errors import DataError
from shallow_cli.files.batch import Batch, Choice, Format
from shallow_cli.files.table_file import open_table, text_part

ALL = Choice()


@dataclass(frozen=True)
class Found:
    """All of a table: its header and, for every row, its place and its cells as text."""

    header: tuple[str, ...]
    delimiter: str | None
    places: list[str]
    rows: list[list[str]]
    numeric: list[bool]  # for every batch, whether it came as numbers


def read(*paths: Path, how: Format | None = None, wanted: Any = None, as_text: Any = ()) -> Found:
    with open_table(paths, how or Format(), wanted=wanted, as_text=as_text) as table:
        return gathered(table.header, table.format.delimiter, table.batches)


def gathered(header: tuple[str, ...], delimiter: str | None, batches: Iterable[Batch]) -> Found:
    places, rows, numeric = [], [], []
    for batch in batches:
        for row in range(len(batch)):
            places.append(batch.place(row))
            rows.append([batch.cell(row, name) for name in batch.columns])
        numeric.append(all(isinstance(cells, np.ndarray) for cells in batch.columns.values()))
    return Found(header, delimiter, places, rows, numeric)


def from_chunks(chunks: Iterator[bytes], how: Format | None = None, choice: Choice = ALL) -> Found:
    """A text table from bytes that come in these pieces."""
    part = text_part(chunks, "t.csv", how or Format(), choice, choice.wanted)
    return gathered(part.header, part.format.delimiter, part.batches)


def pieces(raw: bytes, size: int) -> Iterator[bytes]:
    return (raw[start : start + size] for start in range(0, len(raw), size))


def refusal(*paths: Path, how: Format | None = None, wanted: Any = None) -> str:
    """Why a table is refused, without its folder."""
    with pytest.raises(DataError) as caught:
        read(*paths, how=how, wanted=wanted)
    assert caught.value.exit_code == 3
    folder = paths[0].parent
    return str(caught.value).replace(f"{folder}/", "")


def stored(folder: Path, raw: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return path
