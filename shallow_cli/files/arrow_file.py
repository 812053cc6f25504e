"""Parquet and Arrow files as batches of columns; the one place that knows pyarrow.

pyarrow is an optional extra, and is imported only when there is such a file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from shallow_cli.errors import DataError, Problem
from shallow_cli.files.arrow_columns import Kind, kind_of
from shallow_cli.files.batch import Batch, Cells, Choice, Format, Part
from shallow_cli.files.headers import check_names

ROWS = 10_000  # in a batch
READ_AHEAD = 64 * 1024  # bytes of a column
PARQUET = b"PAR1\x15"  # what follows PAR1 in every such file; a CSV might well start with PAR1
ARROW = b"ARROW1\0\0"
ARROW_MARKS = (PARQUET, ARROW)
SUFFIXES = (".parquet", ".arrow", ".feather", ".arrows")

Batches = Iterator[Any]  # of pyarrow.RecordBatch


def is_arrow(path: Path, head: bytes) -> bool:
    """Whether a file with this name and these first bytes is read here."""
    return head.startswith(ARROW_MARKS) or path.suffix in SUFFIXES


@contextlib.contextmanager
def arrow_part(path: Path, raw: Iterator[bytes], choice: Choice) -> Iterator[Part]:
    """A Parquet or Arrow file. All of `raw`, its bytes, is taken, so that they are counted.

    Raises:
        DataError: now or later, if pyarrow is not there, the file is damaged or comes through a
            pipe, or a column is neither numbers nor text.
    """
    name = str(path)
    if not path.is_file():
        what = "Parquet and Arrow files cannot be read from a pipe; save it to a file first"
        raise DataError(Problem(what, "standard input" if name == "-" else name))
    with contextlib.ExitStack() as stack:
        with _readable(name):
            schema, read = stack.enter_context(_opened(path))
        header = tuple(schema.names)
        check_names(header, name)
        columns = choice.of(header)
        kinds = _kinds(schema, columns, name)
        yield Part(name, name, header, Format(), _batches(name, read, raw, kinds, choice))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Callable[[list[str]], Batches]]]:
    """The schema, and how the given columns are read."""
    with path.open("rb") as file:
        head = file.read(len(ARROW))
    if head.startswith(ARROW) or (path.suffix != ".parquet" and not head.startswith(PARQUET)):
        with _ipc(path, stream=not head.startswith(ARROW)) as opened:
            yield opened
        return
    from pyarrow import parquet

    # By default whole column chunks are in memory: half a gigabyte of a million rows.
    with parquet.ParquetFile(path, pre_buffer=False, buffer_size=READ_AHEAD) as table:
        yield (
            table.schema_arrow,
            lambda columns: table.iter_batches(ROWS, columns=columns, use_threads=False),
        )


@contextlib.contextmanager
def _ipc(path: Path, *, stream: bool) -> Iterator[tuple[Any, Callable[[list[str]], Batches]]]:
    import pyarrow as pa

    with pa.memory_map(str(path)) as file:
        reader = pa.ipc.open_stream(file) if stream else pa.ipc.open_file(file)

        def read(columns: list[str]) -> Batches:
            count = range(0 if stream else reader.num_record_batches)
            for batch in reader if stream else map(reader.get_batch, count):
                chosen = batch.select(columns)
                chosen.validate(full=True)  # the bytes are used as they are: no check, no safety
                for start in range(0, batch.num_rows, ROWS):
                    yield chosen.slice(start, ROWS)

        yield reader.schema, read


@contextlib.contextmanager
def _readable(name: str) -> Iterator[None]:
    """What pyarrow says about a file, as an error of ours."""
    try:
        import pyarrow as pa
    except ImportError as error:
        what = "Parquet needs the extra: pip install 'shallow-cli[data]'"
        raise DataError(Problem(what, name)) from error
    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        what = " ".join(str(error).split())
        raise DataError(Problem(f"cannot be read: {what}", name)) from error


def _kinds(schema: Any, columns: Iterable[str], name: str) -> dict[str, Kind]:
    from pyarrow import types

    return {column: kind_of(schema.field(column).type, types, column, name) for column in columns}


def _batches(
    name: str,
    read: Callable[[list[str]], Batches],
    raw: Iterator[bytes],
    kinds: dict[str, Kind],
    choice: Choice,
) -> Iterator[Batch]:
    row = 1
    with _readable(name):
        for batch in read(list(kinds)):
            if batch.num_rows:
                lines = range(row, row + batch.num_rows)
                yield _batch(name, lines, batch, kinds, choice)
                row = lines.stop
    for _ in raw:
        pass


def _batch(name: str, lines: range, batch: Any, kinds: dict[str, Kind], choice: Choice) -> Batch:
    exact = {
        column: kinds[column].texts(batch.column(column))
        for column in choice.as_text & kinds.keys()
    }

    def cells(column: str) -> Cells:
        kind, stored = kinds[column], batch.column(column)
        numbers = None if column in exact else kind.numbers(stored)
        return [text.strip() for text in kind.texts(stored)] if numbers is None else numbers

    def written(row: int, column: str) -> str:
        return kinds[column].texts(batch.column(column).slice(row, 1))[0]

    columns = {column: cells(column) for column in kinds}
    return Batch(name, lines, columns, written, mark=": row ", exact=exact)
