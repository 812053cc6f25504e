"""One measurement: `python -m benchmarks.worker WORKLOAD VARIANT`.

Prints one line of JSON: seconds, loss, and shallow's seconds with its measured rows. What is to
be compared goes to the file of --answer.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.data import data_of
from benchmarks.tasks import Task
from benchmarks.timed import Timed
from benchmarks.workloads import WORKLOADS

MODULES = {
    "shallow": "ours",
    "course": "course",
    "plain": "plain",
    "products": "products",
    "sklearn": "with_sklearn",
    "torch": "with_torch",
    "jax": "with_jax",
}


def main() -> None:
    """Measure once, after a first run that is not timed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worker", description=__doc__)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("variant")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--round", type=int, default=0)
    parser.add_argument("--answer", type=Path)
    words = parser.parse_args()

    workload = WORKLOADS[words.workload].sized(quick=words.quick)
    task = workload.task.of_round(words.round)
    variant = next(v for v in workload.variants if v.name == words.variant)
    method = "_".join(filter(None, (workload.kind, variant.method)))
    prepare = getattr(import_module(f"benchmarks.peers.{MODULES[variant.peer]}"), method)
    first, found = RUNS[workload.kind](task, prepare(task, data_of(task), variant.threads))
    if words.answer and first.answer is not None:
        np.save(words.answer, first.answer)
    print(json.dumps({"seconds": found.seconds, "whole": found.whole, "loss": found.loss}))


def training(task: Task, run: Any) -> tuple[Timed, Timed]:
    """The weights that are compared, and the time."""
    return run(task.check_epochs), run(task.epochs)


def again(_task: Task, run: Any) -> tuple[Timed, Timed]:
    """Twice the same."""
    return run(), run()


def once(_task: Task, run: Any) -> tuple[Timed, Timed]:
    """Many starts need no warming up."""
    found = run()
    return found, found


RUNS: dict[str, Callable[[Task, Any], tuple[Timed, Timed]]] = {
    "train": training,
    "predict": again,
    "restarts": once,
}

if __name__ == "__main__":
    main()
