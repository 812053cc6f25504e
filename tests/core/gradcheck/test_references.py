"""The checked gradient against PyTorch's autograd and scikit-learn's own backprop."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import Array, examples
from shallow_cli.core.gradcheck.derivatives import Case, backprop, elements
from shallow_cli.core.network import Network, Parameters, parameters, zeros

REFERENCE = json.loads((Path(__file__).parents[2] / "references/gradients.json").read_text())
PROBLEMS = ["sigmoid 4-5-1", "softmax 4-5-3", "linear 4-5-2", "softmax 11-13-3"]
ACTIVATIONS = {
    "torch": ["sigmoid", "tanh", "relu", "leaky_relu"],
    "sklearn": ["sigmoid", "tanh", "relu"],
}
LARGEST_RATIO = 1e-14

Row = dict[str, Any]


def name(row: Row) -> str:
    return "{library} {problem} {activation} {l2}".format_map(row)


every_row = pytest.mark.parametrize("row", REFERENCE["cases"], ids=name)


def test_no_case_is_missing() -> None:
    expected = [
        f"{library} {problem} {activation} {l2}"
        for library, activations in ACTIVATIONS.items()
        for problem, activation, l2 in product(PROBLEMS, activations, [0.0, 0.1])
    ]
    assert len(expected) == 56
    assert sorted(map(name, REFERENCE["cases"])) == sorted(expected)


@every_row
def test_the_loss_agrees(row: Row) -> None:
    case, theta = problem(row)
    assert case.objective(theta) == pytest.approx(row["loss"], rel=1e-14, abs=0)


@every_row
def test_backprop_agrees(row: Row) -> None:
    case, theta = problem(row)
    assert disagreements(backprop(case, theta), row) == set()


@every_row
def test_complex_steps_agree(row: Row) -> None:
    case, theta = problem(row)
    steps = elements(case, theta, np.arange(case.network.n_parameters))
    assert disagreements(parameters(case.network, steps), row) == set()


@every_row
@pytest.mark.parametrize("factor", [2, 1 + 1e-12])
def test_a_wrong_block_does_not_agree(row: Row, factor: float) -> None:
    case, theta = problem(row)
    for block in theta.blocks():
        gradient = backprop(case, theta)
        gradient.blocks()[block][...] *= factor
        assert disagreements(gradient, row) == {"all", block}


def problem(row: Row) -> tuple[Case, Parameters]:
    """What a row of the reference is about, as this package has it."""
    values = REFERENCE["problems"][row["problem"]]
    X, Y = np.array(values["X"]), np.array(values["Y"])
    network = Network(
        n_x=len(X),
        n_h=len(values["W1"]),
        n_y=len(Y),
        activation=row["activation"],
        output=values["output"],
        leak=REFERENCE["leak"],
    )
    return Case(network, examples(X.T, Y.T), row["l2"]), filled(network, values, prefix="")


def filled(network: Network, values: Row, prefix: str) -> Parameters:
    """Parameters, or a gradient, from nested lists; none of their shapes may broadcast."""
    made = zeros(network)
    for key, block in made.blocks().items():
        value = np.array(values[prefix + key])
        assert value.shape == block.shape
        block[...] = value
    return made


def disagreements(gradient: Parameters, row: Row) -> set[str]:
    """The blocks that are too far from the reference, and `all` for the whole vector."""
    network = problem(row)[0].network
    reference = filled(network, row, prefix="d")
    found = {"all": gradient.vector, **gradient.blocks()}
    expected = {"all": reference.vector, **reference.blocks()}
    return {key for key in found if not ratio(found[key], expected[key]) < LARGEST_RATIO}


def ratio(a: Array, b: Array) -> float:
    """‖a − b‖ / (‖a‖ + ‖b‖)."""
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))
