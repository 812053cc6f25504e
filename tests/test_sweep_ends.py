"""How a sweep ends when it is not left alone, and how it goes on: its table, its processes."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shallow_cli.core.events import Event, Job
from shallow_cli.core.network import Parameters
from shallow_cli.core.training import train
from shallow_cli.errors import DataError, Problem
from shallow_cli.files import atomic, trial_table
from shallow_cli.files.model_file import load_model

from .conftest import Shallow, write
from .test_cli_sweep import SMALL, rows_of


@contextlib.contextmanager
def endless(folder: Path, *words: str, text: str = SMALL) -> Iterator[subprocess.Popen[str]]:
    """A sweep of two short trials and two that would go on for hours, in a group of its own."""
    write(folder / "c.yaml", text)
    grid = words or ("hidden_units=1,2", "epochs=5,100000000", "--jobs", "3")
    process = subprocess.Popen(
        [sys.executable, "-m", "shallow_cli", "sweep", "c.yaml", *grid, "--out", "t.csv"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(  # noqa: PLW1509 - whoever runs the tests may ignore it
            signal.SIGINT, signal.default_int_handler
        ),
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_for_rows(path: Path, number: int) -> None:
    """Until so many trials are in the table."""
    for _ in range(300):
        if path.exists() and len(path.read_bytes().splitlines()) > number:
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} never had {number} rows")


def children_of(process: subprocess.Popen[str]) -> list[int]:
    """The processes that it has started."""
    tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
    return [int(word) for task in tasks for word in task.read_text(encoding="ascii").split()]


def gone(pids: list[int]) -> bool:
    """Whether they all end within some seconds."""
    for _ in range(100):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["alone", "group"])
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_keeps_what_is_done(
    number: signal.Signals, code: int, send: Callable[[int, int], None], tmp_path: Path
) -> None:
    """Ctrl-C goes to the whole group, and so does what ends a job of a cluster."""
    with endless(tmp_path) as process:
        wait_for_rows(tmp_path / "t.csv", 2)
        workers = children_of(process)
        send(process.pid, number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert err.splitlines()[-1] == (
        "interrupted: 2 of 4 trials are in t.csv; the same command goes on from there"
    )
    assert "Traceback" not in err
    assert "Warning" not in err
    assert [row["epochs"] for row in rows_of(tmp_path / "t.csv")] == ["5", "5"]
    assert gone(workers)


def test_the_processes_end_with_a_sweep_that_is_killed(tmp_path: Path) -> None:
    with endless(tmp_path) as process:
        wait_for_rows(tmp_path / "t.csv", 2)
        workers = children_of(process)
        assert len(workers) > 2
        process.kill()
        assert gone(workers)


@pytest.mark.parametrize("table", ["m", "there"])
def test_table_and_model_are_two_files(table: str, shallow: Shallow) -> None:
    """Also where one is a link, or what an unfinished table has beside it."""
    write(Path("c.yaml"), SMALL)
    Path("there").symlink_to("m.sweep")
    done = shallow(
        *("sweep", "c.yaml", "hidden_units=1,2", "--out", table, "-o", "m.sweep"), code=2
    )
    assert done.err == "m.sweep: cannot be the table and the model\n"


@pytest.mark.parametrize("which", ["t.csv", "t.csv.sweep"])
def test_a_table_that_cannot_be_begun_can_be_begun_later(
    which: str, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path("c.yaml"), SMALL)
    words = ["sweep", "c.yaml", "hidden_units=1,2", "--out", "t.csv", "-q"]

    def full(path: Path, error: Any) -> Any:
        if path.name == which:
            raise DataError(Problem("cannot be written: No space left", str(path)))
        return atomic.replacing(path, error)

    with monkeypatch.context() as patched:
        patched.setattr(trial_table, "replacing", full)
        shallow(*words, code=3)
    shallow(*words)
    assert len(rows_of(Path("t.csv"))) == 2


def test_what_can_be_read_only_once_is_refused_beforehand(shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {csv: '-'}\n")
    done = shallow("sweep", "c.yaml", "hidden_units=1,2", code=2)
    assert done.err == (
        "-: can be read only once, and every trial reads it; write it to a file first\n"
    )


def test_ctrl_c_while_the_processes_start(tmp_path: Path) -> None:
    with endless(tmp_path) as process:
        while not (tmp_path / "t.csv.sweep").exists():
            time.sleep(0.001)
        time.sleep(0.05)  # they are being started
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("interrupted: ")


def test_an_interrupt_while_the_best_is_trained_again_writes_no_other_model(
    shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path("c.yaml"), SMALL)
    words = ["sweep", "c.yaml", "hidden_units=1,2", "--out", "t.csv", "-o", "m.npz"]

    def interrupting(job: Job, theta: Parameters, _: object) -> Iterator[Event]:
        signal.raise_signal(signal.SIGINT)
        return train(job, theta)

    with monkeypatch.context() as patch:
        patch.setattr("shallow_cli.core.training.train", interrupting)
        done = shallow(*words, code=130)
    assert done.err.splitlines()[-1] == (
        "interrupted: 2 of 2 trials are in t.csv; the same command goes on from there"
    )
    assert not Path("m.npz").exists()
    again = shallow(*words)
    assert again.err.splitlines()[:2] == [
        "2 of 2 trials are in t.csv already",
        "0 trials, 1 at a time",
    ]
    assert load_model(Path("m.npz")).ended["reason"] == "finished"
    assert not Path("t.csv.sweep").exists()


def test_a_finished_table_is_not_replaced(shallow: Shallow) -> None:
    write(Path("c.yaml"), SMALL)
    shallow("sweep", "c.yaml", "hidden_units=1", "--out", "t.csv")
    before = Path("t.csv").read_bytes()
    done = shallow("sweep", "c.yaml", "hidden_units=1,2", "--out", "t.csv", code=2)
    assert (
        done.err == "t.csv: is there already, and not replaced. Name another table, or remove it\n"
    )
    assert Path("t.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "-"], "-: stdout has a line for each combination; name a file"),
        (["-o", "-"], "-: stdout has a line for each combination; name a file"),
        (["--out", "x.npz", "-o", "x.npz"], "x.npz: cannot be the table and the model"),
        (["--out", os.devnull], f"{os.devnull}: is no place for a table; name a file"),
        (["--out", "."], ".: is no place for a table; name a file"),
    ],
)
def test_outputs_that_cannot_be(words: list[str], said: str, shallow: Shallow) -> None:
    write(Path("c.yaml"), SMALL)
    assert shallow("sweep", "c.yaml", "l2=0", *words, code=2).err == f"{said}\n"
    assert [path.name for path in Path().iterdir()] == ["c.yaml"]


def test_all_the_data_of_a_sweep_must_be_the_same(shallow: Shallow, tmp_path: Path) -> None:
    rows = "".join(f"{i % 7},{i % 2}\n" for i in range(40))
    write(tmp_path / "a.csv", f"x,y\n{rows}")
    write(tmp_path / "b.csv", f"x,y\n{rows}1,1\n")
    grid = ("data.csv=a.csv,b.csv", "epochs=5,100000000", "--jobs", "1")
    with endless(tmp_path, *grid, text="data: {csv: a.csv}\n") as process:
        wait_for_rows(tmp_path / "t.csv", 1)
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=30)
    write(tmp_path / "b.csv", f"x,y\n{rows}")
    done = shallow("sweep", "c.yaml", *grid, "--out", "t.csv", code=2)
    assert "is the unfinished table of another sweep, by rows (" in done.err


def test_a_killed_process_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    with endless(tmp_path) as process:
        wait_for_rows(tmp_path / "t.csv", 2)
        workers = [pid for pid in children_of(process) if b"spawn_main" in command_of(pid)]
        os.kill(workers[-1], signal.SIGKILL)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 4
    assert err.splitlines()[-1].startswith("a process of the sweep was killed; is there enough")
    assert len(rows_of(tmp_path / "t.csv")) == 2
    assert gone(workers)


def command_of(pid: int) -> bytes:
    """The command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()
