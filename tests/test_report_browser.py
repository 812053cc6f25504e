"""The report in a real browser: what it draws is what the model says, at every moment."""

import base64
import io
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from shallow_cli.choosing import chosen_rows, table_of
from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.core.outputs import OUTPUTS
from shallow_cli.files.model_file import load_model
from shallow_cli.model import Model
from shallow_cli.plots.colouring import Kind, map_pixels, values_over
from shallow_cli.plots.colours import diverging
from shallow_cli.plots.diagram import diagram_of
from shallow_cli.plots.moments import moments_of
from shallow_cli.plots.pictures import Pictures, pictures_of, stretched
from shallow_cli.plots.svg import MAP_PIXELS
from shallow_cli.plots.svg_parts import LEFT, WIDTH
from shallow_cli.plots.unit_pictures import PIXELS

from .browser import Browser, browser, needs_browser
from .conftest import ROOT, Shallow, write

__all__ = ["browser"]  # a fixture
pytestmark = needs_browser

BASE = "data: {generate: moons, samples: 100}\nepochs: 200\nlearning_rate: 1\ninit_scale: xavier\n"
SINE = "data: {generate: sine, samples: 60}\nepochs: 40\noptimizer: lbfgs\ninit_scale: xavier\n"
CONFIGS = {
    **{name: f"{BASE}activation: {name}\n" for name in ("sigmoid", "tanh", "relu", "identity")},
    "leaky": f"{BASE}activation: leaky_relu\nleak: 0.2\n",
    "float32": f"{BASE}dtype: float32\nbatch_size: 32\n",
    "early": BASE.replace("100}", "60, noise: 0.4, validation: 0.3}") + "early_stopping: 20\n",
    "softmax of two": BASE.replace("100}", "100, task: multiclass}"),
    "many units": BASE + "hidden_units: 300\n",
    "classes": "data: {generate: spiral, samples: 90}\nepochs: 100\nhidden_units: 14\n",
}


def plotted(shallow: Shallow, text: str, *words: str | Path) -> tuple[Model, Pictures, Path]:
    """A model trained from a config, its pictures, and its report."""
    write(Path("c.yaml"), text)
    shallow("train", "c.yaml", "-q")
    assert shallow("plot", "model.npz", *words, "-o", "r.html").out == ""
    model = load_model(Path("model.npz"))
    table = table_of(model, chosen_rows(model, Path(words[0]) if words else None))
    return model, pictures_of(model, table), Path("r.html")


def moved(browser: Browser, moment: int) -> None:
    """The slider, as a hand moves it."""
    browser.run(
        "const slider = document.getElementById('moment'); slider.value = arguments[0];"
        "slider.dispatchEvent(new Event('input'));",
        moment,
    )


def pixels(browser: Browser, selector: str) -> Array:
    """Of a picture as the browser has drawn it (h, w, 3)."""
    drawn = browser.driver.execute_async_script(
        """const [selector, done] = arguments;
        const image = new Image();
        image.onload = () => {
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [image.width, image.height];
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0);
          const data = context.getImageData(0, 0, image.width, image.height).data;
          done([image.height, image.width, btoa(String.fromCharCode.apply(null, []) +
            Array.from(data, (value) => String.fromCharCode(value)).join(""))]);
        };
        image.src = document.querySelector(selector).getAttribute("href");""",
        selector,
    )
    height, width, raw = drawn
    return np.frombuffer(base64.b64decode(raw), np.uint8).reshape(height, width, 4)[..., :3]


def weights_shown(browser: Browser) -> dict[int, float]:
    """Those in the table, by their place; the lines say the same."""
    found: dict[str, list[str]] = browser.run(
        """const found = {};
        for (const each of document.querySelectorAll("span[data-weight]"))
          (found[each.dataset.weight] ??= []).push(each.textContent);
        for (const each of document.querySelectorAll("path[data-weight]"))
          found[each.dataset.weight].push(each.textContent.split(": ").at(-1));
        return found;"""
    )
    for texts in found.values():
        assert len({float(text) for text in texts}) == 1
    return {int(place): float(texts[0]) for place, texts in found.items()}


