"""A trace of an optimizer with a memory: its equations hold on what is shown."""

from itertools import islice
from math import sqrt

import numpy as np
import pytest

from shallow_cli.core.arrays import Array
from shallow_cli.core.events import Job, Row, Settings
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.network import Network
from shallow_cli.core.optimizers import LBFGS, OPTIMIZERS
from shallow_cli.core.tracing import Step, trace
from shallow_cli.core.training import train

NETWORK = Network(4, 5, 3, "tanh", "softmax")
BLOCKS = ("W1", "b1", "W2", "b2")
MU, BETA1, BETA2 = 0.8, 0.7, 0.95


def job(optimizer: str, schedule: str = "constant") -> Job:
    settings = Settings(
        0.5,
        epochs=3,
        log_every=1,
        optimizer=optimizer,
        momentum=MU,
        beta1=BETA1,
        beta2=BETA2,
        schedule=schedule,
        decay_every=1,
    )
    return Job(NETWORK, generic_examples(NETWORK, 7, 0), None, settings)


def steps(optimizer: str, schedule: str = "constant") -> list[Step]:
    return list(islice(trace(job(optimizer, schedule), generic_point(NETWORK, 0)), 3))


def gradient(step: Step, block: str) -> Array:
    [found] = [quantity.values for quantity in step.backward if quantity.name == f"d{block}"]
    return found


def updated(step: Step, name: str) -> Array:
    [found] = [quantity.values for quantity in step.update if quantity.name == name]
    return found


@pytest.mark.parametrize("block", BLOCKS)
def test_the_velocity_and_what_it_moves(block: str) -> None:
    _, second, third = steps("momentum")
    v = MU * updated(second, f"velocity {block}") - 0.5 * gradient(third, block)
    np.testing.assert_allclose(updated(third, f"velocity {block}"), v, rtol=1e-12)
    np.testing.assert_allclose(updated(third, block), updated(second, block) + v, rtol=1e-12)


@pytest.mark.parametrize("block", BLOCKS)
def test_nesterov_goes_a_step_ahead(block: str) -> None:
    _, second, third = steps("nesterov")
    v, slide = updated(third, f"velocity {block}"), 0.5 * gradient(third, block)
    expected = updated(second, block) + MU * v - slide
    np.testing.assert_allclose(updated(third, block), expected, rtol=1e-12)


@pytest.mark.parametrize("block", BLOCKS)
def test_adam_divides_by_the_root_of_the_squares(block: str) -> None:
    _, second, third = steps("adam")
    kept, squares = list(OPTIMIZERS["adam"].remembers)
    m = BETA1 * updated(second, f"{kept} {block}") + gradient(third, block)
    v = BETA2 * updated(second, f"{squares} {block}") + gradient(third, block) ** 2
    np.testing.assert_allclose(updated(third, f"{kept} {block}"), m, rtol=1e-12)
    np.testing.assert_allclose(updated(third, f"{squares} {block}"), v, rtol=1e-12)
    factor, root = (1 - BETA1) / (1 - BETA1**3), sqrt((1 - BETA2) / (1 - BETA2**3))
    expected = updated(second, block) - 0.5 * factor * m / (root * np.sqrt(v) + 1e-8)
    np.testing.assert_allclose(updated(third, block), expected, rtol=1e-12)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_traced_steps_are_those_of_training(optimizer: str) -> None:
    of = job(optimizer, "inverse")
    rows = [event for event in train(of, generic_point(NETWORK, 0)) if isinstance(event, Row)]
    found = steps(optimizer, "inverse")
    assert [step.loss_after for step in found] == [row.loss for row in rows[1:]]
    assert [step.learning_rate for step in found] == pytest.approx([0.5, 0.5 / 1.5, 0.25])
    names = [quantity.name for quantity in found[0].update]
    assert names == [
        name
        for block in BLOCKS
        for name in (*(f"{kept} {block}" for kept in OPTIMIZERS[optimizer].remembers), block)
    ]


def test_a_step_of_lbfgs_has_passes_and_no_update() -> None:
    theta = generic_point(NETWORK, 0)
    [step] = trace(job(LBFGS), theta)
    plain = next(trace(job("gd"), theta))
    assert (step.update, step.loss_after) == ((), None)
    assert step.loss == plain.loss
    for found, expected in zip(step.backward, plain.backward, strict=True):
        np.testing.assert_array_equal(found.values, expected.values)
