"""`shallow export --to python`: a program of its own says what the model says."""

import contextlib
import csv
import gzip
import io
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest

from shallow_cli.answers import Wish, csv_answers
from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.export import checking
from shallow_cli.export.checking import disagreement, made_up
from shallow_cli.export.forms import FORMS
from shallow_cli.export.python import program_of
from shallow_cli.files.model_file import load_model

from .conftest import Shallow, run_process, write
from .exporting import CASES, CONFIGS, alike, making, proba, shipped, trained


def answered(program: Path, table: str | bytes, *words: str, code: int = 0) -> str:
    """What a program answers, without anything of this project in reach."""
    raw = table.encode() if isinstance(table, str) else table
    command = [sys.executable, "-I", "-W", "error", str(program.resolve()), *words]
    done = subprocess.run(command, input=raw, capture_output=True, check=False, cwd="/")
    assert done.returncode == code, done.stderr.decode()
    return (done.stderr if code else done.stdout).decode()


@pytest.mark.parametrize("name", CONFIGS)
def test_every_shipped_config_on_all_rows_of_its_data(name: str, shallow: Shallow) -> None:
    model, data = shipped(name, shallow)
    done = shallow("export", "m.npz", data, "--to", "python", "-o", "m.py")
    assert done.out == ""
    assert f"200 made-up rows and those of {data} as the model does, to 1e-09" in done.err
    found = answered(Path("m.py"), data.read_bytes(), *proba(model))
    assert alike(found, shallow("predict", "m.npz", data, *proba(model)).out) > 100


@pytest.mark.parametrize(("table", "how", "asked"), CASES.values(), ids=CASES)
def test_tables_are_read_as_the_model_reads_them(
    table: str, how: str, asked: str, shallow: Shallow
) -> None:
    model = trained(table, how, shallow)
    encoding = "latin-1" if "latin" in how else "utf-8"
    Path("new.csv").write_text(asked, encoding=encoding, newline="")
    shallow("export", "--to", "python", "model.npz", "new.csv")
    found = answered(Path("model.py"), Path("new.csv").read_bytes(), *proba(model))
    alike(found, shallow("predict", "model.npz", "new.csv", *proba(model)).out)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(activation: str, shallow: Shallow) -> None:
    text = "data: {generate: moons}\nepochs: 20\ndtype: float32\nleak: 0.3\n"
    write(Path("c.yaml"), f"{text}activation: {activation}\n")
    shallow("train", "c.yaml", "-q")
    shallow("export", "--to", "python")
    data = shallow("generate", "moons").out
    alike(answered(Path("model.py"), data), shallow("predict", "model.npz").out)


def test_a_table_that_cannot_be_used(iris_model: Path, shallow: Shallow) -> None:
    shallow("export", iris_model, "--to", "python", "-o", "m.py")
    names = "sepal_length,sepal_width,petal_length,petal_width\n"
    for table, said in (
        ("a,b\n1,2\n", "no column sepal_length, sepal_width, petal_length, petal_width"),
        (f"{names}1,2,3,x\n", "row 1: petal_width is 'x', which is no number"),
        (f"{names}1,2,3,4\n1,2,,4\n", "row 2: petal_length is missing"),
        (f"{names}1,2,3\n", "row 1: 3 cells, not 4"),
        (f"{names}1,2,3,1_0\n", "row 1: petal_width is '1_0', which is no number"),
        ("", "no column sepal_length"),
    ):
        assert said in answered(Path("m.py"), table, code=3)
    assert "--proba" in answered(Path("m.py"), "", "--what", code=2)


