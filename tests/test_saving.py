"""A model file is the old one or the whole new one, whatever happens while it is written.

Each case runs in a fork of this process, which may kill itself.
"""

import errno
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO, Self

import pytest

from shallow_cli.cli import run
from shallow_cli.errors import ModelFileError
from shallow_cli.files import atomic
from shallow_cli.files.config_file import parse_config
from shallow_cli.files.model_file import load_model, model_bytes, save_model
from shallow_cli.fitting import fit
from shallow_cli.model import Model

from .conftest import forked, write
from .scale import SCALE

KILL_POINTS, FULL_SIZES, SECONDS = 60 * SCALE, 10 * SCALE, 6 * SCALE
Record = Callable[[str, str], None]
WRITING = str(Path(atomic.__file__).parent)


@pytest.fixture(scope="module")
def models() -> tuple[Model, Model]:
    """An old one and a new one, of other sizes."""
    text = "data: {generate: moons, samples: 30}\nepochs: 3\nhidden_units: "
    configs = (parse_config(f"{text}{units}\n", "c.yaml", Path()) for units in (3, 40))
    old, new = map(fit, configs)
    return old, new


@dataclass(frozen=True)
class Place:
    """Where the old model is, and what the bytes of both are."""

    path: Path
    old: bytes
    new: bytes


@pytest.fixture
def place(models: tuple[Model, Model], tmp_path: Path) -> Place:
    path = tmp_path / "m.npz"
    save_model(models[0], path)
    old, new = map(model_bytes, models)
    assert path.read_bytes() == old
    return Place(path, old, new)


def traced(work: Callable[[], None], at: Callable[[int], None]) -> int:
    """How many lines of our writing are run by the work; each is told beforehand."""
    lines = [0]

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if not frame.f_code.co_filename.startswith(WRITING):
            return None
        if event == "line":
            lines[0] += 1
            at(lines[0])
        return trace

    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(None)
    return lines[0]


def test_killed_at_any_line_of_the_save(
    models: tuple[Model, Model],
    place: Place,
    record_property: Record,
) -> None:
    path, seen = place.path, {"old": 0, "new": 0}

    def save() -> None:
        save_model(models[1], path)

    lines = traced(save, lambda _: None)
    points = {1 + point * lines // KILL_POINTS for point in range(KILL_POINTS)}
    for point in sorted(points):
        path.write_bytes(place.old)

        def killed(point: int = point) -> int:
            return traced(save, lambda line: os.kill(os.getpid(), (line == point) * signal.SIGKILL))

        assert forked(killed) == -signal.SIGKILL
        found = path.read_bytes()
        assert found in {place.old, place.new}, f"half a file at line {point} of {lines}"
        seen["old" if found == place.old else "new"] += 1
    record_property("found", f"killed at {len(points)} of {lines} lines: {seen}")
    assert all(seen.values())
    save()  # and what was left is removed by whoever saves next
    assert [each.name for each in path.parent.iterdir()] == ["m.npz"]


class Faulty:
    """Lets the N-th operation fail, or all from there on, and counts them."""

    def __init__(self, number: int, sticky: bool, code: int) -> None:
        self.number, self.sticky, self.code, self.done = number, sticky, code, 0
        self.failed = False

    def __call__(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*words: Any, **more: Any) -> Any:
            self.done += 1
            if self.done == self.number or (self.sticky and self.done > self.number):
                self.failed = True
                raise OSError(self.code, os.strerror(self.code))
            return operation(*words, **more)

        return counted


class CountedFile:
    """A file whose writes and flushes are counted."""

    def __init__(self, file: BinaryIO, faulty: Faulty) -> None:
        self._file = file
        self.write, self.flush = faulty(file.write), faulty(file.flush)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def counted_file(fdopen: Callable[..., BinaryIO], faulty: Faulty, *words: Any) -> CountedFile:
    return CountedFile(fdopen(*words), faulty)


def failures(
    save: Callable[[], None], patch: pytest.MonkeyPatch, sticky: bool, code: int
) -> Iterator[bool]:
    """Fail the first operation, the second, …, until the save does not meet a failure."""
    fdopen = os.fdopen
    for number in range(1, 1000):
        faulty = Faulty(number, sticky, code)
        with patch.context() as patched:
            for name in ("open", "fsync", "chmod", "replace", "rename"):
                patched.setattr(os, name, faulty(getattr(os, name)))
            patched.setattr(os, "fdopen", partial(counted_file, fdopen, faulty))
            try:
                save()
                told = False
            except ModelFileError as error:
                assert os.strerror(code) in str(error)  # noqa: PT017 - it need not be raised
                told = True
        if not faulty.failed:
            return
        yield told


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("sticky", [False, True], ids=["once", "from-then-on"])
def test_every_operation_may_fail(
    code: int,
    sticky: bool,
    models: tuple[Model, Model],
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Record,
) -> None:
    path = place.path
    found: list[bytes] = []
    for told in failures(lambda: save_model(models[1], path), monkeypatch, sticky, code):
        assert told or (code == errno.EACCES and path.read_bytes() == place.new)
        found.append(path.read_bytes())
        assert [each.name for each in path.parent.iterdir()] == ["m.npz"]
        path.write_bytes(place.old)
    record_property("found", f"{len(found)} operations failed, one after the other")
    assert len(found) >= 8  # opened, written, flushed, synced, given its mode, renamed
    assert set(found) <= {place.old, place.new}
    assert found.count(place.old) >= len(found) - 2  # only the folder is synced after the rename


def test_a_disk_that_is_full(place: Place, tmp_path: Path) -> None:
    """Of a file, which may not grow beyond a limit; a full disk says the same to whoever writes."""
    write(tmp_path / "c.yaml", "data: {generate: moons}\nepochs: 3\nhidden_units: 40\n")
    errors = tmp_path / "errors"
    for size in range(0, 4000, 4000 // FULL_SIZES):

        def train(size: int = size) -> int:
            log = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.chdir(tmp_path)
            sys.stderr = os.fdopen(log, "w")
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
            return run(["train", "c.yaml", "-o", "m.npz", "-q"])

        assert forked(train) == 3
        assert (tmp_path / "m.npz").read_bytes() == place.old
        assert sorted(path.name for path in tmp_path.iterdir()) == ["c.yaml", "errors", "m.npz"]
        if size > 100:  # or there is no room for what is said
            assert errors.read_text() == "m.npz: cannot be written: File too large\n"


def test_two_writers_and_a_reader(
    models: tuple[Model, Model],
    place: Place,
    record_property: Record,
) -> None:
    path, until = place.path, time.monotonic() + SECONDS
    writers = []
    for model in models:
        child = os.fork()
        if child == 0:
            code = 99
            try:
                while time.monotonic() < until:
                    save_model(model, path)
                code = 0
            finally:
                os._exit(code)
        writers.append(child)
    reads, kinds = 0, set()
    while time.monotonic() < until:
        kinds.add(path.read_bytes())
        load_model(path)
        reads += 1
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in writers] == [0, 0]
    record_property("found", f"{reads} reads while two wrote")
    assert reads > 50
    assert kinds == {place.old, place.new}
    assert [each.name for each in path.parent.iterdir()] == ["m.npz"]


def test_a_temporary_file_in_use_is_left_alone(models: tuple[Model, Model], tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    with atomic.replacing(path, ModelFileError) as file:
        file.write(b"slow")
        save_model(models[0], path)
        assert len(list(tmp_path.iterdir())) == 2
    assert path.read_bytes() == b"slow"
    assert [each.name for each in path.parent.iterdir()] == ["m.npz"]
