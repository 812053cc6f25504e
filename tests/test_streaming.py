"""`shallow evaluate` on rows that come by: the metrics are those of all rows at once."""

import json
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import Array

from .conftest import Shallow, run_process, write
from .mixed import CONFIG, Table, as_csv, mixed, part


@pytest.fixture
def table() -> Table:
    return mixed(6000, seed=1)


@pytest.fixture(autouse=True)
def trained(shallow: Shallow, table: Table) -> None:
    """model.npz knows t.csv; new.csv has rows that are new to it."""
    Path("t.csv").write_bytes(as_csv(mixed(300)))
    Path("new.csv").write_bytes(as_csv(table))
    write(Path("c.yaml"), CONFIG)
    shallow("train", "c.yaml")


def measured(shallow: Shallow, *words: str | Path) -> dict[str, Any]:
    """The one flat object of --json."""
    found: dict[str, Any] = json.loads(shallow("evaluate", *words, "--json").out)
    return found


def predicted(shallow: Shallow, *words: str) -> tuple[list[str], Array]:
    """What is answered, and the last column of numbers."""
    lines = shallow("predict", *words).out.splitlines()[1:]
    cells = [line.split(",") for line in lines]
    return [row[0] for row in cells], np.array([float(row[-1]) for row in cells])


def test_metrics_of_two_classes(shallow: Shallow, table: Table) -> None:
    found = measured(shallow, "model.npz", "new.csv")
    answers, p = predicted(shallow, "model.npz", "new.csv", "--proba")
    true, said = (np.array(x) == "nein" for x in (table["Klasse"], answers))
    hits, alarms, missed = (true & said).sum(), (~true & said).sum(), (true & ~said).sum()
    pairs = p[true][:, None] - p[~true]
    assert list(found)[:7] == ["rows", "accuracy", "log_loss", "f1", "precision", "recall", "auc"]
    assert found["rows"] == 6000
    assert found["confusion"] == [[(~true & ~said).sum(), alarms], [missed, hits]]
    assert found["accuracy"] == np.mean(true == said)
    assert found["precision"] == hits / (hits + alarms)
    assert found["recall"] == hits / (hits + missed)
    assert found["f1"] == pytest.approx(2 * hits / (2 * hits + alarms + missed), rel=1e-12)
    assert found["log_loss"] == pytest.approx(-np.log(np.where(true, p, 1 - p)).mean(), rel=1e-9)
    assert found["auc"] == pytest.approx(np.mean(pairs > 0) + np.mean(pairs == 0) / 2, rel=1e-12)
    assert found["baseline_accuracy"] == max(np.mean(true), np.mean(~true))


def test_metrics_of_a_regression(shallow: Shallow, table: Table) -> None:
    shallow("train", "c.yaml", "--set", "data.target=Anteil", "-o", "r.npz")
    found = measured(shallow, "r.npz", "new.csv")
    _, values = predicted(shallow, "r.npz", "new.csv")
    true = np.array(table["Anteil"])
    error, deviation = values - true, true - true.mean()
    expected = {
        "rows": 6000,
        "rmse": np.sqrt(np.mean(error**2)),
        "mae": np.mean(np.abs(error)),
        "r2": 1 - np.sum(error**2) / np.sum(deviation**2),
        "baseline_rmse": np.sqrt(np.mean(deviation**2)),
    }
    assert found == {name: pytest.approx(value, rel=1e-12) for name, value in expected.items()}


def test_three_classes_have_no_area(shallow: Shallow, table: Table) -> None:
    three = {
        **table,
        "Klasse": [x if i % 3 else "weiß nicht" for i, x in enumerate(table["Klasse"])],
    }
    Path("three.csv").write_bytes(as_csv(three))
    shallow("train", "c.yaml", "--set", "data.csv=three.csv", "-o", "three.npz")
    found = measured(shallow, "three.npz", "three.csv")
    assert (found["rows"], found["training_rows"], found["validation_rows"]) == (6000, 4500, 1500)
    assert not any("auc" in name for name in found)


def test_a_file_that_is_known_gives_the_same_of_all_rows(shallow: Shallow) -> None:
    """A copy is known too, by its bytes; one with a further line break is new."""
    known = measured(shallow, "model.npz", "t.csv")
    assert (known["training_rows"], known["validation_rows"]) == (226, 74)
    Path("copy.csv").write_bytes(Path("t.csv").read_bytes())
    assert measured(shallow, "model.npz", "copy.csv") == known
    Path("new.csv").write_bytes(Path("t.csv").read_bytes() + b"\r\n")
    new = measured(shallow, "model.npz", "new.csv")
    assert new == {name: known[name] for name in new}
    assert "training_rows" not in new


