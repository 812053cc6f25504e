"""Writing a file so that others see the old one or the whole new one, never a half."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import glob
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from shallow_cli.errors import Problem, ShallowError

SUFFIX, NAMED = ".tmp", 20  # of a temporary file, and how much of the name it has


@contextlib.contextmanager
def replacing(path: Path, error: type[ShallowError]) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path` when the block ends well.

    It is a temporary file in the same folder until then, synced before the rename. On any
    exception it is removed and `path` is as it was.

    Raises:
        ShallowError: of the given type, if the file cannot be written.
    """
    with _told(path, error):
        if path.is_dir():
            raise error(Problem("is a folder; name a file", str(path)))
        if path.exists() and not path.is_file():  # a device or a pipe: nothing to replace
            with path.open("wb") as file:
                yield file
            return
        path = _meant(path)
        _remove_stale(path)
        handle, temporary = _temporary(path)
        try:
            with os.fdopen(handle, "wb") as file:  # open, and so locked, until it has its name
                yield file
                file.flush()
                os.fsync(handle)
                temporary.chmod(0o666 & ~_umask())
                temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        _sync_folder(path.parent)


def _meant(path: Path) -> Path:
    """The file that a symbolic link stands for, which goes on standing for it."""
    real = Path(os.path.realpath(path))
    if real.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return real


def _temporary(path: Path) -> tuple[int, Path]:
    """A new file beside `path`, locked: a lock ends with its process, however that ends."""
    while True:
        handle, name = tempfile.mkstemp(prefix=_prefix(path), suffix=SUFFIX, dir=path.parent)
        with contextlib.suppress(OSError):  # where there are no locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:  # else somebody took it for stale before it was locked
            return handle, Path(name)
        os.close(handle)


def _remove_stale(path: Path) -> None:
    """Those of processes that were killed while they wrote: nobody holds them."""
    for stale in path.parent.glob(f"{glob.escape(_prefix(path))}*{SUFFIX}"):
        with contextlib.suppress(OSError), stale.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stale.unlink()


def _prefix(path: Path) -> str:
    return f".{path.name[:NAMED]}."


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
    with _told(path, error):  # a name that is too long, say
        is_folder, is_other = path.is_dir(), path.exists() and not path.is_file()
        folder = _meant(path).parent
    if is_folder:
        raise error(Problem("is a folder; name a file", str(path)))
    if is_other:
        return
    if not folder.is_dir():
        raise error(Problem(f"cannot be written: no folder {folder.name}", str(path)))
    if not os.access(folder, os.W_OK):
        raise error(Problem(f"cannot be written: no permission in {folder.name}", str(path)))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """As far as that can be: not of a folder that may not be listed, nor on every file system."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)
