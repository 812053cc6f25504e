"""The Python API: the bytes, the events and the refusals of the command."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from shallow_cli.api import Model, Row, ShallowError, events, load, predict, save, train

from .conftest import ROOT, Shallow, write

MOONS: dict[str, Any] = {"data": {"generate": "moons", "validation": 0.2}, "epochs": 30}


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


def test_what_numpy_and_pathlib_have_is_taken(tmp_path: Path) -> None:
    names = np.array(["petal_width", "sepal_width"])
    config = {"data": {"csv": [ROOT / "data/iris.csv"], "features": names}, "leak": 1e-05}
    config["class_weight"] = {"setosa": np.float64(2), "virginica": 1, "versicolor": 1}
    model = train({**config, "epochs": np.int64(9)}, folder=tmp_path)
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
        ({"data": {"csv": {1}}}, "config: no config: expected str, bytes or os.PathLike object"),
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


def test_events_are_rows_and_last_the_model(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    *told, model = events(MOONS)
    assert isinstance(model, Model)
    assert tuple(event for event in told if isinstance(event, Row)) == model.history
    assert [type(event).__name__ for event in told[-2:]] == ["Progress", "End"]
    save(model, tmp_path / "a.npz")
    save(train(MOONS), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert capfd.readouterr() == ("", "")


def test_events_of_a_wrong_config_are_refused_before_the_first() -> None:
    assert refusal(lambda: events({"data": {"generate": "moon"}}))[0].startswith("config: data.gen")


def test_only_models_are_loaded_and_replaced(tmp_path: Path) -> None:
    model, path, points = train(MOONS), tmp_path / "m.npz", [[0.0, 1.0], [1.0, -1.0]]
    table = write(tmp_path / "t.csv", "a,b\n1,2\n")
    assert refusal(lambda: load(table)) == [f"{table}: a table, not a model"]
    assert "it is not replaced" in refusal(lambda: save(model, table))[0]
    assert refusal(lambda: load(path))[0].startswith(f"{path}: cannot be read: No such file")
    save(model, path)
    save(load(str(path)), path)
    found = predict(load(path), points, proba=True)
    assert np.array_equal(found, predict(model, points, proba=True))


def test_importing_it_sets_nothing_and_loads_no_screen() -> None:
    code = (
        "import os, sys; before = dict(os.environ); import shallow_cli; assert 'numpy' not in"
        " sys.modules; import shallow_cli.api; print(before == dict(os.environ), *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    unchanged, *modules = done.stdout.split()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    assert unchanged == "True"
    assert "numpy" in modules
    assert not {"rich", "typer", "pandas", "pyarrow", "matplotlib"} & set(modules)