def test_whoever_reads_only_the_first_lines(iris_model: Path, shallow: Shallow) -> None:
    shallow("export", iris_model, "--to", "python", "-o", "m.py")
    names = "sepal_length,sepal_width,petal_length,petal_width\n"
    table = (names + "1,2,3,4\n" * 100_000).encode()
    command = [sys.executable, "-I", "m.py"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdin
        assert running.stdout
        assert running.stderr
        feeding = threading.Thread(target=fed, args=(running.stdin, table))
        feeding.start()
        assert running.stdout.readline() == b"species\n"
        running.stdout.close()
        feeding.join()
        assert running.stderr.read() == b""
    assert running.returncode == 141


def fed(stdin: IO[bytes], table: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), stdin:
        stdin.write(table)


def test_a_program_that_says_something_else_is_not_written(
    iris_model: Path, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong with it: an equation, or the way in which it reads."""
    model, form = load_model(iris_model), FORMS["python"]
    right = program_of(model)
    table = write(Path("made-up.csv"), made_up(model).decode())
    for old, new in (
        (b"math.tanh", b"math.sin"),
        (b"total + bias", b"total"),
        (b"(value - offset) / scale", b"value / scale"),
        (b"shares.index(max(shares))", b"shares.index(min(shares))"),
        (b"import re\n", b"import rex\n"),
    ):
        assert right.count(old) == 1
        wrong = right.replace(old, new)
        assert disagreement(form, model, wrong, table)
        monkeypatch.setitem(FORMS, "python", making(form, wrong))
        done = shallow("export", iris_model, "--to", "python", "-o", "m.py", code=3)
        assert "not exported, for its program would answer otherwise: " in done.err
        assert not Path("m.py").exists()
    assert disagreement(form, model, right, table) == ""


def test_only_an_exported_program_is_replaced(iris_model: Path, shallow: Shallow) -> None:
    mine = write(Path("iris.py"), "print('mine')\n")
    done = shallow("export", iris_model, "--to", "python", code=2)
    assert done.err == (
        "iris.py: is there and no exported program; it is not replaced. "
        "Name another, or remove it\n"
    )
    assert mine.read_text(encoding="utf-8") == "print('mine')\n"
    write(mine, "")
    for _ in range(2):
        shallow("export", iris_model, "--to", "python")
        assert mine.read_bytes() == program_of(load_model(iris_model))


@pytest.mark.parametrize(
    ("place", "answer", "same"),
    [
        (1, lambda p: p, True),
        (1, lambda p: f"{float(p) + 9e-10!r}", True),
        (1, lambda p: f"{float(p) + 2e-9!r}", False),
        (1, lambda _: "nan", False),
        (1, lambda _: "", False),
        (0, lambda label: f"{label} ", False),
        (slice(1), lambda cells: [*cells, "0"], False),
        (slice(1, None), lambda cells: cells[1:], False),
    ],
)
def test_what_is_the_same_answer(
    place: int | slice, answer: Callable[[Any], Any], same: bool, iris_model: Path, tmp_path: Path
) -> None:
    model, data = load_model(iris_model), tmp_path / "t.csv"
    write(data, "sepal_length,sepal_width,petal_length,petal_width\n5,3,1,0\n6,3,5,2\n")
    rows = [row for batch in csv_answers(model, [data], Wish(proba=True)) for row in batch]
    rows[-1][place] = answer(rows[-1][place])
    form = replace(FORMS["python"], answered=lambda *_: rows)
    assert (disagreement(form, model, b"", data) == "") is same


def test_what_is_the_same_table(iris_model: Path, tmp_path: Path) -> None:
    model, data = (
        load_model(iris_model),
        write(tmp_path / "t.csv", made_up(load_model(iris_model)).decode()),
    )
    names, *rows = (r for batch in csv_answers(model, [data], Wish(proba=True)) for r in batch)
    for found, said in (
        ([names, *rows], ""),
        ([names, *rows[1:]], "200 lines, not 201"),
        ([names[::-1], *rows], f"columns {names[::-1]}, not {names}"),
        ([names, *rows[:9], rows[8], *rows[10:]], f"row 10: {rows[8]}, not {rows[9]}"),
    ):
        form = replace(FORMS["python"], answered=lambda *_, found=found: found)
        assert disagreement(form, model, b"", data) == said


def test_made_up_rows_have_gaps_and_words(shallow: Shallow) -> None:
    write(Path("t.csv"), CASES["gaps and words"][0])
    write(Path("c.yaml"), "data: {csv: t.csv, missing: mean, categorical: [b]}\nepochs: 3\n")
    shallow("train", "c.yaml", "-q")
    model = load_model(Path("model.npz"))
    rows = list(csv.reader(io.StringIO(made_up(model).decode())))
    assert rows[0] == ["a", "b"]
    assert len(rows) == 1 + checking.ROWS
    numbers, words = (set(column) for column in zip(*rows[1:], strict=True))
    missing = {*model.config["data.missing_values"]}
    assert {"", "NA"} < missing <= numbers
    assert words == {*missing, "red", "blue", "no word that there was"}


@pytest.mark.parametrize("form", FORMS)
def test_standard_output_is_a_place_to_write_to(
    form: str, iris_model: Path, tmp_path: Path
) -> None:
    done = run_process("export", iris_model, "--to", form, "-o", "-", cwd=tmp_path)
    said = b"wrote to standard output: it answers 200 made-up rows as the model does, to 1e-09\n"
    assert (done.returncode, done.stderr) == (0, said)
    assert done.stdout == FORMS[form].made(load_model(iris_model))
    assert not list(tmp_path.iterdir())


def test_rows_of_a_table_that_is_packed(iris: Path, iris_model: Path, shallow: Shallow) -> None:
    Path("iris.csv.gz").write_bytes(gzip.compress(iris.read_bytes()))
    for form in FORMS:
        done = shallow("export", iris_model, "iris.csv.gz", "--to", form)
        assert "and those of iris.csv.gz as the model does" in done.err


def test_a_program_is_not_checked_on_what_is_no_text(iris_model: Path, shallow: Shallow) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    names = load_model(iris_model).columns.feature_names
    parquet.write_table(pa.table({name: [1.0, 2.0] for name in names}), "t.parquet")
    shallow("export", iris_model, "t.parquet", "--to", "onnx")
    done = shallow("export", iris_model, "t.parquet", "--to", "python", code=3)
    said = "is no text, and a Python program reads text alone; check it on a CSV"
    assert done.err == f"t.parquet: {said}\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--to", "c"], 2, "'c' is not one of 'python', 'onnx'"),
        (["--to", "python", "-o", "missing/m.py"], 3, "no folder missing"),
        (["missing.csv", "--to", "python"], 3, "missing.csv: cannot be read: No such file"),
        (["bad.csv", "--to", "python"], 3, "bad.csv:2: petal_width: 'x' is not a number"),
        (["-", "--to", "python"], 2, "-: can be read only once"),
        (["--to", "python", "-o", "MODEL"], 2, "-o names an input; it is not replaced"),
    ],
)
def test_what_cannot_be_exported(
    words: list[str], code: int, said: str, iris_model: Path, shallow: Shallow
) -> None:
    write(Path("bad.csv"), "sepal_length,sepal_width,petal_length,petal_width\n1,2,3,x\n")
    found = [str(iris_model) if word == "MODEL" else word for word in words]
    assert said in shallow("export", iris_model, *found, code=code).err
