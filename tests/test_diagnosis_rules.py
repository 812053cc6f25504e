"""The rules of the diagnosis one by one, on trainings of which a part is made up."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import Examples, examples
from shallow_cli.core.events import End, Reason, Row
from shallow_cli.core.training import train
from shallow_cli.diagnosis import steps
from shallow_cli.diagnosis.rules import diagnoses, why_diverged
from shallow_cli.diagnosis.training import LONGER, Finding, Rules, Training
from shallow_cli.files.config_file import load_config
from shallow_cli.fitting import prepare

from .conftest import ROOT


def past(name: str = "flower", settings: str = "", **parts: Any) -> Training:
    """A training of a shipped config with some settings, a part of which is made up."""
    prepared = prepare(load_config(ROOT / f"configs/{name}.yaml", settings.split()))
    *events, end = train(prepared.job, prepared.theta)
    rows = [event for event in events if isinstance(event, Row)]
    assert isinstance(end, End)
    columns = prepared.data.columns.input_names
    found = Training(prepared.config, prepared.job, prepared.theta, rows, end, columns)
    return dataclasses.replace(found, **parts)


def found(rules: Rules, name: str, training: Training) -> Finding | None:
    with np.errstate(all="ignore"):
        return rules[name](training)


def losses(*training: float, validation: tuple[float, ...] = ()) -> list[Row]:
    watched = validation or (None,) * len(training)
    pairs = zip(training, watched, strict=True)
    return [Row(e, loss, validation_loss=other) for e, (loss, other) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("settings", "told", "said"),
    [
        ("epochs=5", (1, 0.5, 0.6, 0.5, 0.6), True),
        ("epochs=5", (1, 0.5, 0.5004, 0.5, 0.5004), False),  # too little to be a rise
        ("epochs=5", (1, 0.5, 0.6, 0.5, 0.4), False),  # one is none
        ("epochs=5", (*range(20, 10, -1), 11, 10.5, 11, 10, 9, 8), False),  # two of 15
        ("epochs=5 batch_size=100", (1, 0.5, 0.6, 0.5, 0.59), False),
        ("epochs=5 batch_size=100", (1, 0.5, 0.6, 0.5, 0.61), True),
        ("epochs=5 optimizer=lbfgs learning_rate=auto", (1, 0.5, 0.6, 0.5, 0.61), False),
        ("epochs=5", (1, 11), True),  # ten times the first
        ("epochs=5", (1, 9), False),
    ],
)
def test_a_rate_is_too_high(settings: str, told: tuple[float, ...], said: bool) -> None:
    training = past(settings=settings, rows=losses(*told))
    assert bool(found(steps.STEPS, "rate too high", training)) is said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("learning_rate=0.001 epochs=2000", True),
        ("learning_rate=0.01 epochs=2000", True),
        ("learning_rate=0.001 epochs=20 batch_size=10", False),  # the noise of batches decides
        ("optimizer=lbfgs learning_rate=auto epochs=20", False),
        ("optimizer=momentum learning_rate=0.001 epochs=1000", True),
        ("optimizer=adam learning_rate=0.00001 epochs=1000", True),
        ("learning_rate=1.2 epochs=10000", False),
    ],
)
def test_a_rate_is_too_low(settings: str, said: bool) -> None:
    assert bool(found(steps.STEPS, "rate too low", past(settings=settings))) is said


def test_a_training_that_was_ended_early_is_not_too_slow() -> None:
    training = past(settings="learning_rate=0.001 epochs=2000")
    ended = dataclasses.replace(training.end, reason=Reason.INTERRUPTED)
    assert found(steps.STEPS, "rate too low", dataclasses.replace(training, end=ended)) is None


@pytest.mark.parametrize(
    ("gains", "said"), [((1e-6, 1e-5), True), ((1e-6, 4e-6), False), ((1e-12, 1e-11), False)]
)
def test_what_does_not_fall_any_more_is_not_too_slow(
    gains: tuple[float, float], said: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Near a minimum the ratio of two tiny gains is about ten, too."""
    training = past(settings="learning_rate=0.001 epochs=2000")
    monkeypatch.setattr(steps, "gains", lambda _: gains)
    assert bool(found(steps.STEPS, "rate too low", training)) is said


