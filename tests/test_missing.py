"""Missing cells: refused, filled, a category, or a reason to leave the row out."""

import json
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.core.arrays import in_memory
from shallow_cli.core.splitting import split_rows
from shallow_cli.files.model_file import load_model
from shallow_cli.tables.columns import Column

from .conftest import Shallow, prepared, refusal, write

GAPS = "a,b,y\n1,,z\n2,3,z\n,4,x\n6,8,x\n"


def raw(folder: Path, *overrides: str) -> list[list[float]]:
    """What the network sees of the table with gaps, unscaled."""
    found = prepared(folder, GAPS, "data.scale=none", *overrides)
    return in_memory(found.data.training).table[:, :-1].tolist()  # type: ignore[no-any-return]


def test_missing_numbers_are_an_error_with_lines(tmp_path: Path) -> None:
    advice = "data.missing can be mean, median or drop; to leave the column out, set data.exclude: "
    assert refusal(tmp_path, GAPS).splitlines() == [
        f"t.csv:4: a: an empty cell, where a number is needed; {advice}a",
        f"t.csv:2: b: an empty cell, where a number is needed; {advice}b",
    ]


def test_missing_numbers_are_filled_or_dropped(tmp_path: Path) -> None:
    """(1 + 2 + 6) / 3 = 3 and (3 + 4 + 8) / 3 = 5; the middle ones are 2 and 4."""
    assert raw(tmp_path, "data.missing=mean") == [[1, 5], [2, 3], [3, 4], [6, 8]]
    assert raw(tmp_path, "data.missing=median") == [[1, 4], [2, 3], [2, 4], [6, 8]]
    assert raw(tmp_path, "data.missing=drop") == [[2, 3], [6, 8]]


def test_the_median_of_an_even_number_is_between_the_middle_ones(tmp_path: Path) -> None:
    found = prepared(tmp_path, "a,y\n1,x\n,z\n9,x\n4,z\n2,x\n", "data.missing=median")
    [column] = found.data.columns.features
    assert isinstance(column, Column)
    assert column.fill == 3


@pytest.mark.parametrize(("how", "fill"), [("mean", 10.0), ("median", 4.0)])
def test_fillings_are_those_of_the_training_rows(how: str, fill: float, tmp_path: Path) -> None:
    validation = write(tmp_path / "v.csv", "a,y\n100,x\n,z\n")
    settings = [f"data.validation={validation}", f"data.missing={how}", "data.scale=none"]
    found = prepared(tmp_path, "a,y\n2,x\n4,z\n24,x\n,z\n", *settings).data
    assert found.validation is not None
    assert in_memory(found.training).table[:, 0].tolist() == [2, 4, 24, fill]
    assert in_memory(found.validation).table[:, 0].tolist() == [100, fill]


def test_scaling_does_not_count_what_is_filled(tmp_path: Path) -> None:
    """Of 1, 2 and 6: mean 3, variance (4 + 1 + 9) / 3."""
    found = prepared(tmp_path, GAPS, "data.missing=median").data.columns.features[0]
    assert isinstance(found, Column)
    assert (found.offset, found.scale) == pytest.approx((3, np.sqrt(14 / 3)))


def test_what_was_filled_in_training_is_filled_in_prediction(shallow: Shallow) -> None:
    write(Path("t.csv"), GAPS)
    write(Path("c.yaml"), "data: {csv: t.csv, missing: mean}\nepochs: 5\ninit_scale: 1\n")
    shallow("train", "c.yaml")
    assert [
        f.fill for f in load_model(Path("model.npz")).columns.features if isinstance(f, Column)
    ] == [3, 5]
    write(Path("gaps.csv"), "a,b\n,\nNA,5\n3,?\n")
    write(Path("full.csv"), "a,b\n3,5\n3,5\n3,5\n")
    filled = shallow("predict", "model.npz", "gaps.csv", "--proba")
    assert filled.err == ""
    assert filled.out == shallow("predict", "model.npz", "full.csv", "--proba").out
    shown = [line.split() for line in shallow("inspect", "model.npz").out.splitlines()]
    assert ["a", "feature", "3", "2.16025", "3"] in shown


@pytest.mark.parametrize("missing", ["error", "drop"])
def test_no_row_is_left_out_of_predictions(missing: str, shallow: Shallow) -> None:
    write(Path("t.csv"), GAPS if missing == "drop" else "a,b,y\n1,2,x\n2,3,z\n")
    write(Path("c.yaml"), f"data: {{csv: t.csv, missing: {missing}}}\nepochs: 1\n")
    shallow("train", "c.yaml", "-q")
    write(Path("n.csv"), "a,b\n1,2\n,3\n")
    assert shallow("predict", "model.npz", "n.csv", code=3).err == (
        "n.csv:3: a: an empty cell, where a number is needed; "
        "a model that was trained with data.missing: mean or median fills it\n"
    )


