"""`shallow plot -o FILE.png` and `FILE.pdf`: what is drawn is what the model says, to the byte."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.choosing import chosen_rows, table_of
from shallow_cli.core.arrays import Array
from shallow_cli.files.model_file import load_model
from shallow_cli.plots import figure as figure_module
from shallow_cli.plots.colouring import map_pixels, values_over
from shallow_cli.plots.colours import diverging
from shallow_cli.plots.figure import figure_bytes
from shallow_cli.plots.lettering import LETTER, fitted, inches
from shallow_cli.plots.pictures import Pictures, pictures_of, stretched, weightiest

from .conftest import ROOT, Shallow, write
from .test_cli_plot import moons

mpl = pytest.importorskip("matplotlib", reason="PNG and PDF need the extra plot")
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.legend import Legend  # noqa: E402
from matplotlib.text import Text  # noqa: E402

__all__ = ["moons"]  # a fixture

IRIS = ROOT / "data/iris.csv"
SINE = "data: {generate: sine}\noptimizer: lbfgs\ninit_scale: xavier\nepochs: 20\n"
LOSS, MAP = 0, 1  # which axes are whose
NAMES = ["$x^2$ $\\frac", "<b>[red]x", "_hidden", "花萼长度", "a\x1b[31mred", "é 😀 ש ع क"]


def pictures(path: Path, data: Path | None = None) -> Pictures:
    """What there is to see of a model and its rows."""
    model = load_model(path)
    return pictures_of(model, table_of(model, chosen_rows(model, data)))


def drawn(found: Pictures) -> Figure:
    """The figure, as it is written."""
    with figure_module._plain():
        return figure_module._drawn(found)


def lines_of(axes: Axes) -> list[Array]:
    """The points of each line (k, 2)."""
    return [np.asarray(line.get_xydata()) for line in axes.lines]


def images(figure: Figure) -> list[Array]:
    """The pixels of each map."""
    return [np.asarray(axes.images[0].get_array()) for axes in figure.axes if axes.images]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]


def legends(figure: Figure) -> list[list[str]]:
    found = [legend for legend in figure.findobj(Legend) if isinstance(legend, Legend)]
    return [[text.get_text() for text in legend.get_texts()] for legend in found]


def size_of(png: bytes) -> tuple[int, int]:
    """In pixels, by the book."""
    assert png[:16] == b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_a_png_is_one_and_a_pdf_is_one(moons: Path, shallow: Shallow) -> None:
    for name in ("m.png", "m.PDF"):
        done = shallow("plot", moons, "-o", name)
        assert (done.out, done.err) == ("", "")
    width, height = size_of(Path("m.png").read_bytes())
    assert width == 1440
    assert 1500 < height < 2500
    raw = Path("m.PDF").read_bytes()
    assert raw.startswith(b"%PDF-")
    assert raw.rstrip().endswith(b"%%EOF")
    assert raw.count(b"/Type /Page\n") + raw.count(b"/Type /Page ") == 1


def test_the_map_is_what_predict_says_there(moons: Path, iris_model: Path) -> None:
    for path, data in ((moons, None), (iris_model, IRIS)):
        found = pictures(path, data)
        assert found.surface is not None
        [pixels, *_] = images(drawn(found))
        height, width, _ = pixels.shape
        assert min(height, width) > 300
        expected = map_pixels(
            found.surface, values_over(found.surface, found.model.theta, width, height)
        )
        np.testing.assert_array_equal(pixels, expected)


def test_the_pixels_of_a_png_are_those_of_the_map(iris_model: Path) -> None:
    """As they are read back from the file; without data, nothing is in the way."""
    from matplotlib.image import imread

    found = pictures_of(load_model(iris_model), None, ("petal_length", "petal_width"))
    assert found.surface is not None
    file = imread(io.BytesIO(figure_bytes(found, "png")))
    seen = np.rint(file[..., :3] * 255).astype(int)
    axes = drawn(found).axes[MAP]
    box = axes.get_window_extent()
    left, bottom, right, top = (2 * end for end in (box.x0, box.y0, box.x1, box.y1))  # 200 dpi
    [pixels] = [np.asarray(image.get_array()) for image in axes.images]
    rows, columns = np.indices(pixels.shape[:2])
    across = left + (columns + 0.5) / pixels.shape[1] * (right - left)
    down = len(seen) - top + (rows + 0.5) / pixels.shape[0] * (top - bottom)
    inner = np.s_[3:-3, 3:-3]  # the axes are drawn over the edge
    beside = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]  # of versions some are shifted
    off = [abs(seen[down.astype(int) + dy, across.astype(int) + dx] - pixels) for dy, dx in beside]
    assert not np.min([pixel.max(axis=-1)[inner] for pixel in off], axis=0).any()


def test_curves_go_through_the_rows(moons: Path) -> None:
    found = pictures(moons)
    figure, history = drawn(found), found.model.history
    losses, validation = lines_of(figure.axes[LOSS])
    np.testing.assert_array_equal(losses, [[row.epoch, row.loss] for row in history])
    np.testing.assert_array_equal(validation[:, 1], [row.validation_loss for row in history])
    last = history[-1]
    expected = [f"loss {last.loss:.6g}", f"validation_loss {last.validation_loss:.6g}"]
    assert legends(figure)[0] == expected
    assert figure.axes[LOSS].get_yscale() == "linear"


def test_losses_over_two_decades_have_a_logarithmic_axis(shallow: Shallow) -> None:
    shallow("train", ROOT / "configs/digits.yaml", "-q", "-o", "m.npz", "--set", "epochs=60")
    found = pictures(Path("m.npz"), ROOT / "data/digits.csv")
    assert found.curves.y.log
    figure = drawn(found)
    figure.savefig(io.BytesIO(), format="png")
    axes = figure.axes[LOSS]
    assert axes.get_yscale() == "log"
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert {"0.1", "1"} <= set(labels)
    assert not any(text.get_visible() for text in axes.get_yticklabels(minor=True))
    marks = {(line.get_marker(), line.get_color()) for line in figure.axes[MAP].lines}
    assert len(marks) == 10
    assert legends(figure)[1] == [str(n) for n in range(10)]


def test_every_row_has_a_mark_where_it_is(moons: Path) -> None:
    found = pictures(moons)
    assert found.surface is not None
    assert found.surface.points is not None
    points, figure = found.surface.points, drawn(found)
    for number, places in enumerate(lines_of(figure.axes[MAP])):
        np.testing.assert_array_equal(places, points.places[points.targets == number])
    marks = [(line.get_marker(), line.get_color()) for line in figure.axes[MAP].lines]
    assert marks == [("o", "#2166ac"), ("s", "#b2182b")]
    assert legends(figure)[1] == ["0", "1"]
    x, y = found.surface.plane.x, found.surface.plane.y
    assert figure.axes[MAP].get_xlim() == (x.low, x.high)
    assert figure.axes[MAP].get_ylim() == (y.low, y.high)
    assert "probability of 1" in texts(figure)


def test_each_unit_has_a_map_the_weightiest_first(moons: Path) -> None:
    found = pictures(moons)
    assert found.surface is not None
    theta, figure = found.model.theta, drawn(found)
    _, _, *maps = images(figure)  # the map, its scale, and the units
    order = weightiest(theta, 24)
    height, width, _ = maps[0].shape
    outputs = found.surface.units(theta, range(4), width, height)
    for pixels, unit in zip(maps, order, strict=True):
        np.testing.assert_array_equal(pixels, diverging(stretched(outputs[unit])))
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert [title for title in titles if title] == [
        f"{unit + 1}: {theta.W2[0, unit]:+.3g}" for unit in order
    ]


def test_a_regression_and_a_single_input(shallow: Shallow) -> None:
    write(Path("c.yaml"), SINE)
    shallow("train", "c.yaml", "-q")
    found = pictures(Path("model.npz"))
    assert found.profile is not None
    figure, [fit] = drawn(found), found.fits
    _, profile, first, second = figure.axes
    said, rows = lines_of(profile)
    np.testing.assert_array_equal(said[:, 1], found.profile.curves[0].values)
    np.testing.assert_array_equal(rows, found.profile.points)
    np.testing.assert_array_equal(lines_of(first)[1], fit.pairs)
    np.testing.assert_array_equal(lines_of(second)[1], fit.residuals)
    assert {"actual", "predicted", "residual", "epoch", "x1"} <= set(texts(figure))
    assert legends(figure)[1] == ["y", "the data"]


def test_the_scale_of_a_regression_is_in_its_unit(shallow: Shallow) -> None:
    shallow("train", ROOT / "configs/diabetes.yaml", "-q", "--set", "epochs=50")
    found = pictures(Path("model.npz"), ROOT / "data/diabetes.csv")
    assert found.surface is not None
    scale = drawn(found).axes[MAP + 1]
    height, width, _ = images(drawn(found))[0].shape
    values = found.surface.numbers(found.model.theta, width, height)
    assert scale.get_ylim() == (values.min(), values.max())
    assert scale.get_ylabel() == "progression"


def table(path: Path, names: Sequence[str], classes: Sequence[str]) -> Path:
    """Two features and a class by name."""
    rows = [f"{n % 3},{n % 7},{classes[n % len(classes)]}" for n in range(5 * len(classes))]
    return write(path, "\n".join([",".join(names), *rows, ""]))


def test_names_are_shown_and_never_obeyed(shallow: Shallow) -> None:
    table(Path("t.csv"), [NAMES[0], NAMES[4], "y"], NAMES)
    write(Path("c.yaml"), "data: {csv: t.csv}\nepochs: 3\n")
    shallow("train", "c.yaml", "-q")
    for name in ("m.png", "m.pdf"):
        done = shallow("plot", "model.npz", "t.csv", "-o", name)
        assert (done.out, done.err) == ("", "")
    figure = drawn(pictures(Path("model.npz"), Path("t.csv")))
    shown = [name.replace("\x1b", "\\x1b") for name in NAMES]
    assert sorted(legends(figure)[1]) == sorted(shown)
    axes = figure.axes[MAP]
    assert (axes.get_xlabel(), axes.get_ylabel()) == (shown[0], shown[4])
    of_others = [text for text in figure.findobj(Text) if "$" in text.get_text()]
    assert len(of_others) == 3  # an axis, a class, and the output of the weights
    assert not any(text.get_parse_math() for text in of_others)


def test_many_and_long_names_leave_room_for_the_map(shallow: Shallow) -> None:
    table(Path("t.csv"), ["x" * 300, "z" * 300, "y"], [f"class {n} {'w' * 50}" for n in range(30)])
    write(Path("c.yaml"), "data: {csv: t.csv, validation: 0}\nepochs: 3\n")
    shallow("train", "c.yaml", "-q")
    figure = drawn(pictures(Path("model.npz"), Path("t.csv")))
    assert len(legends(figure)[1]) == 24
    assert "What it says (the first 24 of 30 are named)" in texts(figure)
    figure.savefig(io.BytesIO(), format="png")
    width = figure.bbox.width
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if text.get_text() and text.get_visible():
            box = text.get_window_extent()
            assert -1 <= box.x0 <= box.x1 <= width + 1, text.get_text()
    assert figure.axes[MAP].get_window_extent().height == pytest.approx(360)


def test_a_text_is_cut_to_the_room_there_is() -> None:
    assert fitted("abc", 3 * LETTER) == "abc"
    assert fitted("abcd", 3 * LETTER) == "ab…"
    assert fitted("a\nb", 9) == "a\\nb"
    assert fitted("花萼长度", 4 * LETTER) == "花…"
    assert inches("花") > inches("a")


def test_what_is_very_high_has_fewer_pixels(moons: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figure_module, "MOST_PIXELS", 500)
    _, height = size_of(figure_bytes(pictures(moons), "png"))
    assert height == 500
