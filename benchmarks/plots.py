"""docs/benchmarks.svg and docs/scaling.svg; the same results give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import Outcome, Point, Results
from benchmarks.scaling.points import NAMES as GROWN_NAMES
from benchmarks.scaling.reading import curve, rate, work
from benchmarks.wording import NAMES, plural

COLOURS = {
    "course": "#b07aa1",
    "plain": "#b07aa1",
    "products": "#bab0ac",
    "imports": "#bab0ac",
    "modules": "#bab0ac",
    "sklearn": "#f28e2b",
    "torch": "#e15759",
    "jax": "#4e79a7",
    "nnet": "#59a14f",
}
GAP, TICKS = 0.6, (0.2, 0.5, 1, 2, 5, 10, 20, 50)
SETTINGS: dict[Any, Any] = {"svg.hashsalt": "shallow", "svg.fonttype": "none", "font.size": 9}


def draw(results: Results, folder: Path) -> bool:
    """Both plots, as far as there are results for them; False if there is no matplotlib."""
    try:
        import matplotlib as mpl
    except ImportError:
        return False
    with mpl.rc_context(SETTINGS):
        for name, drawn in (("benchmarks", bars(results)), ("scaling", lines(results.scaling))):
            if drawn is not None:
                drawn.savefig(folder / f"{name}.svg", metadata={"Date": None}, bbox_inches="tight")
    return True


def bars(results: Results) -> Any:
    """Each peer's time as a multiple of shallow's, its fastest variant, on a logarithmic scale.

    The table is only read by its peer, which is no comparison.
    """
    from matplotlib.figure import Figure

    rows = [
        (name, *best)
        for name, outcome in results.outcomes.items()
        if outcome.ours and name != "csv"
        for best in fastest(outcome)
    ]
    if not rows:
        return None
    figure = Figure(figsize=(8, 0.6 + 0.22 * len(rows)))
    axes = figure.subplots()
    workloads = list(dict.fromkeys(workload for workload, _, _ in rows))
    places = [-row - GAP * workloads.index(workload) for row, (workload, _, _) in enumerate(rows)]
    for place, (_, peer, ratio) in zip(places, rows, strict=True):
        axes.barh(place, ratio - 1, left=1, color=COLOURS[peer], height=0.8)
        axes.annotate(f" {ratio:.2g}", (max(ratio, 1), place), va="center", fontsize=7)
    axes.set_yticks(places, [f"{name}: {NAMES[peer]}" for name, peer, _ in rows], fontsize=7)
    axes.set_ylim(places[-1] - 1, 1)
    axes.set_xscale("log")
    axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
    axes.minorticks_off()
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("time, as a multiple of shallow's: to the right of the line shallow is faster")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def fastest(outcome: Outcome) -> list[tuple[str, float]]:
    """Each peer with the ratio of its fastest variant."""
    peers = dict.fromkeys(m.peer for m in outcome.measured if m.peer != "shallow")
    return [
        (peer, min(ratio for m in outcome.of(peer) if (ratio := outcome.ratio(m))))
        for peer in peers
    ]


def lines(points: Sequence[Point]) -> Any:
    """Time and rate of a step against its multiplications, a column for what is grown."""
    from matplotlib.figure import Figure

    if not points:
        return None
    figure = Figure(figsize=(11, 6))
    grid = figure.subplots(2, len(GROWN_NAMES), sharex="col", sharey="row")
    settings = sorted({(p.dtype, p.threads) for p in points}, key=lambda s: (s[1], s[0]))
    for column, (series, name) in zip(grid.T, GROWN_NAMES.items(), strict=True):
        for dtype, threads in settings:
            line = curve(points, series, dtype, threads)
            draw_line(column, line, f"{dtype}, {plural(threads, 'thread')}")
        column[0].set_title(f"{name} grow")
        column[1].set_xlabel("multiplications in a step")
    grid[0][0].set_ylabel("µs a step")
    grid[1][0].set_ylabel("GFLOP/s")
    grid[0][0].legend(fontsize=8)
    return figure


def draw_line(column: Any, line: Sequence[Point], label: str) -> None:
    """The time above, the rate below."""
    style = {"marker": "o", "markersize": 3, "linewidth": 1, "label": label}
    if "float32" in label:
        style["linestyle"] = "--"
    style["color"] = "#4e79a7" if "1 thread" in label else "#e15759"
    column[0].loglog([work(p) for p in line], [p.median * 1e6 for p in line], **style)
    column[1].loglog([work(p) for p in line], [rate(p) for p in line], **style)
