"""`shallow plot -o FILE.html`: one page that needs nothing else and says what the model says."""

import base64
import dataclasses
import hashlib
import html
import json
import re
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.core.snapshots import MOST_BYTES
from shallow_cli.files.model_file import load_model, save_model
from shallow_cli.model import Diagnosis
from shallow_cli.plots.curves import loss_curves
from shallow_cli.plots.diagram import MOST_UNITS, WIDEST, diagram_of
from shallow_cli.plots.moments import moments_of
from shallow_cli.plots.report_numbers import epoch_x
from shallow_cli.plots.svg_parts import LEFT, WIDTH

from .conftest import ROOT, Shallow, write
from .test_cli_plot import moons

__all__ = ["moons"]  # a fixture

IRIS = ROOT / "data/iris.csv"


def page_of(shallow: Shallow, *words: str | Path) -> str:
    shallow("plot", *words, "-o", "r.html")
    return Path("r.html").read_text(encoding="utf-8")


def tables(page: str) -> dict[str, list[list[str]]]:
    """The cells of each table, by its caption or its place."""
    found = {}
    for number, text in enumerate(re.findall(r"<table>(.*?)</table>", page)):
        caption = re.search(r"<caption>(.*?)</caption>", text)
        rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in text.split("</tr>")[:-1]]
        cells = [[html.unescape(re.sub("<.*?>", "", cell)) for cell in row] for row in rows]
        found[html.unescape(caption[1]) if caption else str(number)] = cells
    return found


def said(page: str) -> str:
    """The words of the page, without its style and its script."""
    body = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", body)).split())


def test_it_needs_nothing_else_and_runs_nothing_else(moons: Path, shallow: Shallow) -> None:
    page = page_of(shallow, moons)
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(addresses) == 5  # the boundary and four units
    assert all(address.startswith("data:image/png;base64,") for address in addresses)
    assert "url(" not in page
    assert "http:" not in page.replace("http-equiv", "")
    assert "https:" not in page
    policy = re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', page)
    assert policy
    [script] = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    for kind, text in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]


def test_it_is_small_and_the_same_every_time(moons: Path, shallow: Shallow) -> None:
    page = page_of(shallow, moons)
    assert len(page) < 150_000
    assert page == page_of(shallow, moons)
    assert str(Path.cwd()) not in page


def test_it_tells_what_was_trained_on_what(iris_model: Path, shallow: Shallow) -> None:
    page = page_of(shallow, iris_model, IRIS)
    words = said(page)
    assert "A network of 4 inputs, 8 tanh hidden units and 3 softmax outputs" in words
    assert "67 parameters, that tells 3 classes of species apart" in words
    assert "Trained on 150 rows of iris.csv, 20% of them held out, by gd" in words
    assert "finished at epoch 200" in words
    assert "hidden_units: 8" in words
    found = tables(page)
    model = load_model(iris_model)
    columns = found["Columns: the network sees (x − offset) / scale"]
    assert [row[0] for row in columns[1:]] == list(model.columns.feature_names)
    assert found["Rows"][1][1:3] == ["iris.csv", "150"]


def test_it_measures_as_evaluate_does(iris_model: Path, shallow: Shallow) -> None:
    values = json.loads(shallow("evaluate", iris_model, IRIS, "--json").out)
    found = tables(page_of(shallow, iris_model, IRIS))
    header, *rows = found["Metrics"]
    assert header == ["", "all rows", "training", "validation"]
    for name, *cells in rows:
        expected = [values[f"{part}{name}"] for part in ("", "training_", "validation_")]
        assert [float(cell) for cell in cells] == pytest.approx(expected, rel=1e-5)
    counts = found["Confusion, validation rows: true classes down, predicted across"]
    assert counts[0] == ["", "setosa", "versicolor", "virginica"]
    assert [list(map(int, row[1:])) for row in counts[1:]] == values["validation_confusion"]


