"""Dask itself: the command line on real workers, of which some are killed."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.cluster import connecting, dask_workers
from shallow_cli.cluster.protocol import Answer, Call
from shallow_cli.errors import LostClusterError, UsageError
from shallow_cli.versions import made_with
from tests.conftest import Shallow, run_process

pytest.importorskip("distributed", reason="clusters need the extra dask")

CONFIG = """\
data:
  csv: "*.csv"
hidden_units: 40
learning_rate: 0.5
epochs: 150
log_every: 10
"""
NOTE = "the rows are read by 2 workers of local:2"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A config, its files, and the model and the table of one process."""
    found, stream = tmp_path_factory.mktemp("dask"), np.random.RandomState(3)
    (found / "config.yaml").write_text(CONFIG)
    for number, m in enumerate((30_000, 1, 20_000)):
        values = stream.standard_normal((m, 4)).round(4)
        lines = [f"{a},{b},{c},{'yes' if a * b > d else 'no'}\n" for a, b, c, d in values.tolist()]
        (found / f"{number}.csv").write_text("a,b,c,y\n" + "".join(lines))
    done = run_process("train", "config.yaml", "-o", "one.npz", cwd=found)
    (found / "one.txt").write_bytes(done.stdout)
    (found / "one.err").write_bytes(done.stderr)
    assert not done.returncode
    return found


def test_two_processes_give_the_table_and_the_bytes_of_one(folder: Path) -> None:
    words = ("train", "config.yaml", "-o", "two.npz", "--cluster", "local:2")
    done = run_process(*words, cwd=folder)
    assert done.returncode == 0
    assert done.stdout == (folder / "one.txt").read_bytes()
    assert (folder / "two.npz").read_bytes() == (folder / "one.npz").read_bytes()
    expected = [NOTE, *(folder / "one.err").read_text().replace("one.npz", "two.npz").splitlines()]
    assert done.stderr.decode().splitlines() == expected


def test_a_worker_that_is_killed_in_the_middle_changes_no_byte(folder: Path) -> None:
    words = ["train", "config.yaml", "-o", "killed.npz", "--cluster", "local:2"]
    with started(folder, *words) as process:
        table = [read_line(process) for _ in range(4)]  # the header, and some epochs
        os.kill(workers_of(process.pid)[0], signal.SIGKILL)
        rest, told = process.communicate(timeout=100)
    assert process.returncode == 0
    assert b"".join(table) + rest == (folder / "one.txt").read_bytes()
    assert (folder / "killed.npz").read_bytes() == (folder / "one.npz").read_bytes()
    assert re.search(rb"workers have changed: \d of 4 parts of the rows are read again", told), told
    assert b"Traceback" not in told


def test_a_scheduler_that_is_lost_is_one_line_and_the_checkpoint_stays(folder: Path) -> None:
    with scheduler_and_workers(folder, 2) as (scheduler, address):
        words = ["train", "config.yaml", "-o", "lost.npz", "-q", "--cluster", address]
        with started(folder, *words) as process:
            for _ in range(4):
                read_line(process)
            scheduler.kill()
            _, told = process.communicate(timeout=100)
    assert process.returncode == 4
    assert told.decode().splitlines() == [
        f"--cluster {address}: the scheduler is lost; lost.npz.ckpt is left; the same command "
        "with --resume goes on from it"
    ]
    assert not (folder / "lost.npz").exists()
    done = run_process("train", "config.yaml", "-o", "lost.npz", "--resume", cwd=folder)
    assert done.returncode == 0
    assert b"going on after epoch" in done.stderr
    assert done.stdout == (folder / "one.txt").read_bytes()
    assert (folder / "lost.npz").read_bytes() == (folder / "one.npz").read_bytes()


def test_ctrl_c_ends_quietly_and_keeps_the_model(folder: Path) -> None:
    words = ["train", "config.yaml", "-o", "stopped.npz", "--cluster", "local:2"]
    words += ["--set", "epochs=100000"]
    with started(folder, *words) as process:
        for _ in range(4):
            read_line(process)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        _, told = process.communicate(timeout=100)
    assert process.returncode == 130
    assert "interrupted after epoch" in told.decode()
    assert "Traceback" not in told.decode()
    assert (folder / "stopped.npz").exists()
    assert (folder / "stopped.npz.ckpt").exists()


def test_a_sweep_gives_the_same_table(folder: Path) -> None:
    words = ["sweep", "config.yaml", "hidden_units=2,3", "--restarts", "2", "--set", "epochs=3"]
    words += ["-q", "--out"]
    here = run_process(*words, "here.csv.out", cwd=folder)
    there = run_process(*words, "there.csv.out", "--cluster", "local:2", cwd=folder)
    assert (there.returncode, there.stdout, there.stderr) == (0, here.stdout, here.stderr)
    assert (folder / "there.csv.out").read_bytes() == (folder / "here.csv.out").read_bytes()


