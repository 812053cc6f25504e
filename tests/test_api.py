"""The Python API: the same bytes, answers and refusals as the command's."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from shallow_cli.api import (
    Evaluation,
    Model,
    Row,
    ShallowError,
    Table,
    evaluate,
    events,
    load,
    predict,
    save,
    train,
)
from shallow_cli.core.arrays import Array
from shallow_cli.tables import frames

from .conftest import ROOT, Shallow, write
from .mixed import CONFIG, as_csv, mixed

IRIS: pd.DataFrame = pd.read_csv(ROOT / "data/iris.csv")
MOONS: dict[str, Any] = {"data": {"generate": "moons", "validation": 0.2}, "epochs": 30}
FLAGS = {"on": [True, False, None, True] * 5, "zip": [10, 9, 10, 7] * 5, "y": [7, 13, 7, 13] * 5}


def answers(text: str) -> tuple[list[str], Array]:
    """What `predict --proba` has printed: labels and probabilities."""
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return [row[0] for row in rows], np.array([[float(p) for p in row[1:]] for row in rows])


def said(model: Model, table: Table) -> tuple[list[str], Array]:
    """The same from Python."""
    return predict(model, table).tolist(), predict(model, table, proba=True)


def same(found: tuple[list[str], Array], expected: tuple[list[str], Array]) -> bool:
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


def refusal(act: Callable[[], object]) -> list[str]:
    """The problems that something has, a line each."""
    with pytest.raises(ShallowError) as caught:
        act()
    assert caught.value.exit_code in {2, 3, 4}
    return str(caught.value).splitlines()


@pytest.mark.parametrize("name", ["moons", "iris", "customers", "diabetes"])
def test_a_dict_gives_the_bytes_that_the_file_gives(name: str, shallow: Shallow) -> None:
    path = ROOT / f"configs/{name}.yaml"
    shallow("train", path, "--set", "epochs=20", "-q")
    config = {**yaml.safe_load(path.read_text(encoding="utf-8")), "epochs": 20}
    save(train(config, folder=path.parent), "ours.npz")
    assert Path("ours.npz").read_bytes() == Path("model.npz").read_bytes()


def test_what_numpy_pandas_and_pathlib_have_is_taken(tmp_path: Path) -> None:
    names, table = IRIS.columns[:2], ROOT / "data/iris.csv"
    config = {"data": {"csv": [table], "features": names}, "epochs": np.int64(9), "leak": 1e-05}
    config["class_weight"] = {"setosa": np.float64(2), "virginica": 1, "versicolor": 1}
    model = train(config, folder=tmp_path)
    assert model.columns.feature_names == tuple(names)
    assert (model.config["epochs"], model.config["leak"]) == (9, 1e-05)


def test_text_stays_text() -> None:
    says = "config: learning_rate: must be auto, or a number above 0, not '1e-3'"
    assert refusal(lambda: train({**MOONS, "learning_rate": "1e-3"})) == [says]


def test_everything_wrong_with_a_config_is_said_at_once() -> None:
    wrong = {"data": {"generate": "moons", "csv": "t.csv"}, "hiden_units": 8, "epochs": None}
    assert refusal(lambda: train(wrong)) == [
        "config: hiden_units: unknown key; did you mean 'hidden_units'?",
        "config: epochs: must be a whole number from 1 up, not 'null'",
        "config: data.generate: the data comes from data.csv already; keep one of the two",
    ]


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({}, "config: data: say what to learn from, with csv or generate below it"),
        (None, "config: a config is made of lines like `epochs: 100`"),
        ({"data": {"csv": IRIS}}, "config: no config: expected str, bytes or os.PathLike object"),
        ({("a",): 1}, "config: no config: keys must be str"),
        ({"data": {"csv": "no.csv"}}, "no.csv: cannot be read: No such file or directory"),
        ({"data": {"csv": "\0"}}, "config: data.csv: must be the path of a file"),
    ],
)
def test_what_is_no_config_is_refused(config: Any, says: str) -> None:
    assert refusal(lambda: train(config))[0].startswith(says)


def test_a_training_that_runs_away_is_an_error() -> None:
    wild = {**MOONS, "learning_rate": 1e9, "init_scale": 1e9, "activation": "relu", "epochs": 99}
    [first, *_] = refusal(lambda: train(wild))
    assert first.startswith("training diverged at epoch ")


def test_events_are_rows_and_last_the_model(capfd: pytest.CaptureFixture[str]) -> None:
    *told, model = events(MOONS)
    assert isinstance(model, Model)
    assert tuple(event for event in told if isinstance(event, Row)) == model.history
    assert [type(event).__name__ for event in told[-2:]] == ["Progress", "End"]
    assert model.history == train(MOONS).history
    assert capfd.readouterr() == ("", "")


def test_events_of_a_wrong_config_are_refused_before_the_first() -> None:
    assert refusal(lambda: events({"data": {"generate": "moon"}}))[0].startswith("config: data.gen")


def test_customers_get_the_answers_of_the_command(shallow: Shallow) -> None:
    table = ROOT / "data/customers.csv"
    shallow("train", ROOT / "configs/customers.yaml", "--set", "epochs=50", "-q")
    expected = answers(shallow("predict", "model.npz", table, "--proba").out)
    frame = pd.read_csv(table, sep=";", decimal=",")
    assert same(said(load("model.npz"), frame), expected)
    assert len(set(expected[0])) == 2


@pytest.mark.parametrize(
    "form", [dict, pd.DataFrame, lambda table: pd.DataFrame(table).convert_dtypes()]
)
def test_odd_cells_get_the_answers_of_the_command(
    form: Callable[..., Table], mixed_model: Model, shallow: Shallow
) -> None:
    table = mixed(300, seed=1)
    Path("new.csv").write_bytes(as_csv(table))
    expected = answers(shallow("predict", "model.npz", "new.csv", "--proba").out)
    assert same(said(mixed_model, form(table)), expected)


def test_answers_do_not_depend_on_the_rows_of_a_batch(
    mixed_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = mixed()
    whole = said(mixed_model, table)
    monkeypatch.setattr(frames, "ROWS", 7)
    assert same(said(mixed_model, table), whole)


@pytest.mark.parametrize("form", [dict, pd.DataFrame])
def test_booleans_and_numbers_that_are_names(form: Callable[..., Table], shallow: Shallow) -> None:
    pd.DataFrame(FLAGS).to_csv("t.csv", index=False)
    data = {"csv": "t.csv", "categorical": ["zip"]}
    model = train({"data": data, "epochs": 200, "learning_rate": 1})
    save(model, "model.npz")
    expected = answers(shallow("predict", "model.npz", "t.csv", "--proba", "--strict").out)
    assert same(said(model, form(FLAGS)), expected)
    assert set(expected[0]) == {"7", "13"}
    assert predict(model, form(FLAGS), strict=True).tolist() == expected[0]


def test_numbers_beyond_floats_are_names_to_the_last_digit(tmp_path: Path) -> None:
    big = [2**53, 2**53 + 1] * 9
    pd.DataFrame({"id": big, "y": ["a", "b"] * 9}).to_csv(tmp_path / "t.csv", index=False)
    data = {"csv": "t.csv", "categorical": "id"}
    model = train({"data": data, "epochs": 200, "learning_rate": 1}, folder=tmp_path)
    for column in (big, np.array(big), pd.Series(big, dtype="Int64")):
        assert predict(model, {"id": column}, strict=True).tolist() == ["a", "b"] * 9


@pytest.mark.parametrize("dtype", ["float64", "Float64", "object", "str", "category"])
def test_the_dtype_of_numbers_makes_no_difference(dtype: str, iris: Model) -> None:
    assert same(said(iris, IRIS.iloc[:, :4].astype(dtype)), said(iris, IRIS))


def test_an_array_has_the_features_in_their_order(iris: Model) -> None:
    rows = IRIS.iloc[:, :4].to_numpy()
    assert same(said(iris, rows), said(iris, IRIS))
    assert same(said(iris, rows.tolist()), said(iris, IRIS))
    assert predict(iris, rows[:0], proba=True).shape == (0, 3)


def test_a_regression_answers_in_its_own_units(shallow: Shallow) -> None:
    table = ROOT / "data/diabetes.csv"
    shallow("train", ROOT / "configs/diabetes.yaml", "--set", "epochs=20", "-q")
    expected = shallow("predict", "model.npz", table).out.split()[1:]
    model = load("model.npz")
    assert list(map(repr, predict(model, pd.read_csv(table)).tolist())) == expected
    says = ["proba: a regression has no probabilities"]
    assert refusal(lambda: predict(model, pd.read_csv(table), proba=True)) == says


def test_several_targets_are_columns(shallow: Shallow) -> None:
    targets = ["petal_length", "petal_width"]
    data = {"csv": str(ROOT / "data/iris.csv"), "target": targets, "exclude": "species"}
    model = train({"data": data, "epochs": 50})
    save(model, "model.npz")
    printed = shallow("predict", "model.npz", ROOT / "data/iris.csv").out.splitlines()[1:]
    found = predict(model, IRIS)
    assert found.shape == (150, 2)
    assert [",".join(map(repr, row)) for row in found.tolist()] == printed


def measured(model: Model, table: Table) -> Evaluation:
    """mypy sees what the types promise."""
    found: Evaluation = evaluate(model, table)
    return found


@pytest.mark.parametrize("name", ["iris", "diabetes"])
def test_metrics_are_those_of_the_command(name: str, shallow: Shallow) -> None:
    table = ROOT / f"data/{name}.csv"
    shallow("train", ROOT / f"configs/{name}.yaml", "--set", "epochs=20", "-q")
    expected = json.loads(shallow("evaluate", "model.npz", table, "--json").out)
    found = measured(load("model.npz"), pd.read_csv(table))
    assert found.metrics == {key: expected[key] for key in found.metrics}
    confusion = None if found.confusion is None else found.confusion.tolist()
    assert confusion == expected.get("confusion")


def test_whole_numbers_are_known_as_classes_again() -> None:
    model = train({"data": {"generate": "spiral"}, "epochs": 9})
    table = {"x1": [0.0, 1.0, 2.0], "x2": [1.0, 1.0, 1.0], "y": [0, 1, 2]}
    assert evaluate(model, table).metrics["rows"] == 3
    assert refusal(lambda: evaluate(model, {**table, "y": [0, 1, 3]})) == [
        "table: row 3: y: '3' is not one of the classes 0, 1, 2"
    ]


WRONG: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "a column is missing": (
        lambda: IRIS.rename(columns={"petal_width": "petal_with"}),
        ["table: no column 'petal_width'; did you mean 'petal_with'?"],
    ),
    "cells are wrong": (
        lambda: IRIS.astype({"sepal_width": object}).replace({"sepal_width": {3.0: "abc"}})[:14],
        ["table: row 2: sepal_width: 'abc' is not a number (3 such cells: lines 2, 13, 14)"],
    ),
    "cells are missing": (
        lambda: IRIS.assign(sepal_width=[None, *IRIS["sepal_width"][1:]]),
        [
            "table: row 1: sepal_width: an empty cell, where a number is needed; "
            "a model that was trained with data.missing: mean or median fills it"
        ],
    ),
    "columns are uneven": (
        lambda: {name: range(1 + (name == "sepal_width")) for name in IRIS.columns},
        ["table: column 'sepal_width' has 2 rows, and 'sepal_length' has 1"],
    ),
    "columns are doubled": (
        lambda: pd.concat([IRIS, IRIS["species"]], axis=1),
        ["table: two columns are called 'species'"],
    ),
    "a column is no list": (
        lambda: dict.fromkeys(IRIS.columns, 1.0),
        ["table: column 'sepal_length' is no list of cells: it has 0 dimensions, not 1"],
    ),
    "a column is dates": (
        lambda: IRIS.assign(sepal_length=np.datetime64("2026-01-01", "s")),
        ["table: column 'sepal_length' holds datetime64[s], neither numbers nor text; convert it"],
    ),
    "numbers are infinite": (
        lambda: np.array([[1, 2, 3, np.inf]]),
        ["table: row 1: petal_width: 'inf' is not a number"],
    ),
    "numbers are too large": (
        lambda: np.array([[1, 2, 3, 1e200]]),
        ["table: row 1: petal_width: '1e+200' is too large"],
    ),
    "an array is too narrow": (
        lambda: np.ones((2, 3)),
        [
            "table: 3 columns, where the model has 4 features: "
            "sepal_length, sepal_width, petal_length, petal_width"
        ],
    ),
    "an array is flat": (
        lambda: np.ones(4),
        [f"table: no rows with as many cells each; {frames.WANTED}"],
    ),
    "it is no table": (lambda: None, [f"table: no column has a name; {frames.WANTED}"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_table_is_said(name: str, iris: Model) -> None:
    table, says = WRONG[name]
    assert refusal(lambda: predict(iris, table())) == says


def test_all_wrong_cells_of_many_rows_are_said_at_once(
    iris: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "ROWS", 2)
    rows = [[1.0, 2.0, 3.0, 4.0], [1.0, None, 3.0, 4.0]] * 3
    [says] = refusal(lambda: predict(iris, rows))
    assert says.startswith("table: row 2: sepal_width: an empty cell")
    assert "(3 such cells: lines 2, 4, 6)" in says


def test_an_unknown_word_counts_as_none_or_is_refused(mixed_model: Model) -> None:
    table = {**mixed(3), "Farbe": ["rot", "lila", None]}
    assert predict(mixed_model, table, proba=True).shape == (3, 2)
    says = "table: row 2: Farbe: 'lila' is in no training row"
    assert refusal(lambda: predict(mixed_model, table, strict=True))[0].startswith(says)


def test_only_models_are_loaded_and_replaced(iris: Model, tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "a,b\n1,2\n")
    assert refusal(lambda: load(table)) == [f"{table}: a table, not a model"]
    assert "it is not replaced" in refusal(lambda: save(iris, table))[0]
    assert refusal(lambda: load(tmp_path / "no.npz"))[0].startswith(f"{tmp_path}/no.npz: cannot be")
    save(iris, tmp_path / "m.npz")
    save(load(str(tmp_path / "m.npz")), tmp_path / "m.npz")
    assert same(said(load(tmp_path / "m.npz"), IRIS), said(iris, IRIS))


def test_importing_it_sets_nothing_and_loads_no_screen() -> None:
    code = (
        "import os, sys; before = dict(os.environ); import shallow_cli; assert 'numpy' not in"
        " sys.modules; import shallow_cli.api; print(before == dict(os.environ), *sys.modules)"
    )
    env = {name: value for name, value in os.environ.items() if "THREADS" not in name}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    unchanged, *modules = done.stdout.split()
    assert unchanged == "True"
    assert "numpy" in modules
    assert not {"rich", "typer", "pandas", "pyarrow", "matplotlib"} & set(modules)
