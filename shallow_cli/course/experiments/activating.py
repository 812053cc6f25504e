"""Activation functions: what they do to a network, and where they fail."""

from __future__ import annotations

import math
from statistics import median

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.linear import fit_linear
from shallow_cli.core.looking import look
from shallow_cli.core.network import Network, Parameters, parameters
from shallow_cli.core.prediction import objective
from shallow_cli.course.runs import (
    SEEDS,
    STEP,
    Ended,
    Measured,
    Start,
    gradient_of,
    passed,
    started,
    trained,
)

LEARNED = math.log(3) / 2  # of three classes: half the loss of one who knows nothing


def sigmoid_inside() -> Measured:
    """Of how many seeds the loss with tanh is lower, and the median of the ratios."""
    ratios = [loss_of("sigmoid", seed) / loss_of("tanh", seed) for seed in SEEDS]
    return sum(ratio > 1 for ratio in ratios), median(ratios)


def loss_of(activation: str, seed: int) -> float:
    """After training with it."""
    return trained(started("activations", f"activation={activation}", f"seed={seed}")).loss


def centred() -> Measured:
    """The mean output of sigmoid, tanh and ReLU units, at first weights that let them differ."""
    names = ("sigmoid", "tanh", "relu")
    starts = [started("activations", f"activation={name}", "init_scale=1") for name in names]
    return tuple(float(passed(s.network, s.theta, s.data).A1.mean()) for s in starts)


def derivatives() -> Measured:
    """The largest error of each activation's slope, against its own complex step."""
    z = np.array([[-30.0, -5, -1.5, -0.3, -1e-3, 1e-3, 0.3, 1.5, 5, 30]])
    return tuple(
        float(abs(g.slope_at(z, 0.1) - g.of(z + STEP * 1j, 0.1).imag / STEP).max())
        for g in ACTIVATIONS.values()
    )


def slopes_far_out() -> Measured:
    """The slope of sigmoid, tanh and ReLU at z = 10."""
    z = np.array([[10.0]])
    return tuple(float(ACTIVATIONS[n].slope_at(z, 0.0)[0, 0]) for n in ("sigmoid", "tanh", "relu"))


def relu_is_faster() -> Measured:
    """Of how many seeds ReLU is ahead, and how many times as many epochs the sigmoid needs."""
    ratios = [epochs_to_learn("sigmoid", seed) / epochs_to_learn("relu", seed) for seed in SEEDS]
    return sum(ratio > 1 for ratio in ratios), median(ratios)


def epochs_to_learn(activation: str, seed: int) -> int:
    """Down to LEARNED; all of them where that is not reached."""
    start = started("wide", f"activation={activation}", f"seed={seed}", "log_every=10")
    reached = (epoch for epoch, loss in trained(start).losses.items() if loss <= LEARNED)
    return next(reached, start.job.settings.epochs)


def half_silent() -> Measured:
    """The share of ReLU outputs that are 0 at first, and in the end; what is left of the loss."""
    start = started("wide", "epochs=300")
    ended = trained(start)
    first, last = (share_that_is_0(start, theta) for theta in (start.theta, ended.theta))
    return first, last, ended.left


def share_that_is_0(start: Start, theta: Parameters) -> float:
    """Of the hidden outputs."""
    return float((passed(start.network, theta, start.data).A1 == 0).mean())


def killed() -> Ended:
    """ReLU units after steps that were too long."""
    return trained(started("dead"))


def trained_on(ended: Ended, activation: str) -> Ended:
    """From the weights at the end, with short steps."""
    job = started("dead", f"activation={activation}", "learning_rate=0.5").job
    return trained(Start(job, ended.theta))


def dead() -> Measured:
    """How many units are dead, their largest gradient, how far they move later; the accuracy."""
    ended = killed()
    network, data = ended.start.network, ended.start.data
    later = trained_on(ended, "relu")
    gradient = gradient_of(Start(ended.start.job, ended.theta))
    return (
        float(look(network, ended.theta, data).dead.sum()),
        float(abs(gradient.layer1).max()),
        float(abs(later.theta.layer1 - ended.theta.layer1).max()),
        later.accuracy,
    )


def leaky() -> Measured:
    """With the weights of the dead ones: how many come above zero on some row; the accuracy."""
    later = trained_on(killed(), "leaky_relu")
    outputs = passed(later.start.network, later.theta, later.start.data).A1
    return float((outputs > 0).any(axis=1).sum()), later.accuracy


def linear() -> Measured:
    """The accuracy of a linear hidden layer, and its loss less that of logistic regression."""
    ended = trained(started("linear"))
    data, network = ended.start.data, Network(2, 1, 1, "identity")
    weights = fit_linear(data.table, data.targets, "sigmoid", 0.0)
    # One linear unit that adds everything up is logistic regression.
    theta = parameters(network, np.array([*weights[0], 1.0, 0.0]))
    return ended.accuracy, ended.loss - float(objective(network, theta, data, 0).real)
