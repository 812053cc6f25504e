"""Forward and backward pass: worked by hand, looped, and with sizes that all differ."""

import math

import numpy as np
import pytest

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array, Examples, examples
from shallow_cli.core.calls import run
from shallow_cli.core.events import Settings
from shallow_cli.core.network import (
    Network,
    Parameters,
    Shard,
    as_shard,
    backward,
    forward,
    parameters,
    workspace,
    zeros,
)
from shallow_cli.core.optimizers import Clock, gradient_descent
from shallow_cli.core.prediction import objective

from .calling import gradient_of

M, N_X, N_H, N_Y = 7, 4, 5, 3  # all different: a transpose cannot hide


def test_one_step_worked_by_hand() -> None:
    """Two inputs, two tanh units, one sigmoid output, two examples, λ = 0.1, α = 0.5.

    The figures were worked out with forty decimal digits, not with this program.

        X = [1 −1; 2 0.5]   Y = [1 0]   W1 = [0.1 −0.2; 0.3 0.4]   b1 = [0.05; −0.1]
        W2 = [0.6 −0.7]     b2 = 0.2

    Forward, first example and second:

        Z1 = [0.1·1 − 0.2·2 + 0.05    0.1·−1 − 0.2·0.5 + 0.05] = [−0.25  −0.15]
             [0.3·1 + 0.4·2 − 0.1     0.3·−1 + 0.4·0.5 − 0.1 ]   [ 1.00  −0.20]
        A1 = tanh Z1 = [−0.244918662404  −0.148885033623]
                       [ 0.761594155956  −0.197375320225]
        Z2 = 0.6 A1[0] − 0.7 A1[1] + 0.2 = [−0.480067106611   0.248831703983]
        A2 = 1 / (1 + e^−Z2)             = [ 0.382236279107   0.561888922560]
        loss    = (−ln 0.382236279107 − ln(1 − 0.561888922560)) / 2 = 0.893499564595
        penalty = 0.05 (0.01 + 0.04 + 0.09 + 0.16 + 0.36 + 0.49)    = 0.0575

    Backward:

        dZ2 = A2 − Y = [−0.617763720893  0.561888922560]
        dW2 = dZ2 A1ᵀ / 2 = [0.033822506537  −0.290694122807]     db2 = −0.027937399166
        dZ1 = W2ᵀ dZ2 ∘ (1 − A1²) = [−0.348424242416   0.329660201680]
                                    [ 0.181611438369  −0.377999584363]
        dW1 = dZ1 Xᵀ / 2 = [−0.339042222048  −0.266009191996]     db1 = [−0.009382020368]
                           [ 0.279805511366   0.087111542278]           [−0.098194072997]

    Update, where a weight also shrinks by its penalty and a bias does not:

        W1[0,0] = 0.1 − 0.5 (−0.339042222048 + 0.1·0.1) = 0.264521111024, and so on.
    """
    network = Network(n_x=2, n_h=2, n_y=1, activation="tanh", output="sigmoid")
    theta = parameters(network, np.array([0.1, -0.2, 0.05, 0.3, 0.4, -0.1, 0.6, -0.7, 0.2]))
    data = examples(np.array([[1.0, 2.0], [-1.0, 0.5]]), np.array([[1.0], [0.0]]))
    assert objective(network, theta, data, l2=0.1) == pytest.approx(0.950999564595, abs=5e-13)
    gradient = gradient_of(network, theta, data, l2=0.1)
    clock, how = Clock(np.array(0.5), np.array(1)), Settings(0.5, epochs=1, log_every=1)
    run(gradient_descent(theta.vector, gradient.vector, (np.empty(9),), clock, how))
    expected = {
        "W1": [[0.264521111024, -0.056995404002], [0.145097244317, 0.336444228861]],
        "b1": [[0.054691010184], [-0.050902963501]],
        "W2": [[0.553088746731, -0.519652938596]],
        "b2": [[0.213968699583]],
    }
    for name, block in theta.blocks().items():
        np.testing.assert_allclose(block, expected[name], rtol=0, atol=5e-13)


@pytest.fixture
def network() -> Network:
    return Network(N_X, N_H, N_Y, activation="sigmoid", output="softmax")


@pytest.fixture
def theta(network: Network, stream: np.random.RandomState) -> Parameters:
    return parameters(network, stream.standard_normal(network.n_parameters))


@pytest.fixture
def data(stream: np.random.RandomState) -> Examples:
    return examples(stream.standard_normal((M, N_X)), np.eye(N_Y)[stream.randint(0, N_Y, M)])