def test_of_a_pipe_nobody_knows_whether_it_is_known(shallow: Shallow, tmp_path: Path) -> None:
    new = measured(shallow, "model.npz", "t.csv")
    raw = Path("t.csv").read_bytes()
    done = run_process("evaluate", "model.npz", "-", "--json", cwd=tmp_path, stdin=raw)
    found = json.loads(done.stdout)
    assert found == {name: new[name] for name in found}
    assert "training_rows" not in found
    os.mkfifo("pipe")
    writer = threading.Thread(target=Path("pipe").write_bytes, args=(raw,))
    writer.start()
    assert measured(shallow, "model.npz", "pipe") == found
    writer.join()


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_rows_that_are_left_out_and_words_nobody_knows_are_told(
    words: list[str], shallow: Shallow
) -> None:
    words_of_training = ["--set", "data.missing=drop", "--set", "epochs=5"]  # too few to judge
    shallow("train", "c.yaml", *words_of_training, "-o", "d.npz")
    some = part(mixed(20, seed=3), 0, 6)
    some |= {"Größe": [1.5, None, None, 2.5, 3.5, 4.5], "Alter": [1, None, 2, None, 5, 6]}
    some["Farbe"] = ["rot", "rot", "rot", "rot", "lila", "pink"]
    Path("some.csv").write_bytes(as_csv(some))
    done = shallow("evaluate", "d.npz", "some.csv", *words)
    assert done.err.splitlines() == [
        "left out: 2 rows without Größe",
        "left out: 1 row without Alter",
        "warning: Farbe: 2 cells have words that no training row has, and count as no word at all",
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "some.csv: empty; a table needs a header and rows\n"),
        (as_csv(part(mixed(1), 0, 0)), "some.csv: no rows to measure on\n"),
    ],
)
def test_nothing_to_measure_on(raw: bytes, expected: str, shallow: Shallow) -> None:
    Path("some.csv").write_bytes(raw)
    assert shallow("evaluate", "model.npz", "some.csv", code=3).err == expected


def test_a_faulty_cell_far_below_names_its_place(shallow: Shallow, table: Table) -> None:
    table["Anteil"][5500] = "viel"
    Path("new.csv").write_bytes(as_csv(table))
    line = 2 + sum(1 + (cell or "").count("\n") for cell in table["Farbe"][:5500])
    line += sum(cell.count("\n") for cell in table["id"][:5500])
    done = shallow("evaluate", "model.npz", "new.csv", code=3)
    assert done.err.startswith(f"new.csv:{line}: Anteil: 'viel' is not a number")
    assert done.out == ""


@pytest.mark.parametrize("known", [False, True])
def test_a_prediction_that_is_not_finite_names_its_place(known: bool, shallow: Shallow) -> None:
    """In the 5001st row: several blocks and batches lie before it."""
    rows = [f"{i % 3 + 1}e-140,{i % 2}.5\n" for i in range(5000)]
    text = "".join(["x,y\n", *rows, "1e149,2\n"])
    write(Path("far.csv"), text)
    write(Path("near.csv"), "".join(["x,y\n", *rows]))
    far = "far.csv" if known else "near.csv"
    write(Path("r.yaml"), f"data: {{csv: {far}, scale: none}}\nactivation: relu\nepochs: 1\n")
    words = ["--set", "init_scale=1e-200", "--set", "learning_rate=1e-200"]
    shallow("train", "r.yaml", *words, "-o", "r.npz")
    blown_up(Path("r.npz"))
    done = shallow("evaluate", "r.npz", "far.csv", code=3)
    where = "far.csv: row 5001" if known else "far.csv:5002"
    assert done.err.startswith(f"{where}: no finite prediction")


def blown_up(path: Path) -> None:
    """The model with weights of 1e100."""
    import dataclasses

    from shallow_cli.core.network import parameters
    from shallow_cli.files.model_file import load_model, save_model

    model = load_model(path)
    theta = parameters(model.network, np.full(model.network.n_parameters, 1e100))
    save_model(dataclasses.replace(model, theta=theta), path)


def test_two_known_files_of_one_size_are_both_known(shallow: Shallow) -> None:
    write(Path("t.csv"), "x,y\n1,a\n2,b\n3,a\n")
    write(Path("v.csv"), "x,y\n4,b\n5,a\n6,b\n")
    write(Path("c.yaml"), "data: {csv: t.csv, validation: v.csv}\nepochs: 1\n")
    shallow("train", "c.yaml")
    for name, rows in (("t.csv", "training"), ("v.csv", "validation")):
        assert f"3 {rows} rows" in shallow("evaluate", "model.npz", name).err


def test_a_model_of_generated_data_reads_tables_written_in_any_way(shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {generate: moons}\nepochs: 1\n")
    shallow("train", "c.yaml")
    write(Path("t.csv"), "x1;x2;y\n0,5;0,25;1\n")
    words = ["model.npz", "t.csv", "--set", "data.decimal=,"]
    assert len(shallow("predict", *words).out.splitlines()) == 2
    assert json.loads(shallow("evaluate", *words, "--json").out)["rows"] == 1
