"""Weights of rows and of classes, from a table to the weights of the network."""

import json
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.core.arrays import Array, in_memory
from shallow_cli.errors import ConfigError
from shallow_cli.files.config_file import load_config
from shallow_cli.files.model_file import load_model
from shallow_cli.fitting import fit

from .conftest import Shallow, prepared, refusal, write

STREAM = np.random.RandomState(1)
NUMBERS = [(round(a, 3), round(b, 3)) for a, b in STREAM.randn(14, 2)]
OFTEN = [1, 3, 0, 2, 1, 1, 4, 0, 2, 1, 1, 2, 3, 1]
TASKS = {
    "binary": ["xz"[i % 2] for i in range(14)],
    "multiclass": ["uvw"[i % 3] for i in range(14)],
    "regression": [f"{a * b + 1:.3f}" for a, b in NUMBERS],
}
UNSCALED = ["data.scale=none", "data.scale_target=none"]
SETTINGS = [*UNSCALED, "epochs=30", "init_scale=0.5", "learning_rate=0.5", "l2=0.01"]


def weighted_table(targets: list[str], weights: list[float] | list[int]) -> str:
    rows = zip(NUMBERS, weights, targets, strict=True)
    return "a,b,w,y\n" + "".join(f"{a},{b},{w},{y}\n" for (a, b), w, y in rows)


def fitted(folder: Path, table: str, *overrides: str) -> Array:
    """All the weights that training ends with."""
    write(folder / "t.csv", table)
    config = write(folder / "c.yaml", "data: {csv: t.csv}\n")
    return fit(load_config(config, [*SETTINGS, *overrides])).theta.vector


def weights_of(folder: Path, table: str, *overrides: str) -> list[float]:
    """How much each training row counts."""
    found = in_memory(prepared(folder, table, *overrides).data.training).weights
    assert found is not None
    return found.tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("task", TASKS)
def test_a_weight_is_how_often_a_row_is_there(task: str, tmp_path: Path) -> None:
    """With full batches; rows of weight 0 are not there at all."""
    found = fitted(tmp_path, weighted_table(TASKS[task], OFTEN), "data.weight=w")
    rows = weighted_table(TASKS[task], OFTEN).splitlines()
    repeated = [line for line, times in zip(rows[1:], OFTEN, strict=True) for _ in range(times)]
    expected = fitted(tmp_path, "\n".join([rows[0], *repeated]), "data.exclude=w")
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("task", TASKS)
def test_equal_weights_are_none(task: str, tmp_path: Path) -> None:
    plain = fitted(tmp_path, weighted_table(TASKS[task], [1] * 14), "data.exclude=w")
    for weight in ([1] * 14, [2] * 14):
        table = weighted_table(TASKS[task], weight)
        assert fitted(tmp_path, table, "data.weight=w").tobytes() == plain.tobytes()


@pytest.mark.parametrize("batch", ["batch_size=4", "batch_size=full"])
def test_only_proportions_of_weights_count(batch: str, tmp_path: Path) -> None:
    found, tenth, equal = (
        fitted(tmp_path, weighted_table(TASKS["binary"], weights), "data.weight=w", batch)
        for weights in (OFTEN, [weight / 10 for weight in OFTEN], [1] * 14)
    )
    np.testing.assert_allclose(found, tenth, rtol=1e-11)
    assert np.abs(found - equal).max() > 1e-3


def test_weights_have_the_mean_one(tmp_path: Path) -> None:
    table = "a,w,y\n1,1,x\n2,0,z\n3,5,x\n4,2,z\n"
    assert weights_of(tmp_path, table, "data.weight=w") == [0.5, 0, 2.5, 1]


def test_balanced_is_scikit_learns(tmp_path: Path) -> None:
    """m / (K × the rows of the class): 6 / (3 · 3), 6 / (3 · 2), 6 / (3 · 1)."""
    table = "a,y\n" + "".join(f"{i},{y}\n" for i, y in enumerate("uvwuvu"))
    expected = [2 / 3, 1, 2, 2 / 3, 1, 2 / 3]
    assert weights_of(tmp_path, table, "class_weight=balanced") == pytest.approx(expected)


def test_a_map_of_class_weights(tmp_path: Path) -> None:
    """5 and 1 (not named), over their mean (5 + 1 + 5 + 1) / 4 = 3; classes go by their value."""
    table = "a,y\n1,1\n2,0\n3,1\n4,0\n"
    found = weights_of(tmp_path, table, "class_weight={1.0: 5}")
    assert found == pytest.approx([5 / 3, 1 / 3, 5 / 3, 1 / 3])


