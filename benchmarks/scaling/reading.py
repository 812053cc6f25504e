"""What the points say: what a step costs at the least, where it bends, and what a thread adds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import exp, log

from benchmarks.results import Point
from benchmarks.scaling.points import Size, multiplications

LEVEL, PAYS = 0.8, 1.1  # of the best rate; times as fast with more threads


def work(point: Point) -> int:
    """The multiplications of a step."""
    size = Size(point.series, point.rows, point.n_x, point.n_h)
    return multiplications(point.rows, size.network)


def rate(point: Point) -> float:
    """GFLOP/s: a multiplication and its addition are two."""
    return 2 * work(point) / point.median / 1e9


def curve(points: Sequence[Point], series: str, dtype: str, threads: int) -> list[Point]:
    """The points of one line, the smallest first."""
    chosen = [p for p in points if (p.series, p.dtype, p.threads) == (series, dtype, threads)]
    return sorted(chosen, key=work)


def bend(line: Sequence[Point]) -> float | None:
    """The multiplications at which a step takes twice what the smallest takes.

    Between two points time is taken for a power of the work.
    """
    twice = 2 * line[0].median
    for low, high in pairwise(line):
        if low.median <= twice < high.median:
            share = log(twice / low.median) / log(high.median / low.median)
            return exp(log(work(low)) + share * log(work(high) / work(low)))
    return None


def level(line: Sequence[Point]) -> Point:
    """The first point whose rate is near the best of the line."""
    best = max(map(rate, line))
    return next(point for point in line if rate(point) >= LEVEL * best)


def gains(one: Sequence[Point], more: Sequence[Point]) -> list[tuple[Point, float]]:
    """How many times as fast each point is with more threads."""
    return [(a, a.median / b.median) for a, b in zip(one, more, strict=True)]


def pays(found: Sequence[tuple[Point, float]]) -> Point | None:
    """The smallest point from which on more threads are faster throughout."""
    first = None
    for point, gain in reversed(found):
        if gain < PAYS:
            break
        first = point
    return first
