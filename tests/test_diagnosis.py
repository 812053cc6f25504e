"""For each diagnosis a config that provokes it, and one near it that does not."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import examples
from shallow_cli.core.looking import MOST_ROWS, alike, constant_loss, look, some_of
from shallow_cli.core.network import Network, parameters, zeros
from shallow_cli.diagnosis.fits import CONSEQUENCES, FITS
from shallow_cli.diagnosis.steps import SCALES, STEPS
from shallow_cli.files.config_file import load_config
from shallow_cli.files.model_file import load_model
from shallow_cli.fitting import fit

from .conftest import ROOT, Shallow, write

CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))
# The diagnosis; a config and the settings that provoke it; settings near these that do not.
CASES = {
    "symmetry": ("flower", "init_scale=0", "init_scale=0.001"),
    "dead units": (
        "flower",
        "activation=relu init_scale=he learning_rate=10",
        "activation=relu init_scale=he learning_rate=0.1",
    ),
    "saturation": ("flower", "init_scale=100", "init_scale=1"),
    "unscaled inputs": ("breast_cancer", "data.scale=none", "data.scale=standardize seed=1"),
    "unscaled target": (
        "diabetes",
        "data.scale_target=none learning_rate=0.0001",
        "data.scale_target=standardize",
    ),
    "rate too high": ("flower", "learning_rate=10 epochs=100", "learning_rate=1"),
    "rate too low": ("flower", "learning_rate=0.001 epochs=2000", "learning_rate=1 epochs=2000"),
    "overfitting": (
        "moons",
        "data.samples=80 hidden_units=50 epochs=20000 learning_rate=1",
        "data.samples=80 hidden_units=50 epochs=20000 learning_rate=1 early_stopping=500",
    ),
    "too many parameters": (
        "diabetes",
        "hidden_units=500 l2=0 data.validation=0",
        "hidden_units=200 l2=0 data.validation=0",
    ),
    "stuck at chance": ("xor", "activation=identity", "activation=tanh seed=1"),
    "baseline": ("flower", "activation=identity", "activation=tanh seed=3"),
    "stopped short": ("flower", "epochs=100", "epochs=3000"),
}


def found(name: str, settings: str) -> list[str]:
    """What is said of a shipped config with some settings."""
    model = fit(load_config(ROOT / f"configs/{name}.yaml", settings.split()))
    return [diagnosis.name for diagnosis in model.diagnoses]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_nothing_is_said_where_all_is_well(path: Path) -> None:
    assert fit(load_config(path)).diagnoses == ()


def test_every_rule_has_a_case() -> None:
    assert set(CASES) == {*SCALES, *STEPS, *FITS, *CONSEQUENCES}


@pytest.mark.parametrize("name", CASES)
def test_a_config_provokes_it_and_one_near_it_does_not(name: str) -> None:
    config, provoking, near = CASES[name]
    assert name in found(config, provoking)
    assert found(config, near) == []


@pytest.mark.parametrize("name", CASES)
def test_the_page_has_both_configs(name: str) -> None:
    config, provoking, near = CASES[name]
    page = (ROOT / "docs/diagnosis.md").read_text(encoding="utf-8")
    [section] = re.findall(rf"^## {name}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    words = " ".join(f"--set {setting}" for setting in provoking.split())
    assert f"shallow train configs/{config}.yaml {words} 2>&1" in section
    assert f"\n{name}: " in section
    settings = " ".join(f"`{setting}`" for setting in near.split())
    assert section.endswith((f"\nNothing is said with {settings}.\n", f"{settings}.\n\n"))


def test_a_trial_run_is_not_judged() -> None:
    assert found("flower", "init_scale=0 epochs=9") == []
    assert found("flower", "init_scale=0 epochs=10") == ["symmetry"]


def test_they_are_told_kept_and_shown(shallow: Shallow) -> None:
    line = (
        "symmetry: 4 of 4 hidden units are alike: the same weights get the same gradient, and stay "
        "the same; try --set init_scale=xavier"
    )
    config = ROOT / "configs/flower.yaml"
    done = shallow("train", config, "--set", "init_scale=0", "--set", "epochs=50")
    assert done.err.splitlines()[-1] == line
    [kept] = load_model(Path("model.npz")).diagnoses
    assert str(kept) == line
    assert f"Diagnosis\n{line}\n" in shallow("inspect", "model.npz").out
    assert line in shallow("evaluate", "model.npz").err.splitlines()
    assert "Diagnosis" not in shallow("train", config, "-q", "--set", "epochs=3000").err
    assert "Diagnosis" not in shallow("inspect", "model.npz").out


def test_a_training_that_runs_away_is_told_why(shallow: Shallow) -> None:
    rows = "".join(f"{i},{1e6 * i},{i % 7}.5\n" for i in range(40))
    write(Path("t.csv"), f"a,b,y\n{rows}")
    write(Path("c.yaml"), "data: {csv: t.csv, scale: none, task: regression}\ninit_scale: 1\n")
    done = shallow("train", "c.yaml", "--set", "activation=relu", code=4)
    first, second = done.err.splitlines()[-2:]
    assert "training diverged" in first
    assert second.startswith("unscaled inputs: the inputs are not scaled: b has a mean")
    assert second.endswith("try --set data.scale=standardize")


def test_hidden_units_are_looked_at() -> None:
    """Of three ReLU units one is dead, and two are alike; tanh units saturate."""
    network = Network(2, 3, 1, "relu")
    theta = zeros(network)
    theta.layer1[0] = (0, 0, -1)
    theta.layer1[1:] = (1, 2, 3)
    theta.W2[0] = (1, 2, 2)
    data = examples(np.array([[0.0, 0], [1, -1], [-1, -2]]), np.zeros((3, 1)))
    found = look(network, theta, data)
    assert found.dead.tolist() == [True, False, False]
    assert (found.alike, alike(theta), found.saturation) == (2, 2, 0)
    tanh = Network(2, 3, 1, "tanh")
    theta.layer1[...] = ((0, 0, 5), (2, 0, 0), (0, 0, 0))
    assert look(tanh, theta, data).saturated.tolist() == [3, 0, 0]
    theta.layer1[1] = (10, 0, 0)
    assert look(tanh, theta, data).saturated.tolist() == [3, 2, 0]


def test_zeros_of_either_sign_are_alike() -> None:
    theta = parameters(Network(1, 2, 1), np.array([0.0, 1.0, -0.0, 1.0, 2.0, 2.0, 0.0]))
    assert alike(theta) == 2


@pytest.mark.parametrize(("difference", "number"), [(1e-15, 2), (1e-6, 0)])
def test_rounding_does_not_part_what_is_alike(difference: float, number: int) -> None:
    units = np.array([0.5, 0.1, 0.5 + difference, 0.1, 0.2, 0.2, 0.0])
    assert alike(parameters(Network(1, 2, 1), units)) == number
    assert alike(parameters(Network(1, 2, 1), 1e-9 * units)) == number


@pytest.mark.parametrize("weights", [None, np.array([1.0, 0, 2, 1, 3, 2])])
def test_a_constant_answer_has_the_lowest_loss_of_all(weights: Any) -> None:
    """Against a search over the constants; two classes, three, and numbers."""
    inputs, targets = np.zeros((6, 1)), np.array([0.0, 1, 1, 1, 0, 1])
    w = np.ones(6) if weights is None else weights
    shares = np.linspace(0.001, 0.999, 999)[:, np.newaxis]
    losses = -(targets * np.log(shares) + (1 - targets) * np.log(1 - shares))
    data = examples(inputs, targets[:, np.newaxis], weights)
    assert constant_loss("sigmoid", data) == pytest.approx(
        (w * losses).mean(axis=1).min(), abs=1e-5
    )
    means = np.linspace(-1, 2, 3001)[:, np.newaxis]
    lowest = (w * (targets - means) ** 2 / 2).mean(axis=1).min()
    assert constant_loss("linear", data) == pytest.approx(lowest, abs=1e-6)
    one_hot = np.eye(3)[[0, 1, 2, 2, 1, 2]]
    p = (w[:, np.newaxis] * one_hot).sum(axis=0) / w.sum()
    expected = -(w * (one_hot * np.log(p)).sum(axis=1)).mean()
    assert constant_loss("softmax", examples(inputs, one_hot, weights)) == pytest.approx(expected)


def test_many_rows_are_looked_at_in_part() -> None:
    data = examples(np.arange(3.0 * MOST_ROWS)[:, np.newaxis], np.zeros((3 * MOST_ROWS, 1)))
    some = some_of(data)
    assert len(some) == MOST_ROWS
    assert some.table[[0, -1], 0].tolist() == [0, 3 * MOST_ROWS - 1]
    assert some_of(data.part(slice(50))).table[:, 0].tolist() == list(range(50))
