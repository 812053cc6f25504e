"""How a cross-validation ends: gates, refusals, divergence, interrupts, and twice the same."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from shallow_cli import crossvalidation

from .conftest import ROOT, Shallow, run_process, write

FOUR = "x,y\n1,a\n2,a\n3,b\n4,b\n"


@pytest.fixture(autouse=True)
def config(tmp_path: Path) -> None:
    """A config in the folder that the commands run in."""
    write(tmp_path / "t.csv", FOUR)
    write(tmp_path / "c.yaml", "data: {csv: t.csv}\nepochs: 5\n")


@pytest.mark.parametrize(
    ("limit", "code"),
    [("accuracy=1", 0), ("linear_accuracy=1", 0), ("accuracy=1.1", 1), ("auc=1.5", 1)],
)
def test_fail_under_is_a_gate_on_the_means(limit: str, code: int, shallow: Shallow) -> None:
    done = shallow("evaluate", "c.yaml", "--folds", "2", "--fail-under", limit, code=code)
    assert ("is below" in done.err) == (code == 1)
    assert "Mean ± standard deviation" in done.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["c.yaml", "t.csv", "--folds", "2"], "--folds takes a CONFIG, and neither DATA nor"),
        (["c.yaml", "--folds", "2", "--threshold", "0.4"], "neither DATA nor --threshold"),
        (["model.npz", "--folds", "2"], "model.npz: --folds trains anew: name a config"),
        (["--folds", "2"], "model.npz: --folds trains anew: name a config"),
        (["c.yaml", "--repeats", "2"], "--repeats goes with --folds"),
        (["c.yaml"], "c.yaml: a config, not a model; --folds 10 cross-validates it"),
        (["c.yaml", "--folds", "1"], "1 is not in the range"),
        (["c.yaml", "--folds", "2", "--repeats", "0"], "0 is not in the range"),
        (["c.yaml", "--folds", "5"], "--folds 5: there are only 4 rows"),
        (["c.yaml", "--folds", "2", "--fail-under", "auk=1"], "METRIC one of accuracy, auc"),
        (["c.yaml", "--folds", "2", "--set", "epoch=3"], "did you mean 'epochs'?"),
    ],
)
def test_what_is_no_cross_validation(words: list[str], expected: str, shallow: Shallow) -> None:
    done = shallow("evaluate", *words, code=2)
    assert expected in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("validation", "expected"),
    [
        ("t.csv", "early_stopping: in a fold its validation rows are a fraction, not a file\n"),
        ("0.25", "data.validation: 0.25 of 2 rows is none, class by class; take more\n"),
    ],
)
def test_early_stopping_needs_rows_in_every_fold(
    validation: str, expected: str, shallow: Shallow
) -> None:
    words = ["--set", f"data.validation={validation}", "--set", "early_stopping=3"]
    assert shallow("evaluate", "c.yaml", "--folds", "2", *words, code=2).err == expected


def test_a_training_that_diverges_names_its_fold(shallow: Shallow) -> None:
    words = ["--set", "learning_rate=1e300", "--set", "activation=relu", "--set", "init_scale=1e10"]
    done = shallow("evaluate", "c.yaml", "--folds", "2", *words, code=4)
    assert done.err == (
        "training diverged in fold 1 of repeat 1; try --set learning_rate=1 (it is 1e+300)\n"
    )
    assert done.out == ""


def test_an_interrupt_ends_it_at_once(shallow: Shallow, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(crossvalidation, "train", interrupted)
    done = shallow("evaluate", "c.yaml", "--folds", "2", code=130)
    assert (done.out, done.err) == ("", "")


def test_the_same_run_gives_the_same_bytes(shallow: Shallow, tmp_path: Path) -> None:
    words: list[str | Path] = [
        "evaluate",
        ROOT / "configs/digits.yaml",
        "--folds",
        "3",
        "--repeats",
        "2",
        "--json",
    ]
    words += ["--set", "epochs=2"]
    first = shallow(*words)
    env = {"PYTHONHASHSEED": "12345", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    second = run_process(*words, cwd=tmp_path, env=env)
    assert second.stdout.decode() == first.out
    assert shallow(*words, "--set", "seed=1").out != first.out


def test_a_wrong_limit_is_told_before_anything_is_trained(
    shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crossvalidation, "cross_validate", lambda _: pytest.fail("it trained"))
    write(Path("c.yaml"), "data: {generate: moons}\n")
    done = shallow("evaluate", "c.yaml", "--folds", "3", "--fail-under", "acuracy=0.5", code=2)
    assert "METRIC one of accuracy, auc, linear_accuracy, linear_auc" in done.err
