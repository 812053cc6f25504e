"""`shallow evaluate CONFIG --folds`: what is measured, on which rows, and what is said of it."""

import json
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np
import pytest

from shallow_cli import crossvalidation
from shallow_cli.core.arrays import Array
from shallow_cli.core.events import Job
from shallow_cli.core.initializers import initial_parameters
from shallow_cli.core.rng import LARGEST_SEED
from shallow_cli.core.splitting import folds
from shallow_cli.core.training import train
from shallow_cli.crossvalidation import summary
from shallow_cli.tables.columns import Category
from shallow_cli.tables.data import fitted_encoding

from .conftest import Shallow, write

FOUR = "x,y\n1,a\n2,a\n3,b\n4,b\n"
METRICS = ["accuracy", "log_loss", "auc"]
WHO = ["", "linear_", "baseline_"]


def config(table: str, data: str = "", rest: str = "epochs: 5") -> Path:
    """A config for a table with this text; `data` are further keys of its section."""
    write(Path("t.csv"), table)
    return write(Path("c.yaml"), f"data: {{csv: t.csv{data and ', ' + data}}}\n{rest}\n")


def validated(shallow: Shallow, *words: str) -> dict[str, Any]:
    """The one flat object of --json."""
    found: dict[str, Any] = json.loads(shallow("evaluate", "c.yaml", *words, "--json").out)
    return found


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Array, Any]]:
    """The training rows of each fold, and the columns that were fitted to them."""
    calls: list[tuple[Array, Any]] = []

    def spy(table: Any, rows: Any, *rest: Any) -> Any:
        found = fitted_encoding(table, rows, *rest)
        calls.append((rows, found.columns))
        return found

    monkeypatch.setattr(crossvalidation, "fitted_encoding", spy)
    return calls


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """The training of each fold."""
    found: list[Job] = []

    def spy(job: Job, theta: Any) -> Any:
        found.append(job)
        return train(job, theta)

    monkeypatch.setattr(crossvalidation, "train", spy)
    return found


def test_the_object_has_the_promised_names(shallow: Shallow) -> None:
    config(FOUR)
    found = validated(shallow, "--folds", "2", "--repeats", "3")
    spread = [f"{who}{name}{end}" for who in WHO for name in METRICS for end in ("", "_std")]
    assert list(found) == ["rows", "folds", "repeats", *spread, "each"]
    assert [found[name] for name in ("rows", "folds", "repeats")] == [4, 2, 3]
    names = ["repeat", "fold", "rows", *(who + name for who in WHO for name in METRICS)]
    assert all(list(fold) == names for fold in found["each"])
    places = [(fold["repeat"], fold["fold"]) for fold in found["each"]]
    assert places == [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2)]


def test_names_of_three_classes_and_of_a_regression(shallow: Shallow) -> None:
    config("x,y\n1,a\n2,b\n3,c\n4,a\n5,b\n6,c\n")
    three = validated(shallow, "--folds", "2")
    assert "auc" not in three
    assert three["baseline_log_loss"] == pytest.approx(np.log(3))
    config("x,y\n1,1.5\n2,2.5\n3,3.5\n4,4.75\n")
    names = [name for name in validated(shallow, "--folds", "2") if "_" not in name]
    assert names == ["rows", "folds", "repeats", "rmse", "r2", "each"]


def test_means_and_deviations_are_those_of_the_folds(shallow: Shallow) -> None:
    assert summary([1.0, 2.0, 6.0]) == (3.0, np.sqrt((4 + 1 + 9) / 2))
    assert summary([3.0]) == (3.0, None)
    assert summary([3.0, None, 5.0]) == (4.0, np.sqrt(2))
    assert summary([None]) == (None, None)
    write(Path("c.yaml"), "data: {generate: moons}\nepochs: 30\nlearning_rate: 1\n")
    found = validated(shallow, "--folds", "4", "--repeats", "2")
    for name in (who + metric for who in WHO for metric in METRICS):
        each = [fold[name] for fold in found["each"]]
        assert found[name] == pytest.approx(fmean(each))
        assert found[f"{name}_std"] == pytest.approx(stdev(each))


