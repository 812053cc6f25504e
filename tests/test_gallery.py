"""The pictures of the README are there, and show what the program shows today."""

import re
import struct
from pathlib import Path

import pytest

from docs.gallery import FOLDER, PICTURES, draw, in_terminal, shown

from .conftest import ROOT


def test_the_readme_shows_each_picture() -> None:
    """If one is missing: `python docs/gallery.py`."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"!\[([^\]]+)\]\(docs/images/([^)]+)\)", readme)
    assert sorted(name for _, name in named) == sorted(PICTURES)
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(PICTURES)
    assert all(len(text) > 20 for text, _ in named)  # for those who do not see it


@pytest.mark.parametrize("name", [name for name in PICTURES if name.endswith(".svg")])
def test_what_is_drawn_is_what_is_drawn_today(name: str, tmp_path: Path) -> None:
    """All but the digits, which differ from one kind of processor to another."""
    draw(name, tmp_path)
    assert shown(tmp_path / name) == shown(FOLDER / name)
    sizes = [
        re.findall(r'<svg [^>]*viewBox="[^"]*"', path.read_text("utf-8"))
        for path in (tmp_path / name, FOLDER / name)
    ]
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("name", [name for name in PICTURES if name.endswith(".png")])
def test_what_is_photographed_is_a_picture(name: str) -> None:
    raw = (FOLDER / name).read_bytes()
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", raw[16:24])
    assert 900 < width < 2000
    assert 800 < height < 2000


def test_a_terminal_is_seen_with_its_colours(iris_model: Path) -> None:
    printed = in_terminal("plot", iris_model, folder=ROOT)
    assert "\x1b[38;2;" in printed
    assert "⠤" in printed or "⠒" in printed or "⠉" in printed
