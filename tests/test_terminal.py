"""What a person sees on a terminal: rich tables and a progress bar, in 80 columns."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT, write


def on_terminal(*words: str, cwd: Path, **env: str) -> str:
    """Everything that a command line writes to a terminal of its own."""
    ours, theirs = pty.openpty()
    surroundings = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **env}
    with subprocess.Popen(
        [sys.executable, "-m", "shallow_cli", *words],
        cwd=cwd,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={name: value for name, value in surroundings.items() if value},
    ) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # how Linux says that nobody writes any more
                break
            if not chunk:
                break
            seen += chunk
        assert process.wait(timeout=60) == 0
    os.close(ours)
    return seen.decode()


def test_the_loss_table_is_rich_and_a_bar_comes_and_goes(tmp_path: Path) -> None:
    """The bar appears after half a second and leaves nothing behind."""
    words = ["train", str(ROOT / "configs/flower.yaml"), "--set", "epochs=60000"]
    seen = on_terminal(*words, cwd=tmp_path)
    assert "───" in seen
    assert "0.693048" in seen
    assert "epoch" in seen
    assert " % " in seen
    assert "\x1b[?25l" in seen  # the bar hides the cursor, and shows it again
    assert seen.rindex("\x1b[?25h") > seen.rindex("\x1b[?25l")


def test_a_short_training_has_no_bar(tmp_path: Path) -> None:
    words = ["train", str(ROOT / "configs/flower.yaml"), "--set", "epochs=100"]
    assert "\x1b[?25l" not in on_terminal(*words, cwd=tmp_path)


@pytest.mark.parametrize("variable", ["NO_COLOR", "TERM"])
def test_colour_can_be_turned_off(variable: str, tmp_path: Path) -> None:
    env = {"NO_COLOR": "1"} if variable == "NO_COLOR" else {"TERM": "dumb"}
    words = ["train", str(ROOT / "configs/flower.yaml"), "--set", "epochs=100"]
    seen = on_terminal(*words, cwd=tmp_path, **env)
    assert not any(f"\x1b[{code}" in seen for code in ("3", "4", "9", "38"))
    assert "0.693048" in seen


def test_names_that_look_like_markup_are_text_here_too(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", "[red],[/foo],:smile:\n" + "1,2,[/x]\n3,1,[bold]\n" * 4)
    write(tmp_path / "c.yaml", "data: {csv: t.csv}\nepochs: 5\n")
    on_terminal("train", "c.yaml", cwd=tmp_path)
    seen = on_terminal("inspect", "model.npz", cwd=tmp_path)
    assert all(name in seen for name in ("[red]", "[/foo]", ":smile:", "[/x]", "[bold]"))
    assert "───" in seen
    assert "[/x]" in on_terminal("evaluate", "model.npz", "t.csv", cwd=tmp_path)


def test_a_narrow_terminal_gets_whole_numbers(tmp_path: Path) -> None:
    """Where a rich table would cut its cells, a plain one is printed."""
    words = ["train", str(ROOT / "configs/moons.yaml"), "--set", "epochs=100"]
    seen = on_terminal(*words, cwd=tmp_path, COLUMNS="40")
    assert "validation_accuracy" in seen
    assert "…" not in seen


@pytest.mark.parametrize(("columns", "both_values"), [("80", False), ("130", True)])
def test_a_gradient_check_fits_the_terminal(
    columns: str, both_values: bool, tmp_path: Path
) -> None:
    words = ["gradcheck", str(ROOT / "configs/moons.yaml")]
    seen = on_terminal(*words, cwd=tmp_path, COLUMNS=columns)
    assert "───" in seen
    assert "…" not in seen
    assert ("backprop" in seen) == both_values
    assert all(word in seen for word in ("checked", "ratio", "units", "worst", "kinks"))


def test_a_trace_has_its_headings_in_bold_and_no_other_colour(tmp_path: Path) -> None:
    words = ["trace", str(ROOT / "configs/moons.yaml"), "--row", "1"]
    seen = on_terminal(*words, cwd=tmp_path)
    assert "\x1b[1mForward, from left to right: " in seen
    assert set(re.findall(r"\x1b\[[0-9;]*m", seen)) == {"\x1b[1m", "\x1b[0m"}