@pytest.mark.parametrize(
    ("settings", "rate", "along"),
    [
        ("learning_rate=0.01", 0.01, "gradient"),
        ("learning_rate=0.01 optimizer=momentum momentum=0.75", 0.04, "gradient"),
        ("learning_rate=0.01 optimizer=nesterov momentum=0.75", 0.04, "gradient"),
        ("learning_rate=0.01 optimizer=adam", 0.01, "signs"),
    ],
)
def test_the_gain_is_that_of_a_step_of_the_optimizer(
    settings: str, rate: float, along: str
) -> None:
    training = past(settings=f"epochs=50 {settings}")
    function, x = training.objective(), training.end.theta.vector
    value, gradient = function(x)
    step = np.sign(gradient) if along == "signs" else gradient
    expected = [value - function(x - times * rate * step)[0] for times in (1, LONGER)]
    assert steps.gains(training) == pytest.approx(expected, rel=1e-9)


def test_saturation_at_the_end_counts_where_little_is_learned() -> None:
    training = past("xor", "hidden_units=1")
    finding = found(steps.STEPS, "saturation", training)
    assert finding is not None
    assert "have become saturated" in finding[0]
    assert finding[1] == ["learning_rate=0.2"]
    training.__dict__["loss"] = 0.1 * training.chance
    assert found(steps.STEPS, "saturation", training) is None


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "identity"])
def test_only_curves_saturate(activation: str) -> None:
    training = past(settings=f"activation={activation} init_scale=100 epochs=1 learning_rate=1e-9")
    assert found(steps.STEPS, "saturation", training) is None


@pytest.mark.parametrize(
    ("settings", "said"), [("activation=tanh", False), ("activation=relu", True)]
)
def test_only_relu_units_die(settings: str, said: bool) -> None:
    training = past(settings=f"{settings} epochs=1 init_scale=1")
    training.end.theta.layer1[:2] = (0, 0, -1000)
    finding = found(steps.STEPS, "dead units", training)
    assert bool(finding) is said
    if finding:
        assert finding[0].startswith("2 of 4 hidden units are 0 on every training row")
        assert finding[1] == ["learning_rate=0.1", "activation=leaky_relu"]


def test_units_that_are_all_alike_are_not_told_to_be_dead() -> None:
    training = past(settings="activation=relu init_scale=0 epochs=20")
    assert [each.name for each in diagnoses(training)] == ["symmetry"]


def inputs(*columns: Any, weights: Any = None) -> Examples:
    table = np.column_stack(columns).astype(float)
    return examples(table, (np.arange(len(table)) % 2)[:, np.newaxis].astype(float), weights)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ((np.linspace(-1, 1, 50), np.linspace(-9, 9, 50)), ""),
        ((np.linspace(-1, 1, 50), np.linspace(-12, 12, 50)), "another input one of"),
        ((np.linspace(8, 9, 50), np.linspace(-1, 1, 50)), ""),
        ((np.linspace(10, 11, 50), np.linspace(-1, 1, 50)), "has a mean of 10.5"),
        ((np.zeros(50), np.linspace(-1, 1, 50)), ""),
        ((np.arange(50) == 7, np.linspace(-3, 3, 50)), ""),  # a word's column
    ],
)
def test_inputs_stand_out(columns: tuple[Any, ...], said: str) -> None:
    training = past(settings="epochs=1")
    training.__dict__["data"] = inputs(*columns)
    finding = found(steps.SCALES, "unscaled inputs", training)
    assert (finding is not None) is bool(said)
    assert said in (finding[0] if finding else "")
    scaled = past(settings="epochs=1 data.scale=standardize")
    scaled.__dict__["data"] = inputs(*columns)
    assert found(steps.SCALES, "unscaled inputs", scaled) is None


def test_a_penalty_that_overshoots_is_told_where_a_training_diverged() -> None:
    assert [d.name for d in why_diverged(past(settings="epochs=1 l2=3"))] == ["L2 too strong"]
    assert why_diverged(past(settings="epochs=1 l2=1.5")) == ()
    assert why_diverged(past(settings="epochs=1 l2=3 optimizer=lbfgs learning_rate=auto")) == ()