def test_the_tables(shallow: Shallow) -> None:
    config(FOUR)
    assert shallow("evaluate", "c.yaml", "--folds", "2").out.splitlines() == [
        "Folds; of logistic regression and baseline the accuracy",
        "     rows  accuracy  log_loss       auc    linear  baseline",
        "1.1     2  1.000000  0.692001  1.000000  1.000000  0.500000",
        "1.2     2  1.000000  0.693020  1.000000  1.000000  0.500000",
        "",
        "Mean ± standard deviation of 2 folds",
        "                            accuracy         log_loss              auc",
        "network              1.0000 ± 0.0000  0.6925 ± 0.0007  1.0000 ± 0.0000",
        "logistic regression  1.0000 ± 0.0000  0.3555 ± 0.3274  1.0000 ± 0.0000",
        "baseline             0.5000 ± 0.0000  0.6931 ± 0.0000  0.5000 ± 0.0000",
        "",
    ]


def test_every_row_is_in_one_test_set_of_a_repeat(
    shallow: Shallow, seen: list[tuple[Array, Any]]
) -> None:
    config("x,y\n" + "1,a\n2,b\n3,b\n" * 5)
    found = validated(shallow, "--folds", "4", "--repeats", "2")
    for calls in (seen[:4], seen[4:]):
        tests = [np.setdiff1d(np.arange(15), rows) for rows, _ in calls]
        assert sorted(np.concatenate(tests)) == list(range(15))
    assert [fold["rows"] for fold in found["each"]] == [4, 4, 4, 3] * 2
    assert any((a[0] != b[0]).any() for a, b in zip(seen[:3], seen[4:7], strict=True))


def test_nothing_is_fitted_to_held_out_rows(
    shallow: Shallow, seen: list[tuple[Array, Any]]
) -> None:
    words = ["red", "blue", "red", "green", "blue", "red", "grey", "red"]
    numbers = [1.0, None, 40.0, 7.0, 3.0, None, 800.0, 2.0]
    rows = zip(words, numbers, range(8), strict=True)
    table = "".join(f"{word},{'' if x is None else x},{i}.5\n" for word, x, i in rows)
    config(f"word,x,y\n{table}", "missing: median")
    validated(shallow, "--folds", "4")
    for training, columns in seen:
        word, x = columns.features
        there = [numbers[i] for i in training if numbers[i] is not None]
        assert word == Category("word", tuple(sorted({words[i] for i in training})))
        expected = [np.mean(there), np.std(there), np.median(there)]
        assert [x.offset, x.scale, x.fill] == pytest.approx(expected)
        assert columns.targets[0].offset == pytest.approx(np.mean(training + 0.5))


def test_the_baseline_knows_how_often_the_classes_are_in_the_training_rows(
    shallow: Shallow, seen: list[tuple[Array, Any]]
) -> None:
    config("x,y\n" + "1,a\n2,b\n3,b\n" * 5)
    found = validated(shallow, "--folds", "4")
    second = np.array([0, 1, 1] * 5)
    for fold, (rows, _) in zip(found["each"], seen, strict=True):
        test = np.setdiff1d(np.arange(15), rows)
        p = np.where(second[test] == 1, second[rows].mean(), 1 - second[rows].mean())
        assert fold["baseline_log_loss"] == pytest.approx(-np.log(p).mean())
        assert fold["baseline_accuracy"] == second[test].mean()


def test_a_regression_is_measured_in_its_own_units(
    shallow: Shallow, seen: list[tuple[Array, Any]]
) -> None:
    y = np.array([1.5, 2, 4, 7, 11, 16, 22])
    config("x,y\n" + "".join(f"{x},{value}\n" for x, value in enumerate(y)))
    found = validated(shallow, "--folds", "3")
    for fold, (rows, _) in zip(found["each"], seen, strict=True):
        test = np.setdiff1d(np.arange(7), rows)
        errors = {
            "baseline_rmse": y[test] - y[rows].mean(),
            "linear_rmse": y[test] - np.polyval(np.polyfit(rows, y[rows], 1), test),
        }
        for name, error in errors.items():
            assert fold[name] == pytest.approx(np.sqrt(np.mean(error**2)))


