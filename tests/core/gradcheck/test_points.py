"""The points of a check are what they are called."""

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.events import Job, Row, Settings
from shallow_cli.core.gradcheck.points import (
    burnt_in_point,
    generic_examples,
    generic_point,
    saturated_point,
)
from shallow_cli.core.gradcheck.rounding import rounding
from shallow_cli.core.measuring import measure
from shallow_cli.core.network import Network
from shallow_cli.core.training import train

from .cases import case

NETWORK = Network(4, 5, 3, "tanh", "softmax")


def test_generic_weights_and_examples_share_no_number() -> None:
    theta, data = generic_point(NETWORK, 0), generic_examples(NETWORK, 7, 0)
    assert (theta.vector != 0).all()
    drawn = data.table[1:, :-1]
    ratios = np.abs(drawn.ravel()[:, None] / (theta.vector[None, :] * [[1.0]]))
    factors = [1.0, 2.0, np.sqrt(4), np.sqrt(5)]
    assert not any(np.isclose(ratios, factor, rtol=1e-12).any() for factor in factors)


def test_saturated_weights_saturate() -> None:
    subject = case("tanh")
    theta = saturated_point(subject.network, 1)
    A1 = rounding(subject, theta).work.A1[:-1, 1:]
    assert np.mean(ACTIVATIONS["tanh"].slope_from(A1, 0.0) < 1e-6) > 0.5


def test_a_burnt_in_point_is_where_training_is_after_twenty_steps() -> None:
    settings = Settings(0.3, epochs=20, log_every=20)
    job = Job(NETWORK, generic_examples(NETWORK, 7, 0), None, settings)
    theta = generic_point(NETWORK, 0)
    moved = burnt_in_point(job, theta)
    rows = [event for event in train(job, theta) if isinstance(event, Row)]
    assert measure(job, moved, 20) == rows[-1]
