"""Which files a list of paths means: patterns and folders, and what is not there."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from shallow_cli.errors import DataError, Problem
from shallow_cli.files.arrow_file import SUFFIXES


def expanded(paths: Sequence[Path]) -> list[Path]:
    """The files, in order; the matches of a pattern and the files of a folder are sorted.

    Raises:
        DataError: for all of the paths that mean no file.
    """
    files: list[Path] = []
    problems: list[Problem] = []
    for path in paths:
        for found in _expanded(path):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                files.append(found)
    if problems:
        raise DataError(*problems)
    return files


def _expanded(path: Path) -> Iterator[Path | Problem]:
    if str(path) == "-":
        yield path
        return
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        if glob.has_magic(str(path)):
            yield from _matching(path)
        else:
            what = f"cannot be read: {getattr(error, 'strerror', error)}"
            yield Problem(what, str(path))
        return
    yield from _in_folder(path) if stat.S_ISDIR(mode) else [path]


def _matching(pattern: Path) -> Iterator[Path | Problem]:
    matches = sorted(glob.glob(str(pattern), recursive=True))  # noqa: PTH207 - may be absolute
    for match in matches:
        yield from _expanded(Path(match))
    if not matches:
        yield Problem("no file matches this pattern", str(pattern))


def _in_folder(folder: Path) -> Iterator[Path | Problem]:
    files = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    yield from files
    if not files:
        text = f"a folder without Parquet or Arrow files; for others give a pattern: {folder}/*.csv"
        yield Problem(text, str(folder))


def text_of(name: str) -> str:
    """The name of a file as text: bytes of it that are no UTF-8 are spelled out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
