"""Pictures in characters on stdout, as far as the place where they go can show them."""

from __future__ import annotations

import os
import shutil
import sys

from shallow_cli.console.streams import is_terminal, write
from shallow_cli.console.tables import number, show_heading
from shallow_cli.plots.charts import POINT, curve_chart, named, scatter
from shallow_cli.plots.curves import Curves
from shallow_cli.plots.fits import Fit
from shallow_cli.plots.maps import boundary, legend, units
from shallow_cli.plots.pictures import Pictures, Surface
from shallow_cli.plots.text import Block, Line, Style
from shallow_cli.printable import one_line

WIDEST = 100
CURVE_LINES, MOST_MAP_LINES, FIT_LINES = 12, 28, 14


def show_pictures(pictures: Pictures) -> None:
    """The curves, then what the model says over a plane, each unit, and how well it fits."""
    style, width = _style(), _width()
    _show_curves(pictures.curves, width, style)
    if pictures.profile is not None:
        _show_profile(pictures.profile, width, style)
    if pictures.surface is not None:
        _show_surface(pictures.surface, width, style)
    for fit in pictures.fits:
        _show_fit(fit, width, style)


def _style() -> Style:
    if not is_terminal(sys.stdout):
        return Style.PLAIN
    return Style.SHADES if os.environ.get("NO_COLOR") else Style.COLOUR


def _width() -> int:
    """Of the terminal; in a pipe 80 columns, or as COLUMNS says."""
    return min(shutil.get_terminal_size((80, 24)).columns, WIDEST)


def _show_curves(curves: Curves, width: int, style: Style) -> None:
    said = [
        f"{name} ({mark}) {number(curve.last)}"
        for curve, (name, mark) in zip(curves.curves, named(curves, style), strict=True)
    ]
    show_heading(f"Loss curves: {', '.join(said)}")
    _show(curve_chart(curves, width, CURVE_LINES, style), style)


def _show_profile(profile: Curves, width: int, style: Style) -> None:
    data = f"; {POINT} the data" if profile.points is not None else ""
    names = ", ".join(f"{name} ({mark})" for name, mark in named(profile, style))
    show_heading(f"What it says: {names}{data}")
    _show(curve_chart(profile, width, FIT_LINES, style), style)


def _show_surface(surface: Surface, width: int, style: Style) -> None:
    theta, lines = surface.model.theta, min(MOST_MAP_LINES, max(8, width // 3))
    show_heading(f"What it says: {legend(surface, style)}")
    _show(boundary(surface, theta, width, lines, style), style)
    show_heading(one_line(surface.about_units))
    for row in units(surface, theta, width, style):
        _show(row, style)


def _show_fit(fit: Fit, width: int, style: Style) -> None:
    show_heading(f"{fit.name}: predicted (upwards) against actual")
    _show(scatter((fit.both, fit.both), fit.pairs, width, FIT_LINES, style), style)
    show_heading(f"{fit.name}: residuals (upwards) by predicted value")
    _show(scatter(fit.residual_axes, fit.residuals, width, FIT_LINES, style), style)


def _show(block: Block, style: Style) -> None:
    if style is Style.COLOUR:
        _show_coloured(block)
    else:
        for line in block:
            write(one_line("".join(cell.char for cell in line).rstrip()))
    write("")


def _show_coloured(block: Block) -> None:
    from rich.color import Color
    from rich.console import Console
    from rich.style import Style as RichStyle
    from rich.text import Text

    def rich_line(line: Line) -> Text:
        text = Text()
        for cell in line:
            front, back = (c and Color.from_rgb(*c) for c in (cell.front, cell.back))
            text.append(one_line(cell.char), RichStyle(color=front, bgcolor=back))
        return text

    console = Console(highlight=False)
    for line in block:
        console.print(rich_line(line), soft_wrap=True)
