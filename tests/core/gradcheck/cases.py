"""A case to check, as most tests here want it."""

from typing import Any

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Examples
from shallow_cli.core.gradcheck.check import BlockCheck, Budget, PointCheck
from shallow_cli.core.gradcheck.derivatives import Backprop, Case, backprop
from shallow_cli.core.gradcheck.points import generic_examples
from shallow_cli.core.network import Network, Parameters, parameters

OUTPUT_SIZES = {"sigmoid": 1, "softmax": 3, "linear": 2}
BRIEF = Budget(directions=1, guards=1)


def case(
    activation: str = "tanh",
    output: str = "softmax",
    l2: float = 0.1,
    m: int = 7,
    *,
    weighted: bool = False,
) -> Case:
    """4 inputs, 5 hidden units, 7 examples."""
    network = Network(4, 5, OUTPUT_SIZES[output], activation, output, leak=0.1)
    return Case(network, generic_examples(network, m, seed=1, weighted=weighted), l2)


def as_type(data: Examples, dtype: type[np.floating[Any]]) -> Examples:
    """The examples in a dtype."""
    weights = None if data.weights is None else data.weights.astype(dtype)
    return Examples(data.table.astype(dtype), data.targets.astype(dtype), weights)


def plus(name: str, place: tuple[int, int], by: float) -> Backprop:
    """The production gradient with something added to one element."""

    def mistaken(case: Case, theta: Parameters) -> Parameters:
        gradient = backprop(case, theta)
        gradient.blocks()[name][place] += by
        return gradient

    return mistaken


def block(check: PointCheck, name: str) -> BlockCheck:
    """One of the four."""
    return {found.name: found for found in check.blocks}[name]


def failed(check: PointCheck) -> set[str]:
    """The names of the blocks that did not pass."""
    return {found.name for found in check.blocks if not found.passed}


def random_case(i: int, dtype: type[np.floating[Any]]) -> tuple[Case, Parameters]:
    """Weights 0.01–10, inputs 1e-3–1e3, 1–8 units everywhere, 1–59 rows, weighted in turn."""
    stream = np.random.RandomState([i, 7])
    output = list(OUTPUT_SIZES)[i % 3]
    n_y = 1 if output == "sigmoid" else stream.randint(2, 5)
    activation = list(ACTIVATIONS)[i % 4]
    n_x, n_h = stream.randint(1, 9, 2).tolist()
    network = Network(n_x, n_h, int(n_y), activation, output, leak=0.1)
    data = generic_examples(network, stream.randint(1, 60), i, weighted=i % 5 > 2)
    data.table[:, :-1] *= 10 ** stream.uniform(-3, 3)
    vector = stream.standard_normal(network.n_parameters) * 10 ** stream.uniform(-2, 1)
    l2 = (0.0, 0.1, 1.0)[stream.randint(3)]
    return Case(network, as_type(data, dtype), l2), parameters(network, vector.astype(dtype))
