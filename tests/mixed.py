"""A table as people have them, and the same rows written in many ways."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from shallow_cli.core.arrays import Array

Table = dict[str, list[Any]]  # columns by name; None is a gap

CONFIG = (
    "data: {csv: t.csv, decimal: ',', target: Klasse, exclude: [id], missing: median,"
    " validation: 0.25}\nepochs: 20\nlearning_rate: 0.5\ninit_scale: xavier\n"
)
WORDS = ["rot", "blau; hell", 'mit "Zitat"', "grün,gelb", "zwei\nZeilen", None]


def mixed(rows: int = 200, seed: int = 0) -> Table:
    """Numbers and words with gaps, ids with delimiters, and two classes that depend on them."""
    stream = np.random.RandomState(seed)
    numbers = stream.standard_normal((rows, 2)) * [1000, 1e-3]
    words = stream.randint(len(WORDS), size=rows)
    ages = stream.randint(18, 90, size=rows)
    gaps = stream.random_sample((rows, 2)) < 0.1
    classes = numbers[:, 0] / 1000 + words - 2 + stream.standard_normal(rows) > 0
    return {
        "id": [f'{i:04d};"{i}",\n' if i % 7 == 0 else f"{i:04d}" for i in range(rows)],
        "Größe": _with_gaps(numbers[:, 0], gaps[:, 0]),
        "Farbe": [WORDS[i] for i in words],
        "Anteil": numbers[:, 1].tolist(),
        "Alter": _with_gaps(ages, gaps[:, 1]),
        "Klasse": ["ja" if yes else "nein" for yes in classes],
    }


def _with_gaps(values: Array, gaps: Array) -> list[Any]:
    return [None if gap else value for value, gap in zip(values.tolist(), gaps, strict=True)]


def reordered(table: Table, names: Sequence[str]) -> Table:
    return {name: table[name] for name in names}


def part(table: Table, start: int, stop: int | None = None) -> Table:
    return {name: cells[start:stop] for name, cells in table.items()}


def as_csv(
    table: Table, delimiter: str = ";", decimal: str = ",", *, bom: bool = True, end: str = "\r\n"
) -> bytes:
    """Quoted where a cell needs it."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(table)
    for row in zip(*table.values(), strict=True):
        writer.writerow([_cell(value, decimal) for value in row])
    return out.getvalue().encode("utf-8-sig" if bom else "utf-8")


def _cell(value: Any, decimal: str) -> str:
    if isinstance(value, float):
        return repr(value).replace(".", decimal)
    return "" if value is None else str(value)


def save_parquet(table: Table, path: Path) -> None:
    """In row groups of odd sizes, so that batches end elsewhere than those of a CSV."""
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table(table), path, row_group_size=37)


def save_arrow(table: Table, path: Path) -> None:
    import pyarrow as pa
    from pyarrow import feather

    feather.write_feather(pa.table(table), str(path), compression="uncompressed", chunksize=23)


def pieces(raw: bytes, stream: np.random.RandomState, most: int) -> Iterator[bytes]:
    """The bytes in pieces of 1 to `most` of them."""
    start = 0
    while start < len(raw):
        size = stream.randint(1, most + 1)
        yield raw[start : start + size]
        start += size
