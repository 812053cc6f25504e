"""`shallow export --to onnx`: onnxruntime says what the model says."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.export import onnx_file
from shallow_cli.export.checking import exported, made_up
from shallow_cli.export.forms import FORMS
from shallow_cli.export.onnx_file import onnx_of

from .conftest import ROOT, Shallow, write
from .exporting import CASES, CONFIGS, GAPS, TORN, alike, as_table, asked, proba, shipped, trained

FORM = FORMS["onnx"]


def columns_of(table: str, kinds: dict[str, type], mark: str = ",") -> dict[str, list[Any]]:
    """The columns of a table that has nothing unusual, as Python has them."""
    rows = list(csv.DictReader(io.StringIO(table, newline=""), delimiter=mark))
    return {name: [kind(row[name]) for row in rows] for name, kind in kinds.items()}


@pytest.mark.parametrize("name", CONFIGS)
def test_every_shipped_config_on_all_rows_of_its_data(name: str, shallow: Shallow) -> None:
    """By the check itself, which reads the table as the model does."""
    model, data = shipped(name, shallow)
    done = shallow("export", "m.npz", data, "--to", "onnx")
    assert done.out == ""
    assert done.err == (
        f"wrote m.onnx: it answers 200 made-up rows and those of {data} as the model does, "
        "to 1e-09\n"
    )
    rows = FORM.answered(model, Path("m.onnx").read_bytes(), data)
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    assert alike(text.getvalue(), shallow("predict", "m.npz", data, *proba(model)).out) > 100


def test_all_rows_of_iris_without_the_check(iris_model: Path, shallow: Shallow) -> None:
    """With nothing of this project between the table and onnxruntime."""
    shallow("export", iris_model, "--to", "onnx")
    data = ROOT / "data/iris.csv"
    names = "sepal_length", "sepal_width", "petal_length", "petal_width"
    columns = columns_of(data.read_text(encoding="utf-8"), dict.fromkeys(names, float))
    found = as_table(asked(Path("iris.onnx"), columns))
    assert alike(found, shallow("predict", iris_model, data, "--proba").out) == 151


@pytest.mark.parametrize(("table", "how", "rows"), CASES.values(), ids=CASES)
def test_tables_are_read_as_the_model_reads_them(
    table: str, how: str, rows: str, shallow: Shallow
) -> None:
    trained(table, how, shallow)
    encoding = "latin-1" if "latin" in how else "utf-8"
    Path("new.csv").write_text(rows, encoding=encoding, newline="")
    shallow("export", "--to", "onnx", "model.npz", "new.csv")
    onnx.checker.check_model("model.onnx", full_check=True)


def test_gaps_and_words_are_what_predict_makes_of_them(shallow: Shallow) -> None:
    trained(GAPS, TORN, shallow)
    shallow("export", "--to", "onnx")
    rows = "a,b,c\n,red,1\n1,,-999\nNA,NA,-999.0\n-999,green,2\n3,Red,\n4,blue,NA\n"
    new = write(Path("new.csv"), rows)
    nan = np.nan
    columns: dict[str, list[Any]] = {
        "a": [nan, 1, nan, -999, 3, 4],
        "b": ["red", "", "NA", "green", "Red", "blue"],
        "c": [1, -999, -999, 2, nan, nan],
    }
    found = as_table(asked(Path("model.onnx"), columns))
    assert alike(found, shallow("predict", "model.npz", new, "--proba").out) == 7


def test_true_and_false_in_any_letters(shallow: Shallow) -> None:
    trained("a,b,y\nTrue,x,1\nfalse,x,2\nTRUE,true,1.5\n,true,2.5\n", "", shallow)
    shallow("export", "--to", "onnx")
    words = ["true", "TRUE", "tRuE", "False", "no", "", "trüe"]
    columns = {"a": words, "b": ["true", "TRUE", "x", "X", "x", "x", "x"]}
    text = "a,b\n" + "".join(f"{a},{b}\n" for a, b in zip(*columns.values(), strict=True))
    found = as_table(asked(Path("model.onnx"), columns))
    assert alike(found, shallow("predict", "model.npz", write(Path("n.csv"), text)).out) == 8


def test_several_targets_in_their_own_units(shallow: Shallow) -> None:
    how = "target: [y, z], scale_target: standardize"
    trained("a,y,z\n1,200,3\n2,300,5\n3,500,8\n", how, shallow)
    shallow("export", "--to", "onnx")
    found = asked(Path("model.onnx"), {"a": [1, 2.5]})
    assert list(found) == ["y", "z"]
    new = write(Path("n.csv"), "a\n1\n2.5\n")
    assert alike(as_table(found), shallow("predict", "model.npz", new).out) == 3
    assert min(found["y"]) > 100


@pytest.mark.parametrize("output", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_gap_that_nothing_fills_has_no_answer(
    activation: str, output: str, shallow: Shallow
) -> None:
    """Whatever the function: a graph cannot refuse a row, but must not make an answer up."""
    y = {"binary": "pqpqq", "multiclass": "pqrqp", "regression": ["1.5", "2", "3", "4", "5"]}[
        output
    ]
    table = "a,b,y\n" + "".join(f"{n},{n * n},{label}\n" for n, label in enumerate(y))
    model = trained(table, "", shallow, f"activation={activation}", "leak=0.3")
    new = write(Path("n.csv"), "a,b\n1,2\n-30,4\n")
    found = asked(exported(FORM, model, new), {"a": [1, -30, np.nan], "b": [2, 4, 4]})
    rows = as_table({name: cells[:2] for name, cells in found.items()})
    assert alike(rows, shallow("predict", "model.npz", new, *proba(model)).out) == 3
    last = [cells[2] for cells in found.values()]
    assert {str(cell) for cell in last} <= {"nan", ""}


@pytest.mark.parametrize("rows", [0, 1, 1000])
def test_any_number_of_rows(rows: int, shallow: Shallow) -> None:
    model = trained(GAPS, TORN, shallow)
    row: dict[str, Any] = {"a": 1.0, "b": "red", "c": 2.0}
    found = asked(onnx_of(model), {name: [cell] * rows for name, cell in row.items()})
    assert list(found) == ["y", "p_p", "p_q"]
    assert all(len(set(cells)) == min(rows, 1) for cells in found.values())


def test_of_two_classes_alike_it_is_the_first(shallow: Shallow) -> None:
    how = ["init_scale=0", "learning_rate=1e-300", "epochs=1"]
    for table, names in (
        ("a,y\n1,p\n2,q\n", {"p_p": 1 / 2, "p_q": 1 / 2}),
        ("a,y\n1,p\n2,q\n3,r\n", {"p_p": 1 / 3, "p_q": 1 / 3, "p_r": 1 / 3}),
    ):
        model = trained(table, "", shallow, *how)
        found = asked(onnx_of(model), {"a": [5.0]})
        assert found.pop("y") == ["p"]
        assert {name: pytest.approx(share) for name, [share] in found.items()} == names


def test_another_runtime_says_the_same(shallow: Shallow) -> None:
    """The one of the standard, which is written in Python."""
    model = trained(GAPS, TORN, shallow)
    table = write(Path("made-up.csv"), made_up(model).decode())
    [columns, *more] = onnx_file._columns(model, table)
    assert not more
    session = ReferenceEvaluator(onnx.load_from_string(onnx_of(model)))
    found = dict(zip(session.output_names, session.run(None, columns), strict=True))
    rows = as_table({name: each[:, 0].tolist() for name, each in found.items()})
    assert alike(rows, shallow("predict", "model.npz", table, "--proba").out) == 201


def test_hostile_names_are_names(shallow: Shallow) -> None:
    """Also those that the parts of a graph have."""
    names = ["W1ᵀ", "Z1", "[bold]a[/]", 'quo"te', "two\nlines", "名", "X", "0 Concat", "b;c"]
    text = io.StringIO()
    rows = [[*(n * k % 7 for n in range(1, 10)), f"<{k}\n>"] for k in (1, 2, 3)]
    csv.writer(text).writerows([[*names, "A1"], *rows])
    trained(text.getvalue(), "delimiter: ','", shallow)
    shallow("export", "model.npz", "t.csv", "--to", "onnx")
    onnx.checker.check_model("model.onnx", full_check=True)
    columns = dict(zip(names, list(zip(*rows, strict=True)), strict=False))
    found = asked(Path("model.onnx"), columns)
    assert list(found) == ["A1", "p_<1\n>", "p_<2\n>", "p_<3\n>"]
