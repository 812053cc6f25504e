"""`shallow gradcheck`: its tables, its verdicts, and what it says of mistakes."""

import json
import re
import time
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.core import gradient
from shallow_cli.core.calls import Calls
from shallow_cli.core.gradcheck.mistakes import MISTAKES
from shallow_cli.core.network import backward
from shallow_cli.core.outputs import OUTPUTS
from shallow_cli.core.schedules import SCHEDULES
from shallow_cli.files.model_file import load_model, save_model

from .conftest import ROOT, Shallow, write
from .core.gradcheck.test_mistakes import KINDS

FLOWER, IRIS = ROOT / "configs/flower.yaml", ROOT / "configs/iris.yaml"
CORNER = """
data: {csv: t.csv, scale: none, scale_target: none}
activation: relu
hidden_units: 1
init_scale: 1
"""
BLOCKS = ["W1", "b1", "W2", "b2"]
POINTS = ["first weights", "generic weights", "after 20 steps", "saturated weights"]
STEPS = ["step 1", "step 2", "step 3"]


def test_without_arguments_everything_is_checked(shallow: Shallow) -> None:
    """In about a second and a half of an idle machine; on a busy one the best of three counts."""
    seconds: list[float] = []
    while not seconds or (min(seconds) >= 4 and len(seconds) < 3):
        start = time.process_time()
        done = shallow("gradcheck")
        seconds.append(time.process_time() - start)
    assert min(seconds) < 4
    lines = done.out.splitlines()
    assert sum(line.endswith(" ok") for line in lines) == 5 * 3 * 2
    assert lines[-1].startswith("passed: worst ")
    assert lines[-1].endswith(" rounding units, limit 100")
    assert done.err == ""


def test_without_arguments_all_sizes_and_points_are_among_them(shallow: Shallow) -> None:
    found = json.loads(shallow("gradcheck", "--json").out)
    assert (found["passed"], found["failed"]) == (True, False)
    points = {check["point"] for check in found["checks"]}
    sizes = ["", "one unit, ", "square, ", "one row, "]
    steps = {point for point in points if point.startswith("step ")}
    assert points - steps == {size + point for size in sizes for point in POINTS}
    for name in (*STEPS, "by momentum", "by nesterov", "by adam", "by lbfgs", *list(SCHEDULES)[1:]):
        assert any(name in step for step in steps), name
    assert len({check["network"] for check in found["checks"]}) == 30
    assert all(check["checked"] == check["elements"] for check in found["checks"])
    assert sum(point["zeros"] for point in found["points"]) > 0
    assert sum(check["kinks"] for check in found["checks"]) > 0
    assert sum(check["compared"] for check in found["checks"]) > 1000
    assert {point["rows"] for point in found["points"]} == {1, 3, 4, 5, 7}


