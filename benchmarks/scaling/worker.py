"""Time a step at every size: `python -m benchmarks.scaling.worker DTYPE THREADS [--quick]`.

Prints one line of JSON: a list of seconds a step, in the order of `points.sizes`.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

from benchmarks.data import data_of
from benchmarks.peers import ours
from benchmarks.scaling.points import Size, sizes
from benchmarks.tasks import Task

ENOUGH_SECONDS, MOST_STEPS = 0.1, 5_000


def main() -> None:
    """Measure all sizes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling.worker")
    parser.add_argument("dtype")
    parser.add_argument("threads", type=int)
    parser.add_argument("--quick", action="store_true")
    words = parser.parse_args()
    enough = 0.0 if words.quick else ENOUGH_SECONDS
    found = [
        step_seconds(size, words.dtype, words.threads, enough) for size in sizes(quick=words.quick)
    ]
    print(json.dumps({"steps": found}))


def step_seconds(size: Size, dtype: str, threads: int, enough: float) -> float:
    """Of one step in a training that lasts about as long as is enough to time it."""
    task = Task("normal", size.rows, size.network, dtype, learning_rate=0.01, init_scale="he")
    run = ours.train(replace(task, batch=None), data_of(task), threads)
    once = run(3).seconds / 3
    steps = min(MOST_STEPS, max(3, round(enough / once)))
    return run(steps).seconds / steps


if __name__ == "__main__":
    main()
