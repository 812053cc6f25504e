"""A model as a Python program: `program`, with the numbers of the model in it."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from shallow_cli.answers import Rows
from shallow_cli.config import unflat
from shallow_cli.core.arrays import Array
from shallow_cli.errors import DataError, Problem
from shallow_cli.export.checking import NotExportedError
from shallow_cli.files.arrow_file import ARROW_MARKS, is_arrow
from shallow_cli.files.byte_source import Fingerprint, plain_bytes, raw_bytes, with_head
from shallow_cli.model import Model
from shallow_cli.tables.columns import Column

FIRST = b'#!/usr/bin/env python3\n"""A network of one hidden layer that predicts the rows of a CSV;'
BEGIN, END = "\nNUMBERS: ", "# The end of the model."


def program_of(model: Model) -> bytes:
    """The source: of shallow_cli/export/program.py, with another model in it."""
    source = (files(__package__) / "program.py").read_text(encoding="utf-8")
    before, rest = source.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}\n{_constants(model)}{END}{after}".encode()


def is_program(path: Path) -> bool:
    """Whether a file is one that `program_of` has made, or nothing yet.

    Raises:
        OSError: if it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(len(FIRST))
    return start in {b"", FIRST}


def answers_of_program(model: Model, program: bytes, data: Path) -> Rows:
    """What Python answers when it runs the program: the header, and the cells of each row.

    Raises:
        DataError: if the table is no text.
        NotExportedError: if the program refuses the table, or does not run.
    """
    words = ["--proba"] if model.columns.classes else []
    table = _text_of(data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "program.py")
        path.write_bytes(program)
        command = [sys.executable, "-I", str(path), *words]
        done = subprocess.run(command, input=table, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        raise NotExportedError(done.stderr.decode(errors="replace").strip().splitlines()[-1])
    return list(csv.reader(io.StringIO(done.stdout.decode(), newline="")))


def _text_of(data: Path) -> bytes:
    """What a person would give the program: unpacked, where the table is packed."""
    with raw_bytes(data, Fingerprint()) as raw:
        head, chunks = with_head(raw, ARROW_MARKS)
        if is_arrow(data, head):
            text = "is no text, and a Python program reads text alone; check it on a CSV"
            raise DataError(Problem(text, str(data)))
        return b"".join(plain_bytes(chunks, str(data)))


def _constants(model: Model) -> str:
    columns, data = model.columns, unflat(model.config).data
    numbers = {
        f.name: (f.offset, f.scale, f.fill) for f in columns.features if isinstance(f, Column)
    }
    words = {f.name: list(f.words) for f in columns.features if not isinstance(f, Column)}
    encoding = "utf-8-sig" if data.encoding == "utf-8" else data.encoding
    constants = {
        "NUMBERS: dict[str, tuple[float, float, float | None]]": _lines(
            "{", (f"{name!r}: {numbers[name]!r}" for name in numbers), "}"
        ),
        "WORDS: dict[str, list[str]]": _lines(
            "{", (f"{name!r}: {words[name]!r}" for name in words), "}"
        ),
        "FEATURES": repr(list(columns.feature_names)),
        "TARGETS": repr({target.name: (target.offset, target.scale) for target in columns.targets}),
        "CLASSES: list[str]": repr(list(columns.classes)),
        "ACTIVATION, LEAK": repr((model.network.activation, model.network.leak)),
        "OUTPUT": repr(model.network.output),
        **{n: _matrix(block) for n, block in model.theta.blocks().items() if n.startswith("W")},
        **{n: _list(block) for n, block in model.theta.blocks().items() if n.startswith("b")},
        "MISSING": repr(list(data.missing_values)),
        "DELIMITER: str | None": repr(data.delimiter),
        "DECIMAL": repr(data.decimal),
        "ENCODING, HEADER": repr((encoding, data.header)),
    }
    return "".join(f"{name} = {value}\n" for name, value in constants.items())


def _matrix(block: Array) -> str:
    """The rows of W."""
    return _lines("[", map(repr, block.astype(float).tolist()), "]")


def _list(block: Array) -> str:
    """The values of b."""
    return repr(block.astype(float)[:, 0].tolist())


def _lines(start: str, items: Iterable[str], end: str) -> str:
    """A line each."""
    found = [f"    {item},\n" for item in items]
    return f"{start}\n{''.join(found)}{end}" if found else f"{start}{end}"
