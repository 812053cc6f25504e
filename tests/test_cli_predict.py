"""`shallow predict`: rows, order, names, pipes, bytes."""

import csv
import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.answers import Wish, answers, outputs
from shallow_cli.core.network import parameters
from shallow_cli.errors import DataError
from shallow_cli.files.model_file import load_model
from shallow_cli.tables.encoding import encoding_of_model

from .conftest import ROOT, Shallow, write

IRIS = ROOT / "data/iris.csv"
COLUMNS = "sepal_length,sepal_width,petal_length,petal_width"
FLOWER = "5.1,3.5,1.4,0.2"


def parsed(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_rows_keep_their_order_and_number(shallow: Shallow, iris_model: Path) -> None:
    done = shallow("predict", iris_model, IRIS)
    rows = parsed(done.out)
    true = [line.rpartition(",")[2] for line in IRIS.read_text().splitlines()]
    assert done.err == ""
    assert rows[0] == ["species"]
    assert len(rows) == 151
    assert sum(row == [species] for row, species in zip(rows, true, strict=True)) > 140


def test_probabilities_have_a_column_for_every_class(shallow: Shallow, iris_model: Path) -> None:
    rows = parsed(shallow("predict", iris_model, IRIS, "--proba").out)
    assert rows[0] == ["species", "p_setosa", "p_versicolor", "p_virginica"]
    for label, *probabilities in rows[1:]:
        values = [float(p) for p in probabilities]
        assert sum(values) == pytest.approx(1)
        assert rows[0][1 + values.index(max(values))] == f"p_{label}"


def test_id_columns_are_copied_first(shallow: Shallow, iris_model: Path) -> None:
    table = write(Path("t.csv"), f'id,{COLUMNS},note\n007,{FLOWER},"a, b"\n')
    done = shallow("predict", iris_model, table, "--id", "note", "--id", "id")
    assert done.out == 'note,id,species\n"a, b",007,setosa\n'


@pytest.mark.parametrize("sets", [[], ["--set", "data.categorical=b"]])
def test_blanks_behind_a_word_do_not_count(
    sets: list[str], shallow: Shallow, tmp_path: Path
) -> None:
    write(tmp_path / "t.csv", "a,b,y\n1,red ,no\n2,blue,yes\n3,red,no\n4,blue ,yes\n")
    write(tmp_path / "c.yaml", "data: {csv: t.csv}\nepochs: 1\n")
    shallow("train", "c.yaml", "-q", *sets)
    done = shallow("predict", "model.npz", "t.csv", "--strict", "--proba", "--id", "b")
    assert [line.split(",")[0] for line in done.out.splitlines()[1:]] == [
        *("red ", "blue", "red", "blue ")
    ]
    plain = shallow("predict", "model.npz", "t.csv", "--strict", "--proba").out
    assert [line.partition(",")[2] for line in done.out.splitlines()] == plain.splitlines()


def test_columns_are_matched_by_name(shallow: Shallow, iris_model: Path) -> None:
    """Their order, further columns and the target make no difference to a byte."""
    rows = parsed(IRIS.read_text())
    order = [3, 4, 0, 2, 1]
    other = [[row[i] for i in order] + ["x"] for row in rows]
    other[0][-1] = "more"
    write(Path("other.csv"), "\n".join(",".join(row) for row in other) + "\n")
    plain = shallow("predict", iris_model, IRIS, "--proba").out
    assert shallow("predict", iris_model, "other.csv", "--proba").out == plain


def test_missing_columns_are_named_all_at_once(shallow: Shallow, iris_model: Path) -> None:
    write(Path("t.csv"), "sepal_length,sepal_with,id\n1,2,3\n")
    done = shallow("predict", iris_model, "t.csv", "--id", "key", code=3)
    assert done.err.splitlines() == [
        "t.csv:1: no column 'key'; the columns are sepal_length, sepal_with, id",
        "t.csv:1: no column 'sepal_width'; did you mean 'sepal_with'?",
        "t.csv:1: no column 'petal_length'; the columns are sepal_length, sepal_with, id",
        "t.csv:1: no column 'petal_width'; did you mean 'sepal_with'?",
    ]
    assert done.out == ""


def test_a_bad_cell_ends_the_output_with_its_place(shallow: Shallow, iris_model: Path) -> None:
    write(Path("t.csv"), f"{COLUMNS}\n{FLOWER}\n5.1,,1.4,0.2\n")
    done = shallow("predict", iris_model, "t.csv", code=3)
    assert done.err == (
        "t.csv:3: sepal_width: an empty cell, where a number is needed; "
        "a model that was trained with data.missing: mean or median fills it\n"
    )


def test_the_natural_slip_is_understood(shallow: Shallow) -> None:
    write(Path("new.csv"), f"{COLUMNS}\n{FLOWER}\n")
    done = shallow("predict", "new.csv", code=3)
    assert done.err == (
        "new.csv: it is a table; did you mean `shallow predict model.npz new.csv`?\n"
    )


def test_without_data_a_model_of_a_table_says_what_it_needs(
    shallow: Shallow, iris_model: Path
) -> None:
    done = shallow("predict", iris_model, code=2)
    expected = COLUMNS.replace(",", ", ")
    assert done.err == f"name a CSV to predict; the model needs the columns {expected}\n"


def test_without_data_a_model_of_generated_data_predicts_that(shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {generate: spiral, samples: 31}\nepochs: 5\n")
    shallow("train", "c.yaml")
    generated = shallow("generate", "spiral", "--samples", "31").out
    write(Path("spiral.csv"), generated)
    done = shallow("predict", "--proba")
    assert len(done.out.splitlines()) == 32
    assert done.out == shallow("predict", "model.npz", "spiral.csv", "--proba").out


def test_a_regression_answers_in_its_own_units(shallow: Shallow) -> None:
    config = write(Path("c.yaml"), f"data: {{csv: {ROOT}/data/diabetes.csv}}\nepochs: 300\n")
    shallow("train", config)
    done = shallow("predict", "model.npz", ROOT / "data/diabetes.csv")
    rows = parsed(done.out)
    values = [float(row[0]) for row in rows[1:]]
    assert rows[0] == ["progression"]
    assert 140 < sum(values) / len(values) < 165
    assert "no probabilities" in shallow("predict", "model.npz", IRIS, "--proba", code=2).err


def test_several_targets_have_a_column_each(shallow: Shallow) -> None:
    settings = "target: [petal_length, petal_width], exclude: species"
    write(Path("c.yaml"), f"data: {{csv: {IRIS}, {settings}}}\nepochs: 500\n")
    shallow("train", "c.yaml")
    rows = parsed(shallow("predict", "model.npz", IRIS).out)
    assert rows[0] == ["petal_length", "petal_width"]
    assert float(rows[1][0]) < 3 < float(rows[-1][0])


def test_whole_numbers_are_answered_as_they_were_read(shallow: Shallow) -> None:
    write(Path("t.csv"), "x,y\n" + "1,007\n2,13\n" * 5)
    write(Path("c.yaml"), "data: {csv: t.csv}\nepochs: 200\nlearning_rate: 1\n")
    shallow("train", "c.yaml")
    assert shallow("predict", "model.npz", "t.csv").out == "y\n" + "007\n13\n" * 5


def test_a_table_without_rows_has_no_predictions(shallow: Shallow, iris_model: Path) -> None:
    """A filter that keeps nothing is no error."""
    write(Path("none.csv"), f"{COLUMNS}\n")
    assert shallow("predict", iris_model, "none.csv").out == "species\n"


def test_swapped_arguments_are_understood(shallow: Shallow, iris_model: Path) -> None:
    done = shallow("predict", IRIS, iris_model, code=3)
    assert done.err.endswith(f"did you mean `shallow predict {iris_model} {IRIS}`?\n")


def test_an_input_is_not_an_output(shallow: Shallow, iris_model: Path) -> None:
    write(Path("t.csv"), f"{COLUMNS}\n{FLOWER}\n")
    done = shallow("predict", iris_model, "t.csv", "-o", "t.csv", code=2)
    assert done.err == "t.csv: -o names an input; it is not replaced\n"
    assert Path("t.csv").read_text() == f"{COLUMNS}\n{FLOWER}\n"


def test_a_prediction_that_overflows_is_an_error(shallow: Shallow) -> None:
    write(Path("t.csv"), "x,y\n1e-140,1\n2e-140,2.5\n3e-140,3\n")
    write(Path("c.yaml"), "data: {csv: t.csv}\nactivation: relu\nepochs: 1\ninit_scale: 1e30\n")
    shallow("train", "c.yaml", "--set", "learning_rate=1e-200")
    write(Path("new.csv"), "x\n1e-140\n1e149\n")
    done = shallow("predict", "model.npz", "new.csv", code=3)
    assert done.err.startswith("new.csv:3: no finite prediction")
    assert "nan" not in done.out
    assert "inf" not in done.out


def test_the_model_is_not_an_output_either(shallow: Shallow, iris_model: Path) -> None:
    before = iris_model.read_bytes()
    shallow("predict", iris_model, IRIS, "-o", iris_model, code=2)
    assert iris_model.read_bytes() == before


def test_a_lone_carriage_return_stays_in_its_cell(shallow: Shallow, iris_model: Path) -> None:
    Path("t.csv").write_bytes(f'id,{COLUMNS}\n"a\rb",{FLOWER}\n'.encode())
    shallow("predict", iris_model, "t.csv", "--id", "id", "-o", "out.csv")
    with Path("out.csv").open(newline="") as file:
        assert list(csv.reader(file))[1] == ["a\rb", "setosa"]


def test_infinite_answers_are_refused_as_well(iris_model: Path) -> None:
    model = load_model(iris_model)
    linear = dataclasses.replace(
        model,
        network=dataclasses.replace(model.network, output="linear", activation="relu"),
        theta=parameters(model.network, np.full(model.network.n_parameters, 1e200)),
    )
    encoding = encoding_of_model(linear.columns, targets=False)
    assert np.isposinf(outputs(linear, encoding, np.full((1, 4), 1e149))).any()
    with pytest.raises(DataError, match="row 0: no finite prediction"):
        answers(linear, encoding, np.full((1, 4), 1e149), "row {}".format, Wish())
