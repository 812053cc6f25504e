"""Every size in float64 and float32, with one thread and with all cores, in rounds."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from benchmarks.results import Point
from benchmarks.running import FailedError, run, wait_until_idle
from benchmarks.scaling.points import sizes

DTYPES = ("float64", "float32")


def measure(rounds: int, *, quick: bool, tell: Callable[[str], None]) -> tuple[Point, ...]:
    """The points; of a setting that fails there are none."""
    settings = [(dtype, n) for n in sorted({1, os.cpu_count() or 1}) for dtype in DTYPES]
    found: dict[tuple[str, int], list[list[float]]] = {setting: [] for setting in settings}
    for number in range(rounds):
        for dtype, threads in settings:
            if not quick:
                wait_until_idle()
            words = [dtype, str(threads), *(["--quick"] if quick else [])]
            try:
                ran = run([sys.executable, "-m", "benchmarks.scaling.worker", *words], 1)
            except FailedError as error:
                tell(f"scaling {dtype} {threads}: {error}")
                continue
            found[dtype, threads].append(ran.said["steps"])
            tell(f"scaling {dtype}, {threads} threads, round {number + 1}: {ran.seconds:.3g} s")
    return tuple(
        Point(size.series, size.rows, size.n_x, size.n_h, dtype, threads, seconds)
        for (dtype, threads), steps in found.items()
        for size, seconds in zip(sizes(quick=quick), zip(*steps, strict=True), strict=False)
    )
