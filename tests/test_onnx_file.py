"""ONNX files: what one says of itself, and when none is written."""

import json
import sys
from pathlib import Path

import onnx
import pytest

from shallow_cli.export import onnx_file
from shallow_cli.export.checking import disagreement, made_up
from shallow_cli.export.forms import FORMS
from shallow_cli.export.onnx_file import FIRST, is_onnx, onnx_of
from shallow_cli.files.model_file import load_model

from .conftest import Shallow, run_process, write
from .exporting import CONFIGS, GAPS, TORN, making, shipped, trained

FORM = FORMS["onnx"]


def test_what_a_file_says_of_itself(iris_model: Path) -> None:
    made = onnx_of(load_model(iris_model))
    assert made == onnx_of(load_model(iris_model))
    model = onnx.load_from_string(made)
    onnx.checker.check_model(model, full_check=True)
    assert model.ir_version == 8
    assert {each.domain: each.version for each in model.opset_import} == {"": 17, "ai.onnx.ml": 3}
    assert (model.producer_name, made[: len(FIRST)]) == ("shallow", FIRST)
    [classes] = model.metadata_props
    assert json.loads(classes.value) == ["setosa", "versicolor", "virginica"]
    for each in (*model.graph.input, *model.graph.output):
        rows, one = each.type.tensor_type.shape.dim
        assert (rows.dim_param, one.dim_value) == ("rows", 1)


# Those of which onnxruntime 1.15, and 1.14 for browsers, have float64 kernels.
PLAIN = {
    *("ArgMax", "Cast", "Concat", "Div", "Equal", "Greater", "IsNaN", "LabelEncoder", "MatMul"),
    *("Mul", "Sigmoid", "Softmax", "Split", "Sub", "Tanh", "Where", "Add"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_operators_are_plain_and_none_can_be_fused(name: str, shallow: Shallow) -> None:
    """Old runtimes fuse a product, a sum and a function into what has no float64 kernel."""
    model, _ = shipped(name, shallow)
    nodes = onnx.load_from_string(onnx_of(model)).graph.node
    assert {node.op_type for node in nodes} <= PLAIN
    products = {node.output[0] for node in nodes if node.op_type == "MatMul"}
    takers = {node.op_type for node in nodes if products.intersection(node.input)}
    assert takers == {"Sub"}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("a,p_q,y\n1,2,p\n2,1,q\n", "'p_q'"),
        ("p_p,p_q,y\n1,2,p\n2,1,q\n", "'p_p', 'p_q'"),
        ("a,p_q\n1,p\n2,q\n", "'p_q'"),
    ],
)
def test_columns_of_the_same_name_cannot_be_exported(
    table: str, said: str, shallow: Shallow
) -> None:
    trained(table, "", shallow)
    done = shallow("export", "--to", "onnx", code=3)
    assert done.err == (
        f"model.npz: not exported, for {said} would be two columns of its graph, "
        "which need different names; rename a column or a class\n"
    )
    assert not Path("model.onnx").exists()


def test_a_model_too_large_for_a_file(
    iris_model: Path, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_file, "MOST_BYTES", 100)
    done = shallow("export", iris_model, "--to", "onnx", code=3)
    assert "not exported, for an ONNX file holds 2 GiB, and its numbers are " in done.err


def test_a_graph_that_says_something_else_is_not_written(
    iris_model: Path, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong with it: an operator, a number, a name, a label, or that it is no graph."""
    model = load_model(iris_model)
    right = onnx_of(model)
    table = write(Path("made-up.csv"), made_up(model).decode())
    assert disagreement(FORM, model, right, table) == ""
    for old, new in (
        (b"Tanh", b"Sign"),
        (b"MatMul", b"MatSum"),
        (b"p_setosa", b"p_Setosa"),
        (b"virginica", b"Virginica"),
        (model.theta.W2[0, :1].tobytes(), (model.theta.W2[0, :1] + 1e-6).tobytes()),
        (right, b"no graph"),
    ):
        wrong = right.replace(old, new)
        assert wrong != right
        assert disagreement(FORM, model, wrong, table)
        monkeypatch.setitem(FORMS, "onnx", making(FORM, wrong))
        done = shallow("export", iris_model, "--to", "onnx", code=3)
        assert "not exported, for its graph would answer otherwise: " in done.err
        assert done.err.count("\n") == 1
        assert not Path("iris.onnx").exists()


def test_only_an_exported_graph_is_replaced(iris_model: Path, shallow: Shallow) -> None:
    foreign = onnx.load_from_string(onnx_of(load_model(iris_model)))
    foreign.producer_name = "another"
    Path("iris.onnx").write_bytes(foreign.SerializeToString())
    done = shallow("export", iris_model, "--to", "onnx", code=2)
    said = "is there and no exported graph; it is not replaced. Name another, or remove it"
    assert done.err == f"iris.onnx: {said}\n"
    write(Path("iris.onnx"), "")
    for _ in range(2):
        shallow("export", iris_model, "--to", "onnx")
        assert is_onnx(Path("iris.onnx"))
    shallow("export", iris_model, "--to", "python", "-o", "iris.onnx", code=2)


@pytest.mark.parametrize("library", ["onnx", "onnxruntime"])
def test_without_the_extra_it_is_named(
    library: str, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    done = shallow("export", "missing.npz", "--to", "onnx", code=3)  # before the work is done
    said = "ONNX needs onnx and onnxruntime: pip install 'shallow-cli[onnx]'"
    assert done.err == f"missing.onnx: {said}\n"
    assert not list(Path().iterdir())


def test_a_program_needs_no_onnx(
    iris_model: Path, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    for library in ("onnx", "onnxruntime"):
        monkeypatch.setitem(sys.modules, library, None)
    shallow("export", iris_model, "--to", "python")


def test_rows_of_a_parquet_file(shallow: Shallow) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    trained(GAPS, TORN, shallow)
    columns = {"a": [1.5, None, -999.0], "b": ["red", None, "green"], "c": [1, 2, None]}
    parquet.write_table(pa.table(columns), "new.parquet")
    done = shallow("export", "model.npz", "new.parquet", "--to", "onnx")
    assert "those of new.parquet as the model does" in done.err


def test_the_runtime_says_nothing_of_its_own(iris_model: Path, tmp_path: Path) -> None:
    done = run_process("export", iris_model, "--to", "onnx", cwd=tmp_path)
    said = b"wrote iris.onnx: it answers 200 made-up rows as the model does, to 1e-09\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", said)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["-o", "missing/m.onnx"], 3, "no folder missing"),
        (["missing.csv"], 3, "missing.csv: cannot be read: No such file"),
        (["bad.csv"], 3, "bad.csv:2: petal_width: 'x' is not a number"),
        (["-"], 2, "-: can be read only once"),
        (["-o", "MODEL"], 2, "-o names an input; it is not replaced"),
    ],
)
def test_what_cannot_be_exported(
    words: list[str], code: int, said: str, iris_model: Path, shallow: Shallow
) -> None:
    write(Path("bad.csv"), "sepal_length,sepal_width,petal_length,petal_width\n1,2,3,x\n")
    found = [str(iris_model) if word == "MODEL" else word for word in words]
    assert said in shallow("export", iris_model, *found, "--to", "onnx", code=code).err
