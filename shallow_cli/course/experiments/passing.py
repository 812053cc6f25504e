"""Forward passes: vectors against loops."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter

import numpy as np

from shallow_cli.core.network import Parameters
from shallow_cli.course.runs import Measured, passed, started, trained


def loop() -> Measured:
    """The largest difference between vectors and loops over samples and units."""
    ended = trained(started("gradient", "epochs=10"))  # so that no bias is 0
    start, theta = ended.start, ended.theta
    work = passed(start.network, theta, start.data)
    looped = np.array([looped_output(theta, x) for x in start.data.table[:, :-1].tolist()])
    return (float(abs(work.A2[0] - looped).max()),)


def looped_output(theta: Parameters, x: list[float]) -> float:
    """One sample, unit by unit, as the lecture draws it: z, then a."""
    a1 = []
    for w, b in zip(theta.W1.tolist(), theta.b1[:, 0].tolist(), strict=True):
        z = b
        for weight, value in zip(w, x, strict=True):
            z += weight * value
        a1.append(math.tanh(z))
    z = float(theta.b2[0, 0])
    for weight, a in zip(theta.W2[0].tolist(), a1, strict=True):
        z += weight * a
    return 1 / (1 + math.exp(-z))


def vectors() -> Measured:
    """How many times faster vectors are, the best of a few turns."""
    start = started("gradient")
    rows = start.data.table[:, :-1].tolist()
    vectorised = fastest(lambda: passed(start.network, start.theta, start.data))
    return (fastest(lambda: [looped_output(start.theta, x) for x in rows]) / vectorised,)


def fastest(work: Callable[[], object], turns: int = 5) -> float:
    """Seconds."""
    seconds = []
    for _ in range(turns):
        begin = perf_counter()
        work()
        seconds.append(perf_counter() - begin)
    return min(seconds)
