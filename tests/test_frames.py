"""Tables in memory get the answers, the metrics and the refusals of the same rows in a CSV."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.api import Model, Table, evaluate, load, predict, save, train
from shallow_cli.core.arrays import Array
from shallow_cli.tables import frames

from .conftest import ROOT, Shallow, write
from .mixed import CONFIG, as_csv, mixed
from .test_api import refusal

FEATURES = ("sepal_length", "sepal_width", "petal_length", "petal_width")
FLAGS: dict[str, list[Any]] = {
    "on": [True, False, None, True] * 5,
    "zip": [10, 9, 10, 7] * 5,
    "y": [7, 13, 7, 13] * 5,
}
BIG: dict[str, list[Any]] = {"id": [2**53, 2**53 + 1] * 9, "y": ["a", "b"] * 9}

Said = tuple[list[str], Array]


def held(path: Path) -> dict[str, Any]:
    """The columns of a CSV: arrays of numbers, lists of words."""
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    cells = dict(zip(header, zip(*rows, strict=True), strict=True))
    return {k: np.array(v, float) if k != "species" else list(v) for k, v in cells.items()}


IRIS = held(ROOT / "data/iris.csv")
ROWS = np.column_stack([IRIS[name] for name in FEATURES])


def printed(text: str) -> Said:
    """What `predict --proba` has printed: labels and probabilities."""
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return [row[0] for row in rows], np.array([[float(p) for p in row[1:]] for row in rows])


def said(model: Model, table: Table) -> Said:
    """The same from Python."""
    return predict(model, table).tolist(), predict(model, table, proba=True)


def same(found: Said, expected: Said) -> bool:
    return found[0] == expected[0] and np.array_equal(found[1], expected[1])


@pytest.fixture
def mixed_model(shallow: Shallow) -> Model:
    """Of words, gaps and decimal commas, trained by the command."""
    Path("t.csv").write_bytes(as_csv(mixed()))
    write(Path("c.yaml"), CONFIG)
    shallow("train", "c.yaml", "-q")
    return load("model.npz")


@pytest.fixture(scope="module")
def iris() -> Model:
    return train({"data": {"csv": "iris.csv"}, "epochs": 100}, folder=ROOT / "data")


def test_odd_cells_get_the_answers_of_the_command(mixed_model: Model, shallow: Shallow) -> None:
    table = mixed(300, seed=1)
    Path("new.csv").write_bytes(as_csv(table))
    expected = printed(shallow("predict", "model.npz", "new.csv", "--proba").out)
    assert same(said(mixed_model, table), expected)
    assert set(expected[0]) == {"ja", "nein"}


def test_answers_do_not_depend_on_the_rows_of_a_batch(
    mixed_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = mixed()
    whole = said(mixed_model, table)
    monkeypatch.setattr(frames, "ROWS", 7)
    assert same(said(mixed_model, table), whole)


@pytest.mark.parametrize("as_arrays", [False, True])
def test_booleans_and_numbers_that_are_names(as_arrays: bool, shallow: Shallow) -> None:
    Path("t.csv").write_bytes(as_csv(FLAGS, ",", ".", bom=False))
    data = {"csv": "t.csv", "categorical": ["zip"]}
    model = train({"data": data, "epochs": 200, "learning_rate": 1})
    save(model, "model.npz")
    expected = printed(shallow("predict", "model.npz", "t.csv", "--proba", "--strict").out)
    table = {k: np.array(v) for k, v in FLAGS.items()} if as_arrays else FLAGS
    assert same(said(model, table), expected)
    assert predict(model, table, strict=True).tolist() == expected[0]
    assert set(expected[0]) == {"7", "13"}


def test_numbers_beyond_floats_are_names_to_the_last_digit(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(as_csv(BIG, ",", "."))
    data = {"csv": "t.csv", "categorical": "id"}
    model = train({"data": data, "epochs": 200, "learning_rate": 1}, folder=tmp_path)
    for column in (BIG["id"], np.array(BIG["id"]), list(map(str, BIG["id"]))):
        assert predict(model, {"id": column}, strict=True).tolist() == BIG["y"]


@pytest.mark.parametrize("gap", [None, np.nan, np.float32("nan")])
def test_a_gap_is_no_word_whatever_stands_for_missing(gap: object, tmp_path: Path) -> None:
    write(tmp_path / "t.csv", "a,y\n" + "red,0\n,1\nnan,0\nNone,0\n" * 3)
    data = {"csv": "t.csv", "missing_values": "-"}
    model = train({"data": data, "epochs": 300, "learning_rate": 1}, folder=tmp_path)
    for cells in (["red", gap], np.array(["red", gap], object)):
        assert predict(model, {"a": cells}).tolist() == ["0", "1"]


def test_what_is_masked_is_missing(iris: Model) -> None:
    masked = np.ma.masked_greater(ROWS[:2], 5)
    says = f"table: row 1: sepal_length: an empty cell, where a number is needed; {ADVICE}"
    assert refusal(lambda: predict(iris, masked)) == [says]
    assert refusal(lambda: predict(iris, dict(zip(FEATURES, masked.T, strict=True)))) == [says]


@pytest.mark.parametrize(
    "form", [np.asarray, np.ndarray.tolist, lambda rows: rows.astype(object), lambda rows: rows + 0]
)
def test_an_array_has_the_features_in_their_order(form: Callable[..., Table], iris: Model) -> None:
    assert same(said(iris, form(ROWS)), said(iris, IRIS))


def test_columns_are_found_by_name_without_blanks(iris: Model) -> None:
    other = {f" {name} ": cells for name, cells in reversed(IRIS.items())}
    assert same(said(iris, {**other, 5: "five"}), said(iris, ROWS))  # type: ignore[dict-item]


def test_text_is_read_as_that_of_a_csv(iris: Model) -> None:
    texts = {name: [f" {cell} " for cell in IRIS[name].tolist()] for name in FEATURES}
    assert same(said(iris, texts), said(iris, IRIS))


def test_no_rows_have_no_answers(iris: Model) -> None:
    assert predict(iris, ROWS[:0]).tolist() == []
    assert predict(iris, ROWS[:0], proba=True).shape == (0, 3)
    empty: dict[str, list[float]] = {name: [] for name in IRIS}
    assert refusal(lambda: evaluate(iris, empty)) == ["table: no rows to measure on"]


def test_a_regression_answers_in_its_own_units(shallow: Shallow) -> None:
    table = ROOT / "data/diabetes.csv"
    shallow("train", ROOT / "configs/diabetes.yaml", "--set", "epochs=20", "-q")
    expected = shallow("predict", "model.npz", table).out.split()[1:]
    model = load("model.npz")
    assert list(map(repr, predict(model, held(table)).tolist())) == expected
    says = ["proba: a regression has no probabilities"]
    assert refusal(lambda: predict(model, held(table), proba=True)) == says


def test_several_targets_are_columns(shallow: Shallow) -> None:
    data = {"csv": "iris.csv", "target": ["petal_width", "petal_length"], "exclude": "species"}
    model = train({"data": data, "epochs": 50}, folder=ROOT / "data")
    save(model, "model.npz")
    rows = shallow("predict", "model.npz", ROOT / "data/iris.csv").out.splitlines()[1:]
    assert [",".join(map(repr, row)) for row in predict(model, IRIS).tolist()] == rows


@pytest.mark.parametrize("name", ["iris", "diabetes"])
def test_metrics_are_those_of_the_command(name: str, shallow: Shallow) -> None:
    table = ROOT / f"data/{name}.csv"
    shallow("train", ROOT / f"configs/{name}.yaml", "--set", "epochs=20", "-q")
    expected = json.loads(shallow("evaluate", "model.npz", table, "--json").out)
    found = evaluate(load("model.npz"), held(table))
    assert found.metrics == {key: expected[key] for key in found.metrics}
    confusion = None if found.confusion is None else found.confusion.tolist()
    assert confusion == expected.get("confusion")


def test_numbers_are_known_as_classes_again() -> None:
    model = train({"data": {"generate": "spiral"}, "epochs": 9})
    table = {"x1": [0.0, 1.0, 2.0], "x2": [1.0, 1.0, 1.0], "y": np.array([0, 1, 2])}
    assert evaluate(model, table).metrics["rows"] == 3
    assert refusal(lambda: evaluate(model, {**table, "y": [0, 1.0, 3]})) == [
        "table: row 3: y: '3' is not one of the classes 0, 1, 2"
    ]


def with_cell(cell: object) -> list[list[object]]:
    return [[1, cell, 3, 4]]


ADVICE = "a model that was trained with data.missing: mean or median fills it"
WRONG: dict[str, tuple[Table | None, str]] = {
    "a column is missing": (
        {"petal_with" if name == "petal_width" else name: IRIS[name] for name in IRIS},
        "no column 'petal_width'; did you mean 'petal_with'?",
    ),
    "a cell is a word": (with_cell("abc"), "row 1: sepal_width: 'abc' is not a number"),
    "a cell is a comma": (
        with_cell("3,5"),
        "row 1: sepal_width: '3,5' is not a number, unless data.decimal is ','",
    ),
    "a cell is missing": (
        np.array(with_cell(np.nan)),
        f"row 1: sepal_width: an empty cell, where a number is needed; {ADVICE}",
    ),
    "a cell is infinite": (
        np.array(with_cell(np.inf)),
        "row 1: sepal_width: 'inf' is not a number",
    ),
    "a cell is too large": (
        np.array(with_cell(1e200)),
        "row 1: sepal_width: '1e+200' is too large",
    ),
    "a column is uneven": (
        {**IRIS, "sepal_width": [1.0]},
        "column 'sepal_width' has 1 rows, and 'sepal_length' has 150",
    ),
    "a column is one cell": (
        {**IRIS, "sepal_width": 1.0},
        "column 'sepal_width' is no list of cells: it has 0 dimensions, not 1",
    ),
    "a column is dates": (
        {**IRIS, "sepal_width": np.array(["2026-01-01"] * 150, "datetime64[D]")},
        "column 'sepal_width' holds datetime64[D], neither numbers nor text; convert it",
    ),
    "a name is there twice": (
        {**IRIS, "species ": [1] * 150},
        "two columns are called 'species'",
    ),
    "an array is narrow": (
        np.ones((2, 3)),
        f"3 columns, where the model has 4 features: {', '.join(FEATURES)}",
    ),
    "an array is flat": (np.ones(4), f"no rows with as many cells each; {frames.WANTED}"),
    "rows are ragged": ([[1], [2, 3]], f"no rows with as many cells each; {frames.WANTED}"),
    "it is no table": (None, f"no column has a name; {frames.WANTED}"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_table_is_said(name: str, iris: Model) -> None:
    table, says = WRONG[name]
    assert refusal(lambda: predict(iris, table)) == [f"table: {says}"]  # type: ignore[arg-type]


def test_all_wrong_cells_of_many_rows_are_said_at_once(
    iris: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "ROWS", 2)
    [says] = refusal(lambda: predict(iris, [[1, 2, 3, 4], [1, None, 3, 4]] * 3))
    assert says.startswith("table: row 2: sepal_width: an empty cell")
    assert "(3 such cells: lines 2, 4, 6)" in says


def test_an_unknown_word_counts_as_none_or_is_refused(mixed_model: Model) -> None:
    table = {**mixed(3), "Farbe": ["rot", "lila", None]}
    assert predict(mixed_model, table, proba=True).shape == (3, 2)
    says = "table: row 2: Farbe: 'lila' is in no training row"
    assert refusal(lambda: predict(mixed_model, table, strict=True))[0].startswith(says)
