"""Three steps of training are compared with what numeric derivatives would do."""

import dataclasses
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import numpy as np
import pytest

from shallow_cli.core import steps as production
from shallow_cli.core.arrays import Examples
from shallow_cli.core.events import Job, Settings
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.gradcheck.updates import check_updates, short_job
from shallow_cli.core.network import Network, parameters

from .cases import BRIEF, as_type, failed

NETWORK = Network(4, 5, 3, "tanh", "softmax")
DATA = generic_examples(NETWORK, 11, 0)


def job(
    activation: str = "tanh",
    batch_size: int | None = None,
    data: Examples = DATA,
    **more: Any,
) -> Job:
    network = dataclasses.replace(NETWORK, activation=activation)
    settings = Settings(0.3, epochs=5, log_every=1, batch_size=batch_size, l2=0.1, **more)
    return Job(network, data, None, settings)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu"])
@pytest.mark.parametrize("batch_size", [None, 1, 4, 11, 64])
def test_three_steps_of_training_pass(batch_size: int | None, activation: str) -> None:
    whole = job(activation, batch_size, seed=3)
    short = short_job(whole, whole.training)
    theta = generic_point(short.network, 0)
    before = theta.vector.copy()
    found = list(check_updates(short, theta, BRIEF))
    assert [step.passed for step in found] == [True, True, True]
    np.testing.assert_array_equal(theta.vector, before)


@pytest.mark.parametrize(
    ("batch_size", "rows"), [(None, [11, 11, 11]), (4, [4, 2, 4]), (64, [8, 3, 8])]
)
def test_steps_see_a_full_batch_a_short_one_and_a_new_order(
    batch_size: int | None, rows: list[int]
) -> None:
    whole = job(batch_size=batch_size)
    short = short_job(whole, whole.training)
    found = check_updates(short, generic_point(short.network, 0), BRIEF)
    assert [step.rows for step in found] == rows


@pytest.mark.parametrize("batch_size", [None, 4])
def test_steps_on_rows_with_weights_pass_and_are_other_steps(batch_size: int | None) -> None:
    weighted = generic_examples(NETWORK, 11, 0, weighted=True)
    theta = generic_point(NETWORK, 0)
    assert all(
        step.passed
        for step in check_updates(job(batch_size=batch_size, data=weighted), theta, BRIEF)
    )
    moved = {data.weighted: theta.vector.copy() for data in (weighted, DATA)}
    for data in (weighted, DATA):
        at = parameters(NETWORK, moved[data.weighted])
        next(production.steps(job(batch_size=batch_size, data=data), at))
    assert not np.allclose(moved[True], moved[False], rtol=1e-3)


def changed(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Let every training step be followed by a change of the weights."""
    original = production.steps

    def steps(job: Job, theta: Any) -> Iterator[Any]:
        before = theta.vector.copy()
        for number, gradient in enumerate(original(job, theta), 1):
            change(number, parameters(job.network, before), theta)
            yield gradient
            before = theta.vector.copy()

    monkeypatch.setattr("shallow_cli.core.gradcheck.updates.steps", steps)


def test_a_bias_that_is_never_updated_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def frozen(_number: int, before: Any, theta: Any) -> None:
        theta.b1[...] = before.b1

    changed(monkeypatch, frozen)
    for step in check_updates(job(), generic_point(job().network, 0), BRIEF):
        assert failed(step) == {"b1"}


def test_a_rate_that_decays_too_early_is_found_at_its_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def halved(number: int, before: Any, theta: Any) -> None:
        if number > 1:
            theta.vector[...] = (theta.vector + before.vector) / 2

    changed(monkeypatch, halved)
    found = check_updates(job(), generic_point(job().network, 0), BRIEF)
    assert [step.passed for step in found] == [True, False, False]


def test_the_rows_of_another_batch_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_order(_seed: int, rows: int, _done: int) -> Iterator[Any]:
        return repeat(np.arange(rows))

    monkeypatch.setattr("shallow_cli.core.batches.epoch_orders", in_order)
    short = short_job(job(batch_size=4), job().training)
    found = check_updates(short, generic_point(short.network, 0), BRIEF)
    assert not any(step.passed for step in found)


def test_steps_end_where_rounding_decides_about_a_slope() -> None:
    data = DATA.take(np.arange(len(DATA)))
    whole = job("relu", data=data)
    theta = generic_point(whole.network, 0)
    row = data.table[2]
    row[0] = -(row[1:] @ theta.layer1[3, 1:]) / theta.layer1[3, 0]
    assert list(check_updates(whole, theta, BRIEF)) == []


@pytest.mark.parametrize("alpha", [1.0, 1e-3])
def test_a_small_gradient_does_not_hide_behind_the_rounding_of_weights(
    alpha: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In float32, b1 frozen: its gradient is a thousandth of the weights, and must be missed."""

    def frozen(_number: int, before: Any, theta: Any) -> None:
        theta.b1[...] = before.b1

    changed(monkeypatch, frozen)
    whole = job(data=as_type(DATA, np.float32))
    settings = dataclasses.replace(whole.settings, learning_rate=alpha)
    whole = dataclasses.replace(whole, settings=settings)
    vector = generic_point(whole.network, 0).vector.astype(np.float32)
    for step in check_updates(whole, parameters(whole.network, vector), BRIEF):
        assert failed(step) == {"b1"}