@pytest.mark.parametrize("name", ["flower", "spiral", "iris", "diabetes"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_config_is_checked_at_four_points_and_three_steps(
    name: str, dtype: str, shallow: Shallow
) -> None:
    words = ["--set", "l2=0.1", "--dtype", dtype, "--json"]
    found = json.loads(shallow("gradcheck", ROOT / f"configs/{name}.yaml", *words).out)
    assert found["passed"] is True
    assert found["dtype"] == dtype
    assert [c["point"] for c in found["checks"][::4]] == [POINTS[0], *STEPS, *POINTS[1:]]
    assert all(check["rounding_units"] < 100 for check in found["checks"])


def test_the_table_of_a_point(shallow: Shallow) -> None:
    lines = shallow("gradcheck", IRIS).out.splitlines()
    start = lines.index("Generic weights, 32 rows")
    header = "checked error relative ratio units worst backprop numeric kinks verdict"
    assert lines[start + 1].split() == header.split()
    rows = [line.split() for line in lines[start + 2 : start + 6]]
    assert [row[0] for row in rows] == BLOCKS
    assert [row[1] for row in rows] == ["32/32", "8/8", "24/24", "3/3"]
    assert all(row[-1] == "ok" for row in rows)
    assert all(row[-4] == row[-3] for row in rows)  # backprop and numeric, to nine digits
    assert lines[-4] == "checked: 469 of 469 elements and 224 directions, in 7 checks"
    assert lines[-3] == "central differences: 48 of 48 directions agree"
    assert lines[-2].startswith("norm ratio: ")


@pytest.mark.parametrize("term", ["dZ2", "slope", "X", "b2"])
def test_a_term_replaced_in_the_backward_pass_exits_1(
    term: str, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace_term(theta: Any, shard: Any, work: Any, out: Any) -> None:
        X, Y = shard.X, shard.Y
        dA1 = {"W2": (theta.W2 + 1e-6).T @ work.dZ2}.get(term, theta.W2.T @ work.dZ2)
        dZ1 = dA1 * (1 if term == "slope" else work.slope)
        out.layer1[...] = dZ1 @ (X + 1e-6 if term == "X" else X).T
        if term == "dZ2":
            out.layer2[...] = (work.A2 + Y) @ work.A1_ones.T
        if term == "b2":
            out.b2[...] = 0

    def mistaken(network: Any, theta: Any, shard: Any, work: Any, out: Any) -> Calls:
        calls = backward(network, theta, shard, work, out)
        return [*calls, (replace_term, (theta, shard, work, out))]

    monkeypatch.setattr(gradient, "backward", mistaken)
    done = shallow("gradcheck", FLOWER, code=1)
    assert "FAIL" in done.out
    assert ": backprop " in done.out
    assert "hint: " in done.out
    assert json.loads(shallow("gradcheck", "--json", code=1).out)["passed"] is False


def assert_hinted(out: str, name: str) -> None:
    """The mistake is named at the top, and its kind in the hint above the verdict."""
    assert out.startswith(f"Planted: {MISTAKES[name].says}\n")
    *_, said, verdict = out.splitlines()
    assert said.startswith(f"hint: {KINDS[name][0]}")
    assert verdict.startswith("FAILED: worst ")


@pytest.mark.parametrize("name", [name for name in MISTAKES if name != "no-weights"])
def test_every_break_exits_1_with_a_hint_of_its_kind(name: str, shallow: Shallow) -> None:
    activation = {"always-on": "relu"}.get(name, "leaky_relu" if "lea" in name else "tanh")
    activation = "leaky_relu" if name == "swapped-sides" else activation
    settings = [f"activation={activation}", "leak=0.2", "l2=0.1", "hidden_units=5"]
    words = [word for setting in settings for word in ("--set", setting)]
    done = shallow("gradcheck", ROOT / "configs/spiral.yaml", *words, "--break", name, code=1)
    assert_hinted(done.out, name)


@pytest.mark.parametrize(
    "name", ["no-sum", "softmax-over-examples", "swapped-sides", "mean-l2", "no-weights"]
)
def test_without_a_config_a_break_is_planted_wherever_it_fits(name: str, shallow: Shallow) -> None:
    done = shallow("gradcheck", "--break", name, code=1)
    assert_hinted(done.out, name)
    lines = done.out.splitlines()
    networks = [line for line in lines if line.endswith((" ok", " FAIL"))]
    assert len(networks) == {"no-sum": 30, "softmax-over-examples": 10, "swapped-sides": 6}.get(
        name, 15
    )
    assert all(line.endswith(" FAIL") for line in networks)


def test_breaks_of_a_config_and_their_list(shallow: Shallow) -> None:
    done = shallow("gradcheck", IRIS, "--break", "no-mean", code=1)
    assert "hint: the mean over the examples: dW1: 32 (m) times" in done.out
    assert "\ngeneric weights: W1[" in done.out
    listed = shallow("gradcheck", "--break", "list").out.splitlines()
    assert [line.split()[0] for line in listed] == list(MISTAKES)
    assert all(line.endswith(MISTAKES[line.split()[0]].says) for line in listed)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--break", "no-meen"], "--break no-meen: no such mistake; did you mean 'no-mean'?"),
        (["--break", "?"], "--break ?: no such mistake; `--break list` names them"),
        ([FLOWER, "--break", "no-l2"], "--break no-l2: no mistake here; it needs l2 above 0"),
        (["--break", ""], "--break : no such mistake; `--break list` names them"),
        (["--set", "l2=1"], "--set needs a CONFIG or --model"),
        (["--rows", "3", "--data", "x.csv"], "--data needs a CONFIG or --model\n--rows needs"),
        ([IRIS, "--model", "m.npz"], "give a CONFIG or --model: a model keeps its own config"),
    ],
)
def test_words_that_do_not_go_together(
    words: list[str | Path], says: str, shallow: Shallow
) -> None:
    done = shallow("gradcheck", *words, code=2)
    assert done.err.startswith(says)
    assert done.out == ""


def test_a_model_is_checked_at_its_weights(shallow: Shallow, iris_model: Path) -> None:
    found = json.loads(
        shallow("gradcheck", "--model", iris_model, "--data", ROOT / "data/iris.csv", "--json").out
    )
    assert [c["point"] for c in found["checks"][::4]] == ["trained weights", *STEPS]
    assert found["passed"] is True
    err = shallow("gradcheck", "--model", iris_model, code=2).err
    assert err.startswith("name a CSV as --data, with the columns sepal_length, ")


def test_a_model_of_generated_data_needs_no_table(shallow: Shallow) -> None:
    shallow("train", FLOWER, "--set", "epochs=50", "--set", "l2=0.3", "-q")
    found = json.loads(shallow("gradcheck", "--model", "model.npz", "--json").out)
    assert found["passed"] is True
    done = shallow("gradcheck", "--model", "model.npz", "--break", "no-l2", code=1)
    assert "hint: L2: dW1, dW2 differ in proportion to W; 0 times λ W is added" in done.out


def test_a_converged_model_passes_where_the_course_would_reject_it(shallow: Shallow) -> None:
    text = "data: {generate: xor, samples: 20}\nl2: 0.1\nlearning_rate: 2\nepochs: 20000\n"
    write(Path("c.yaml"), text)
    shallow("train", "c.yaml", "-q", "--set", "init_scale=1")
    done = shallow("gradcheck", "--model", "model.npz")
    ratio = next(line for line in done.out.splitlines() if line.startswith("norm ratio: "))
    assert float(ratio.split()[2]) > 1e-7
    assert done.out.splitlines()[-1].startswith("passed")
    done = shallow("gradcheck", "--model", "model.npz", "--break", "mean-l2", code=1)
    assert "hint: L2" in done.out


def test_other_rows_and_their_number(shallow: Shallow, iris: Path) -> None:
    odd = iris.rename(iris.with_name("a: b #1.csv"))
    found = json.loads(shallow("gradcheck", IRIS, "--data", odd, "--rows", "9", "--json").out)
    assert {point["rows"] for point in found["points"]} == {9}
    everything = json.loads(shallow("gradcheck", IRIS, "--rows", "100000", "--json").out)
    assert {point["rows"] for point in everything["points"]} == {120}


def test_a_budget_is_told(shallow: Shallow) -> None:
    words = ["--max-per-block", "5", "--set", "hidden_units=20"]
    found = json.loads(shallow("gradcheck", IRIS, *words, "--json").out)
    assert [c["checked"] for c in found["checks"][:4]] == [5, 5, 5, 3]
    assert found["checks"][0]["directions"] == 8
    done = shallow("gradcheck", IRIS, *words)
    assert " 5/80 " in done.out
    assert "checked: 126 of 1141 elements and 224 directions, in 7 checks" in done.out


def test_a_seed_moves_rows_and_points_but_not_the_verdict(shallow: Shallow) -> None:
    outs = [shallow("gradcheck", IRIS, "--seed", str(seed)).out for seed in (0, 0, 1)]
    assert outs[0] == outs[1] != outs[2]


def test_weights_that_overflow_are_no_verdict(shallow: Shallow) -> None:
    words = ["--set", "init_scale=1e300", "--set", "activation=relu"]
    done = shallow("gradcheck", ROOT / "configs/diabetes.yaml", *words, code=4)
    assert done.out.endswith("too large or not finite at these weights\n")
    assert done.err == ""
    shallow("gradcheck", ROOT / "configs/diabetes.yaml", *words, "--json", code=4)


@pytest.mark.parametrize(
    "words",
    [
        ["breast_cancer", "l2=1", "learning_rate=1"],
        ["moons", "activation=relu", "init_scale=0.01", "l2=1", "learning_rate=1"],
        ["xor", "init_scale=1e-8", "l2=0.1"],
        ["flower", "init_scale=1e300"],
        ["flower", "init_scale=0"],
        ["iris", "init_scale=0", "activation=relu"],
        ["wine", "data.scale=none", "activation=sigmoid"],
    ],
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_unusual_settings_are_no_false_alarm(
    words: list[str], dtype: str, shallow: Shallow
) -> None:
    name, *settings = words
    sets = [word for setting in settings for word in ("--set", setting)]
    code = 4 if settings == ["init_scale=1e300"] else 0  # too large to tell
    shallow("gradcheck", ROOT / f"configs/{name}.yaml", *sets, "--dtype", dtype, code=code)


def test_a_training_that_diverges_is_told(shallow: Shallow) -> None:
    """Weights of 1e19 overflow float32: no verdict there, and no accusation."""
    sets = ["activation=sigmoid", "learning_rate=2", "hidden_units=30", "l2=0.001"]
    words = [word for setting in sets for word in ("--set", setting)]
    config = ROOT / "configs/diabetes.yaml"
    done = shallow("gradcheck", config, *words, "--dtype", "float32", code=4)
    says = "after 20 steps: too large or not finite; does training diverge? Lower learning_rate\n"
    assert done.out.count(says) == 1
    assert "hint" not in done.out


def test_a_step_that_misuses_a_right_gradient_has_a_hint_too(
    shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shallow_cli.core.batches.epoch_orders", lambda _s, m, _d: repeat(np.arange(m))
    )
    done = shallow("gradcheck", IRIS, "--set", "batch_size=8", code=1)
    assert "\nstep 1: W1[" in done.out
    assert "\nhint: the gradient is right, and the step taken with it is not: " in done.out


def test_methods_that_disagree_are_no_verdict(
    shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(Z2: Any, Y: Any) -> Any:
        return (np.maximum(Z2, 0) - Y * Z2 + np.log1p(np.exp(-np.abs(Z2)))).sum()

    monkeypatch.setitem(OUTPUTS, "sigmoid", replace(OUTPUTS["sigmoid"], loss=careless))
    done = shallow("gradcheck", FLOWER, code=4)
    torn = r"\n.* weights: .*W1.*: complex steps and central differences disagree\n"
    assert re.search(torn, done.out)
    assert "hint" not in done.out
    assert done.out.endswith("is the loss fit for complex numbers?\n")


def test_rows_at_a_corner_are_told_and_nothing_else_is_a_pass(shallow: Shallow) -> None:
    """b1 is minus what the only row gives, so its z is 0 but for rounding."""
    write(Path("t.csv"), "a,b,y\n1,2,0.5\n2,1,1.5\n3,2,2.5\n")
    shallow("train", write(Path("c.yaml"), CORNER), "-q", "--set", "epochs=1")
    model = load_model(Path("model.npz"))
    model.theta.b1[...] = -(model.theta.W1 @ [[0.1], [0.7]])
    save_model(model, Path("model.npz"))
    write(Path("one.csv"), "a,b,y\n0.1,0.7,1\n")
    write(Path("two.csv"), "a,b,y\n0.1,0.7,1\n0.3,0.3,2\n")
    done = shallow("gradcheck", "--model", "model.npz", "--data", "two.csv")
    assert "rows left out, with a z that is 0 but for rounding: 1" in done.out
    words = ["--model", "model.npz", "--data", "one.csv"]
    done = shallow("gradcheck", *words, code=4)
    assert done.out == (
        "trained weights: every row has a z that rounding puts on either side of a corner\n"
        "steps left out, where training ends, or a z is 0 but for rounding: 3\n"
        "no verdict: nothing could be checked\n"
    )
    [point] = json.loads(shallow("gradcheck", *words, "--json", code=4).out)["points"]
    assert (point["rows"], point["rows_left_out"], point["decided"]) == (0, 1, False)
