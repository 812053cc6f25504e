"""The rules of the diagnosis one by one, on trainings of which a part is made up."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import Examples, examples
from shallow_cli.core.events import End, Reason, Row
from shallow_cli.core.training import train
from shallow_cli.diagnosis import fits, steps
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
