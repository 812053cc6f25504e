"""docs/scale.md, from what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.cluster.measuring import FEATURES, UNITS
from shallow_cli.core.blocks import MOST_BLOCKS
from shallow_cli.core.network import Network

PAGE, RESULTS = "scale.md", "scale.json"
BILLION, STEPS, GRADIENTS = 10**9, 500, 1.1  # of each iteration of L-BFGS, on the average
MEMORY = 10**9  # bytes, of a worker
NETWORK = Network(FEATURES, UNITS, 1, output="linear")
MIB, GB = 1 << 20, 10**9
MACHINES, CORES = (4, 16), 8  # of the run that is reckoned; a worker a core
GIGABIT = 10  # a second, between them

TEMPLATE = Path(__file__).with_name("template.md")


def page(found: Mapping[str, Any]) -> str:
    """The page."""
    largest, memory = found["steps"][-1], found["memory"]
    first = found["steps"][0]
    values: dict[str, object] = {
        "processor": found["machine"]["processor"],
        "cores": found["machine"]["cores"],
        "CHUNK": "4,096",
        "FEATURES": FEATURES,
        "UNITS": UNITS,
        "COLUMNS": FEATURES + 1,
        "MESSAGES": _table(MESSAGES, found["messages"]),
        "STEPS_TABLE": _table(STEP_COLUMNS, found["steps"]),
        "GROWTH": f"{largest['workers 2'] / first['workers 2']:.1f}",
        "TIMES": largest["rows"] // first["rows"],
        "START": f"{found['start']:.1f}",
        "READ_CSV": f"{_rate(found['reading']['csv']):,}",
        "READ_PARQUET": f"{_rate(found['reading']['parquet']):,}",
        "M_ROWS": f"{memory['rows'] / 1e6:.1f}",
        "M_BYTES": round(memory["bytes"] / MIB),
        "LIMIT": memory["limit"] // MIB,
        "PEAKS": " and ".join(str(peak // MIB) for peak in memory["peaks"]),
        "M_STEP": f"{memory['seconds']:.2f}",
        "M_RATIO": f"{_per_row(memory) / (largest['workers 2'] / largest['rows']):.1f}",
        "PARAMETERS": f"{NETWORK.n_parameters:,}",
        "STEPS": STEPS,
        "CORES": CORES,
        "RECKONED": _table(("", *(f"{n} machines" for n in MACHINES)), list(_reckoned(found))),
        "WORKERS": _table(WORKER_COLUMNS, found["workers"]),
        "BLOCKS": MOST_BLOCKS,
    }
    return TEMPLATE.read_text(encoding="utf-8").format_map(values)


MESSAGES: dict[str, Callable[[Mapping[str, Any]], object]] = {
    "parameters": lambda row: f"{row['parameters']:,}",
    "bytes each way": lambda row: f"{8 * row['parameters']:,}",
    "seconds": lambda row: f"{row['seconds']:.3f}",
}
WORKER_COLUMNS: dict[str, Callable[[Mapping[str, Any]], object]] = {
    "workers": lambda row: row["workers"],
    "seconds": lambda row: f"{row['seconds']:.3f}",
}
STEP_COLUMNS: dict[str, Callable[[Mapping[str, Any]], object]] = {
    "rows": lambda row: f"{row['rows']:,}",
    "one process, one thread": lambda row: f"{row['here']:.3f} s",
    "one worker": lambda row: f"{row['workers 1']:.3f} s",
    "two workers": lambda row: f"{row['workers 2']:.3f} s",
    "two are faster than one by": lambda row: f"{row['workers 1'] / row['workers 2']:.2f}",
}


def _table(columns: Any, rows: Sequence[Any]) -> str:
    """Of Markdown; the columns say what of a row they show, or rows are cells already."""
    cells = [
        [str(show(row)) for show in columns.values()] if isinstance(columns, dict) else row
        for row in rows
    ]
    lines = [list(columns), ["---", *["---:"] * (len(list(columns)) - 1)], *cells]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def _rate(reading: Mapping[str, float]) -> int:
    """Rows a second, to two digits."""
    return int(float(f"{reading['rows'] / reading['seconds']:.2g}"))


def _per_row(memory: Mapping[str, Any]) -> float:
    return float(memory["seconds"]) / float(memory["rows"])


def _reckoned(found: Mapping[str, Any]) -> Iterator[list[str]]:
    """The arithmetic of a billion rows: what it says, and of each number of machines."""
    workers = [machines * CORES for machines in MACHINES]
    csv, weights = found["reading"]["csv"], 8 * NETWORK.n_parameters
    text = BILLION * csv["bytes"] / csv["rows"]
    raw = BILLION * 8 * (FEATURES + 1)
    one = 2 * _per_row(found["memory"]) * BILLION  # seconds of one thread, from a file
    read = [BILLION / (_rate(csv) * n) for n in workers]
    compute = [one / n for n in workers]
    wire = [weights * (MOST_BLOCKS + n) / (GIGABIT * GB / 8) for n in workers]
    calls = [_message(found, n) for n in workers]
    steps = [sum(each) * GRADIENTS * STEPS for each in zip(compute, wire, calls, strict=True)]
    lines: dict[str, Sequence[str]] = {
        "workers": [str(n) for n in workers],
        "CSV, on a disk that all see": [f"{text / GB:.0f} GB"] * 2,
        "raw rows, on the disk of each machine": [f"{raw / GB / n:.1f} GB" for n in MACHINES],
        "memory of each machine": [f"{CORES * MEMORY / GB:.0f} GB"] * 2,
        "counting and reading": [f"{seconds / 60:.0f} min" for seconds in read],
        "weights to the workers, a step": [f"{weights * n / MIB:.1f} MiB" for n in workers],
        f"{MOST_BLOCKS} sums of blocks back, a step": [f"{weights * MOST_BLOCKS / MIB:.1f} MiB"]
        * 2,
        "computing, a step": [f"{seconds:.1f} s" for seconds in compute],
        f"network at {GIGABIT} Gbit/s, a step": [f"{seconds:.3f} s" for seconds in wire],
        "messages of Dask, a step": [f"{seconds:.2f} s" for seconds in calls],
        "all iterations": [f"{seconds / 3600:.1f} h" for seconds in steps],
        "on one thread of one machine": [f"{GRADIENTS * STEPS * one / 86400:.0f} days"] * 2,
    }
    for says, cells in lines.items():
        yield [says, *cells]


def _message(found: Mapping[str, Any], workers: int) -> float:
    """Seconds that a step's messages take, by what each further worker has added."""
    few, many = found["workers"][0], found["workers"][-1]
    each = (many["seconds"] - few["seconds"]) / (many["workers"] - few["workers"])
    return float(few["seconds"] + max(0.0, each) * (workers - few["workers"]))
