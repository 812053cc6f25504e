"""Wherever it runs: the same bytes, or a clear line and no damage."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from shallow_cli.files.model_file import load_model

from .conftest import ROOT, Shallow, run_process, write
from .test_places import CONFIG, here, plain

__all__ = ["here", "plain"]  # fixtures

SURROUNDINGS: dict[str, dict[str, str]] = {
    "plain C": {"LC_ALL": "C", "PYTHONUTF8": "0"},
    "C without coercion": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "ascii": {"PYTHONIOENCODING": "ascii:strict"},
    "no such locale": {"LC_ALL": "xx_XX.UTF-8"},
    "dumb": {"TERM": "dumb"},
    "no terminal": {"TERM": ""},
    "no color": {"NO_COLOR": "1"},
    "colors": {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"},
    "width 20": {"COLUMNS": "20"},
    "width 1": {"COLUMNS": "1", "LINES": "1"},
    "width 0": {"COLUMNS": "0"},
    "width of words": {"COLUMNS": "many"},
    "no home": {"HOME": ""},
    "a home that is not there": {"HOME": "/nowhere/at/all"},
    "no folder for temporary files": {"TMPDIR": "/nowhere/at/all"},
    "no such time zone": {"TZ": "Nowhere/Land"},
    "optimized": {"PYTHONOPTIMIZE": "2"},
    "warnings are errors": {"PYTHONWARNINGS": "error"},
    "development mode": {"PYTHONDEVMODE": "1"},
}


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_the_surroundings_change_nothing(surroundings: str, here: Path, plain: bytes) -> None:
    env = SURROUNDINGS[surroundings]
    usual = run_process("train", "c.yaml", "-o", "usual.npz", cwd=here)
    done = run_process("train", "c.yaml", "-o", "m.npz", cwd=here, env=env)
    assert done.returncode == 0, done.stderr
    assert (here / "m.npz").read_bytes() == plain
    assert done.stdout == usual.stdout
    assert done.stderr == usual.stderr.replace(b"usual.npz", b"m.npz")
    help_ = run_process("train", "--help", cwd=here, env=env)
    assert (help_.returncode, help_.stderr) == (0, b"")


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_permissions_are_those_of_the_umask(mask: int, here: Path, plain: bytes) -> None:
    done = in_shell(here, "train c.yaml -q -o m.npz", umask=mask)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (here / "m.npz").stat().st_mode & 0o777 == 0o666 & ~mask
    assert (here / "m.npz").read_bytes() == plain


def in_shell(
    folder: Path, words: str, *, redirected: str = "", **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """A command line as a shell runs it."""
    script = f"{sys.executable} -m shallow_cli {words} {redirected}"
    return subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=60,
        **options,
    )


@pytest.mark.parametrize(
    ("redirected", "code"),
    [
        ("<&-", 0),
        (">&-", 0),
        ("2>&-", 0),
        ("<&- >&- 2>&-", 0),
        ("2>/dev/full", 0),
        (">/dev/full", 3),
        (">/dev/full 2>/dev/full", 3),
        ("2>&1 >&-", 0),
        ("2>&- 3<c.yaml", 0),
    ],
)
def test_streams(redirected: str, code: int, here: Path, plain: bytes) -> None:
    """Closed or full: no file gets what was meant for them, and none is half."""
    done = in_shell(here, "train c.yaml -o m.npz", redirected=redirected)
    assert done.returncode == code, done
    assert b"Traceback" not in done.stderr
    if code == 0:
        assert (here / "m.npz").read_bytes() == plain
    else:
        assert not (here / "m.npz").exists()
    assert (here / "c.yaml").read_text() == CONFIG
    assert (here / "iris.csv").read_bytes() == (ROOT / "data/iris.csv").read_bytes()


@pytest.mark.parametrize("command", ["predict plain.npz -", "train -"])
def test_a_closed_stdin_that_is_read(command: str, here: Path, plain: bytes) -> None:
    assert plain
    done = in_shell(here, command, redirected="<&-")
    assert done.returncode in {2, 3}
    assert done.stderr.count(b"\n") == 1
    assert b"standard input" in done.stderr


def test_a_lack_of_threads_is_no_bug(shallow: Shallow, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    write(Path("c.yaml"), "data: {generate: moons, samples: 100000}\nthreads: 2\nepochs: 2\n")
    done = shallow("train", "c.yaml", "-q", code=2)
    assert done.err == "shallow: can't start new thread; --set threads=1 needs none\n"


@pytest.mark.parametrize("megabytes", [150, 250, 400, 700, 1100])
def test_little_memory(megabytes: int, here: Path, plain: bytes) -> None:
    """A clear line or a whole model; below some 100 MB OpenBLAS itself ends the process."""
    limit = megabytes * 2**20
    shutil.copy(here / "plain.npz", here / "m.npz")
    done = in_shell(
        here,
        "train c.yaml -q -o m.npz --set hidden_units=100000 --set batch_size=60",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    expected = {150: {2}, 1100: {0}}.get(megabytes, {0, 2})
    assert done.returncode in expected, done.stderr
    if done.returncode:
        assert done.stderr.startswith(b"shallow: not enough memory: ")
        assert done.stderr.count(b"\n") == 1
        assert (here / "m.npz").read_bytes() == plain
    else:
        assert load_model(here / "m.npz").network.n_h == 100_000