def test_evaluate_leaves_out_the_rows_that_training_would(shallow: Shallow) -> None:
    write(Path("t.csv"), GAPS)
    settings = "missing: drop, missing_target: drop"
    write(Path("c.yaml"), f"data: {{csv: t.csv, {settings}}}\nepochs: 1\n")
    shallow("train", "c.yaml", "-q")
    write(Path("e.csv"), "a,b,y\n1,2,x\n,3,z\n3,3,\n,,\n4,5,z\n")
    done = shallow("evaluate", "model.npz", "e.csv", "--json")
    assert json.loads(done.out)["rows"] == 2
    assert done.err == "left out: 2 rows without a\nleft out: 1 row without y\n"


def test_a_missing_target_is_an_error_with_lines_or_left_out(tmp_path: Path) -> None:
    table = "a,y\n1,x\n2,\n3,z\n4,NA\n5,x\n"
    assert refusal(tmp_path, table) == (
        "t.csv:3: y: an empty cell, where the target should be (2 such cells: an empty cell on "
        "line 3, 'NA' on line 5); to leave such rows out, set data.missing_target: drop; "
        "a word that is a class must not be in data.missing_values"
    )
    found = prepared(tmp_path, table, "data.missing_target=drop", "data.scale=none").data
    assert in_memory(found.training).table[:, 0].tolist() == [1, 3, 5]
    assert found.loaded.table.dropped["y"] == 2
    found = prepared(tmp_path, table.replace("2,\n", ""), "data.missing_values=none").data
    assert found.columns.classes == ("NA", "x", "z")


def test_of_several_targets_each_must_be_there(tmp_path: Path) -> None:
    table = "a,y,z\n1,1,\n2,,2\n3,3,3.5\n4,1,1\n"
    settings = ["data.target=[y, z]", "data.scale_target=none"]
    assert len(refusal(tmp_path, table, *settings).splitlines()) == 2
    found = prepared(tmp_path, table, *settings, "data.missing_target=drop").data
    assert in_memory(found.training).targets.tolist() == [[3, 3.5], [1, 1]]


def test_words_and_numbers_that_mean_missing(tmp_path: Path) -> None:
    """A number is meant by its value; an empty cell is missing whatever else is."""
    table = "a,c,y\n1,999,x\n999.0,k,z\n,-,x\n5,k,z\n-,,x\n"
    settings = ["data.missing_values=['-', '999']", "data.missing=mean", "data.scale=none"]
    found = prepared(tmp_path, table, *settings)
    assert in_memory(found.data.training).table.tolist() == [
        [1, 1, 0, 1],
        [3, 0, 1, 1],
        [3, 1, 0, 1],
        [5, 0, 1, 1],
        [3, 1, 0, 1],
    ]
    assert found.config.data.missing_values == ("", "-", "999")
    assert found.data.loaded.table.missing == {"a": 3, "c": 3}


def test_the_words_for_missing_are_those_of_the_training(shallow: Shallow) -> None:
    write(Path("t.csv"), "a,y\n1,0\n2,1\n3,0\n4,1\n5,-9\n-9,1\n")
    settings = "missing: mean, missing_target: drop, missing_values: -9"
    write(Path("c.yaml"), f"data: {{csv: t.csv, {settings}}}\nepochs: 5\n")
    shallow("train", "c.yaml", "-q")
    write(Path("n.csv"), "a,y\n-9,0\n2,-9.0\n,1\n2,1\n")
    predicted = shallow("predict", "model.npz", "n.csv", "--proba").out.splitlines()
    assert len(predicted) == 5
    assert predicted[1] == predicted[3]
    assert shallow("evaluate", "model.npz", "n.csv").err == "left out: 1 row without y\n"


def test_a_column_without_any_number_in_the_training_rows(tmp_path: Path) -> None:
    """The one row that has a number is held out."""
    held_out = int(split_rows(np.array([0, 1] * 4), 0.5, 0)[1][0])
    rows = "".join(f"{'7' * (i == held_out)},{i},{'xz'[i % 2]}\n" for i in range(8))
    settings = ["data.missing=mean", "data.validation=0.5"]
    advice = "to leave the column out, set data.exclude: a"
    found = refusal(tmp_path, f"a,b,y\n{rows}", *settings)
    assert found == f"t.csv: a: no training row has a number; {advice}"
    assert prepared(tmp_path, f"a,b,y\n{rows}", *settings, "data.exclude=a").data.columns.n_x == 1


def test_when_every_row_lacks_something(tmp_path: Path) -> None:
    found = refusal(tmp_path, "a,b,y\n1,,x\n,2,z\n", "data.missing=drop")
    assert found == "t.csv: all 2 rows were dropped, each lacks a value"
