"""Fixtures that every test may use."""

from __future__ import annotations

import os

# As the command does, before NumPy is imported: one BLAS thread.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.cli import run
from shallow_cli.errors import ShallowError
from shallow_cli.files.config_file import load_config
from shallow_cli.files.row_store import in_memory
from shallow_cli.fitting import Prepared, prepare
from shallow_cli.tables.columns import Column
from shallow_cli.tables.fitted import fit_column, spread
from shallow_cli.tables.plan import Plan, Slot
from shallow_cli.tables.raw import RawTable

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Result:
    """What a command line did."""

    code: int
    out: str
    err: str


Shallow = Callable[..., Result]


def pytest_configure() -> None:
    """Signals do what they do in a terminal, also where the tests run in the background."""
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            usual = signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL
            signal.signal(number, usual)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures that tests have found, a line each."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "found":
                terminalreporter.write_line(f"{report.nodeid.partition('::')[2]}: {value}")


@pytest.fixture
def shallow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Shallow:
    """Run a command line in `tmp_path`, in this process; it must end as expected."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def invoke(*words: str | Path, code: int = 0) -> Result:
        capfd.readouterr()
        found = run([str(word) for word in words])
        out, err = capfd.readouterr()
        assert found == code, f"exit {found}, not {code}\nstdout:\n{out}\nstderr:\n{err}"
        assert "Traceback" not in err
        return Result(found, out, err)

    return invoke


def run_process(
    *words: str | Path,
    cwd: Path,
    stdin: str | bytes = b"",
    env: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "shallow_cli", *map(str, words)],
        cwd=cwd,
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        env={**os.environ, **(env or {})},
        capture_output=True,
        check=False,
        timeout=120,
    )


def forked(work: Callable[[], int | None]) -> int:
    """How a child ended that has done the work: its exit code, or less a signal."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = work() or 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


@pytest.fixture
def stream() -> np.random.RandomState:
    """Numbers for a test, the same every time."""
    return np.random.RandomState(0)


@pytest.fixture(scope="session")
def iris_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the iris table, trained once."""
    folder = tmp_path_factory.mktemp("iris")
    words = ["train", str(ROOT / "configs/iris.yaml"), "--set", "epochs=200", "-q"]
    done = run_process(*words, "-o", folder / "iris.npz", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "iris.npz"


@pytest.fixture
def iris(tmp_path: Path) -> Path:
    """A copy of the iris table to work on."""
    return Path(shutil.copy(ROOT / "data/iris.csv", tmp_path / "iris.csv"))


def write(path: Path, text: str) -> Path:
    """A file with this text."""
    path.write_text(text, encoding="utf-8")
    return path


def column_of(values: np.ndarray, how: str) -> Column:
    """The column that is fitted to these values (m,)."""
    table = RawTable("t", in_memory(values[:, None]), Plan((Slot("a"),)), {}, {}, "")
    return fit_column("a", how, spread(table, range(len(table)), slice(0, 1)), 0)


def prepared(folder: Path, table: str | bytes, *overrides: str) -> Prepared:
    """What training on this table would use."""
    raw = table if isinstance(table, bytes) else table.encode()
    (folder / "t.csv").write_bytes(raw)
    config = write(folder / "c.yaml", "data: {csv: t.csv}\n")
    return prepare(load_config(config, overrides))


def refusal(folder: Path, table: str | bytes, *overrides: str) -> str:
    """Why a table cannot be trained on, without the folder; it is a data error."""
    with pytest.raises(ShallowError) as caught:
        prepared(folder, table, *overrides)
    assert caught.value.exit_code == (2 if "data." in str(caught.value).split(":")[0] else 3)
    return str(caught.value).replace(f"{folder}/", "")