@pytest.mark.parametrize("command", ["train", "sweep"])
def test_what_is_no_address_is_said(command: str, shallow: Shallow) -> None:
    Path("config.yaml").write_text("data: {csv: t.csv}\n")
    Path("t.csv").write_text("a,y\n1,0\n2,1\n3,0\n4,1\n")
    words = (command, "config.yaml", *(["--restarts", "2"] if command == "sweep" else []))
    for address in ("nowhere", "", "local:0", "local:x", "ftp://a:1"):
        result = shallow(*words, "--cluster", address, code=2)
        assert result.err.splitlines()[-1].startswith(f"--cluster {address}: ")
        assert "local:N" in result.err


def test_nobody_at_an_address_is_said(shallow: Shallow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "PATIENCE", 1.0)
    Path("config.yaml").write_text("data: {csv: t.csv}\n")
    Path("t.csv").write_text("a,y\n1,0\n2,1\n")
    result = shallow("train", "config.yaml", "--cluster", "tcp://127.0.0.1:9", code=4)
    text = "no scheduler answers there within 1 seconds"
    assert result.err == f"--cluster tcp://127.0.0.1:9: {text}\n"


def test_without_dask_the_extra_is_named(shallow: Shallow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    Path("config.yaml").write_text("data: {csv: t.csv}\n")
    Path("t.csv").write_text("a,y\n1,0\n2,1\n")
    result = shallow("train", "config.yaml", "--cluster", "local:2", code=3)
    assert result.err == "--cluster: needs the extra 'dask': pip install 'shallow-cli[dask]'\n"


def test_generated_data_and_standard_input_are_refused(shallow: Shallow) -> None:
    for data in ("generate: moons", "csv: '-'"):
        Path("config.yaml").write_text(f"data: {{{data}}}\n")
        result = shallow("train", "config.yaml", "--cluster", "local:2", code=2)
        assert "a cluster reads the rows from files that all its workers see" in result.err


class Answering(dask_workers.DaskWorkers):
    """A cluster that answers in a certain way."""

    def __init__(self, answer: Any) -> None:
        super().__init__(None, "somewhere")
        self._says = answer

    def names(self) -> Sequence[str]:
        """One."""
        return ["tcp://other:1"]

    def run(self, _calls: Sequence[Call]) -> list[Answer]:
        """What is said there."""
        if isinstance(self._says, Exception):
            raise self._says
        self._require_same("tcp://other:1", self._says)
        return []


def test_workers_whose_bits_may_be_others_are_refused() -> None:
    workers = Answering({**made_with(), "numpy": "1.26.4"})
    text = r"worker tcp://other:1: numpy is 1\.26\.4 there, .* here"
    with pytest.raises(LostClusterError, match=text):
        connecting.require_shallow(workers)


def test_a_cluster_without_shallow_is_told_so() -> None:
    workers = Answering(ModuleNotFoundError("No module named 'shallow_cli'"))
    with pytest.raises(UsageError, match=r"the workers need shallow \d.*: No module named"):
        connecting.require_shallow(workers)


def test_a_call_that_kills_its_workers_is_given_up() -> None:
    with connecting.connected("local:1") as workers:
        with pytest.raises(LostClusterError, match="has killed them; have they enough memory"):
            workers.run([Call(workers.names()[0], _die, ())])
        pool = workers.executor
        with pytest.raises(LostClusterError, match="has killed them"):
            workers.result(pool.submit(_die, None))


def _die(_kept: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def read_line(process: subprocess.Popen[bytes]) -> bytes:
    """The next line of a table as it is written."""
    assert process.stdout
    return process.stdout.readline()


@contextlib.contextmanager
def started(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command line in a process group of its own, which is gone afterwards."""
    command = [sys.executable, "-m", "shallow_cli", *words]
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        command, cwd=folder, stdout=pipe, stderr=pipe, start_new_session=True
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def workers_of(parent: int) -> list[int]:
    """The processes that a process has started to work for it."""
    words = ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(parent)]
    lines = subprocess.run(words, capture_output=True, check=True, text=True).stdout.splitlines()
    return [int(line.split()[0]) for line in lines if "spawn_main" in line]


@contextlib.contextmanager
def scheduler_and_workers(
    folder: Path, workers: int, *words: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A scheduler in a process of its own, its address, and workers that wait for it."""
    said = folder / f"scheduler-{time.monotonic_ns()}.json"
    module = [sys.executable, "-m", "distributed.cli"]
    scratch = ["--local-directory", str(folder), "--nthreads", "1", "--no-dashboard"]
    commands = [[f"{module[2]}.dask_scheduler", "--port", "0", "--no-dashboard"]]
    commands += [[f"{module[2]}.dask_worker", *scratch, *words]] * workers
    processes = []
    try:
        for command in commands:
            line = [*module[:2], *command, "--scheduler-file", str(said)]
            quiet = subprocess.DEVNULL
            processes.append(subprocess.Popen(line, stdout=quiet, stderr=quiet))
            while not said.exists():
                time.sleep(0.05)
        yield processes[0], json.loads(said.read_text())["address"]
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()
