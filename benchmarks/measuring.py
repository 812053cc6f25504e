"""A workload in rounds: A B C A B C, each in a process of its own."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.preparing import Place
from benchmarks.results import Measured, Outcome
from benchmarks.running import FailedError, Ran, run, wait_until_idle
from benchmarks.workloads import Variant, Workload
from shallow_cli.core.arrays import Array

OWN_THREADS = ("shallow", "products")  # these want one thread from BLAS, whatever their number


@dataclass
class Gathered:
    """What a variant has said so far."""

    runs: list[Ran] = field(default_factory=list)
    answer: Array | None = None


def measure(
    workload: Workload, rounds: int, *, quick: bool, tell: Callable[[str], None]
) -> Outcome:
    """Run every variant that is there once a round.

    One round more, before the others, warms up where whole processes are timed. A variant that
    fails is left out from then on, with the reason.
    """
    workload = workload.sized(quick=quick)
    skipped = {v.name: reason for v in workload.variants if (reason := missing(v))}
    found: dict[str, Gathered] = defaultdict(Gathered)
    warm_up = 1 if workload.kind == "process" and not quick else 0
    idle = []
    with tempfile.TemporaryDirectory() as name:
        workload.prepare(Place(Path(name), workload.task))
        for number, variant in product(range(warm_up + rounds), workload.variants):
            if variant.name in skipped:
                continue
            place = Place(Path(name), workload.task, number)
            idle.append(not quick and wait_until_idle())
            try:
                ran = run(command(workload, variant, place, quick=quick), pool(variant))
            except FailedError as error:
                skipped[variant.name] = str(error)
                continue
            tell(f"{workload.name} {variant.name}: {ran.said.get('seconds', ran.seconds):.4g} s")
            found[variant.name].runs.append(ran)
            found[variant.name].answer = answer_of(place, variant)
    heard = {name: Gathered(g.runs[warm_up:], g.answer) for name, g in found.items()}
    return Outcome(compared(workload, heard, skipped), skipped, sum(idle) / max(1, len(idle)))


def missing(variant: Variant) -> str:
    """Why a variant cannot take part, or nothing."""
    if variant.peer in {"sklearn", "torch", "jax"} and find_spec(variant.peer) is None:
        return f"{variant.peer} is not installed"
    if variant.peer == "nnet" and shutil.which("Rscript") is None:
        return "Rscript is not found"
    return ""


def command(workload: Workload, variant: Variant, place: Place, *, quick: bool) -> list[str]:
    """What is run for a variant."""
    if variant.command:
        return variant.command(place)
    words = [workload.name, variant.name, *(["--quick"] if quick else [])]
    more = ["--round", str(place.round), "--answer", str(answer_file(place, variant))]
    return [sys.executable, "-m", "benchmarks.worker", *words, *more]


def pool(variant: Variant) -> int:
    """How many threads BLAS and OpenMP may have."""
    return 1 if variant.peer in OWN_THREADS else variant.threads


def answer_file(place: Place, variant: Variant) -> Path:
    """Where a worker leaves what is compared."""
    return place.folder / f"{variant.name}.npy"


def answer_of(place: Place, variant: Variant) -> Array | None:
    """What it left."""
    path = answer_file(place, variant)
    return np.load(path) if path.exists() else None


def compared(
    workload: Workload, found: dict[str, Gathered], skipped: dict[str, str]
) -> tuple[Measured, ...]:
    """Every variant with its difference from the reference, which is shallow if it is there."""
    present = [v for v in workload.variants if v.name in found and v.name not in skipped]
    comparable = [v for v in present if v.peer != "products"]
    reference = found[comparable[0].name] if comparable else None
    return tuple(_measured(workload, v, found[v.name], reference) for v in present)


def _measured(
    workload: Workload, variant: Variant, gathered: Gathered, reference: Gathered | None
) -> Measured:
    runs = gathered.runs
    which = "whole" if workload.whole and variant.peer == "shallow" else "seconds"
    wholes = [r.said["whole"] for r in runs if r.said.get("whole") is not None]
    apart = DIFFERENCES[workload.compared](gathered, reference) if reference else None
    tolerance = variant.tolerance or workload.tolerance
    return Measured(
        variant.peer,
        variant.method,
        variant.threads,
        tuple(r.said.get(which, r.seconds) for r in runs),
        tuple(wholes),
        max(r.megabytes for r in runs),
        tuple(r.said["loss"] for r in runs if r.said.get("loss") is not None),
        apart,
        agrees=apart is None or apart <= tolerance,
    )


def apart_in_answers(a: Gathered, b: Gathered) -> float | None:
    """The largest difference between weights or predictions."""
    if a.answer is None or b.answer is None:
        return None
    return float(np.abs(a.answer - b.answer).max())


def apart_in_loss(a: Gathered, b: Gathered) -> float | None:
    """The relative difference between losses."""
    ours, theirs = (g.runs[-1].said.get("loss") for g in (a, b))
    return None if ours is None or theirs is None else abs(ours - theirs) / abs(theirs)


DIFFERENCES: dict[str, Callable[[Gathered, Gathered], float | None]] = {
    "weights": apart_in_answers,
    "predictions": apart_in_answers,
    "loss": apart_in_loss,
    "": lambda _a, _b: None,
}
