"""What the gradient check runs on complex numbers holds on them.

Branches must come from the real part: NumPy compares complex numbers by the real part first, but
`abs`, `conj` and the like drop or flip what the derivative is in, without a word.
"""

import ast

import numpy as np
import pytest

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.core.calls import run
from shallow_cli.core.gradcheck.derivatives import Case
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.network import Network, parameters
from shallow_cli.core.outputs import OUTPUTS
from tests.conftest import ROOT

SCORES = np.array([[-800.0, -30.0, -1.5, -1e-3, 0.0, 1e-3, 0.7, 2.0, 40.0, 800.0]])
H = 1e-100
UNSAFE = {"abs", "absolute", "fabs", "conj", "conjugate", "vdot", "norm", "sign", "hypot", "angle"}


def stepped(Z: Array) -> Array:
    """Z + ih."""
    return np.asarray(Z + 1j * H)


def applied(name: str, Z: Array) -> tuple[Array, Array]:
    """A = g(Z), and g′(Z)."""
    A, slope = np.empty_like(Z), np.empty_like(Z)
    run(ACTIVATIONS[name].function(Z, A, slope, 0.1))
    run(ACTIVATIONS[name].slope(A, slope, 0.1))
    return A, slope


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_the_same_on_complex_numbers_and_its_step_is_its_slope(name: str) -> None:
    (real, slope), (found, its_slope) = applied(name, SCORES), applied(name, stepped(SCORES))
    np.testing.assert_allclose(found.real, real, rtol=1e-15, atol=1e-300)
    np.testing.assert_allclose(found.imag / H, slope, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(its_slope.real, slope, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_loss_is_the_same_on_complex_numbers_and_its_step_is_its_delta(name: str) -> None:
    Z2 = SCORES[:, 1:-1] if name == "linear" else SCORES
    Z2 = np.vstack([Z2, 0.3 * Z2[:, ::-1]]) if name == "softmax" else Z2
    Y = np.zeros_like(Z2)
    Y[0, ::2] = 1
    if name == "softmax":
        Y[1] = 1 - Y[0]
    A2 = np.empty_like(Z2)
    run(OUTPUTS[name].function(Z2, A2))
    real = OUTPUTS[name].loss(Z2, Y).sum()
    assert np.imag(real) == 0
    for place in np.ndindex(*Z2.shape):
        moved = Z2.astype(complex)
        moved[place] += 1j * H
        found = OUTPUTS[name].loss(moved, Y).sum()
        assert found.real == pytest.approx(real, rel=1e-15)
        assert found.imag / H == pytest.approx((A2 - Y)[place], rel=1e-12, abs=2e-16)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_objective_is_real_where_the_parameters_are(activation: str, output: str) -> None:
    network = Network(4, 5, 1 if output == "sigmoid" else 3, activation, output)
    case = Case(network, generic_examples(network, 7, 0), 0.1)
    theta = generic_point(network, 0)
    real, found = (
        case.objective(parameters(network, theta.vector.astype(dtype)))
        for dtype in (float, complex)
    )
    assert found.imag == 0
    assert found.real == pytest.approx(real.real, rel=1e-14)


@pytest.mark.parametrize("name", ["activations", "outputs", "penalty", "network"])
def test_nothing_that_drops_an_imaginary_part_is_called(name: str) -> None:
    tree = ast.parse((ROOT / f"shallow_cli/core/{name}.py").read_text(encoding="utf-8"))
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    called |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert {"dot", "multiply", "exp", "sum"} & called  # also what is only named, in lists of calls
    assert not called & UNSAFE