def test_all_examples_at_once_are_the_units_one_by_one(
    network: Network, theta: Parameters, data: Examples
) -> None:
    """The lecture's loops: for each example, for each unit, z and then a."""
    work = workspace(network, M)
    run(forward(network, theta, data.table.T, work))
    for i, x in enumerate(data.table[:, :-1]):
        a1 = np.empty(N_H)
        for k in range(N_H):
            z = sum(theta.W1[k, j] * x[j] for j in range(N_X)) + theta.b1[k, 0]
            a1[k] = 1 / (1 + math.exp(-z))
        z2 = [sum(theta.W2[o, k] * a1[k] for k in range(N_H)) + theta.b2[o, 0] for o in range(N_Y)]
        a2 = np.exp(z2) / np.exp(z2).sum()
        np.testing.assert_allclose(work.A1[:, i], a1, rtol=1e-13)
        np.testing.assert_allclose(work.Z2[:, i], z2, rtol=1e-12)
        np.testing.assert_allclose(work.A2[:, i], a2, rtol=1e-12)


def test_shapes_are_the_lectures(network: Network, theta: Parameters) -> None:
    shapes = {name: block.shape for name, block in theta.blocks().items()}
    assert shapes == {"W1": (N_H, N_X), "b1": (N_H, 1), "W2": (N_Y, N_H), "b2": (N_Y, 1)}
    assert network.n_parameters == N_H * (N_X + 1) + N_Y * (N_H + 1)


def test_the_blocks_are_views_of_the_vector(theta: Parameters) -> None:
    """[W1 | b1] row by row, then [W2 | b2]."""
    theta.vector[:] = np.arange(len(theta.vector))
    np.testing.assert_array_equal(theta.W1[0], [0, 1, 2, 3])
    assert theta.b1[0, 0] == 4
    assert theta.W2[0, 0] == N_H * (N_X + 1)
    assert theta.b2[-1, 0] == len(theta.vector) - 1


def test_a_vector_that_does_not_fit_is_refused(network: Network) -> None:
    with pytest.raises(ValueError, match=r"has shape \(42,\), not \(43,\)"):
        parameters(network, np.zeros(42))


@pytest.mark.parametrize("dtype", [np.float32, np.complex128])
def test_other_dtypes_use_the_same_code(
    network: Network, theta: Parameters, data: Examples, dtype: type[np.generic]
) -> None:
    def passes(kind: type[np.generic]) -> tuple[Array, Array]:
        weights = parameters(network, theta.vector.astype(kind))
        work, gradient = workspace(network, M, kind), zeros(network, kind)
        shard = Shard(data.table.T.astype(kind), data.targets.T.astype(kind))
        run(forward(network, weights, shard.X, work))
        run(backward(network, weights, shard, work, gradient))
        return work.A2, gradient.vector

    A2, gradient = passes(dtype)
    A2_double, gradient_double = passes(np.float64)
    assert A2.dtype == gradient.dtype == dtype
    np.testing.assert_allclose(A2.real, A2_double, rtol=1e-5)
    np.testing.assert_allclose(gradient.real, gradient_double, rtol=1e-4, atol=1e-6)


def test_the_backward_pass_leaves_the_forward_pass_alone(
    network: Network, theta: Parameters, data: Examples
) -> None:
    """Twice the same, bit for bit: nothing that it reads is overwritten."""
    work = workspace(network, M)
    run(forward(network, theta, data.table.T, work))
    first, second = zeros(network), zeros(network)
    run(backward(network, theta, as_shard(data), work, first))
    run(backward(network, theta, as_shard(data), work, second))
    np.testing.assert_array_equal(first.vector, second.vector)


@pytest.mark.parametrize("sizes", [(N_X, N_H, N_Y), (3, 3, 3)], ids=["odd", "square"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_gradient_is_the_lectures_sums(
    activation: str, sizes: tuple[int, int, int], stream: np.random.RandomState
) -> None:
    """Index by index, with weights of the rows; one z is 0, where a ReLU has its corner."""
    network = Network(*sizes, activation, "linear", leak=0.1)
    theta = parameters(network, stream.standard_normal(network.n_parameters))
    X, Y, w = (stream.standard_normal((n, M)) for n in (sizes[0] + 1, sizes[2], 1))
    X[-1], X[:-1, 0], theta.b1[0] = 1, 0, 0
    work, gradient = workspace(network, M, own_Z1=True), zeros(network)
    run(forward(network, theta, X, work))
    run(backward(network, theta, Shard(X, Y, w), work, gradient))
    dZ2 = (work.Z2 - Y) * w
    dZ1 = np.einsum("oh,om->hm", theta.W2, dZ2) * ACTIVATIONS[activation].slope_at(work.Z1, 0.1)
    assert work.Z1[0, 0] == 0
    for found, delta, inputs in (gradient.layer2, dZ2, work.A1_ones), (gradient.layer1, dZ1, X):
        np.testing.assert_allclose(found, np.einsum("um,im->ui", delta, inputs), 1e-11, 1e-14)
