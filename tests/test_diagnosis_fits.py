"""The rules of how well a network fits, and what is advised, on trainings partly made up."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import examples
from shallow_cli.core.events import Row
from shallow_cli.diagnosis import fits, steps
from shallow_cli.diagnosis.rules import diagnoses

from .test_diagnosis_rules import found, inputs, losses, past

MOONS = "data.validation=0.25 epochs=3"


@pytest.mark.parametrize(
    ("settings", "told", "said"),
    [
        (MOONS, losses(1, 0.5, 0.1, validation=(1, 0.5, 0.6)), True),
        (MOONS, losses(1, 0.5, 0.1, validation=(1, 0.5, 0.54)), False),
        (MOONS, losses(1, 0.2, 0.3, validation=(1, 0.5, 0.6)), False),  # the training rose, too
        (MOONS, losses(1, 0.8, 0.7, validation=(1, 0.5, 0.6)), False),  # and it is higher
        (f"{MOONS} early_stopping=2", losses(1, 0.5, 0.1, validation=(1, 0.5, 0.6)), False),
        ("data.validation=0 epochs=3", losses(1, 0.5, 0.1), False),
    ],
)
def test_a_network_overfits(settings: str, told: list[Row], said: bool) -> None:
    finding = found(fits.FITS, "overfitting", past("moons", settings, rows=told))
    assert bool(finding) is said
    if finding:
        assert finding[0].startswith("the validation loss turned at epoch 1: 0.5 there, 0.6 at")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("data.validation=0", True),
        ("data.validation=0 l2=0.01", False),
        ("early_stopping=5", False),
    ],
)
def test_parameters_are_too_many(settings: str, said: bool) -> None:
    training = past("moons", f"hidden_units=2000 epochs=1 learning_rate=0.001 l2=0 {settings}")
    assert bool(found(fits.FITS, "too many parameters", training)) is said


@pytest.mark.parametrize(("times", "said"), [(1.0, False), (2.0, True)])
def test_validation_rows_that_do_as_well_allow_many_parameters(times: float, said: bool) -> None:
    training = past("moons", "hidden_units=2000 epochs=1 learning_rate=0.001 l2=0")
    row = dataclasses.replace(training.end.row, validation_loss=times * training.loss)
    ended = dataclasses.replace(training.end, row=row)
    training = dataclasses.replace(training, end=ended)
    assert bool(found(fits.FITS, "too many parameters", training)) is said


@pytest.mark.parametrize(
    ("config", "measures", "said"),
    [
        ("flower", {"accuracy": 0.5}, "0.5000, is no better than always the same class, 0.5000"),
        ("flower", {"accuracy": 0.52}, ""),
        ("moons", {"accuracy": 0.9, "validation_accuracy": 0.4}, "the accuracy, 0.4000, is no"),
        ("moons", {"accuracy": 0.4, "validation_accuracy": 0.9}, ""),
        ("iris", {"accuracy": 0.3, "validation_accuracy": 0.33}, "the same class, 0.3333"),
        ("iris", {"accuracy": 0.3, "validation_accuracy": 0.4}, ""),
        ("diabetes", {"r2": 0.5, "validation_r2": 0.01}, "R² is 0.0100: no better"),
        ("diabetes", {"r2": 0.01, "validation_r2": 0.03}, ""),
    ],
)
def test_it_is_no_better_than_the_baseline(
    config: str, measures: dict[str, Any], said: str
) -> None:
    training = past(config, "epochs=2")
    row = dataclasses.replace(training.end.row, **measures)
    training = dataclasses.replace(training, end=dataclasses.replace(training.end, row=row))
    finding = found(fits.CONSEQUENCES, "baseline", training)
    assert (finding is not None) is bool(said)
    assert said in (finding[0] if finding else "")


def test_the_commonest_class_is_that_of_the_rows_that_count() -> None:
    training = past("moons", "epochs=1")
    rare = examples(np.zeros((10, 2)), np.array([[1.0]] * 1 + [[0.0]] * 9))
    job = dataclasses.replace(training.job, validation=rare)
    assert dataclasses.replace(training, job=job).commonest == 0.9
    job = dataclasses.replace(training.job, validation=None)
    assert dataclasses.replace(training, job=job).commonest == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("epochs=100", ["epochs=1000", "optimizer=lbfgs with init_scale=xavier"]),
        ("epochs=10 init_scale=xavier", ["epochs=100", "optimizer=lbfgs"]),
        ("epochs=10 batch_size=100", None),
        ("epochs=5 optimizer=lbfgs learning_rate=auto", None),
        ("epochs=3000", None),
    ],
)
def test_it_stopped_short(settings: str, said: list[str] | None) -> None:
    finding = found(fits.CONSEQUENCES, "stopped short", past(settings=settings))
    assert (list(finding[1]) if finding else None) == said


def test_nothing_is_tried_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fits, "MOST_WORK", 10**5)
    assert found(fits.CONSEQUENCES, "stopped short", past(settings="epochs=100")) is None


def test_l_bfgs_is_not_advised_where_the_validation_loss_would_rise() -> None:
    training = past("moons", "epochs=50")
    assert found(fits.CONSEQUENCES, "stopped short", training)
    row = dataclasses.replace(training.end.row, validation_loss=1e-6)
    training = dataclasses.replace(training, end=dataclasses.replace(training.end, row=row))
    assert found(fits.CONSEQUENCES, "stopped short", training) is None


def test_all_is_measured_on_the_rows_that_are_looked_at() -> None:
    """The others have other losses."""
    training = past(settings="data.samples=30000 epochs=3")
    value, _ = training.objective()(training.end.theta.vector)
    assert training.loss == pytest.approx(value, rel=1e-12)
    assert training.loss != pytest.approx(training.end.row.loss, rel=1e-12)
    training.end.theta.layer1[:] = (0, 0, -1000)
    relu = dataclasses.replace(
        training,
        job=dataclasses.replace(
            training.job, network=dataclasses.replace(training.job.network, activation="relu")
        ),
    )
    relu.end.theta.W2[0] = (1, 2, 3, 4)
    finding = found(steps.STEPS, "dead units", relu)
    assert finding is not None
    assert "0 on all 10000 training rows looked at" in finding[0]


@pytest.mark.parametrize(
    ("settings", "advice"),
    [
        ("learning_rate=1.2", ["learning_rate=0.4"]),
        ("learning_rate=30", ["learning_rate=10"]),
        ("optimizer=lbfgs learning_rate=auto", ["l2=0.001"]),
        ("optimizer=lbfgs learning_rate=auto l2=0.001", ["l2=0.01"]),
    ],
)
def test_steps_are_shortened_by_what_the_optimizer_has(settings: str, advice: list[str]) -> None:
    assert past(settings=f"{settings} epochs=1").slower() == advice


def test_what_is_set_already_is_not_advised() -> None:
    training = past(settings="init_scale=xavier epochs=10 learning_rate=0.001")
    assert training.has("init_scale=xavier")
    training.__dict__["loss"] = training.chance
    [said] = [d for d in diagnoses(training) if d.name in {"stuck at chance", "rate too low"}]
    assert "xavier" not in said.remedy


def test_inputs_that_do_not_vary_are_told_by_who_reads_them() -> None:
    training = past(settings="learning_rate=0.001 epochs=2000")
    assert diagnoses(training)
    training.__dict__["data"] = inputs(np.ones(50), np.zeros(50))
    assert diagnoses(training) == ()


def test_a_training_that_converges_at_once_is_judged() -> None:
    words = "optimizer=lbfgs learning_rate=auto init_scale=0 activation=relu"
    assert [each.name for each in diagnoses(past(settings=words))] == ["symmetry"]
