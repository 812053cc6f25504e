"""`shallow plot -o FILE.svg`: a picture that needs nothing else, and shows what the model says."""

import base64
import re
import struct
import zlib
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from shallow_cli.choosing import chosen_rows, table_of
from shallow_cli.core.arrays import Array
from shallow_cli.files.model_file import load_model
from shallow_cli.plots.colouring import map_pixels, values_over
from shallow_cli.plots.colours import diverging, of_classes
from shallow_cli.plots.pictures import pictures_of

from .conftest import ROOT, Shallow, write
from .test_cli_plot import grid, moons, surface_of

__all__ = ["moons"]  # a fixture

IRIS = ROOT / "data/iris.csv"
SVG = "{http://www.w3.org/2000/svg}"


def drawn(path: Path) -> ET.Element:
    """The picture; nothing in it is anywhere else."""
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg\")", text)
    assert "<script" not in text
    return ET.fromstring(text)  # noqa: S314 - our own


def texts(picture: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]


def pixels_of(image: ET.Element) -> Array:
    """The pixels of a PNG within a picture (h, w, 3), by the book and not by our own code."""
    raw = base64.b64decode(image.attrib["href"].removeprefix("data:image/png;base64,"))
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    place, parts = 8, {}
    while place < len(raw):
        length, kind = struct.unpack(">I4s", raw[place : place + 8])
        content = raw[place + 8 : place + 8 + length]
        [check] = struct.unpack(">I", raw[place + 8 + length : place + 12 + length])
        assert check == zlib.crc32(kind + content)
        parts[kind] = content
        place += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    assert (depth, colour) == (8, 2)
    lines = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(height, -1)
    assert not lines[:, 0].any()
    return lines[:, 1:].reshape(height, width, 3)


def test_the_map_is_what_predict_says_there(moons: Path, shallow: Shallow) -> None:
    assert shallow("plot", moons, "-o", "m.svg").out == ""
    surface = surface_of(load_model(moons))
    found = pixels_of(next(drawn(Path("m.svg")).iter(f"{SVG}image")))
    height, width, _ = found.shape
    assert min(height, width) > 100
    np.testing.assert_array_equal(found, diverging(grid(surface, width, height)[..., 0]))


def test_of_more_classes_the_likeliest_has_its_colour(iris_model: Path) -> None:
    model = load_model(iris_model)
    surface = surface_of(model, IRIS)
    found = map_pixels(surface, values_over(surface, model.theta, 30, 20))
    np.testing.assert_array_equal(found, of_classes(surface.shares(model.theta, 30, 20)))


def test_every_row_has_a_mark_where_it_is(moons: Path, shallow: Shallow) -> None:
    shallow("plot", moons, "-o", "m.svg")
    picture, surface = drawn(Path("m.svg")), surface_of(load_model(moons))
    marks = [mark for mark in picture.iter(f"{SVG}path") if mark.get("class") == "point"]
    assert surface.points is not None
    assert len(marks) == len(surface.points.targets) == 200
    image = next(picture.iter(f"{SVG}image"))
    w, h = float(image.attrib["width"]), float(image.attrib["height"])
    for mark, place in zip(marks, surface.points.places, strict=True):
        x, y = map(float, re.findall(r"-?[\d.]+", mark.attrib["transform"]))
        assert x / w == pytest.approx(surface.plane.x.share(place[0]), abs=1e-3)
        assert 1 - y / h == pytest.approx(surface.plane.y.share(place[1]), abs=1e-3)
    assert len({(mark.attrib["d"], mark.attrib["fill"]) for mark in marks}) == 2


def test_curves_go_through_the_rows(moons: Path, shallow: Shallow) -> None:
    shallow("plot", moons, "-o", "m.svg")
    model, picture = load_model(moons), drawn(Path("m.svg"))
    lines = list(picture.iter(f"{SVG}polyline"))
    assert [len(line.attrib["points"].split()) for line in lines] == 2 * [len(model.history)]
    heights = [float(pair.split(",")[1]) for pair in lines[0].attrib["points"].split()]
    losses = [row.loss for row in model.history]
    assert list(np.argsort(heights)[::-1]) == list(np.argsort(losses, kind="stable"))
    assert f"Loss curvesloss {losses[-1]:.6g}" in texts(picture)[0]


def test_names_are_shown_and_never_run(shallow: Shallow) -> None:
    name = "<script>alert(1)</script>"
    rows = "1,2,</svg>\n2,1,\x1b[31myes\n6,3,\x1b[31myes\n-4,0,</svg>\n"
    write(Path("t.csv"), f'{name},"a&b",y\n{rows}')
    write(Path("c.yaml"), "data: {csv: t.csv}\nepochs: 3\n")
    shallow("train", "c.yaml", "-q")
    shallow("plot", "model.npz", "t.csv", "-o", "m.svg")
    found = texts(drawn(Path("m.svg")))
    assert name in found
    assert "a&b" in found
    assert any("</svg>" in text for text in found)
    assert any("\\x1b[31myes" in text for text in found)


def test_a_regression_and_a_single_input(shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {generate: sine}\noptimizer: lbfgs\ninit_scale: xavier\n")
    shallow("train", "c.yaml", "-q", "--set", "epochs=20")
    shallow("plot", "-o", "m.svg")
    picture = drawn(Path("m.svg"))
    assert len(list(picture.iter(f"{SVG}circle"))) == 3 * 200  # the data, and both of the fit
    assert {"actual", "predicted", "residual", "epoch", "x1"} <= set(texts(picture))
    model = load_model(Path("model.npz"))
    profile = pictures_of(model, table_of(model, chosen_rows(model, None))).profile
    assert profile is not None
    assert len(profile.curves[0].at) == 400


@pytest.mark.parametrize(
    ("output", "code", "said"),
    [
        ("m.gif", 2, "m.gif: -o draws .svg, .png, .pdf and .html files; name one\n"),
        ("missing/m.svg", 3, "missing/m.svg: cannot be written: no folder missing\n"),
    ],
)
def test_outputs_that_cannot_be(
    output: str, code: int, said: str, moons: Path, shallow: Shallow
) -> None:
    done = shallow("plot", moons, "-o", output, code=code)
    assert done.err == said
    assert done.out == ""