@pytest.mark.parametrize("text", CONFIGS.values(), ids=CONFIGS)
def test_every_moment_is_drawn_as_its_weights_say(
    text: str, shallow: Shallow, browser: Browser
) -> None:
    model, pictures, page = plotted(shallow, text)
    surface = pictures.surface
    assert surface is not None
    browser.show(page)
    moments, kept = moments_of(model)
    assert len(moments) > 8
    seen = set()
    for number in (0, len(moments) // 2, len(moments) - 1, kept):
        moved(browser, number)
        theta = moments[number].theta
        found = pixels(browser, "#boundary image")
        height, width, _ = found.shape
        near(found, map_pixels(surface, values_over(surface, theta, width, height)))
        seen.add(found.tobytes())
        for unit in diagram_of(model).units[:: 1 + model.network.n_h // 3]:
            expected = diverging(stretched(surface.units(theta, [unit], *PIXELS)[0]))
            near(pixels(browser, f"#network .unit[data-unit='{unit}'] image"), expected)
        now = browser.run("return document.getElementById('now').getAttribute('transform')")
        share = float(pictures.curves.x.share(np.array(moments[number].epoch)))
        assert now == f"translate({LEFT + share * (WIDTH - LEFT):.1f},0)".replace(".0,", ",")
        for place, value in weights_shown(browser).items():
            assert value == pytest.approx(float(theta.vector[place]), rel=1e-3)
        label = browser.run("return document.getElementById('label').textContent")
        assert label == moments[number].label
    assert len(seen) >= 3
    assert found.shape[:2] == MAP_PIXELS[::-1] or model.network.n_h == 300
    assert browser.complaints() == []
    assert browser.requests() == [page.resolve().as_uri()]


def near(found: Array, expected: Array) -> None:
    """The same colours; of numbers that are half-way between two, the one or the other."""
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_the_script_knows_what_the_program_knows(shallow: Shallow, browser: Browser) -> None:
    _, _, page = plotted(shallow, BASE)
    browser.show(page)
    assert set(browser.run("return Object.keys(activations)")) == set(ACTIVATIONS)
    assert set(browser.run("return Object.keys(outputFunctions)")) == set(OUTPUTS)
    assert set(browser.run("return Object.keys(colourings)")) == {kind.value for kind in Kind}


def test_a_regression_keeps_its_scale_of_colours(shallow: Shallow, browser: Browser) -> None:
    text = f"data: {{csv: {ROOT / 'data/diabetes.csv'}, target: progression}}\nepochs: 30\n"
    model, pictures, page = plotted(shallow, text, ROOT / "data/diabetes.csv")
    assert pictures.surface is not None
    browser.show(page)
    moments, kept = moments_of(model)
    numbers = [pictures.surface.numbers(m.theta, *MAP_PIXELS) for m in moments]
    low, high = numbers[kept].min(), numbers[kept].max()
    for number in (0, 3, kept):
        moved(browser, number)
        near(
            pixels(browser, "#boundary image"),
            diverging(np.clip((numbers[number] - low) / (high - low), 0, 1)),
        )
    assert browser.complaints() == []


def test_a_curve_of_one_input_follows_the_slider(shallow: Shallow, browser: Browser) -> None:
    model, pictures, page = plotted(shallow, SINE)
    browser.show(page)
    script = "return document.querySelector(arguments[0]).getAttribute('points')"
    for selector in ("#profile .curve", "#network .unit polyline"):
        whole = points(browser.run(script, selector))
        moved(browser, 0)
        early = points(browser.run(script, selector))
        assert np.abs(early - whole).max() > 1
        moved(browser, moments_of(model)[1])
        again = points(browser.run(script, selector))
        np.testing.assert_allclose(again, whole, atol=0.11)
    assert pictures.profile is not None
    assert browser.complaints() == []


def points(text: str) -> Array:
    return np.loadtxt(io.StringIO(text.replace(" ", "\n")), delimiter=",")


def test_it_is_used_with_the_keyboard(shallow: Shallow, browser: Browser) -> None:
    model, _, page = plotted(shallow, BASE)
    browser.show(page)
    moments, kept = moments_of(model)
    slider = browser.driver.find_element(By.ID, "moment")
    play = browser.driver.find_element(By.ID, "play")
    assert slider.accessible_name == "Training"
    slider.send_keys(Keys.ARROW_LEFT)
    assert slider.get_attribute("aria-valuetext") == moments[kept - 1].label
    slider.send_keys(Keys.HOME)
    assert slider.get_attribute("aria-valuetext") == moments[0].label
    play.send_keys(Keys.ENTER)
    assert play.text == "Stop"
    play.send_keys(Keys.SPACE)
    assert play.text == "Play"
    stood = slider.get_attribute("aria-valuetext")
    assert stood in {moment.label for moment in moments[1:]}
    time.sleep(0.5)
    assert slider.get_attribute("aria-valuetext") == stood
    slider.send_keys(Keys.END, Keys.ARROW_LEFT)
    play.send_keys(Keys.ENTER)
    assert slider.get_attribute("aria-valuetext") == moments[-1].label
    assert play.text == "Play"
    play.send_keys(Keys.ENTER)  # from the end it begins anew
    assert slider.get_attribute("aria-valuetext") != moments[-1].label
    assert browser.complaints() == []


def test_pictures_say_what_they_are(shallow: Shallow, browser: Browser) -> None:
    _, _, page = plotted(shallow, BASE)
    browser.show(page)
    pictures = browser.driver.find_elements(By.CSS_SELECTOR, "figure > svg")
    assert len(pictures) == 3
    for picture in pictures:
        assert picture.aria_role in {"img", "image"}
        assert len(picture.accessible_name) > 10
    headings: list[str] = browser.run(
        "return Array.from(document.querySelectorAll('h1, h2'), (each) => each.textContent)"
    )
    assert headings[0] == "model.npz"


def test_dark_light_and_paper(shallow: Shallow, browser: Browser) -> None:
    _, _, page = plotted(shallow, BASE)
    browser.show(page)
    script = """const style = (each) => getComputedStyle(document.querySelector(each));
        return [style("body").backgroundColor, style("#moment").display]"""
    white, dark = "rgb(255, 255, 255)", "rgb(22, 24, 27)"
    try:
        shown = [browser.run(script)]
        for how in ({"color-scheme": "dark"}, {"color-scheme": "dark", "media": "print"}):
            browser.media(**how)
            shown.append(browser.run(script))
    finally:
        browser.media()
    assert shown == [[white, "block"], [dark, "block"], [white, "none"]]


def test_names_are_shown_and_never_run(shallow: Shallow, browser: Browser) -> None:
    name = "</script><script>document.title=1</script>"
    image = "<img src=x onerror=document.title=1>"
    write(Path("t.csv"), f"{name},{image},y\n1,2,</svg>\n2,1,&amp;\n6,3,&amp;\n-4,0,</svg>\n")
    write(Path("c.yaml"), "data: {csv: t.csv}\nepochs: 3\n")
    shallow("train", "c.yaml", "-q", "-o", "<b>.npz")
    shallow("plot", "<b>.npz", "t.csv", "-o", "r.html")
    browser.show(Path("r.html"))
    moved(browser, 0)
    assert browser.driver.title == "<b>.npz"
    text: str = browser.run("return document.body.textContent")
    for each in (name, image, "</svg>", "&amp;"):
        assert each in text
    scripts: list[Any] = browser.driver.find_elements(By.CSS_SELECTOR, "script, img, b")
    assert len(scripts) == 2
    assert browser.complaints() == []
    assert len(browser.requests()) == 1
