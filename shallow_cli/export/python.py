"""A model as a Python program: `program`, with the numbers of the model in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from shallow_cli.config import unflat
from shallow_cli.core.arrays import Array
from shallow_cli.model import Model
from shallow_cli.tables.columns import Column

FIRST = b'#!/usr/bin/env python3\n"""A network of one hidden layer that predicts the rows of a CSV;'
BEGIN, END = "\nNUMBERS: ", "# The end of the model."


def program_of(model: Model) -> str:
    """The source: of shallow_cli/export/program.py, with another model in it."""
    source = (files(__package__) / "program.py").read_text(encoding="utf-8")
    before, rest = source.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}\n{_constants(model)}{END}{after}"


def is_program(path: Path) -> bool:
    """Whether a file is one that `program_of` has made, or nothing yet.

    Raises:
        OSError: if it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(len(FIRST))
    return start in {b"", FIRST}


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


def _entries(values: Mapping[str, object]) -> str:
    return _lines("{", (f"{name!r}: {value!r}" for name, value in values.items()), "}")


def _lines(start: str, items: Iterable[str], end: str) -> str:
    """A line each."""
    found = [f"    {item},\n" for item in items]
    return f"{start}\n{''.join(found)}{end}" if found else f"{start}{end}"
