"""Writing a file so that others see the old one or the whole new one, never a half."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from shallow_cli.errors import Problem, ShallowError


@contextlib.contextmanager
def replacing(path: Path, error: type[ShallowError]) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path` when the block ends well.

    It is a temporary file in the same folder until then, synced before the rename. On any
    exception it is removed and `path` is as it was.

    Raises:
        ShallowError: of the given type, if the file cannot be written.
    """
    if path.is_dir():
        raise error(Problem("is a folder; name a file", str(path)))
    if path.exists() and not path.is_file():  # a device or a pipe: nothing to replace
        with _told(path, error), path.open("wb") as file:
            yield file
        return
    path = Path(os.path.realpath(path))  # through symbolic links, to the file they stand for
    with _told(path, error):
        handle, name = tempfile.mkstemp(
            prefix=f".{path.name[:20]}.", suffix=".tmp", dir=path.parent
        )
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(path.parent)


@contextlib.contextmanager
def _told(path: Path, error: type[ShallowError]) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        text = f"cannot be written: {problem.strerror or problem}"
        raise error(Problem(text, str(path))) from problem


def require_writable(path: Path, error: type[ShallowError]) -> None:
    """Refuse an output that cannot be written, before the work is done.

    Raises:
        ShallowError: of the given type.
    """
    if path.is_dir():
        raise error(Problem("is a folder; name a file", str(path)))
    if path.exists() and not path.is_file():
        return
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        raise error(Problem(f"cannot be written: no folder {folder.name}", str(path)))
    if not os.access(folder, os.W_OK):
        raise error(Problem(f"cannot be written: no permission in {folder.name}", str(path)))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
