"""`shallow evaluate`: metrics, baseline, parts, gates."""

import json
from pathlib import Path
from typing import Any

import pytest

from shallow_cli.files.model_file import load_model

from .conftest import ROOT, Shallow, write

IRIS = ROOT / "data/iris.csv"


def measured(shallow: Shallow, *words: str | Path, code: int = 0) -> dict[str, Any]:
    """The one flat object of --json."""
    found: dict[str, Any] = json.loads(shallow("evaluate", *words, "--json", code=code).out)
    return found


def test_on_new_rows_the_object_has_the_promised_names(shallow: Shallow, iris_model: Path) -> None:
    """Four rows: three setosa, of which one is called virginica in the table."""
    lines = IRIS.read_text().splitlines()
    rows = [lines[0], *lines[1:4], lines[4].replace("setosa", "virginica")]
    write(Path("t.csv"), "\n".join(rows) + "\n")
    found = measured(shallow, iris_model, "t.csv")
    names = ["rows", "accuracy", "log_loss", "f1", "precision", "recall"]
    assert list(found) == [*names, "baseline_accuracy", "confusion"]
    assert found["rows"] == 4
    assert found["accuracy"] == found["baseline_accuracy"] == 0.75
    assert found["confusion"] == [[3, 0, 0], [0, 0, 0], [1, 0, 0]]
    assert found["f1"] == pytest.approx((6 / 7 + 0) / 2)  # versicolor does not occur


def test_the_training_file_is_recognised_and_taken_apart(
    shallow: Shallow, iris_model: Path
) -> None:
    found = measured(shallow, iris_model, IRIS)
    assert (found["rows"], found["training_rows"], found["validation_rows"]) == (150, 120, 30)
    done = shallow("evaluate", iris_model, IRIS)
    assert "is known to the model: " in done.err
    assert "120 training rows, 30 validation rows" in done.err
    kept = json.loads(shallow("inspect", iris_model, "--json").out)["kept"]
    assert found["validation_accuracy"] == kept["validation_accuracy"]
    assert found["validation_log_loss"] == pytest.approx(kept["validation_loss"], rel=1e-12)


def test_tables_show_the_model_beside_the_baseline(shallow: Shallow, iris_model: Path) -> None:
    out = shallow("evaluate", iris_model, IRIS).out
    lines = [line.split() for line in out.splitlines()]
    assert ["all", "rows", "training", "validation"] in lines
    assert ["baseline_accuracy", "0.333333", "0.333333", "0.333333"] in lines
    assert ["precision", "recall", "f1", "rows"] in lines
    assert ["setosa", "10", "0", "0"] in lines


def test_a_regression_is_measured_in_its_own_units(shallow: Shallow) -> None:
    table = ROOT / "data/diabetes.csv"
    write(Path("c.yaml"), f"data: {{csv: {table}}}\nepochs: 300\n")
    shallow("train", "c.yaml")
    found = measured(shallow, "model.npz", table)
    assert [name for name in found if "_" not in name] == ["rows", "rmse", "mae", "r2"]
    assert found["baseline_rmse"] == pytest.approx(77.005746)  # the target's own deviation
    assert found["r2"] == pytest.approx(1 - (found["rmse"] / found["baseline_rmse"]) ** 2)
    # Training took it of the scaled target, and a ratio of squares does not notice.
    assert found["r2"] == pytest.approx(load_model(Path("model.npz")).kept.r2)


@pytest.mark.parametrize(
    ("limit", "code"),
    [("accuracy=0.5", 0), ("accuracy=0.999", 1), ("validation_accuracy=0.5", 0), ("f1=1", 1)],
)
def test_fail_under_is_a_gate(limit: str, code: int, shallow: Shallow, iris_model: Path) -> None:
    done = shallow("evaluate", iris_model, IRIS, "--fail-under", limit, code=code)
    assert "Metrics" in done.out
    assert ("is below" in done.err) == (code == 1)


