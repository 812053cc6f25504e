"""The pictures of the README, from the shipped configs: `python docs/gallery.py` draws them anew.

It needs Chromium. Digits differ from processor to processor, and so `docs/generate.py` leaves
these alone; a test looks whether each still shows what it is to show.
"""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs/images"
COLUMNS = "80"
SCREEN = "1240,900"  # pixels of the report
# As rich has it, but without fonts that are fetched.
TERMINAL = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" \
xmlns="http://www.w3.org/2000/svg"><style>
.{unique_id}-matrix {{ font-family: Menlo, Consolas, 'DejaVu Sans Mono', monospace;
font-size: {char_height}px; line-height: {line_height}px; }}
{styles}</style><defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}</defs>
<rect fill="#1b1b1b" width="{width}" height="{height}" rx="8"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g></svg>
"""


def shallow(*words: str | Path, folder: Path) -> None:
    """Run a command line."""
    subprocess.run([sys.executable, "-m", "shallow_cli", *words], cwd=folder, check=True)


def in_terminal(*words: str | Path, folder: Path) -> str:
    """What a command prints in a terminal, with its colours."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": COLUMNS, "TERM": "xterm-256color"}
    environment = {**environment, "COLORTERM": "truecolor"}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "shallow_cli", *map(str, words)]
    with subprocess.Popen(command, cwd=folder, stdout=theirs, env=environment):
        os.close(theirs)
        printed = b""
        try:
            while part := os.read(ours, 65536):
                printed += part
        except OSError:  # of Linux, where the other side is closed
            pass
    os.close(ours)
    return printed.decode().replace("\r\n", "\n")


def screen_svg(printed: str) -> str:
    """What a terminal shows, as an SVG."""
    console = Console(record=True, width=int(COLUMNS), file=io.StringIO())
    console.print(Text.from_ansi(printed.strip("\n")))
    return console.export_svg(theme=SVG_EXPORT_THEME, code_format=TERMINAL, unique_id="terminal")


def terminal(model: Path, words: list[str], path: Path) -> None:
    """`shallow plot` as it is seen in a terminal."""
    page = model.with_suffix(".svg")
    page.write_text(screen_svg(in_terminal("plot", model, *words, folder=ROOT)), encoding="utf-8")
    width, height = re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', page.read_text("utf-8"))[0]
    photograph(page, f"{float(width):.0f},{float(height):.0f}", path)


def drawing(model: Path, words: list[str], path: Path) -> None:
    """`shallow plot -o FILE`."""
    shallow("plot", model, *words, "-o", path, folder=ROOT)


def screenshot(model: Path, words: list[str], path: Path) -> None:
    """The report in a browser."""
    page = model.with_suffix(".html")
    shallow("plot", model, *words, "-o", page, folder=ROOT)
    photograph(page, SCREEN, path)


def photograph(page: Path, size: str, path: Path) -> None:
    """A page as a browser shows it in a window of this size."""
    browser = shutil.which("chromium") or sys.exit("docs/gallery.py needs chromium")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
    flags += ["--disable-background-networking", f"--user-data-dir={page.parent / 'browser'}"]
    screen = [f"--window-size={size}", f"--screenshot={path}", page.as_uri()]
    subprocess.run([browser, *flags, *screen], check=True, capture_output=True)


Draw = Callable[[Path, list[str], Path], None]
# The name of a picture, the config it is of, the words of `plot`, and how it is made.
PICTURES: dict[str, tuple[str, list[str], Draw]] = {
    "moons-terminal.png": ("moons", [], terminal),
    "moons-report.png": ("moons", [], screenshot),
    "iris.svg": ("iris", ["data/iris.csv", "--x=petal_length", "--y=petal_width"], drawing),
    "diabetes.svg": ("diabetes", ["data/diabetes.csv"], drawing),
}


def draw(name: str, folder: Path) -> None:
    """Train the config of a picture, and draw it into a folder."""
    config, words, how = PICTURES[name]
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch, f"{config}.npz")
        shallow("train", f"configs/{config}.yaml", "-q", "-o", model, folder=ROOT)
        how(model, words, folder / name)


def shown(path: Path) -> list[str]:
    """What an SVG says, without its digits."""
    found = re.findall(r"<(?:text|tspan)[^>]*>([^<]*)<", path.read_text(encoding="utf-8"))
    return [re.sub(r"[\d.+-]+(e[-+]\d+)?", "#", text) for text in found if text.strip()]


if __name__ == "__main__":
    for wanted in sys.argv[1:] or PICTURES:
        draw(wanted, FOLDER)
