"""Pictures as PNG and PDF; the one place that starts matplotlib.

matplotlib is an optional extra, and is imported only when there is such a picture. Its settings
are those it comes with, whatever a user has set, and stay as they were; no pyplot, no display.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from shallow_cli.errors import DataError, Problem
from shallow_cli.plots.panels import panels_of
from shallow_cli.plots.sheet import WIDTH, Box

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from shallow_cli.plots.pictures import Pictures

DPI, MOST_PIXELS = 200, 30_000  # of an inch; and from top to bottom, which Agg can still draw
# The first that has a letter draws it.
FONTS = ["DejaVu Sans", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei"]
FONTS += ["PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Arial Unicode MS"]
STYLE: dict[Any, Any] = {
    "font.family": FONTS,
    "font.size": 8,
    "text.parse_math": False,  # a $ in a name is a dollar
    "axes.edgecolor": "#888888",
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "ytick.minor.width": 0.4,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.6,
    "legend.frameon": False,
    "legend.borderpad": 0,
    "legend.borderaxespad": 0,
    "legend.handlelength": 1.4,
    "legend.handletextpad": 0.5,
    "legend.columnspacing": 1.4,
    "legend.markerscale": 1.3,
}
METADATA: dict[str, dict[str, None]] = {  # nothing that differs from day to day
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}
NO_LETTER = r"Glyph \d+ .* missing|Matplotlib currently does not support"


def require_matplotlib(name: str, form: str) -> None:
    """Refuse a picture that nothing can draw, before the work is done.

    Raises:
        DataError: if matplotlib is not there, or cannot be used.
    """
    # It tells where its cache of fonts is, and when it makes one: nobody has asked.
    for library in ("matplotlib", "fontTools"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    try:
        with _quiet():
            import matplotlib.figure
            import matplotlib.style  # noqa: F401
    except ImportError as error:
        what = f"{form.upper()} needs matplotlib: pip install 'shallow-cli[plot]'"
        raise DataError(Problem(what, name)) from error
    except ValueError as error:  # its variables or its file of settings
        raise DataError(Problem(f"matplotlib cannot be used: {error}", name)) from error


def figure_bytes(pictures: Pictures, form: str) -> bytes:
    """The file of a picture, "png" or "pdf"; the same bytes for the same pictures."""
    file = io.BytesIO()
    with _quiet(), _plain():
        figure = _drawn(pictures)
        dpi = min(DPI, MOST_PIXELS / figure.get_figheight())
        figure.savefig(file, format=form, dpi=dpi, metadata=METADATA[form])
    return file.getvalue()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what is meant for the makers of a library, or tells of letters that no font has."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        warnings.filterwarnings("ignore", NO_LETTER, UserWarning)
        yield


def _plain() -> AbstractContextManager[None]:
    """Our style for a while, whatever the settings."""
    import matplotlib.style

    return matplotlib.style.context(["default", STYLE])


def _drawn(pictures: Pictures) -> Figure:
    from matplotlib.figure import Figure

    panels, left = panels_of(pictures)
    heights = [panel.height for panel in panels]
    figure = Figure((WIDTH, sum(heights)))
    parts = figure.subfigures(len(panels), 1, height_ratios=heights, squeeze=False)[:, 0]
    for part, panel in zip(parts, panels, strict=True):
        panel.draw(Box(part, panel, left))
    return figure