@pytest.mark.parametrize(
    "limit", ["accuracy", "accuracy=high", "log_loss=1", "rmse=3", "nonsense=1", "accuracy=nan"]
)
def test_a_limit_that_means_nothing_is_refused(
    limit: str, shallow: Shallow, iris_model: Path
) -> None:
    done = shallow("evaluate", iris_model, IRIS, "--fail-under", limit, code=2)
    assert f"--fail-under {limit}: must be METRIC=VALUE, METRIC one of accuracy, f1" in done.err
    assert done.out == ""


def test_a_metric_without_a_value_is_no_verdict(shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {generate: sine}\nepochs: 1\n")
    shallow("train", "c.yaml")
    write(Path("t.csv"), "x1,y\n1,2\n2,2\n")
    assert measured(shallow, "model.npz", "t.csv")["r2"] is None
    done = shallow("evaluate", "model.npz", "t.csv", "--fail-under", "r2=0.5", code=4)
    assert done.err == "r2 has no value on these rows\n"


def test_set_draws_new_rows_of_generated_data(shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {generate: moons, validation: 0.2}\nepochs: 50\n")
    shallow("train", "c.yaml")
    assert measured(shallow)["validation_rows"] == 40
    fresh = measured(shallow, "--set", "data.seed=9", "--set", "data.samples=500")
    assert fresh["rows"] == 500
    assert "training_rows" not in fresh


def test_set_may_name_another_dataset_by_the_same_rules(shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {generate: moons}\nepochs: 50\n")
    shallow("train", "c.yaml")
    assert measured(shallow, "--set", "data.generate=flower")["rows"] == 400
    words = ["--set", "data.generate=gaussian_quantiles", "--set", "data.noise=3"]
    assert "takes no noise" in shallow("evaluate", *words, code=2).err
    generated = shallow("generate", "moons", "--seed", "5").out
    write(Path("t.csv"), generated)
    by_set = measured(shallow, "--set", "data.csv=t.csv")
    assert by_set == measured(shallow, "model.npz", "t.csv")
    assert by_set == measured(shallow, "--set", "data.seed=5")


def test_f1_is_the_mean_over_the_classes_that_occur(shallow: Shallow, iris_model: Path) -> None:
    lines = IRIS.read_text().splitlines()[:3]
    write(Path("two.csv"), "\n".join(lines) + "\n")
    assert measured(shallow, iris_model, "two.csv")["f1"] == 1


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (["--set", "hidden_units=3"], 2, "was decided when the model was trained"),
        (["--set", "data.sed=3"], 2, "unknown key; did you mean 'data.seed'?"),
        (["new.csv", "--set", "data.seed=3"], 2, "--set chooses the rows, and so does DATA"),
        (["--set", "data.seed=3"], 2, "data.seed: is for generated data"),
        ([], 2, "name a CSV as DATA, with the columns sepal_length"),
        (["new.csv"], 3, "no column 'species'"),
        (["strange.csv"], 3, "strange.csv:2: species: 'tulip' is not one of the classes setosa"),
        (["nowhere.csv"], 3, "nowhere.csv: cannot be read: No such file"),
    ],
)
def test_what_cannot_be_evaluated(
    words: list[str], code: int, expected: str, shallow: Shallow, iris_model: Path
) -> None:
    header, first, *_ = IRIS.read_text().splitlines()
    write(Path("new.csv"), "\n".join(line.rpartition(",")[0] for line in (header, first)))
    write(Path("strange.csv"), f"{header}\n{first.replace('setosa', 'tulip')}\n")
    done = shallow("evaluate", iris_model, *words, code=code)
    assert expected in done.err
    assert done.out == ""


@pytest.fixture
def held_out_model(shallow: Shallow) -> Path:
    """Trained on even rows of iris, two classes, validated on odd ones; features in own order."""
    header, *rows = IRIS.read_text().splitlines()
    rows = [row for row in rows if "setosa" not in row]
    write(Path("even.csv"), "\n".join([header, *rows[::2]]) + "\n")
    write(Path("odd.csv"), "\n".join([header, *rows[1::2]]) + "\n")
    columns = "features: [petal_width, sepal_width, petal_length]"
    write(Path("c.yaml"), f"data: {{csv: even.csv, validation: odd.csv, {columns}}}\nepochs: 40\n")
    shallow("train", "c.yaml", "--set", "learning_rate=0.5", "--set", "init_scale=xavier")
    return Path("model.npz")


def test_a_validation_table_is_recognised(shallow: Shallow, held_out_model: Path) -> None:
    kept = json.loads(shallow("inspect", held_out_model, "--json").out)["kept"]
    odd = measured(shallow, held_out_model, "odd.csv")
    assert (odd["rows"], odd["validation_rows"]) == (50, 50)
    assert odd["accuracy"] == odd["validation_accuracy"] == kept["validation_accuracy"]
    even = measured(shallow, held_out_model, "even.csv")
    assert (even["training_rows"], even["accuracy"]) == (50, kept["accuracy"])
    assert "validation_rows" not in even


def test_f1_of_two_classes_is_that_of_the_second(shallow: Shallow, held_out_model: Path) -> None:
    found = measured(shallow, held_out_model, "odd.csv")
    (_, false_second), (missed, hits) = found["confusion"]
    assert false_second != missed
    assert found["f1"] == pytest.approx(2 * hits / (2 * hits + false_second + missed))
    assert found["precision"] == pytest.approx(hits / (hits + false_second))
    assert found["recall"] == pytest.approx(hits / (hits + missed))


def test_the_probability_is_that_of_the_class_it_names(
    shallow: Shallow, held_out_model: Path
) -> None:
    header, *rows = shallow("predict", held_out_model, "odd.csv", "--proba").out.splitlines()
    assert header == "species,p_versicolor,p_virginica"
    for row in rows:
        label, first, second = row.split(",")
        assert label == ("virginica" if float(second) > float(first) else "versicolor")
    true = [line.rpartition(",")[2] for line in Path("odd.csv").read_text().splitlines()[1:]]
    hits = sum(row.startswith(label) for row, label in zip(rows, true, strict=True))
    assert hits / 50 == measured(shallow, held_out_model, "odd.csv")["accuracy"] > 0.8


def test_set_names_another_table_for_a_model_of_a_table(shallow: Shallow, iris_model: Path) -> None:
    write(Path("few.csv"), "\n".join(IRIS.read_text().splitlines()[:11]) + "\n")
    assert measured(shallow, iris_model, "--set", "data.csv=few.csv")["rows"] == 10


def test_a_limit_is_reached_by_equality_and_all_limits_count(
    shallow: Shallow, iris_model: Path
) -> None:
    accuracy = measured(shallow, iris_model, IRIS)["accuracy"]
    shallow("evaluate", iris_model, IRIS, "--fail-under", f"accuracy={accuracy!r}")
    words = ["--fail-under", "accuracy=1", "--fail-under", "accuracy=0.5"]
    assert "is below 1" in shallow("evaluate", iris_model, IRIS, *words, code=1).err


def test_a_prediction_that_overflows_is_no_metric(shallow: Shallow) -> None:
    write(Path("t.csv"), "x,y\n1e-140,1\n2e-140,2.5\n3e-140,3\n")
    write(Path("c.yaml"), "data: {csv: t.csv}\nactivation: relu\nepochs: 1\ninit_scale: 1e30\n")
    shallow("train", "c.yaml", "--set", "learning_rate=1e-200")
    write(Path("new.csv"), "x,y\n1e-140,1\n1e149,2\n")
    for words in ([], ["--json"], ["--fail-under", "r2=0.9"]):
        done = shallow("evaluate", "model.npz", "new.csv", *words, code=3)
        assert done.err.startswith("new.csv:3: no finite prediction")
        assert done.out == ""


def test_a_table_with_a_strange_name_is_only_a_name(shallow: Shallow) -> None:
    for name in ("2020", "[draft].csv", "a: b.csv", "#1.csv"):
        write(Path(name), "a,y\n1,x\n2,z\n")
        words = ["--set", f'data.csv="{name}"', "--set", "epochs=1"]
        write(Path("c.yaml"), "")
        shallow("train", "c.yaml", *words)
        assert measured(shallow, "model.npz", name)["training_rows"] == 2