def test_the_area_is_the_share_of_pairs_in_order(shallow: Shallow) -> None:
    """More x is more likely b, also where the classes overlap."""
    labels = "aaaaabaaaabaabbbbabbbbabbbb"
    config("x,y\n" + "".join(f"{x},{label}\n" for x, label in enumerate(labels)))
    found = validated(shallow, "--folds", "2")
    second = np.array([label == "b" for label in labels])
    for fold, test in zip(found["each"], folds(second.astype(int), 2, seed=0), strict=True):
        pairs = [p > n for p in test[second[test]] for n in test[~second[test]]]
        assert fold["linear_auc"] == np.mean(pairs) < 1
        assert fold["baseline_auc"] == 0.5


def test_early_stopping_looks_at_rows_of_the_fold(shallow: Shallow, jobs: list[Job]) -> None:
    """Each class counts there as it is; without early stopping nothing is held out."""
    config("x,y\n" + "1,a\n2,b\n3,b\n" * 20, "validation: 0.25", "epochs: 5\nearly_stopping: 2")
    validated(shallow, "--folds", "3", "--set", "class_weight={a: 3}")
    for job in jobs:
        assert job.validation is not None
        assert (len(job.training), len(job.validation)) == (30, 10)
        assert job.training.weights.mean() == pytest.approx(1)  # type: ignore[union-attr]
        assert not job.validation.weighted
    validated(shallow, "--folds", "3", "--set", "early_stopping=null")
    assert [(len(job.training), job.validation) for job in jobs[3:]] == [(40, None)] * 3


def test_a_linear_model_that_is_as_good_is_pointed_out(shallow: Shallow) -> None:
    which = "logistic regression does as well on these folds"
    config(FOUR)
    done = shallow("evaluate", "c.yaml", "--folds", "2")
    assert done.err == f"{which}: accuracy 1.000000, the network 1.000000\n"
    config("x,y\n1,1.5\n2,2.5\n3,3.5\n4,4.75\n")
    done = shallow("evaluate", "c.yaml", "--folds", "2", "--json")
    assert done.err.startswith("linear regression does better on these folds: rmse 0.")
    text = "data: {generate: circles}\nepochs: 200\nlearning_rate: 2\ninit_scale: xavier\n"
    write(Path("c.yaml"), text)
    assert shallow("evaluate", "c.yaml", "--folds", "2").err == ""


def test_a_class_rarer_than_the_folds_is_pointed_out(shallow: Shallow) -> None:
    config("x,y\n1,a\n2,a\n3,a\n4,a\n5,b\n")
    done = shallow("evaluate", "c.yaml", "--folds", "3", "--json")
    warning = "warning: class b has 1 row, fewer than the 3 folds: some are measured without it"
    assert done.err.splitlines()[0] == warning
    assert done.err.splitlines()[1] == "auc has no value in 2 folds; the mean is of the others"
    found = json.loads(done.out)
    assert [found["auc"]] == [fold["auc"] for fold in found["each"] if fold["auc"] is not None]


def test_every_repeat_begins_with_weights_of_its_own(
    shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = []

    def spy(network: Any, scale: Any, seed: int, *rest: Any) -> Any:
        seeds.append(seed)
        return initial_parameters(network, scale, seed, *rest)

    monkeypatch.setattr(crossvalidation, "initial_parameters", spy)
    config(FOUR)
    validated(shallow, "--folds", "2", "--repeats", "3", "--set", f"seed={LARGEST_SEED}")
    assert seeds == [LARGEST_SEED, LARGEST_SEED, 0, 0, 1, 1]


def test_dropped_rows_and_a_constant_that_does_as_well_are_told(shallow: Shallow) -> None:
    rows = "".join(f"{i % 3},{'ab'[i % 2]}\n" for i in range(12))
    config(f"x,y\n{rows},a\n")
    words = ["--set", "data.missing=drop", "--set", "init_scale=0", "--set", "epochs=1"]
    told = shallow("evaluate", "c.yaml", "--folds", "2", *words).err.splitlines()
    assert told[0] == "dropped: 1 row without x"
    assert told[-1].startswith("the constant baseline does as well on these folds: accuracy 0.5")
