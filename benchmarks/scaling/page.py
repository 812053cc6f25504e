"""The part of the page on how cost grows."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.results import Point
from benchmarks.scaling.points import GROWN, NAMES, Size
from benchmarks.scaling.reading import bend, curve, gains, level, pays, rate, work
from benchmarks.wording import count, plural, seconds, significant, times

DTYPES = ("float64", "float32")
COUNT = """A step multiplies m (2 n_h (n_x + 1) + 2 n_y (n_h + 1) + n_y n_h) times, for m rows, n_x
features, n_h hidden units and n_y outputs: Z1 and dW1, Z2 and dW2, dA1. A multiplication and its
addition are two operations: GFLOP/s. The network is ReLU with one sigmoid output, gradient descent
with the full batch."""


def scaling_part(points: Sequence[Point]) -> list[str]:
    """Nothing where nothing was measured."""
    if not points:
        return []
    size = Size("")
    base = f"{size.rows:,} rows, {size.n_x} features and {size.n_h} hidden units"
    middle = f"{COUNT} One of the three is grown at a time, from {base}."
    parts = ["## How the cost grows", middle, "![](scaling.svg)", bends(points)]
    return [*parts, *(table(points, series) for series in GROWN)]


def bends(points: Sequence[Point]) -> str:
    """Where the lines bend, in sentences made from the figures."""
    most = max(point.threads for point in points)
    lines = [line for d in DTYPES for line in overhead(curve(points, "rows", d, 1), d)]
    lines += [line for s in GROWN for d in DTYPES for line in levels(curve(points, s, d, 1), s, d)]
    if most > 1:
        lines += [threads(points, dtype, most) for dtype in DTYPES]
    return "\n".join(f"- {line}" for line in lines if line)


def overhead(line: Sequence[Point], dtype: str) -> list[str]:
    """What a step costs when there is next to nothing to multiply."""
    if not line or not (twice := bend(line)):
        return []
    least = seconds(line[0].median)
    return [
        f"{dtype}, rows: a step takes at least {least}. Up to about {count(twice)} multiplications "
        "that is more than half of it: the calls cost, not the arithmetic."
    ]


def levels(line: Sequence[Point], series: str, dtype: str) -> list[str]:
    """From where on the cost is in proportion to the work."""
    if not line:
        return []
    point, best = level(line), max(line, key=rate)
    at, of_best, of_last = (f"{getattr(p, series):,}" for p in (point, best, line[-1]))
    return [
        f"{dtype}, {NAMES[series]}: from {at} on ({count(work(point))} multiplications) the rate "
        f"is within a fifth of its best, {significant(rate(best))} GFLOP/s at {of_best}; at "
        f"{of_last} it is {significant(rate(line[-1]))}."
    ]


def threads(points: Sequence[Point], dtype: str, most: int) -> str:
    """What more threads add."""
    found = gains(curve(points, "rows", dtype, 1), curve(points, "rows", dtype, most))
    if not found:
        return ""
    best = max(gain for _, gain in found)
    if (first := pays(found)) is None:
        return f"{dtype}: {most} threads do not pay at any number of rows measured here."
    return (
        f"{dtype}: {most} threads pay from {first.rows:,} rows on "
        f"({count(work(first))} multiplications, {seconds(first.median)} a step with one thread); "
        f"at best they are {times(best)} as fast."
    )


def table(points: Sequence[Point], series: str) -> str:
    """Every point of a series."""
    settings = sorted(
        {(p.dtype, p.threads) for p in points}, key=lambda s: (s[1], DTYPES.index(s[0]))
    )
    lines = {setting: curve(points, series, *setting) for setting in settings}
    titles = [f"{dtype}, {plural(n, 'thread')}" for dtype, n in settings]
    head = f"| {NAMES[series]} | multiplications | {' | '.join(f'{t} | GFLOP/s' for t in titles)} |"
    rows = [row(series, same) for same in zip(*lines.values(), strict=False)]
    return "\n".join([head, "|---" * (2 + 2 * len(settings)) + "|", *rows])


def row(series: str, same: Sequence[Point]) -> str:
    """One size."""
    cells = [f"{seconds(point.median)} | {significant(rate(point))}" for point in same]
    return f"| {getattr(same[0], series):,} | {work(same[0]):,} | {' | '.join(cells)} |"
