"""Steps, reading and memory of workers on this machine, a process each."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet

from shallow_cli.cluster.connecting import connected
from shallow_cli.cluster.dask_workers import DaskWorkers
from shallow_cli.cluster.keeping import Kept
from shallow_cli.cluster.loading import loading_on
from shallow_cli.cluster.protocol import Call
from shallow_cli.config import Config
from shallow_cli.core.buffers import batch_of, new_buffers
from shallow_cli.core.calls import run
from shallow_cli.core.gradient import objective_gradient
from shallow_cli.core.network import zeros
from shallow_cli.files.config_file import parse_config
from shallow_cli.fitting import Prepared, prepare

FEATURES, UNITS, FILES = 28, 64, 8
GROUP_ROWS = 20_000  # of a Parquet file, which are read at a time
MIB = 1 << 20
ROUNDS, WARM = 7, 2
PLENTY = 4096 * MIB  # of memory for a worker: it keeps its rows there


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    rows: tuple[int, ...] = (125_000, 250_000, 500_000, 1_000_000, 2_000_000)
    read: int = 200_000
    limit: int = 512 * MIB  # of the memory of a worker,
    times: float = 4  # and how many times as much the rows take
    parameters: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    workers: tuple[int, ...] = (1, 2, 4, 8)


QUICK = Sizes((2_000, 4_000), 1_000, 512 * MIB, 0.01, (1_000, 10_000), (1, 2))


def measured(sizes: Sizes, folder: Path) -> dict[str, Any]:
    """All figures; `folder` is for the tables."""
    return {
        "sizes": asdict(sizes),
        "start": _start(),
        "messages": [_message(n, 2) for n in sizes.parameters],
        "workers": [_message(sizes.parameters[0], count) for count in sizes.workers],
        "steps": [_steps(rows, folder) for rows in sizes.rows],
        "reading": {kind: _reading(kind, sizes.read, folder) for kind in ("csv", "parquet")},
        "memory": _memory(sizes, folder),
    }


@contextlib.contextmanager
def workers_of(count: int, limit: int = PLENTY) -> Iterator[DaskWorkers]:
    """So many processes of one thread each, with so many bytes of memory."""
    import distributed

    cluster: Any = distributed.LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=count, threads_per_worker=1, memory_limit=limit, dashboard_address=None
    )
    with contextlib.closing(cluster), connected(cluster.scheduler_address) as workers:
        yield workers


def _start() -> float:
    """Seconds until two processes answer."""
    begin = time.perf_counter()
    with workers_of(2) as workers:
        workers.names()
        return time.perf_counter() - begin


def _nothing(_kept: Kept, vector: Any) -> Any:
    return vector


def _message(parameters: int, count: int) -> dict[str, float]:
    """Seconds to send so many numbers to so many workers, and to have them back."""
    with workers_of(count) as workers:
        vector = np.zeros(parameters)
        calls = [Call(name, _nothing, (vector,)) for name in workers.names()]
        seconds = _median(partial(workers.run, calls))
    return {"parameters": parameters, "workers": count, "seconds": seconds}


def _steps(rows: int, folder: Path) -> dict[str, Any]:
    """Seconds of a gradient: in one process of one thread, and on one and on two workers."""
    config = config_of(table(rows, "parquet", folder))
    found: dict[str, Any] = {"rows": rows, "here": _step(prepare(config))}
    for count in (1, 2):
        with workers_of(count) as workers, loading_on(workers, config, _silent) as load:
            found[f"workers {count}"] = _step(prepare(config, load=load))
    return found


def _step(prepared: Prepared) -> float:
    """Seconds of a gradient of all rows, wherever they are."""
    job = prepared.job
    batch = batch_of(job.network, job.training, new_buffers(job.network, job.training))
    gradient = zeros(job.network)
    calls = objective_gradient(job.network, prepared.theta, batch, 0, gradient)
    return _median(partial(run, calls))


def _reading(kind: str, rows: int, folder: Path) -> dict[str, float]:
    """Seconds until one worker has counted and read a table, and its bytes."""
    where = table(rows, kind, folder)
    with workers_of(1) as workers:
        config = config_of(where)
        begin = time.perf_counter()
        with loading_on(workers, config, _silent) as load:
            prepare(config, load=load)
            seconds = time.perf_counter() - begin
    size = sum(path.stat().st_size for path in where.parent.glob(where.name))
    return {"rows": rows, "bytes": size, "seconds": seconds}


def _memory(sizes: Sizes, folder: Path) -> dict[str, Any]:
    """A table of several times the memory of a worker, learned from by two."""
    rows = -int(-sizes.times * sizes.limit // (8 * (FEATURES + 1)))
    config = config_of(table(rows, "parquet", folder))
    with workers_of(2, sizes.limit) as workers, loading_on(workers, config, _silent) as load:
        seconds = _step(prepare(config, load=load))
        peaks = workers.run([Call(name, _peak, ()) for name in workers.names()])
    return {
        "rows": rows,
        "bytes": rows * 8 * (FEATURES + 1),
        "limit": sizes.limit,
        "seconds": seconds,
        "peaks": [answer.value for answer in peaks],
    }


def _peak(_kept: Kept) -> int:
    """The most memory that this process has had, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _median(work: Callable[[], Any]) -> float:
    """Seconds, of some rounds."""
    seconds = []
    for _ in range(WARM + ROUNDS):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds[WARM:])


def _silent(_line: str) -> None:
    """Nobody is told."""


def config_of(where: Path) -> Config:
    """Of a table in files, for a network of the usual size."""
    text = f"data:\n  csv: '{where}'\n  task: regression\nhidden_units: {UNITS}\nthreads: 1\n"
    return parse_config(text, "config", where.parent)


def table(rows: int, kind: str, folder: Path) -> Path:
    """The pattern of files with so many rows, which are written if they are not there."""
    place = folder / f"{rows}-{kind}"
    place.mkdir(parents=True, exist_ok=True)
    write = {
        "csv": csv.write_csv,
        "parquet": partial(parquet.write_table, row_group_size=GROUP_ROWS),
    }[kind]
    for number in range(FILES):
        path = place / f"{number}.{kind}"
        if not path.exists():
            m = rows * (number + 1) // FILES - rows * number // FILES
            values = np.random.RandomState([rows, number]).standard_normal((FEATURES + 1, m))
            values[-1] = values[0] * values[1]
            names = [*(f"x{n}" for n in range(FEATURES)), "y"]
            write(pa.table(dict(zip(names, values.round(6), strict=True))), path)
    return place / f"*.{kind}"