def test_weights_of_rows_and_classes_multiply(tmp_path: Path) -> None:
    """1 · 3, 2 · 1, 0 · 3, 1 · 1: their mean is 6 / 4."""
    table = "a,w,y\n1,1,x\n2,2,z\n3,0,x\n4,1,z\n"
    found = weights_of(tmp_path, table, "data.weight=w", "class_weight={x: 3}")
    assert found == pytest.approx([2, 4 / 3, 0, 2 / 3])


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("class_weight={x: 1, Z: 2}", "class_weight: there is no class 'Z'; did you mean 'z'?"),
        ("class_weight={q: 2}", "class_weight: there is no class 'q'; the classes are x, z"),
    ],
)
def test_a_class_that_is_not_there_has_no_weight(setting: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        prepared(tmp_path, "a,y\n1,x\n2,z\n", setting)
    assert str(caught.value) == says


def test_a_regression_has_no_class_weights(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="class_weight: a regression has no classes"):
        prepared(tmp_path, "a,y\n1,1.5\n2,2\n", "class_weight=balanced")


def test_what_is_no_weight_is_refused_in_the_order_of_the_lines(tmp_path: Path) -> None:
    table = "a,w,y\n1,-1,x\n2,,z\n3,q,x\n4,2,z\n5,1e200,x\n"
    assert refusal(tmp_path, table, "data.weight=w") == (
        "t.csv:2: w: '-1' is no weight, which is a number from 0 up (4 such cells: '-1' on line 2, "
        "an empty cell on line 3, 'q' on line 4, '1e200' on line 6)"
    )
    nothing = "a,w,y\n1,0,x\n2,0,z\n"
    assert refusal(tmp_path, nothing, "data.weight=w") == "t.csv: w: all weights are 0"


def test_the_validation_loss_counts_weights_of_rows_only(tmp_path: Path) -> None:
    """Held-out rows of weight 3 and 1, at the first weights: (3 l₁ + l₂) / 4."""
    table = "a,w,y\n1,1,x\n2,1,z\n3,1,x\n"
    losses = {}
    for name, rows in {"1": "5,3,x\n", "2": "9,1,z\n", "both": "5,3,x\n9,1,z\n"}.items():
        validation = write(tmp_path / "v.csv", f"a,w,y\n{rows}")
        write(tmp_path / "t.csv", table)
        config = write(tmp_path / "c.yaml", "data: {csv: t.csv, weight: w}\nclass_weight: {x: 9}\n")
        settings = [f"data.validation={validation}", "epochs=1", "init_scale=1"]
        losses[name] = fit(load_config(config, settings)).history[0].validation_loss or 0
    assert losses["1"] != pytest.approx(losses["2"], rel=0.1)
    assert losses["both"] == pytest.approx((3 * losses["1"] + losses["2"]) / 4, rel=1e-12)


def test_split_off_rows_have_their_weights(tmp_path: Path) -> None:
    table = "a,w,y\n" + "".join(f"{i},{i + 1},{'xz'[i % 2]}\n" for i in range(8))
    found = prepared(tmp_path, table, "data.weight=w", "data.validation=0.5", "data.scale=none")
    assert found.data.validation is not None
    held_out = in_memory(found.data.validation)
    expected = held_out.table[:, 0] + 1
    assert held_out.weights is not None
    np.testing.assert_allclose(held_out.weights, expected / expected.mean())


def test_the_gradient_check_and_the_trace_know_weights(shallow: Shallow) -> None:
    write(Path("t.csv"), weighted_table(TASKS["multiclass"], OFTEN))
    write(Path("c.yaml"), "data: {csv: t.csv, weight: w}\nclass_weight: balanced\nepochs: 2\n")
    shallow("gradcheck", "c.yaml")
    [step] = json.loads(shallow("trace", "c.yaml", "--json").out)["steps"]
    [w] = [item["values"] for item in step["forward"] if item["name"] == "w"]
    assert np.mean(w) == pytest.approx(1)
    assert w[0][2] == 0
    shallow("train", "c.yaml", "-q")
    shallow("gradcheck", "--model", "model.npz", "--data", "t.csv")
    write(Path("n.csv"), "a,b\n1,2\n")
    assert shallow("predict", "model.npz", "n.csv").err == ""  # which needs no weights
    assert load_model(Path("model.npz")).config["data.weight"] == "w"
