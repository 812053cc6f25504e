"""The parts of a figure: panels one below the other, with titles, legends and axes.

All lengths are inches. What is drawn on is matplotlib's, and made in `figure`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from shallow_cli.core.arrays import Array
from shallow_cli.plots.axes import Axis
from shallow_cli.plots.lettering import fitted, inches

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure
    from matplotlib.lines import Line2D

WIDTH, GAP = 7.2, 0.2  # of a page with two columns; below a panel
EDGE, RIGHT = 0.12, 0.26  # left of it all; right of axes, for half of their last tick
TITLE, LINE, BELOW, LABEL = 0.26, 0.18, 0.4, 0.3  # room for a title, a name, ticks, a label
KEY, NAME = 0.45, 2.4  # a mark in a legend with what is around, and the longest name
MOST_NAMES = 24
BOLD = 1.25  # how much wider a title is than other text
X_ROOM, Y_TICKS = 0.7, 6  # of a tick to the right; upward, at the most


@dataclass(frozen=True)
class Legend:
    """Names, cut to the room there is, beside a title or in lines below it."""

    names: tuple[str, ...]
    columns: int
    lines: int

    @property
    def height(self) -> float:
        """Of the lines below the title."""
        return self.lines * LINE


def legend_of(title: str, names: Sequence[str]) -> Legend:
    """The legend of a panel with a title: the first names, where there are many."""
    found = tuple(fitted(name, NAME) for name in names[:MOST_NAMES])
    room = WIDTH - EDGE - RIGHT
    beside = BOLD * inches(title) + sum(inches(name) + KEY for name in found)
    if beside <= room or not found:
        return Legend(found, len(found), 0)
    columns = min(len(found), int(room / (max(map(inches, found)) + KEY)))
    return Legend(found, columns, ceil(len(found) / columns))


@dataclass(frozen=True)
class Panel:
    """A title, the names of a legend, and what is below: how high it is, and how it is drawn."""

    title: str
    names: tuple[str, ...]
    inner: float
    draw: Callable[[Box], None]

    @property
    def legend(self) -> Legend:
        """Beside the title, or below it."""
        return legend_of(self.title, self.names)

    @property
    def height(self) -> float:
        """Of all of it."""
        return TITLE + self.legend.height + self.inner + GAP


@dataclass(frozen=True)
class Box:
    """Where a panel is drawn, and the room at the left of its axes."""

    part: SubFigure
    panel: Panel
    left: float

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes at this place below the title and the legend."""
        whole = self.panel.height
        bottom = whole - TITLE - self.panel.legend.height - top - height
        return self.part.add_axes((left / WIDTH, bottom / whole, width / WIDTH, height / whole))

    def name(self, handles: Sequence[Line2D]) -> None:
        """The title, and what the handles are in a legend."""
        whole, legend = self.panel.height, self.panel.legend
        left, top = EDGE / WIDTH, 1 - 0.06 / whole
        title = self.panel.title
        if len(legend.names) < len(handles):
            title += f" (the first {len(legend.names)} of {len(handles)} are named)"
        title = fitted(title, (WIDTH - EDGE - RIGHT) / BOLD)
        self.part.text(left, top, title, size=9, weight="bold", va="top")
        if not legend.names:
            return
        where: dict[str, Any] = {"loc": "upper right", "bbox_to_anchor": (1 - RIGHT / WIDTH, top)}
        if legend.lines:
            below = top - (TITLE - 0.06) / whole
            where = {"loc": "upper left", "bbox_to_anchor": (left, below)}
        # A name that begins with _ would be none to matplotlib; set later, it is.
        numbers = [str(n) for n in range(len(legend.names))]
        shown = self.part.legend(handles[: len(numbers)], numbers, ncols=legend.columns, **where)
        for text, name in zip(shown.get_texts(), legend.names, strict=True):
            text.set_text(name)


def framed(axes: Axes, x: Axis, y: Axis, width: float, height: float) -> None:
    """The scales, ticks and labels of axes of this size."""
    if y.log:
        axes.set_yscale("log")
        axes.tick_params(which="minor", labelleft=False)
    across, upward = x.ticks(max(2, int(width / X_ROOM))), y.ticks(Y_TICKS)
    axes.set_xticks([value for value, _ in across], [text for _, text in across])
    axes.set_yticks([value for value, _ in upward], [text for _, text in upward])
    axes.set_xlabel(fitted(x.label, width))
    axes.set_ylabel(fitted(y.label, height))
    axes.set(xlim=(x.low, x.high), ylim=(y.low, y.high))


def margin(axes: Sequence[Axis]) -> float:
    """The room at the left that the longest tick and a label need."""
    texts = [text for axis in axes for _, text in axis.ticks(Y_TICKS)]
    return EDGE + LABEL + max(map(inches, texts), default=0.0)


def dotted(axes: Axes, places: Array) -> Line2D:
    """Points (m, 2) as grey dots."""
    [dots] = axes.plot(
        *places.T, "o", color="#999999", markeredgecolor="white", markeredgewidth=0.3
    )
    return dots
