"""`shallow trace`: what a learner reads, and what a script gets."""

import json
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.core.datasets import DATASETS, generate

from .conftest import ROOT, Shallow

FLOWER, IRIS = ROOT / "configs/flower.yaml", ROOT / "configs/iris.yaml"


def test_the_course_s_first_step(shallow: Shallow) -> None:
    """0.693048 is the published cost of the first weights."""
    out = shallow("trace", FLOWER).out
    assert out.startswith("Step 1: m = 400, α = 1.2\nForward, from left to right: X → Z1 → ")
    assert "\nZ1 = W1 X + b1  (4, 400)  → A1\n    [[-0.007032  0.000173" in out
    assert "\nA1 = g(Z1) = tanh(Z1)  (4, 400)  → Z2, dW2, g′(Z1)\n" in out
    assert "\nJ = −(1/m) Σ [Y log A2 + (1 − Y) log(1 − A2)] = 0.693048\n" in out
    assert "\ndZ2 = A2 − Y  (1, 400)  → dW2, db2, dZ1\n" in out
    assert "\ndZ1 = W2ᵀ dZ2 ∘ g′(Z1)  (4, 400)  → dW1, db1\n" in out
    assert "\nW1 ← W1 − α dW1  (4, 2)\n" in out
    places = [out.index(word) for word in ("Forward", "\nJ = ", "Backward", "Update", "\nJ is ")]
    assert places == sorted(places)
    assert max(map(len, out.splitlines())) <= 80


def test_json_has_every_value(shallow: Shallow) -> None:
    found = json.loads(shallow("trace", FLOWER, "--steps", "2", "--json").out)
    first, second = found["steps"]
    assert (found["learning_rate"], found.get("l2"), found.get("leak")) == (1.2, None, None)
    assert first["loss"] == pytest.approx(0.693048, abs=5e-7)
    assert second["loss"] == first["loss_after"] < first["loss"]
    X = first["forward"][0]
    assert (X["name"], X["shape"], X["flows_to"]) == ("X", [2, 400], ["Z1", "dW1"])
    inputs, _ = generate("flower", 400, DATASETS["flower"].noise or 0.0, 1)
    np.testing.assert_array_equal(X["values"], inputs.T)


def test_rows_are_examples_counted_from_1(shallow: Shallow) -> None:
    words = ["--row", "400", "--row", "1", "--json"]
    [step] = json.loads(shallow("trace", FLOWER, *words).out)["steps"]
    inputs, _ = generate("flower", 400, DATASETS["flower"].noise or 0.0, 1)
    assert step["examples"] == 2
    np.testing.assert_array_equal(step["forward"][0]["values"], inputs[[399, 0]].T)
    assert "X  (2, 1)" in shallow("trace", FLOWER, "--row", "7").out


def test_a_model_goes_on_from_its_weights(shallow: Shallow, iris_model: Path) -> None:
    table = ROOT / "data/iris.csv"
    [step] = json.loads(shallow("trace", iris_model, "--data", table, "--json").out)["steps"]
    weights = json.loads(shallow("inspect", iris_model, "--weights", "--json").out)["weights"]
    found = {quantity["name"]: quantity["values"] for quantity in step["forward"]}
    assert all(found[name] == weights[name] for name in ("W1", "b1", "W2", "b2"))
    assert step["examples"] == 150
    err = shallow("trace", iris_model, code=2).err
    assert err.startswith("name a CSV as --data, with the columns sepal_length, ")


def test_a_config_takes_other_rows_and_settings(shallow: Shallow, iris: Path) -> None:
    words = ["--data", iris, "--set", "data.validation=0", "--set", "l2=0.5"]
    out = shallow("trace", IRIS, *words).out
    assert out.startswith("Step 1: m = 150, ")
    assert ", λ = 0.5\n" in out
    assert "\ndW1 = dZ1 Xᵀ / m + λ W1  " in out


def test_the_constants_of_the_equations_are_told(shallow: Shallow) -> None:
    words = ["--set", "activation=leaky_relu", "--set", "leak=0.2", "--set", "l2=0.5"]
    out = shallow("trace", FLOWER, *words).out
    assert out.startswith("Step 1: m = 400, α = 1.2, λ = 0.5, leak = 0.2\n")
    found = json.loads(shallow("trace", FLOWER, *words, "--json").out)
    assert (found["learning_rate"], found["l2"], found["leak"]) == (1.2, 0.5, 0.2)
    rising = ["--set", "learning_rate=1e9", "--set", "init_scale=1"]
    assert "more.\n" in shallow("trace", FLOWER, *rising).out
    assert "less.\n" in out


def test_more_rows_than_one_pass_are_cut_with_a_word(shallow: Shallow) -> None:
    words = ["--set", "data.samples=9000"]
    done = shallow("trace", FLOWER, *words)
    assert done.out.startswith("Step 1: m = 8192, ")
    assert done.err.startswith("the first 8192 of 9000 examples, which is one pass; ")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (
            [FLOWER, "--row", "401", "--row", "500"],
            2,
            "--row 401: there are 400 training examples\n",
        ),
        ([FLOWER, "--row", "0"], 2, "Usage: "),
        (["none.npz"], 3, "none.npz: cannot be read: No such file or directory; `shallow train"),
        (["none.yaml"], 2, "none.yaml: cannot be read: No such file or directory"),
        ([ROOT / "data/iris.csv"], 2, str(ROOT / "data/iris.csv")),
    ],
)
def test_what_cannot_be_traced(
    words: list[str | Path], code: int, says: str, shallow: Shallow
) -> None:
    done = shallow("trace", *words, code=code)
    assert done.err.startswith(says)
    assert done.out == ""


def test_what_overflows_is_null_in_json(shallow: Shallow) -> None:
    words = ["--set", "init_scale=1e200", "--set", "activation=relu", "--json"]
    [step] = json.loads(shallow("trace", ROOT / "configs/diabetes.yaml", *words).out)["steps"]
    assert step["loss"] is None
