"""`shallow generate`, `init`, `inspect`, and `shallow` itself."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from shallow_cli import __version__
from shallow_cli.cli import COMMANDS
from shallow_cli.core.datasets import DATASETS, generate
from shallow_cli.files.config_file import load_config
from shallow_cli.files.model_file import load_model

from .conftest import ROOT, Shallow, run_process, write

TABLES = ["iris", "wine", "breast_cancer", "digits", "diabetes"]


@pytest.mark.parametrize("name", DATASETS)
def test_generate_prints_the_dataset_in_full(name: str, shallow: Shallow) -> None:
    done = shallow("generate", name, "--samples", "30", "--seed", "4")
    header, *rows = csv.reader(done.out.splitlines())
    noise = DATASETS[name].noise or 0.0
    inputs, targets = generate(name, 30, noise, 4)
    assert header == [*(f"x{i + 1}" for i in range(inputs.shape[1])), "y"]
    found = np.array([[float(cell) for cell in row] for row in rows])
    np.testing.assert_array_equal(found, np.c_[inputs, targets])


def test_generated_csv_trains_as_the_dataset_does(shallow: Shallow) -> None:
    write(Path("flower.csv"), shallow("generate", "flower").out)
    settings = "epochs: 20\nseed: 2\nlearning_rate: 1.2\n"
    write(Path("a.yaml"), f"data: {{generate: flower}}\n{settings}")
    write(Path("b.yaml"), f"data: {{csv: flower.csv, scale: none}}\n{settings}")
    assert shallow("train", "a.yaml", "-q").out == shallow("train", "b.yaml", "-q").out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["flour"], "did you mean 'flower'?"),
        (["moons", "--samples", "3"], "data.samples: must be a whole number from 10"),
        (["moons", "--noise", "-1"], "data.noise: must be a number from 0 to 1e6, not '-1'"),
        (["gaussian_quantiles", "--noise", "1"], "gaussian_quantiles takes no noise"),
        ([], "Missing argument"),
    ],
)
def test_generate_refuses(words: list[str], expected: str, shallow: Shallow) -> None:
    done = shallow("generate", *words, code=2)
    assert expected in done.err
    assert done.out == ""


@pytest.mark.parametrize("name", TABLES)
def test_init_writes_a_config_that_trains_as_it_is(name: str, shallow: Shallow) -> None:
    done = shallow("init", ROOT / f"data/{name}.csv")
    write(Path("c.yaml"), done.out)
    assert done.err == ""
    assert "# " in done.out
    shallow("train", "c.yaml", "--set", "epochs=2")


def test_init_writes_down_what_the_columns_need(shallow: Shallow) -> None:
    """Dates and ids are left out, gaps filled, stray words are gaps, delimiters are told."""
    days = [f"2024-01-{i:02}" for i in range(1, 25)]
    rows = [f"r{i};{day};{i % 5},5;{i % 3};{'yn'[i % 2]}" for i, day in enumerate(days)]
    rows[3] = "r3;2024-01-04;-;2;n"
    rows[4] = "r4;2024-01-05;;1;y"
    write(Path("t.csv"), "name;day;a;b;y\n" + "\n".join(rows) + "\n")
    text = shallow("init", "t.csv").out
    assert "#   name: different in every row" in text
    assert "#   day: looks like dates" in text
    write(Path("c.yaml"), text)
    data = load_config(Path("c.yaml")).data
    assert (data.delimiter, data.decimal, data.exclude) == (";", ",", ("name", "day"))
    assert data.missing == "mean"
    assert data.missing_values[-1] == "-"
    shallow("train", "c.yaml", "--set", "epochs=2")


def test_init_of_a_table_without_a_header(shallow: Shallow) -> None:
    write(Path("t.csv"), "1,2,0\n3,1,1\n2,2,0\n1,1,1\n")
    write(Path("c.yaml"), shallow("init", "t.csv").out)
    data = load_config(Path("c.yaml")).data
    assert not data.header
    assert data.target == ("c3",)
    shallow("train", "c.yaml", "--set", "epochs=1")


def test_init_takes_what_is_said_with_set(shallow: Shallow) -> None:
    Path("t.csv").write_bytes("a,é,y\n1,x,2.5\n2,z,3\n3,x,1\n".encode("cp1252"))
    assert "set data.encoding: cp1252" in shallow("init", "t.csv", code=3).err
    words = ["--set", "data.encoding=cp1252", "--set", "data.target=é"]
    write(Path("c.yaml"), shallow("init", "t.csv", *words).out)
    data = load_config(Path("c.yaml")).data
    assert (data.encoding, data.target, data.task) == ("cp1252", ("é",), "binary")
    shallow("train", "c.yaml", "--set", "epochs=1")
    assert "only keys of data" in shallow("init", "t.csv", "--set", "epochs=3", code=2).err
    assert "no table is named" in shallow("init", "--set", "data.seed=3", code=2).err


@pytest.mark.parametrize(
    "cell", ["x\ny: 1", "#", "a: b", "\x1b[31m", "'", "é", "- x", "x" * 300, "{", "no"]
)
def test_init_is_not_led_astray_by_cells(cell: str, shallow: Shallow) -> None:
    """As a class, as a column name, and in a column that is left out."""
    rows = [["a", cell, "t"], *([str(i), cell + str(i), cell + str(i % 2)] for i in range(30))]
    with Path("t.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    write(Path("c.yaml"), shallow("init", "t.csv").out)
    config = load_config(Path("c.yaml"))
    assert config.data.exclude == (cell,)
    shallow("train", "c.yaml", "--set", "epochs=1")


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("a,y\n1,x\n2,x\n", "only one class, 'x'"),
        ("id,y\n" + "".join(f"n{i},{i % 2}\n" for i in range(30)), "no column is left"),
        ("a,y\n" + "".join(f"{i},n{i}\n" for i in range(60)), "60 classes in 60 rows"),
        ("a,y\n", "has a header, but no rows"),
    ],
)
def test_init_refuses_what_could_not_train(table: str, expected: str, shallow: Shallow) -> None:
    write(Path("t.csv"), table)
    done = shallow("init", "t.csv", code=3)
    assert expected in done.err
    assert done.out == ""


def test_init_for_a_few_rows_holds_none_out(shallow: Shallow) -> None:
    write(Path("t.csv"), "a,y\n1,x\n2,z\n3,x\n4,z\n")
    write(Path("c.yaml"), shallow("init", "t.csv").out)
    shallow("train", "c.yaml", "--set", "epochs=1")


def test_init_without_data_writes_the_reference(shallow: Shallow) -> None:
    write(Path("c.yaml"), shallow("init").out)
    shallow("train", "c.yaml", "--set", "epochs=2")


def test_inspect_tells_what_a_model_is(shallow: Shallow, iris_model: Path) -> None:
    out = shallow("inspect", iris_model).out
    for words in (
        ["hidden", "8", "tanh", "W1", "(8,", "4)", "b1", "(8,", "1)"],
        ["output", "3", "softmax", "W2", "(3,", "8)", "b2", "(3,", "1)"],
        ["petal_length", "feature", "3.76667", "1.74506"],
        ["virginica", "2"],
        ["learning_rate", "0.3"],
    ):
        assert words in [line.split() for line in out.splitlines()]
    assert "W1 (8, 4)\n" not in out
    assert "W1 (8, 4)\n" in shallow("inspect", iris_model, "--weights").out


def test_inspect_json_has_the_weights_in_full(shallow: Shallow, iris_model: Path) -> None:
    found = json.loads(shallow("inspect", iris_model, "--weights", "--json").out)
    theta = load_model(iris_model).theta
    for name, block in theta.blocks().items():
        np.testing.assert_array_equal(found["weights"][name], block)
    assert found["network"]["parameters"] == 67
    assert "weights" not in json.loads(shallow("inspect", iris_model, "--json").out)


def test_the_version(shallow: Shallow) -> None:
    assert shallow("--version").out == f"shallow {__version__}\n"


def test_shallow_alone_prints_help(shallow: Shallow) -> None:
    assert shallow().out == shallow("--help").out
    assert shallow("-h").err == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_shows_an_example_and_the_exit_codes(name: str, shallow: Shallow) -> None:
    out = shallow(name, "--help").out
    assert shallow(name, "-h").out == out
    assert f"\n  Example:\n    shallow {name}" in out
    assert "\n  Exit codes:\n    0    done\n" in out
    assert max(map(len, out.splitlines())) <= 80
    assert "..." not in out.replace("training_...", "").replace("validation_...", "")


def test_names_that_look_like_markup_are_text(shallow: Shallow) -> None:
    rows = "1,2,[/x]\n3,1,[red]\n" * 4
    write(Path("t.csv"), f"[red],[/foo],:smile:\n{rows}")
    write(Path("c.yaml"), "data: {csv: t.csv}\nepochs: 300\nlearning_rate: 1\n")
    assert ":smile:: binary, 2 classes ([/x], [red])" in shallow("train", "c.yaml").err
    for command in ("inspect", "evaluate"):
        out = shallow(command, "model.npz", *(["t.csv"] if command == "evaluate" else [])).out
        assert "[/x]" in out
    assert shallow("predict", "model.npz", "t.csv").out.splitlines()[:2] == [":smile:", "[/x]"]


def test_control_characters_do_not_reach_a_terminal(shallow: Shallow) -> None:
    write(Path("t.csv"), "a,\x1b[31mred\n1,x\n")
    write(Path("c.yaml"), "data: {csv: t.csv}\n")
    assert "\x1b" not in shallow("train", "c.yaml", code=3).err


def test_a_bug_is_one_line_and_exit_70(shallow: Shallow, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("shallow_cli.commands.init.init", broken)
    monkeypatch.delenv("SHALLOW_DEBUG", raising=False)
    [line] = shallow("init", code=70).err.splitlines()
    assert line.startswith(f"shallow: a bug in shallow {__version__}: ZeroDivisionError")
    assert "SHALLOW_DEBUG=1" in line


def test_the_module_is_the_same_program(tmp_path: Path) -> None:
    done = run_process("--version", cwd=tmp_path)
    assert done.stdout == f"shallow {__version__}\n".encode()
