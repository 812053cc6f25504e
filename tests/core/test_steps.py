"""Steps of a training: the gradient that they say they have used, and L-BFGS as one of them."""

import dataclasses
from itertools import islice, pairwise
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.events import End, Event, Job, Reason, Row, Settings
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.gradcheck.textbook import UPDATES, Averages
from shallow_cli.core.network import Network, parameters
from shallow_cli.core.optimizers import LBFGS, OPTIMIZERS
from shallow_cli.core.prediction import objective
from shallow_cli.core.steps import steps
from shallow_cli.core.training import train

from .calling import gradient_of
from .reference_problem import NETWORK, REFERENCE, training

EFFORT = {(case["function"], case["n"]): case for case in REFERENCE["minima"]}


def settings(**chosen: Any) -> Settings:
    return Settings(**{"learning_rate": 0.1, "epochs": 500, "log_every": 1, **chosen})


def jobs(optimizer: str) -> tuple[Job, Network]:
    """Rows with weights, and a penalty."""
    network = Network(4, 5, 3, "tanh", "softmax")
    data = generic_examples(network, 30, 0, weighted=True)
    return Job(network, data, None, settings(optimizer=optimizer, l2=0.1)), network


def told(events: list[Event]) -> tuple[list[int], End]:
    """The epochs of the rows, and the end."""
    assert isinstance(events[-1], End)
    return [event.epoch for event in events if isinstance(event, Row)], events[-1]


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, LBFGS])
def test_a_step_yields_the_gradient_of_where_it_began(optimizer: str) -> None:
    job, network = jobs(optimizer)
    theta = generic_point(network, 0)
    stepping = steps(job, theta)
    for _ in range(5):
        before = parameters(network, theta.vector.copy())
        expected = gradient_of(network, before, job.training, l2=0.1)
        np.testing.assert_array_equal(next(stepping), expected.vector)
        assert (theta.vector != before.vector).all()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_steps_over_epochs_are_those_of_textbooks(optimizer: str) -> None:
    """Three epochs of 30 rows: two mini-batches of 12, a short one of 6, and half the rate."""
    how = settings(
        optimizer=optimizer,
        l2=0.1,
        batch_size=12,
        seed=5,
        momentum=0.7,
        beta1=0.8,
        beta2=0.95,
        schedule="step",
        decay_every=1,
    )
    job, network = jobs(optimizer)
    theta, t = generic_point(network, 0), 0
    averages: Averages = {}
    stepping = steps(dataclasses.replace(job, settings=how), theta)
    for epoch in (1, 2, 3):
        order = np.random.RandomState([5, 2, epoch]).permutation(30)
        for rows in (order[:12], order[12:24], order[24:]):
            t, before = t + 1, parameters(network, theta.vector.copy())
            expected = gradient_of(network, before, job.training.take(rows), l2=0.1).vector
            np.testing.assert_allclose(next(stepping), expected, rtol=1e-12)
            change = UPDATES[optimizer](expected, averages, 0.1 / 2 ** (epoch - 1), t, how)
            np.testing.assert_allclose(theta.vector, before.vector + change, rtol=1e-12)


def test_lbfgs_descends_the_objective_of_the_loss_table() -> None:
    """With the weights of the rows and the penalty: it falls at every step."""
    job, network = jobs(LBFGS)
    theta = generic_point(network, 0)
    losses = [
        objective(network, theta, job.training, 0.1).real for _ in islice(steps(job, theta), 1000)
    ]
    assert len(losses) > 10
    assert all(b < a + 1e-15 for a, b in pairwise(losses))


def test_lbfgs_ends_at_the_minimum_that_scipy_finds() -> None:
    job, theta = training(settings(optimizer=LBFGS, l2=0.1))
    taken = sum(1 for _ in islice(steps(job, theta), 1000))
    effort = EFFORT[REFERENCE["problem"], NETWORK.n_parameters]
    found = objective(NETWORK, theta, job.training, 0.1).real
    assert found == pytest.approx(effort["value"], rel=1e-12)
    assert taken <= 1.2 * effort["calls"]


@pytest.mark.parametrize("log_every", [1, 7, 1000])
@pytest.mark.parametrize("patience", [None, 900])
def test_a_training_that_converges_tells_each_epoch_once(
    log_every: int, patience: int | None
) -> None:
    """Whether or not the last epoch was due anyway."""
    how = settings(optimizer=LBFGS, l2=0.1, log_every=log_every, early_stopping=patience)
    job, theta = training(how)
    if patience:
        job = dataclasses.replace(job, validation=job.training)
    epochs, end = told(list(train(job, theta)))
    assert end.reason is Reason.CONVERGED
    assert epochs == sorted({*range(0, end.last_epoch, log_every), end.last_epoch})


def test_a_training_that_begins_at_the_minimum_has_one_row() -> None:
    job, theta = training(settings(optimizer=LBFGS, l2=0.1))
    _, end = told(list(train(job, theta)))
    epochs, again = told(list(train(job, end.theta)))
    assert (epochs, again.reason, again.last_epoch) == ([0], Reason.CONVERGED, 0)
    np.testing.assert_array_equal(again.theta.vector, end.theta.vector)


def test_an_interrupted_lbfgs_has_not_converged() -> None:
    job, theta = training(settings(optimizer=LBFGS, l2=0.1))
    asked = iter(range(1000))
    epochs, end = told(list(train(job, theta, lambda: next(asked) >= 5)))
    assert end.reason is Reason.INTERRUPTED
    assert 0 < end.last_epoch < 10
    assert epochs[-1] == end.last_epoch


def test_a_first_gradient_that_overflows_is_no_convergence() -> None:
    job, theta = training(settings(optimizer=LBFGS, l2=1e10))
    theta.vector[:] = 1e300
    stepping = steps(job, theta)
    with np.errstate(all="ignore"):
        assert not np.isfinite(next(stepping)).all()
    assert not np.isfinite(theta.vector).all()  # by which a training knows that it has diverged
    assert list(stepping) == []
