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

Row = Mapping[str, str]


@dataclass(frozen=True)
class TrialTable:
    """A table and its columns."""

    path: Path
    columns: Sequence[str]

    def opened(self, about: Mapping[str, Any]) -> list[dict[str, str]]:
        """The rows of an unfinished table of the same sweep; or a new table, without any.

        Raises:
            UsageError: if the file is there and no unfinished table of this sweep.
            DataError: if it cannot be read or written.
        """
        if self.path.exists() and not self.path.is_file():
            raise UsageError(Problem("is no place for a table; name a file", str(self.path)))
        require_writable(self.path, DataError)
        state = state_of(self.path)
        if state.exists():
            _require_same(_read_state(state), about, self.path)
            rows = _whole_rows(self.path, self.columns)
            self._write(rows)
            return rows
        if self.path.is_file() and self.path.stat().st_size:
            text = "is there already, and not replaced. Name another table, or remove it"
            raise UsageError(Problem(text, str(self.path)))
        with replacing(state, DataError) as file:  # first: the table may follow, if not now
            file.write(json.dumps(about, ensure_ascii=False, indent=1).encode())
        self._write([])
        return []

    def add(self, row: Row) -> None:
        """Add a row at the end.

        Raises:
            DataError: if it cannot be written.
        """
        try:
            with self.path.open("ab") as file:
                file.write(_text(self.columns, [row]))
                file.flush()
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
        state_of(self.path).unlink(missing_ok=True)

    def _write(self, rows: Iterable[Row]) -> None:
        header = dict(zip(self.columns, self.columns, strict=True))
        with replacing(self.path, DataError) as file:
            file.write(_text(self.columns, [header, *rows]))


def state_of(path: Path) -> Path:
    """What says of an unfinished table what it is of."""
    return path.with_name(f"{path.name}.sweep")


def _read_state(state: Path) -> dict[str, Any]:
    try:
        with state.open("rb") as file:
            found = json.loads(file.read(MOST_BYTES))
    except OSError as error:
        raise DataError(Problem(f"cannot be read: {error.strerror}", str(state))) from error
    except (ValueError, RecursionError):
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
            f"Name another table, or remove {state_of(path).name} to start anew"
        )
        raise UsageError(Problem(text, str(path)))


def _whole_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """The rows up to the last that was written whole."""
    try:
        raw = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise DataError(Problem(f"cannot be read: {error.strerror}", str(path))) from error
    whole = raw[: raw.rfind(b"\n") + 1].decode("utf-8", "replace")
    lines = _lines(whole) or [list(columns)]
    wrong = [number for number, line in enumerate(lines, 1) if len(line) != len(columns)]
    if wrong or lines[0] != list(columns):
        text = f"is not as the sweep has left it; mend it, or start anew without {path.name} and "
        where = f"{path}:{wrong[0] if wrong else 1}"
        raise DataError(Problem(f"{text}{state_of(path).name}", where))
    return [dict(zip(columns, line, strict=True)) for line in lines[1:]]


def _lines(text: str) -> list[list[str]]:
    """The cells of each line; up to the first that is none, which has no cells."""
    lines: list[list[str]] = []
    try:
        lines += csv.reader(io.StringIO(text, newline=""))
    except csv.Error:
        lines.append([])
    return lines


def _text(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return text.getvalue().encode()