def test_the_weights_are_those_of_the_model(iris_model: Path, shallow: Shallow) -> None:
    model, page = load_model(iris_model), page_of(shallow, iris_model, IRIS)
    found = tables(page)
    for layer, block in (("W1 and b1", model.theta.layer1), ("W2 and b2", model.theta.layer2)):
        shown = [[float(cell) for cell in row[1:]] for row in found[layer][1:]]
        np.testing.assert_allclose(shown, block, rtol=1e-3)
    assert found["W1 and b1"][0] == ["", *model.columns.feature_names, "bias"]
    assert [row[0] for row in found["W2 and b2"][1:]] == list(model.columns.classes)


def test_lines_are_as_wide_as_weights_and_dashed_where_negative(
    moons: Path, shallow: Shallow
) -> None:
    theta = load_model(moons).theta
    lines = re.findall(r'<path class="weight".*?</path>', page_of(shallow, moons))
    assert len(lines) == 2 * 4 + 4
    widths: dict[float, float] = {}
    for line in lines:
        place = int(line.split('data-weight="')[1].split('"')[0])
        value = float(theta.vector[place])
        widths[value] = float(line.split('stroke-width="')[1].split('"')[0])
        assert ("dasharray" in line) == (value < 0)
    for layer in (theta.W1, theta.W2):
        ordered = sorted(layer.ravel(), key=abs)
        assert widths[ordered[-1]] == WIDEST
        assert sorted(widths[value] for value in ordered) == [widths[value] for value in ordered]


def test_of_a_large_network_what_weighs_most_is_drawn(shallow: Shallow) -> None:
    write(Path("c.yaml"), f"data: {{csv: {IRIS}, target: species}}\nhidden_units: 30\nepochs: 12\n")
    shallow("train", "c.yaml", "-q")
    words = said(page_of(shallow, "model.npz", IRIS))
    assert "12 of 30 hidden units, those that weigh most" in words
    model = load_model(Path("model.npz"))
    drawn = diagram_of(model).units
    lengths = np.linalg.norm(model.theta.W2, axis=0)
    assert len(drawn) == MOST_UNITS
    assert min(lengths[drawn]) >= max(np.delete(lengths, drawn))


def test_the_slider_stands_at_the_model_among_its_moments(shallow: Shallow) -> None:
    data = "data: {generate: moons, samples: 60, noise: 0.4, validation: 0.3}"
    write(Path("c.yaml"), f"{data}\nearly_stopping: 20\nlearning_rate: 2\ninit_scale: xavier\n")
    shallow("train", "c.yaml", "-q")
    model = load_model(Path("model.npz"))
    moments, kept = moments_of(model)
    epochs = [moment.epoch for moment in moments]
    assert epochs == sorted(set(epochs))
    assert 0 < kept < len(moments) - 1
    assert moments[kept].theta is model.theta
    assert moments[kept].label == (
        f"epoch {model.kept.epoch}, the model, loss {model.kept.loss:.4g}"
    )
    assert moments[0].label == f"epoch 0, loss {model.history[0].loss:.4g}"
    logged = {row.epoch for row in model.history}
    for moment in [*moments[:kept], *moments[kept + 1 :]]:
        assert ("loss" in moment.label) == (moment.epoch in logged)
    late = dataclasses.replace(
        model, history=model.history[:1], ended={**model.ended, "epoch": 900}
    )
    axis = loss_curves(late).x
    assert axis.high == 900
    assert all(LEFT <= epoch_x(axis, moment.epoch) <= WIDTH for moment in moments)
    page = page_of(shallow, "model.npz")
    assert f'max="{len(moments) - 1}" value="{kept}"' in page
    assert f"stopped early at epoch {model.ended['epoch']}" in said(page)
    numbers = json.loads(re.findall(r'id="numbers">(.*?)</script>', page)[0])
    vectors = np.frombuffer(base64.b64decode(numbers["weights"]), "<f8").reshape(len(moments), -1)
    np.testing.assert_array_equal(vectors, [moment.theta.vector for moment in moments])


