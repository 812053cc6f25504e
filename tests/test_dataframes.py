"""DataFrames of pandas get the answers of the same rows in a CSV, whatever their dtypes."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from shallow_cli.api import Model, load, predict, train

from .conftest import ROOT, Shallow
from .mixed import as_csv, mixed
from .test_api import refusal
from .test_frames import FLAGS, iris, mixed_model, printed, said, same

__all__ = ["iris", "mixed_model"]  # fixtures
IRIS: pd.DataFrame = pd.read_csv(ROOT / "data/iris.csv")


def test_customers_get_the_answers_of_the_command(shallow: Shallow) -> None:
    table = ROOT / "data/customers.csv"
    shallow("train", ROOT / "configs/customers.yaml", "--set", "epochs=50", "-q")
    expected = printed(shallow("predict", "model.npz", table, "--proba").out)
    assert same(said(load("model.npz"), pd.read_csv(table, sep=";", decimal=",")), expected)
    assert set(expected[0]) == {"no", "yes"}


@pytest.mark.parametrize("form", [pd.DataFrame, lambda table: pd.DataFrame(table).convert_dtypes()])
def test_odd_cells_get_the_answers_of_the_command(
    form: Callable[..., pd.DataFrame], mixed_model: Model, shallow: Shallow
) -> None:
    table = mixed(300, seed=1)
    Path("new.csv").write_bytes(as_csv(table))
    expected = printed(shallow("predict", "model.npz", "new.csv", "--proba").out)
    assert same(said(mixed_model, form(table)), expected)


@pytest.mark.parametrize("dtype", ["boolean", "object", "category"])
def test_booleans_are_known_as_those_of_the_csv(dtype: str, tmp_path: Path) -> None:
    frame = pd.DataFrame(FLAGS).astype({"on": dtype})
    frame.to_csv(tmp_path / "t.csv", index=False)
    model = train({"data": {"csv": "t.csv"}, "epochs": 200, "learning_rate": 1}, folder=tmp_path)
    assert same(said(model, frame), said(model, pd.read_csv(tmp_path / "t.csv", dtype=str)))
    assert predict(model, frame, strict=True).shape == (20,)


@pytest.mark.parametrize("dtype", ["float64", "Float64", "object", "str", "category"])
def test_the_dtype_of_numbers_makes_no_difference(dtype: str, iris: Model) -> None:
    assert same(said(iris, IRIS.iloc[:, :4].astype(dtype)), said(iris, IRIS))


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, "NA", ""])
def test_what_pandas_has_for_missing_is_missing(missing: object, mixed_model: Model) -> None:
    frame = pd.DataFrame(mixed(4)).astype({"Alter": object, "Farbe": object})
    gaps, expected = frame.copy(), frame.copy()
    gaps["Alter"] = gaps["Farbe"] = pd.Series([missing] * 4, dtype=object)
    expected["Alter"] = expected["Farbe"] = None
    assert same(said(mixed_model, gaps), said(mixed_model, expected))
    assert not same(said(mixed_model, frame), said(mixed_model, expected))


def test_the_index_does_not_matter_nor_do_other_columns(iris: Model) -> None:
    other = IRIS.assign(day=dt.date(2026, 1, 1)).iloc[::-1].set_index("species")
    assert predict(iris, other).tolist() == predict(iris, IRIS).tolist()[::-1]


def test_what_is_wrong_with_a_frame_is_said(iris: Model) -> None:
    doubled = pd.concat([IRIS, IRIS["species"]], axis=1)
    unnamed = pd.DataFrame(IRIS.to_numpy())
    dates = IRIS.assign(sepal_width=pd.Timestamp("2026-01-01"))
    assert refusal(lambda: predict(iris, doubled)) == ["table: two columns are called 'species'"]
    assert refusal(lambda: predict(iris, unnamed))[0].startswith("table: no column has a name")
    assert "holds datetime64" in refusal(lambda: predict(iris, dates))[0]


def test_the_columns_of_a_frame_name_features() -> None:
    config = {"data": {"csv": "iris.csv", "features": IRIS.columns[:2]}, "epochs": 2}
    assert train(config, folder=ROOT / "data").columns.feature_names == tuple(IRIS.columns[:2])
    says = "config: no config: expected str, bytes or os.PathLike object, not DataFrame"
    assert refusal(lambda: train({"data": {"csv": IRIS}})) == [says]
