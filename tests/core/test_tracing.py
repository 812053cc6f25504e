"""A trace shows what the training code has computed, and nothing else."""

from collections.abc import Callable
from itertools import islice

import numpy as np
import pytest

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.core.blocks import shard_rows
from shallow_cli.core.events import Job, Row, Settings
from shallow_cli.core.gradcheck.derivatives import Case, backprop
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.network import Network
from shallow_cli.core.outputs import OUTPUTS
from shallow_cli.core.tracing import Step, trace
from shallow_cli.core.training import train

NETWORK = Network(4, 5, 3, "tanh", "softmax")
FORWARD = ["X", "W1", "b1", "Z1", "A1", "W2", "b2", "Z2", "A2", "Y"]
BACKWARD = ["dZ2", "dW2", "db2", "g′(Z1)", "dZ1", "dW1", "db1"]
UPDATE = ["W1", "b1", "W2", "b2"]


def job(network: Network = NETWORK, l2: float = 0.1, m: int = 7, *, weighted: bool = False) -> Job:
    settings = Settings(0.5, epochs=4, log_every=1, l2=l2)
    return Job(network, generic_examples(network, m, 0, weighted=weighted), None, settings)


def steps(
    network: Network = NETWORK, l2: float = 0.1, number: int = 1, *, weighted: bool = False
) -> list[Step]:
    of = job(network, l2, weighted=weighted)
    return list(islice(trace(of, generic_point(network, 0)), number))


def values(step: Step) -> dict[str, Array]:
    """Before the update."""
    return {quantity.name: quantity.values for quantity in (*step.forward, *step.backward)}


def test_the_quantities_come_in_the_order_of_the_lecture() -> None:
    [step] = steps()
    found = [[q.name for q in part] for part in (step.forward, step.backward, step.update)]
    assert found == [FORWARD, BACKWARD, UPDATE]