def test_steps_after_the_last_epoch_are_told(shallow: Shallow) -> None:
    shallow("train", ROOT / "configs/moons.yaml", "-q", "-o", "m.npz", "--set", "epochs=20")
    model = load_model(Path("m.npz"))
    ended = {**model.ended, "reason": "interrupted", "partial_steps": 3}
    moments, kept = moments_of(dataclasses.replace(model, ended=ended))
    labels = [moment.label for moment in moments[-2:]]
    loss = f"loss {model.kept.loss:.4g}"
    assert labels == [f"epoch 20, {loss}", f"epoch 20 and 3 steps, the model, {loss}"]
    moments, _ = moments_of(dataclasses.replace(model, ended={**ended, "partial_steps": 1}))
    assert moments[-1].label == f"epoch 20 and 1 step, the model, {loss}"
    assert kept == len(moments) - 1


def test_a_model_too_large_for_snapshots_has_a_report_without_a_slider(shallow: Shallow) -> None:
    units = MOST_BYTES // 8 // 4
    text = f"data: {{generate: moons, samples: 20}}\nepochs: 2\nhidden_units: {units}\n"
    write(Path("c.yaml"), text)
    shallow("train", "c.yaml", "-q")
    assert load_model(Path("model.npz")).snapshots == ()
    page = page_of(shallow, "model.npz")
    assert "<script" not in page
    assert "too large for its model to keep its weights on the way" in said(page)
    assert 'id="controls"' not in page
    assert f"12 of {units} hidden units" in said(page)


def test_diagnoses_come_first(shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {generate: moons}\nepochs: 200\nlearning_rate: 1e-6\n")
    shallow("train", "c.yaml", "-q")
    [first, *_] = load_model(Path("model.npz")).diagnoses
    words = said(page_of(shallow, "model.npz"))
    assert str(first) in words
    assert words.index(str(first)) < words.index("Loss curves")


def test_what_a_file_says_is_text(moons: Path, shallow: Shallow) -> None:
    """Whoever wrote it; a page that goes elsewhere is not stopped by a policy."""
    model = load_model(moons)
    away = '<meta http-equiv="refresh" content="0;url=elsewhere">'
    sources = {"training": {**model.sources["training"], "name": away}}
    made_with = dict.fromkeys(model.made_with, away)
    diagnosis = Diagnosis(away, away, away)
    forged = dataclasses.replace(
        model,
        sources=sources,
        made_with=made_with,
        diagnoses=(diagnosis,),
        ended={**model.ended, "reason": away},
    )
    save_model(forged, Path("forged.npz"))
    page = page_of(shallow, "forged.npz")
    assert page.count('http-equiv="refresh"') == 0
    assert page.count(html.escape(away)) >= 7


def test_without_rows_it_says_what_is_missing(iris_model: Path, shallow: Shallow) -> None:
    done = shallow("plot", iris_model, "-o", "r.html")
    missing = "the boundary over several inputs needs DATA, or --x and --y"
    assert done.err == f"{missing}\n"
    words = said(Path("r.html").read_text(encoding="utf-8"))
    assert missing in words
    assert "How good it is" not in words


def test_columns_of_words_are_listed(shallow: Shallow) -> None:
    write(Path("t.csv"), "a,b,y\n1,red,p\n2,,q\n3,red,p\n4,blue,q\n")
    write(Path("c.yaml"), "data: {csv: t.csv, categorical: [b], missing: mean}\nepochs: 3\n")
    shallow("train", "c.yaml", "-q")
    found = tables(page_of(shallow, "model.npz", "t.csv"))
    [line] = found["Categories: the network sees a 1 for the word"][1:]
    assert line[0] == "b"
    assert {"red", "blue"} <= set(line[1].split(", "))
