"""The table of a sweep: a CSV that grows by a row a trial, and what it takes to go on with it.

While a sweep is unfinished, a file beside the table (`TABLE.sweep`) says what it is of; the rows
come as the trials end. A finished table has them in the order of the grid, and no such file.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shallow_cli.errors import DataError, Problem, UsageError
from shallow_cli.files.atomic import replacing, require_writable

MOST_BYTES = 64 << 20
ALWAYS = {"seed", "epoch", "loss"}  # columns that every table of a sweep has

Row = Mapping[str, str]


@dataclass(frozen=True)
class TrialTable:
    """A table and its columns."""

    path: Path
    columns: Sequence[str]

    def opened(self, about: Mapping[str, Any]) -> list[dict[str, str]]:
        """The rows of an unfinished table of the same sweep; or a new table, without any.

        Raises:
            UsageError: if the file is something else, or the table of another sweep.
            DataError: if it cannot be read or written.
        """
        require_writable(self.path, DataError)
        state = _state(self.path)
        if state.exists():
            _require_same(_read_state(state), about, self.path)
            rows = _whole_rows(self.path, self.columns)
            self._write(rows)
            return rows
        _require_replaceable(self.path)
        self._write([])
        with replacing(state, DataError) as file:
            file.write(json.dumps(about, ensure_ascii=False, indent=1).encode())
        return []

    def add(self, row: Row) -> None:
        """Add a row at the end.

        Raises:
            DataError: if it cannot be written.
        """
        try:
            with self.path.open("ab", buffering=0) as file:
                file.write(_text(self.columns, [row]))
                os.fsync(file.fileno())
        except OSError as error:
            text = f"cannot be written: {error.strerror}"
            raise DataError(Problem(text, str(self.path))) from error

    def finish(self, rows: Iterable[Row]) -> None:
        """Write the whole table, and forget what it takes to go on.

        Raises:
            DataError: if it cannot be written.
        """
        self._write(rows)
        _state(self.path).unlink(missing_ok=True)

    def _write(self, rows: Iterable[Row]) -> None:
        header = dict(zip(self.columns, self.columns, strict=True))
        with replacing(self.path, DataError) as file:
            file.write(_text(self.columns, [header, *rows]))


def _state(path: Path) -> Path:
    return path.with_name(f"{path.name}.sweep")


def _read_state(state: Path) -> dict[str, Any]:
    try:
        with state.open("rb") as file:
            found = json.loads(file.read(MOST_BYTES))
    except OSError as error:
        raise DataError(Problem(f"cannot be read: {error.strerror}", str(state))) from error
    except ValueError:
        found = None
    if not isinstance(found, dict):
        text = "is damaged: the sweep cannot go on. Remove it to start anew"
        raise DataError(Problem(text, str(state)))
    return found


def _require_same(there: Mapping[str, Any], here: Mapping[str, Any], path: Path) -> None:
    different = [key for key in {**there, **here} if there.get(key) != here.get(key)]
    if different:
        name = different[0]
        text = (
            f"is the unfinished table of another sweep, by {', '.join(different)} "
            f"({name}: {there.get(name)} there, {here.get(name)} here). "
            f"Name another table, or remove {_state(path).name} to start anew"
        )
        raise UsageError(Problem(text, str(path)))


def _require_replaceable(path: Path) -> None:
    if not path.is_file() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        first = file.readline(MOST_BYTES).decode("utf-8", "replace")
    if not set(next(csv.reader([first]), [])) >= ALWAYS:
        text = "is there and not the table of a sweep; it is not replaced. Name another"
        raise UsageError(Problem(text, str(path)))


def _whole_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows up to the last that was written whole."""
    try:
        raw = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise DataError(Problem(f"cannot be read: {error.strerror}", str(path))) from error
    whole = raw[: raw.rfind(b"\n") + 1].decode("utf-8", "replace")
    header, *lines = csv.reader(io.StringIO(whole, newline="")) if whole else [list(columns)]
    if header != list(columns) or any(len(line) != len(columns) for line in lines):
        text = f"is not as the sweep has left it; remove {_state(path).name} to start anew"
        raise DataError(Problem(text, str(path)))
    return [dict(zip(columns, line, strict=True)) for line in lines]


def _text(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return text.getvalue().encode()
