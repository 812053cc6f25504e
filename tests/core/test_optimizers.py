"""Optimizers: each step against PyTorch's, whole trainings too, and what must always hold."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import Array
from shallow_cli.core.events import Row, Settings
from shallow_cli.core.optimizers import OPTIMIZERS
from shallow_cli.core.training import train

from .calling import stepper
from .reference_problem import REFERENCE, training

START = np.array(REFERENCE["steps"]["start"])
GRADIENTS = np.array(REFERENCE["steps"]["gradients"])

every_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)


def case_name(case: dict[str, Any]) -> str:
    """`adam, 0.1, 0.5, 0.8`."""
    return ", ".join(str(value) for value in case["settings"].values())


def settings(**chosen: Any) -> Settings:
    common = {"learning_rate": 0.1, "epochs": 1, "log_every": 1}
    return Settings(**{**common, **chosen})


def path(how: Settings, gradients: Array, dtype: type[np.generic] = np.float64) -> Array:
    """Where an optimizer is after each of its steps, (steps, n)."""
    theta, found = START.astype(dtype), []
    gradient = np.empty_like(theta)
    step, memory = stepper(how, theta, gradient)
    for t, latest in enumerate(gradients.astype(dtype), 1):
        gradient[...] = latest
        step(how.learning_rate, t)
        found.append(theta.copy())
    assert {v.dtype for v in (theta, *memory)} == {np.dtype(dtype)}
    return np.array(found)


def losses_of(how: Settings) -> dict[int, float]:
    """The loss table of a training on the problem of the reference, by epoch."""
    events = train(*training(how))
    return {event.epoch: event.loss for event in events if isinstance(event, Row)}


@pytest.mark.parametrize("case", REFERENCE["steps"]["cases"], ids=case_name)
def test_steps_are_those_of_pytorch(case: dict[str, Any]) -> None:
    """Also of a weight whose gradients are so small that Adam's ε matters, and of one without."""
    found = path(settings(**case["settings"]), GRADIENTS)
    np.testing.assert_allclose(found, case["path"], rtol=1e-14)


def test_no_optimizer_is_without_a_reference() -> None:
    for cases in (REFERENCE["steps"]["cases"], REFERENCE["trainings"]):
        assert {case["settings"]["optimizer"] for case in cases} == set(OPTIMIZERS)


@pytest.mark.parametrize("case", REFERENCE["trainings"], ids=case_name)
def test_trainings_are_those_of_pytorch(case: dict[str, Any]) -> None:
    """The loss after every epoch; of 40 rows, 16 a batch, the last has 8."""
    losses = losses_of(settings(**case["settings"]))
    np.testing.assert_allclose(list(losses.values()), case["losses"], rtol=1e-12)


@every_optimizer
def test_gradients_are_left_as_they_are(name: str) -> None:
    theta, gradient = START.copy(), GRADIENTS[0].copy()
    step, _ = stepper(settings(optimizer=name), theta, gradient)
    for t in (1, 2):
        step(0.1, t)
        np.testing.assert_array_equal(gradient, GRADIENTS[0])
        assert (theta != START).any()


@every_optimizer
def test_the_rate_is_that_of_the_clock(name: str) -> None:
    """Which may be another one at every step: without a rate, and momentum, nothing moves."""
    theta = START.copy()
    step, _ = stepper(settings(optimizer=name, momentum=0.0), theta, GRADIENTS[0])
    step(0.1, 1)
    before = theta.copy()
    step(0.0, 2)
    np.testing.assert_array_equal(theta, before)
    step(0.3, 3)
    assert (theta != before).any()


@every_optimizer
def test_float32_stays_float32_and_agrees(name: str) -> None:
    how = settings(optimizer=name)
    steps = np.diff(path(how, GRADIENTS), axis=0)
    found = np.diff(path(how, GRADIENTS, np.float32), axis=0)
    np.testing.assert_allclose(found, steps, rtol=1e-4, atol=2e-6)


@every_optimizer
def test_without_a_gradient_nothing_moves(name: str) -> None:
    found = path(settings(optimizer=name), np.zeros((3, len(START))))
    np.testing.assert_array_equal(found, np.tile(START, (3, 1)))


@every_optimizer
def test_nothing_is_remembered_before_the_first_step(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    memory = optimizer.memory(START)
    assert len(memory) == len(optimizer.remembers) + 1
    assert not np.any(memory)
    assert len({id(vector) for vector in (START, *memory)}) == len(memory) + 1


@pytest.mark.parametrize("name", ["momentum", "nesterov"])
def test_without_momentum_it_is_gradient_descent(name: str) -> None:
    plain = path(settings(), GRADIENTS)
    np.testing.assert_array_equal(path(settings(optimizer=name, momentum=0.0), GRADIENTS), plain)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("momentum", [-0.1, -0.25, -0.325, -0.3625]),
        ("nesterov", [-0.15, -0.325, -0.3625, -0.38125]),
    ],
)
def test_velocity_goes_on_at_the_rate_at_which_it_was_gained(
    name: str, expected: list[float]
) -> None:
    """A rate that falls to 0 stops no momentum: v is −0.1, −0.15, −0.075, −0.0375, by hand."""
    how, theta = settings(optimizer=name, momentum=0.5), np.zeros(1)
    step, _ = stepper(how, theta, np.ones(1))
    for t, (alpha, place) in enumerate(zip([0.1, 0.1, 0.0, 0.0], expected, strict=True), 1):
        step(alpha, t)
        assert theta[0] == pytest.approx(place, rel=1e-15)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e150])
def test_the_first_step_of_adam_is_the_learning_rate(size: float) -> None:
    """Whatever the size of the gradient: m̂ / √v̂ is its sign, up to ε."""
    theta, how = np.zeros(2), settings(optimizer="adam")
    step, _ = stepper(how, theta, np.array([size, -size]))
    step(0.1, 1)
    np.testing.assert_allclose(theta, [-0.1, 0.1], rtol=2e-5)


def test_adam_corrects_nothing_after_very_many_steps() -> None:
    """1 − βᵗ is 1 then, and a steady gradient is its own average."""
    how = settings(optimizer="adam", beta1=0.5, beta2=0.5)
    theta, gradient = np.zeros(1), np.full(1, 3.0)
    step, _ = stepper(how, theta, gradient)
    for t in range(10**6, 10**6 + 100):
        before = theta.copy()
        step(0.1, t)
    assert before - theta == pytest.approx(0.1, rel=1e-7)


@every_optimizer
def test_what_is_remembered_survives_epochs_and_reports(name: str) -> None:
    how = settings(optimizer=name, epochs=6, batch_size=16)
    often, seldom = losses_of(how), losses_of(dataclasses.replace(how, log_every=5))
    assert list(seldom) == [0, 5, 6]
    assert seldom == {epoch: often[epoch] for epoch in seldom}
