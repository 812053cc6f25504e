"""PNG and PDF files wherever they are made: the same bytes, nothing said, nothing left behind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from shallow_cli.plots.figure import figure_bytes

from .conftest import Shallow, run_process, write
from .test_cli_plot import moons
from .test_imports import loaded
from .test_plot_figure import pictures

mpl = pytest.importorskip("matplotlib", reason="PNG and PDF need the extra plot")

__all__ = ["moons"]  # a fixture

SURROUNDINGS: dict[str, tuple[str, dict[str, str]]] = {
    "another order of sets": ("pdf", {"PYTHONHASHSEED": "1"}),
    "no place for a cache": ("png", {"HOME": "/dev/null", "MPLCONFIGDIR": "/dev/null/there"}),
    "a screen": ("png", {"MPLBACKEND": "TkAgg"}),
    "settings": ("pdf", {"MATPLOTLIBRC": "matplotlibrc"}),
    "a date": ("pdf", {"SOURCE_DATE_EPOCH": "5"}),
    "warnings are errors": ("png", {"PYTHONWARNINGS": "error"}),
}


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_the_same_bytes_anywhere_and_not_a_word(
    surroundings: str, moons: Path, tmp_path: Path
) -> None:
    write(Path("matplotlibrc"), "text.usetex: True\nsavefig.bbox: tight\nfont.size: 20\nno: 1\n")
    form, env = SURROUNDINGS[surroundings]
    done = run_process("plot", moons, "-o", f"m.{form}", cwd=tmp_path, env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert Path(f"m.{form}").read_bytes() == figure_bytes(pictures(moons), form)


def test_a_backend_that_is_none_is_told(moons: Path, tmp_path: Path) -> None:
    env = {"MPLBACKEND": "nonsense"}
    done = run_process("plot", moons, "-o", "m.png", cwd=tmp_path, env=env)
    assert done.returncode == 3
    assert done.stderr.startswith(b"m.png: matplotlib cannot be used: ")
    assert b"nonsense" in done.stderr
    assert not Path("m.png").exists()


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_without_matplotlib_the_extra_is_named(
    form: str, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = shallow("plot", "missing.npz", "-o", f"m.{form}", code=3)  # before the work is done
    name = f"{form.upper()} needs matplotlib"
    assert done.err == f"m.{form}: {name}: pip install 'shallow-cli[plot]'\n"
    assert not list(Path().iterdir())


def test_svg_needs_no_matplotlib(
    moons: Path, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    shallow("plot", moons, "-o", "m.svg")
    assert Path("m.svg").exists()


def test_only_what_needs_it_loads_matplotlib_and_never_its_screens(
    moons: Path, tmp_path: Path
) -> None:
    plot = ["plot", str(tmp_path / moons), "-o"]
    assert not [n for n in loaded(*plot, str(tmp_path / "m.svg")) if n.startswith("matplotlib")]
    modules = loaded(*plot, str(tmp_path / "m.png"))
    assert "matplotlib.figure" in modules
    assert "matplotlib.pyplot" not in modules


def test_its_settings_are_as_they_were(moons: Path) -> None:
    before = dict(mpl.rcParams.copy())
    for form in ("png", "pdf"):
        figure_bytes(pictures(moons), form)
    assert dict(mpl.rcParams.copy()) == before


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_outputs_that_cannot_be(form: str, moons: Path, shallow: Shallow) -> None:
    done = shallow("plot", moons, "-o", f"missing/m.{form}", code=3)
    assert done.err == f"missing/m.{form}: cannot be written: no folder missing\n"
    old = write(Path(f"m.{form}"), "old")
    done = shallow("plot", moons, "missing.csv", "-o", old, code=3)
    assert done.err.startswith("missing.csv: ")
    assert old.read_text() == "old"
