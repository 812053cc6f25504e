"""The lecture's statements in its order: what each expects, and the experiment that tries it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.course.experiments import activating, learning, passing, publishing, starting
from shallow_cli.course.figures import Figure, Kind
from shallow_cli.course.published import ACCURACIES, COSTS, LOGISTIC_REGRESSION, WIDE_ACCURACIES

PARTS = {
    1: "What a shallow network is",
    2: "Computing its output",
    3: "Activation functions",
    4: "Derivatives of activations",
    5: "Gradient descent",
    6: "Backpropagation",
    7: "Random initialisation",
}


@dataclass(frozen=True)
class Claim:
    """A statement of a part of the lecture, what it means in figures, and who measures them.

    `config` and `command` are what shows it in a shell.
    """

    name: str
    part: int
    says: str
    figures: tuple[Figure, ...]
    experiment: Callable[[], tuple[float, ...]]
    config: str
    command: str


@dataclass(frozen=True)
class Answer:
    """What an experiment measured for the figures of its claim."""

    claim: Claim
    here: tuple[float, ...]

    @property
    def agrees(self) -> bool:
        """Whether all the figures do."""
        pairs = zip(self.claim.figures, self.here, strict=True)
        return all(figure.holds(here) for figure, here in pairs)


def about(says: str, value: float, tolerance: float) -> Figure:
    """Expected, give or take."""
    return Figure(says, value, "equals", tolerance)


def bound(kind: Kind) -> Callable[[str, float], Figure]:
    """A figure that lies on one side of a value."""
    return lambda says, value: Figure(says, value, kind)


at_least, at_most = bound("at least"), bound("at most")


def printed(says: str, value: float, tolerance: float) -> Figure:
    """Published."""
    return Figure(says, value, "equals", tolerance, published=True)


CLAIMS = (
    Claim(
        "loop",
        2,
        "Vectors compute what loops over samples and units compute",
        (at_most("largest difference", 1e-14),),
        passing.loop,
        "gradient",
        "shallow trace gradient.yaml",
    ),
    Claim(
        "vectors",
        2,
        "Vectors are much faster than loops",
        (at_least("times as fast", 5),),
        passing.vectors,
        "gradient",
        "shallow course vectors",
    ),
    Claim(
        "sigmoid-inside",
        3,
        "Inside a network tanh is almost always better than the sigmoid",
        (at_least("seeds of 5 with less loss", 4), at_least("times the loss of tanh", 1.2)),
        activating.sigmoid_inside,
        "activations",
        "shallow sweep activations.yaml activation=sigmoid,tanh --restarts 5",
    ),
    Claim(
        "centred",
        3,
        "The outputs of tanh are centred around 0, those of the sigmoid around ½",
        (
            about("mean of sigmoid", 0.5, 0.05),
            about("of tanh", 0, 0.05),
            at_least("of ReLU, which is neither", 0.6),
        ),
        activating.centred,
        "activations",
        "shallow trace activations.yaml --set init_scale=1",
    ),
    Claim(
        "far-out",
        3,
        "The slopes of sigmoid and tanh vanish far from 0, that of ReLU does not",
        (
            at_most("slope of sigmoid at 10", 1e-4),
            at_most("slope of tanh", 1e-7),
            about("slope of ReLU", 1, 0),
        ),
        activating.slopes_far_out,
        "scales",
        "shallow trace scales.yaml --set init_scale=100 --row 1",
    ),
    Claim(
        "relu-faster",
        3,
        "A wide network learns faster with ReLU than with the sigmoid",
        (at_least("seeds of 5 where it is ahead", 4), at_least("times as many epochs", 5)),
        activating.relu_is_faster,
        "wide",
        "shallow sweep wide.yaml activation=sigmoid,relu --restarts 5",
    ),
    Claim(
        "half-silent",
        3,
        "Half of a ReLU layer is silent for a sample, and training goes on",
        (
            about("share that is 0 at first", 0.5, 0.05),
            about("in the end", 0.5, 0.3),
            at_most("of the loss is left", 0.5),
        ),
        activating.half_silent,
        "wide",
        "shallow train wide.yaml --set epochs=300",
    ),
    Claim(
        "dead",
        3,
        "ReLU units below zero on every row get no gradient, and stay there",
        (
            about("dead units of 8", 8, 0),
            about("largest gradient", 0, 0),
            about("their move in 1,000 steps more", 0, 0),
            about("accuracy in percent", 50, 0),
        ),
        activating.dead,
        "dead",
        "shallow train dead.yaml",
    ),
    Claim(
        "leaky",
        3,
        "Leaky ones with the same weights recover",
        (at_least("units of 8 above 0", 1), at_least("accuracy in percent", 75)),
        activating.leaky,
        "dead",
        "shallow course leaky",
    ),
    Claim(
        "linear",
        3,
        "With a linear hidden layer a network is no better than logistic regression",
        (
            printed("accuracy in percent", LOGISTIC_REGRESSION, 0.25),
            about("loss less the regression's", 0, 1e-5),
        ),
        activating.linear,
        "linear",
        "shallow train linear.yaml",
    ),
    Claim(
        "derivatives",
        4,
        "The derivatives of the activations are what the lecture derives",
        tuple(at_most(f"largest error of {name}", 1e-15) for name in ACTIVATIONS),
        activating.derivatives,
        "gradient",
        "shallow gradcheck gradient.yaml",
    ),
    Claim(
        "descent",
        5,
        "Gradient descent lowers the cost at every step, if the learning rate is small",
        (about("steps up or level with 0.1", 0, 0), at_least("with 30", 100)),
        learning.descent,
        "descent",
        "shallow train descent.yaml --format csv",
    ),
    Claim(
        "costs",
        5,
        "The course's costs",
        tuple(printed(f"after {epoch:,}", cost, 5e-7) for epoch, cost in COSTS.items()),
        publishing.costs,
        "flower",
        "shallow train flower.yaml",
    ),
    Claim(
        "accuracies",
        5,
        "The course's accuracies by hidden units, after 5,000 steps",
        tuple(printed(f"{n}", percent, 0.25) for n, percent in ACCURACIES.items()),
        publishing.accuracies,
        "flower",
        "shallow sweep flower.yaml hidden_units=1,2,3,4,5 --set epochs=5000",
    ),
    Claim(
        "wide-accuracies",
        5,
        "The same with many hidden units, where rounding moves a point",
        tuple(printed(f"{n}", percent, 1.0) for n, percent in WIDE_ACCURACIES.items()),
        publishing.wide_accuracies,
        "flower",
        "shallow sweep flower.yaml hidden_units=20,50 --set epochs=5000",
    ),
    Claim(
        "output-error",
        6,
        "The derivative of the loss by z of the output is a − y",
        (at_most("largest error", 1e-15),),
        learning.output_error,
        "gradient",
        "shallow trace gradient.yaml",
    ),
    Claim(
        "backprop",
        6,
        "Backpropagation finds the derivative by each parameter",
        (at_most("largest error", 1e-9),),
        learning.backprop,
        "gradient",
        "shallow gradcheck gradient.yaml",
    ),
    Claim(
        "zeros",
        7,
        "From zero weights all hidden units stay alike, and nothing is learned",
        (about("loss, which is ln 2", math.log(2), 1e-12), about("units alike of 4", 4, 0)),
        starting.zero_weights,
        "zeros",
        "shallow train zeros.yaml",
    ),
    Claim(
        "small-weights",
        7,
        "Small random weights break the symmetry",
        (about("units alike of 4", 0, 0), at_most("of the loss is left", 0.6)),
        starting.small_weights,
        "scales",
        "shallow sweep scales.yaml --restarts 5",
    ),
    Claim(
        "large-weights",
        7,
        "Large ones saturate the units, and learning crawls",
        (at_least("share saturated", 0.5), at_least("times the loss of scale 1", 1.2)),
        starting.large_weights,
        "scales",
        "shallow sweep scales.yaml init_scale=1,100 --restarts 5",
    ),
)