def test_everything_flows_to_what_there_is() -> None:
    [step] = steps()
    every = (*step.forward, *step.backward)
    known = {q.name for q in every} | {"J"}
    assert all(set(quantity.flows_to) <= known for quantity in every)
    assert all(quantity.flows_to for quantity in every)
    assert {to for quantity in every for to in quantity.flows_to} >= set(BACKWARD) | {"J"}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_values_obey_the_equations(activation: str) -> None:
    """The lecture's formulas, written out once more, on the traced arrays."""
    network = Network(4, 5, 3, activation, "softmax", leak=0.1)
    [step] = steps(network)
    v, m = values(step), 7
    np.testing.assert_allclose(v["Z1"], v["W1"] @ v["X"] + v["b1"], rtol=1e-12, atol=1e-15)
    functions: dict[str, Callable[[Array], Array]] = {
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "tanh": np.tanh,
        "relu": lambda z: np.maximum(z, 0),
        "leaky_relu": lambda z: np.where(z > 0, z, 0.1 * z),
        "identity": lambda z: z,
    }
    g = functions[activation]
    np.testing.assert_allclose(v["A1"], g(v["Z1"]), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(v["Z2"], v["W2"] @ v["A1"] + v["b2"], rtol=1e-12, atol=1e-15)
    e = np.exp(v["Z2"])
    np.testing.assert_allclose(v["A2"], e / e.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(v["dZ2"], v["A2"] - v["Y"], rtol=1e-12, atol=1e-15)
    dW2 = v["dZ2"] @ v["A1"].T / m + 0.1 * v["W2"]
    np.testing.assert_allclose(v["dW2"], dW2, rtol=1e-12, atol=1e-15)
    db2 = v["dZ2"].sum(axis=1, keepdims=True) / m
    np.testing.assert_allclose(v["db2"], db2, rtol=1e-12, atol=1e-15)
    dZ1 = v["W2"].T @ v["dZ2"] * v["g′(Z1)"]
    np.testing.assert_allclose(v["dZ1"], dZ1, rtol=1e-12, atol=1e-15)
    dW1 = v["dZ1"] @ v["X"].T / m + 0.1 * v["W1"]
    np.testing.assert_allclose(v["dW1"], dW1, rtol=1e-12, atol=1e-15)
    db1 = v["dZ1"].sum(axis=1, keepdims=True) / m
    np.testing.assert_allclose(v["db1"], db1, rtol=1e-12, atol=1e-15)
    loss = -np.log((v["A2"] * v["Y"]).sum(axis=0)).mean()
    loss += 0.05 * ((v["W1"] ** 2).sum() + (v["W2"] ** 2).sum())
    assert step.loss == pytest.approx(loss, rel=1e-12)
    for quantity in step.update:
        updated = v[quantity.name] - 0.5 * v[f"d{quantity.name}"]
        np.testing.assert_allclose(quantity.values, updated, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("output", OUTPUTS)
def test_the_gradient_is_production_s_to_the_last_bit(output: str) -> None:
    network = Network(4, 5, 1 if output == "sigmoid" else 3, "relu", output)
    [step] = steps(network)
    gradient = backprop(
        Case(network, generic_examples(network, 7, 0), 0.1), generic_point(network, 0)
    )
    for name, block in gradient.blocks().items():
        np.testing.assert_array_equal(values(step)[f"d{name}"], block)


def test_steps_follow_the_losses_of_training() -> None:
    rows = [event for event in train(job(), generic_point(NETWORK, 0)) if isinstance(event, Row)]
    found = steps(number=4)
    assert [step.loss for step in found] == [row.loss for row in rows[:4]]
    assert [step.loss_after for step in found] == [row.loss for row in rows[1:]]
    assert [step.number for step in found] == [1, 2, 3, 4]


def test_a_step_keeps_its_values_when_the_next_is_taken() -> None:
    [alone], [first, _] = steps(), steps(number=2)
    for name, array in values(alone).items():
        np.testing.assert_array_equal(values(first)[name], array)


def test_without_l2_no_equation_has_it() -> None:
    [step] = steps(l2=0.0)
    every = [*(q.equation for q in step.backward), step.loss_equation]
    assert not any("λ" in equation for equation in every)
    assert sum("λ" in q.equation for q in steps()[0].backward) == 2


@pytest.mark.parametrize("output", OUTPUTS)
def test_weights_are_a_quantity_and_in_the_equations(output: str) -> None:
    network = Network(4, 5, 1 if output == "sigmoid" else 3, "tanh", output)
    [step] = steps(network, weighted=True)
    assert [quantity.name for quantity in step.forward] == [*FORWARD, "w"]
    w, dZ2 = step.forward[-1], step.backward[0]
    assert (w.values.shape, w.flows_to) == ((1, 7), ("J", "dZ2"))
    assert dZ2.equation == "(A2 − Y) ∘ w"
    v, theta = values(step), generic_point(network, 0)
    np.testing.assert_allclose(v["dZ2"], (v["A2"] - v["Y"]) * v["w"], rtol=1e-12, atol=1e-15)
    assert "Σ w ∘ " in step.loss_equation
    losses: dict[str, Callable[[Array, Array], Array]] = {
        "sigmoid": lambda a, y: -np.log(np.where(y == 1, a, 1 - a)),
        "softmax": lambda a, y: -np.log((a * y).sum(axis=0)),
        "linear": lambda a, y: ((a - y) ** 2 / 2).sum(axis=0),
    }
    loss = (v["w"] * losses[output](v["A2"], v["Y"])).sum() / 7
    penalty = 0.05 * ((theta.W1**2).sum() + (theta.W2**2).sum())
    assert step.loss == pytest.approx(loss + penalty, rel=1e-12)
    [plain] = steps(network)
    assert "w" not in {*values(plain), *plain.loss_equation, *plain.backward[0].equation}


def test_more_examples_than_one_pass_takes_are_refused() -> None:
    most = shard_rows(NETWORK)
    with pytest.raises(ValueError, match=f"{most + 1} examples; {most} fit one pass"):
        next(trace(job(m=most + 1), generic_point(NETWORK, 0)))
