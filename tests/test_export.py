"""`shallow export --to python`: a program of its own says what the model says."""

import contextlib
import csv
import io
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import pytest

from shallow_cli.export import checking, python
from shallow_cli.export.checking import disagreement, made_up
from shallow_cli.export.python import program_of
from shallow_cli.files.model_file import load_model

from .conftest import ROOT, Shallow, write

CONFIGS = sorted(path.stem for path in (ROOT / "configs").glob("*.yaml"))


def answered(program: Path, table: str | bytes, *words: str, code: int = 0) -> str:
    """What a program answers, without anything of this project in reach."""
    raw = table.encode() if isinstance(table, str) else table
    command = [sys.executable, "-I", "-W", "error", str(program.resolve()), *words]
    done = subprocess.run(command, input=raw, capture_output=True, check=False, cwd="/")
    assert done.returncode == code, done.stderr.decode()
    return (done.stderr if code else done.stdout).decode()


def alike(text: str, expected: str) -> int:
    """Compare two tables of predictions; how many lines they have."""
    rows, wanted = (list(csv.reader(io.StringIO(each, newline=""))) for each in (text, expected))
    assert rows[0] == wanted[0]
    assert len(rows) == len(wanted)
    for row, want in zip(rows[1:], wanted[1:], strict=True):
        for cell, other in zip(row, want, strict=True):
            try:
                assert float(cell) == pytest.approx(float(other), rel=1e-9, abs=1e-9)
            except ValueError:
                assert cell == other
    return len(rows)


@pytest.mark.parametrize("name", CONFIGS)
def test_every_shipped_config_on_all_rows_of_its_data(name: str, shallow: Shallow) -> None:
    shallow("train", ROOT / f"configs/{name}.yaml", "-q", "-o", "m.npz", "--set", "epochs=30")
    model = load_model(Path("m.npz"))
    if model.config["data.csv"]:
        data = ROOT / "data" / model.config["data.csv"]
    else:
        kind = model.config["data.generate"]
        data = write(Path("t.csv"), shallow("generate", kind, "--samples", "300").out)
    proba = ["--proba"] if model.columns.classes else []
    done = shallow("export", "m.npz", data, "--to", "python", "-o", "m.py")
    assert done.out == ""
    assert f"200 made-up rows and those of {data} as the model does, to 1e-09" in done.err
    found = answered(Path("m.py"), data.read_bytes(), *proba)
    assert alike(found, shallow("predict", "m.npz", data, *proba).out) > 100


CASES = {
    "gaps and words": (
        "a,b,y\n1,red,p\n2,,q\n,blue,q\n4,red,p\n",
        "missing: mean, categorical: [b]",
        "b,a,z\nred,1,\ngreen,,\n,2,\n NA,999,x\n",
    ),
    "a mark that is a number": (
        "a,b,y\n1,3,p\n999,4,q\n3,5,q\n4,1,p\n",
        "missing: median, missing_values: ['', '999']",
        "a,b\n999.0,1\n2,4\n",
    ),
    "true and false": ("a,y\nTrue,1\nfalse,2\nTRUE,1.5\nFalse,2.5\n", "", "a\ntrue\nFALSE\nno\n"),
    "decimal commas": (
        "a;b;y\n1,5;2;p\n2;1,25;q\n3;3;p\n",
        "decimal: ','",
        "b;a\n1,5;2\n3;-,5e1\n",
    ),
    "no header": ("1,2,p\n2,1,q\n3,3,p\n", "header: false", "1,2\n2,2\n"),
    "several targets": ("a,y,z\n1,2,3\n2,3,5\n3,5,8\n", "target: [y, z]", "a\n1\n2.5\n"),
    "scaled target": ("a,y\n1,200\n2,300\n3,500\n", "scale_target: standardize", "a\n1\n2.5\n"),
    "one feature": ("a,y\n1,p\n2,q\n3,p\n", "", "a\n1\n2.5\n"),
    "tabs": ("a\tb\ty\n1\t2\tp\n2\t1\tq\n3\t3\tp\n", "", "a\tb\n1\t2\n"),
    "hostile names": (
        '"a""\'\\n","x\ny",y\n1,2,"""""\'"\n2,1,"#\n"\n3,3,"#\n"\n',
        "",
        '"x\ny","a""\'\\n"\n1,2\n',
    ),
    "latin-1": ("größe,y\n1,ä\n2,ö\n3,ä\n", "encoding: latin-1", "größe\n1\n2\n"),
}


@pytest.mark.parametrize(("table", "how", "asked"), CASES.values(), ids=CASES)
def test_tables_are_read_as_the_model_reads_them(
    table: str, how: str, asked: str, shallow: Shallow
) -> None:
    encoding = "latin-1" if "latin" in how else "utf-8"
    Path("t.csv").write_text(table, encoding=encoding, newline="")
    Path("new.csv").write_text(asked, encoding=encoding, newline="")
    more = f", {how}" if how else ""
    write(
        Path("c.yaml"), f"data: {{csv: t.csv, validation: 0{more}}}\nepochs: 20\nactivation: relu\n"
    )
    shallow("train", "c.yaml", "-q")
    shallow("export", "--to", "python", "model.npz", "new.csv")
    proba = ["--proba"] if load_model(Path("model.npz")).columns.classes else []
    found = answered(Path("model.py"), Path("new.csv").read_bytes(), *proba)
    alike(found, shallow("predict", "model.npz", "new.csv", *proba).out)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu", "identity"])
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
    model = load_model(iris_model)
    right = program_of(model)
    table = Path("made-up.csv")
    table.write_bytes(made_up(model))
    for old, new in (
        ("math.tanh", "math.sin"),
        ("total + bias", "total"),
        ("(value - offset) / scale", "value / scale"),
        ("shares.index(max(shares))", "shares.index(min(shares))"),
        ("import re\n", "import rex\n"),
    ):
        assert right.count(old) == 1
        wrong = right.replace(old, new)
        assert disagreement(model, wrong, table)
        monkeypatch.setattr(python, "program_of", lambda _, wrong=wrong: wrong)
        done = shallow("export", iris_model, "--to", "python", "-o", "m.py", code=3)
        assert "not exported, for its program would answer otherwise: " in done.err
        assert not Path("m.py").exists()
    assert disagreement(model, right, table) == ""


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
        assert mine.read_text(encoding="utf-8") == program_of(load_model(iris_model))


def test_made_up_rows_have_gaps_and_words(shallow: Shallow) -> None:
    write(Path("t.csv"), CASES["gaps and words"][0])
    write(Path("c.yaml"), "data: {csv: t.csv, missing: mean, categorical: [b]}\nepochs: 3\n")
    shallow("train", "c.yaml", "-q")
    rows = list(csv.reader(io.StringIO(made_up(load_model(Path("model.npz"))).decode())))
    assert rows[0] == ["a", "b"]
    assert len(rows) == 1 + checking.ROWS
    numbers, words = (set(column) for column in zip(*rows[1:], strict=True))
    assert "" in numbers
    assert words == {"", "red", "blue", "no word that there was"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--to", "c"], 2, "'c' is not one of 'python'"),
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
