"""One process: how it is started, what it took, what it said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.data import ROOT

LAUNCHER = ROOT / "benchmarks" / "launcher.py"
POOLS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
ONE_THREAD_OF_XLA = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
STAT = Path("/proc/stat")
IDLE_SHARE, LOOK_SECONDS, PATIENCE_SECONDS = 0.9, 0.1, 2.5


class FailedError(Exception):
    """A process that ended badly, with the last thing it said."""


@dataclass(frozen=True)
class Ran:
    """A process that has ended: seconds from start to end, peak memory, and its last line."""

    seconds: float
    megabytes: float
    said: dict[str, Any]


def run(command: Sequence[str], pool_threads: int) -> Ran:
    """Run it with so many threads in the pools of BLAS and OpenMP.

    Raises:
        FailedError: if it does not end with 0.
    """
    with (
        tempfile.NamedTemporaryFile("w+") as report,
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
    ):
        launched = [sys.executable, "-S", "-E", str(LAUNCHER), report.name, *command]
        done = subprocess.run(
            launched,
            cwd=ROOT,
            env=environment(pool_threads),
            stdout=out,
            stderr=err,
            check=False,
        )
        if done.returncode:
            raise FailedError(f"exit {done.returncode}: {last_line(err) or 'nothing said'}")
        return Ran(**json.load(report), said=parsed(last_line(out)))


def last_line(file: Any) -> str:
    """Of what was written to the file."""
    file.seek(0)
    lines = [line for line in file.read().splitlines() if line.strip()]
    return str(lines[-1]) if lines else ""


def parsed(line: str) -> dict[str, Any]:
    """The JSON object of a line, if it is one."""
    return dict(json.loads(line)) if line.startswith("{") else {}


def environment(pool_threads: int) -> dict[str, str]:
    """The caller's, with the size of the pools; compiled modules are kept, as an installer does."""
    more = {"XLA_FLAGS": ONE_THREAD_OF_XLA} if pool_threads == 1 else {}
    pools = dict.fromkeys(POOLS, str(pool_threads))
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **more, **pools}


def wait_until_idle() -> bool:
    """Wait for the other work on the machine to pause, but not for long; whether it did.

    Where the system does not tell (it is not Linux), there is nothing to wait for.
    """
    if not STAT.exists():
        return False
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        before = ticks()
        time.sleep(LOOK_SECONDS)
        idle, total = (b - a for a, b in zip(before, ticks(), strict=True))
        if idle >= IDLE_SHARE * total:
            return True
    return False


def ticks() -> tuple[int, int]:
    """Of the clock since the machine started: idle ones, and all."""
    numbers = [int(word) for word in STAT.read_text(encoding="ascii").split("\n", 1)[0].split()[1:]]
    return numbers[3], sum(numbers[:8])
