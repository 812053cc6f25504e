"""`shallow plot` in the terminal: what is drawn is what the model says, wherever it is drawn."""

import contextlib
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.answers import Wish, csv_answers
from shallow_cli.choosing import chosen_rows, table_of
from shallow_cli.console.pictures import WIDEST
from shallow_cli.core.arrays import Array
from shallow_cli.core.prediction import predict
from shallow_cli.files.model_file import load_model
from shallow_cli.model import Model
from shallow_cli.plots.colours import diverging, of_classes
from shallow_cli.plots.curves import loss_curves
from shallow_cli.plots.maps import RAMPS, boundary, units
from shallow_cli.plots.pictures import Surface, pictures_of
from shallow_cli.plots.text import Style

from .conftest import ROOT, Shallow, write

IRIS = ROOT / "data/iris.csv"
ESCAPE = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")


@pytest.fixture
def moons(shallow: Shallow) -> Path:
    text = "data: {generate: moons, validation: 0.25}\nactivation: tanh\ninit_scale: xavier\n"
    write(Path("moons.yaml"), f"{text}learning_rate: 1\nepochs: 300\nlog_every: 10\n")
    shallow("train", "moons.yaml", "-q", "-o", "moons.npz")
    return Path("moons.npz")


def surface_of(model: Model, data: Path | None = None) -> Surface:
    """What a model says over its plane, with the rows it was trained on."""
    found = pictures_of(model, table_of(model, chosen_rows(model, data))).surface
    assert found is not None
    return found


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_it_fits_and_is_plain_in_a_pipe(
    width: int, moons: Path, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    out = shallow("plot", moons).out
    lines = out.splitlines()
    headings = [line for line in lines if re.match(r"[A-Z][a-z ]+", line)]
    assert len(headings) == 3
    assert max(len(line) for line in lines if line not in headings) <= min(width, WIDEST)
    assert out.isascii()
    assert all(line == line.rstrip() for line in lines)


def test_the_last_losses_are_in_the_heading(moons: Path, shallow: Shallow) -> None:
    kept = load_model(moons).kept
    assert shallow("plot", moons).out.startswith(
        f"Loss curves: loss (*) {kept.loss:.6f}, validation_loss (o) {kept.validation_loss:.6f}\n"
    )


def test_losses_over_two_decades_have_a_logarithmic_axis(moons: Path) -> None:
    model = load_model(moons)
    assert not loss_curves(model).y.log
    first, *others = model.history
    falling = [row.__class__(row.epoch, row.loss * 1e-4) for row in others]
    far = model.__class__(**{**vars(model), "history": (first.__class__(0, first.loss), *falling)})
    y = loss_curves(far).y
    assert y.log
    ticks = [value for value, _ in y.ticks(9)]
    assert len(ticks) > 3
    assert ticks == [10.0 ** round(np.log10(value)) for value in ticks]
    assert not loss_curves(model).y.log


def drawn(surface: Surface, width: int, height: int, style: Style) -> list[list[object]]:
    """The cells within the axes, without the data."""
    bare = Surface(surface.model, surface.plane, None)
    lines = boundary(bare, surface.model.theta, width, height, style)
    side = "|" if style is Style.PLAIN else "│"
    found = []
    for line in lines:
        places = [n for n, cell in enumerate(line) if cell.char == side]
        if places:
            found.append(list(line[places[0] + 1 :]))
    return found  # type: ignore[return-value]


def grid(surface: Surface, width: int, height: int) -> Array:
    """What `predict` says at the middles of the cells, worked out from the axes."""
    x, y = surface.plane.x, surface.plane.y
    xs = x.low + (np.arange(width) + 0.5) / width * (x.high - x.low)
    ys = y.high - (np.arange(height) + 0.5) / height * (y.high - y.low)
    table = np.array([[a, b] for b in ys for a in xs])
    for n, column in enumerate(surface.model.columns.features):
        table[:, n] = (table[:, n] - column.offset) / column.scale  # type: ignore[union-attr]
    model = surface.model
    A2 = predict(model.network, model.theta, np.hstack([table, np.ones((len(table), 1))]))
    return A2.reshape(height, width, -1)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_boundary_is_what_predict_says_there(width: int, moons: Path) -> None:
    surface = surface_of(load_model(moons))
    for style in (Style.PLAIN, Style.SHADES):
        cells = drawn(surface, width, 20, style)
        A2 = grid(surface, len(cells[0]), 2 * len(cells))[..., 0]
        steps = ((A2[::2] + A2[1::2]) / 2 * len(RAMPS[style])).astype(int)
        expected = ["".join(RAMPS[style][min(s, len(RAMPS[style]) - 1)] for s in r) for r in steps]
        assert ["".join(cell.char for cell in row) for row in cells] == expected  # type: ignore[attr-defined]
    coloured = drawn(surface, width, 20, Style.COLOUR)
    colours = diverging(grid(surface, len(coloured[0]), 2 * len(coloured))[..., 0])
    for row, line in enumerate(coloured):
        for column, cell in enumerate(line):
            assert cell.front == tuple(colours[2 * row, column])  # type: ignore[attr-defined]
            assert cell.back == tuple(colours[2 * row + 1, column])  # type: ignore[attr-defined]


def test_of_more_classes_the_likeliest_is_drawn(shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {generate: spiral}\nhidden_units: 16\ninit_scale: xavier\n")
    shallow("train", "c.yaml", "-q", "--set", "epochs=50", "-o", "m.npz")
    surface = surface_of(load_model(Path("m.npz")))
    cells = drawn(surface, 60, 20, Style.PLAIN)
    shares = grid(surface, len(cells[0]), 2 * len(cells))
    A2 = (shares[::2] + shares[1::2]) / 2
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            letter = "abc"[A2[row, column].argmax()] if A2[row, column].max() > 0.5 else " "
            assert cell.char == (letter if (row + column) % 2 == 0 else " ")  # type: ignore[attr-defined]
    coloured = drawn(surface, 60, 20, Style.COLOUR)
    assert coloured[3][5].front == tuple(of_classes(shares)[6, 5])  # type: ignore[attr-defined]


def test_ten_classes_have_ten_marks_and_ten_letters(shallow: Shallow) -> None:
    shallow("train", ROOT / "configs/digits.yaml", "-q", "--set", "epochs=2", "-o", "m.npz")
    out = shallow("plot", "m.npz", ROOT / "data/digits.csv").out
    [said] = [line for line in out.splitlines() if line.startswith("What it says: ")]
    assert said.endswith("; ".join(f"{mark} {n}" for n, mark in enumerate("ox+*#%&@AB")))
    assert "; ".join(f"{letter} {n}" for n, letter in enumerate("abcdefghij")) in said


def test_the_data_are_where_they_are(moons: Path) -> None:
    model = load_model(moons)
    surface = surface_of(model)
    rows = table_of(model, chosen_rows(model, None)).values
    assert surface.points is not None
    np.testing.assert_allclose(surface.points.places, rows[:, :2], atol=1e-12)
    np.testing.assert_array_equal(surface.points.targets, rows[:, 2])
    lines = boundary(surface, model.theta, 80, 30, Style.PLAIN)
    marks = {cell.char for line in lines[1:-3] for cell in line[6:]}
    assert {"o", "x"} <= marks


def test_each_unit_has_a_map_the_weightiest_first(moons: Path) -> None:
    model = load_model(moons)
    surface = surface_of(model)
    order = np.argsort(-np.abs(model.theta.W2[0]))
    text = "\n".join(
        "".join(cell.char for cell in line)
        for block in units(surface, model.theta, 80, Style.PLAIN)
        for line in block
    )
    titles = re.findall(r"(\d): ([+-][\d.]+)", text)
    assert [int(number) - 1 for number, _ in titles] == list(order)
    assert [float(weight) for _, weight in titles] == pytest.approx(
        model.theta.W2[0, order], rel=5e-3
    )


def in_terminal(folder: Path, words: list[str], env: dict[str, str]) -> str:
    """What a command line writes to a terminal of 80 columns."""
    surroundings = {"COLUMNS": "80", "TERM": "xterm-256color", "COLORTERM": "truecolor", **env}
    child, terminal = os.forkpty()
    if child == 0:
        os.chdir(folder)
        command = [sys.executable, "-m", "shallow_cli", *words]
        os.execve(sys.executable, command, {**os.environ, **surroundings})  # noqa: S606
    written = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while found := os.read(terminal, 1 << 16):
            written += found
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert status == 0, written
    return written.decode()


def test_a_terminal_has_colours_and_no_color_has_shades(moons: Path, tmp_path: Path) -> None:
    words = ["plot", moons.name]
    coloured = in_terminal(tmp_path, words, {"NO_COLOR": ""})
    assert "▀" in coloured
    assert "\x1b[38;2;" in coloured
    shades = in_terminal(tmp_path, words, {"NO_COLOR": "1"})
    assert "█" in shades
    assert "\x1b[38;" not in shades
    assert "\x1b[48;" not in shades
    dumb = in_terminal(tmp_path, words, {"TERM": "dumb"})
    assert dumb.isascii()
    assert "\x1b" not in dumb
    for text in (coloured, shades, dumb):
        assert max(len(ESCAPE.sub("", line)) for line in text.splitlines()) <= 80


def test_more_features_need_rows_or_two_names(shallow: Shallow, iris_model: Path) -> None:
    done = shallow("plot", iris_model)
    assert done.err == "the boundary over several inputs needs DATA, or --x and --y\n"
    assert done.out.startswith("Loss curves: ")
    assert "What it says" not in done.out
    out = shallow("plot", iris_model, IRIS).out
    assert "direction 1 (74% of the variance)" in out
    named = shallow("plot", iris_model, "--x", "petal_length", "--y", "petal_width").out
    assert re.search(r"^ +petal_length$", named, re.MULTILINE)
    assert "\npetal_width\n" in named


def test_the_other_features_stay_at_their_mean(iris_model: Path, tmp_path: Path) -> None:
    model = load_model(iris_model)
    table = table_of(model, chosen_rows(model, IRIS))
    surface = pictures_of(model, table, ("petal_length", "petal_width")).surface
    assert surface is not None
    shares = surface.shares(model.theta, 7, 5)
    x, y = surface.plane.x, surface.plane.y
    means = table.values[:, :2].mean(axis=0)
    rows = [
        ",".join(repr(float(cell)) for cell in (*means, a, b))
        for b in y.at((np.arange(5)[::-1] + 0.5) / 5)
        for a in x.at((np.arange(7) + 0.5) / 7)
    ]
    path = write(tmp_path / "grid.csv", "\n".join([",".join(model.columns.feature_names), *rows]))
    [_, *said] = [row for batch in csv_answers(model, [path], Wish(proba=True)) for row in batch]
    expected = np.array([[float(cell) for cell in row[1:]] for row in said])
    np.testing.assert_allclose(shares.reshape(-1, 3), expected, rtol=1e-9, atol=1e-12)


def test_a_regression_shows_what_is_left(shallow: Shallow) -> None:
    done = shallow("train", ROOT / "configs/diabetes.yaml", "-q", "--set", "epochs=50")
    assert done.code == 0
    out = shallow("plot", "model.npz", ROOT / "data/diabetes.csv").out
    for heading in ("predicted (upwards) against actual", "residuals (upwards) by predicted value"):
        assert f"\nprogression: {heading}\n" in out


def test_a_model_of_one_input_is_a_curve(shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {generate: sine}\noptimizer: lbfgs\ninit_scale: xavier\n")
    shallow("train", "c.yaml", "-q", "--set", "epochs=20")
    out = shallow("plot").out
    assert "What it says: y (*); . the data\n" in out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--x", "petal_length"], "--x and --y go together; name two columns of numbers"),
        (["--x", "a", "--y", "petal_width"], "no feature 'a'; the features are sepal_length, "),
        (["--x", "petal_width", "--y", "petal_width"], "'petal_width' is given for both axes"),
        (["--set", "epochs=3"], "epochs: was decided when the model was trained"),
    ],
)
def test_axes_that_cannot_be(
    words: list[str], expected: str, shallow: Shallow, iris_model: Path
) -> None:
    done = shallow("plot", iris_model, *words, code=2)
    assert expected in done.err
    assert done.err.count("\n") == 1
    assert done.out == ""


def test_words_are_no_axis_and_raw_columns_have_no_bounds(shallow: Shallow) -> None:
    write(Path("t.csv"), "a,b,c,y\n1,red,5,no\n2,green,6,yes\n6,red,7,yes\n-4,blue,8,no\n")
    write(Path("c.yaml"), "data: {csv: t.csv, scale: none}\nepochs: 3\n")
    shallow("train", "c.yaml", "-q")
    done = shallow("plot", "model.npz", "--x", "a", "--y", "c", code=2)
    assert done.err == "nothing says how far 'a' goes; name the rows as DATA\n"
    done = shallow("plot", "model.npz", "t.csv", "--x", "a", "--y", "b", code=2)
    assert done.err == "'b' is a column of words; an axis needs one of numbers\n"
    assert shallow("plot", "model.npz", "t.csv", "--x", "a", "--y", "c").err == ""


def test_names_are_shown_and_never_obeyed(shallow: Shallow) -> None:
    write(Path("t.csv"), "[bold]x[/bold],\x1b[31mred,y\n1,2,<b>no\n2,1,yes\n6,3,yes\n-4,0,<b>no\n")
    write(Path("c.yaml"), "data: {csv: t.csv}\nepochs: 3\n")
    shallow("train", "c.yaml", "-q")
    out = shallow("plot", "model.npz", "t.csv").out
    assert "[bold]x[/bold]" in out
    assert "\x1b" not in out
    assert "\\x1b[31mred" in out
    assert "o <b>no" in out
