"""The two-layer network: parameters, forward pass, backward pass. Columns are examples.

    X (n_x, m)    W1 (n_h, n_x)   b1 (n_h, 1)
    Y (n_y, m)    W2 (n_y, n_h)   b2 (n_y, 1)

    Z1 = W1 X + b1      A1 = g(Z1)          Z2 = W2 A1 + b2     A2 = output(Z2)
    dZ2 = A2 − Y        dW2 = dZ2 A1ᵀ / m   db2 = Σ dZ2 / m
    dZ1 = W2ᵀ dZ2 ∘ g′(Z1)                  dW1 = dZ1 Xᵀ / m    db1 = Σ dZ1 / m

dV stands for ∂(loss)/∂V and has the shape of V. Where examples have weights w (1, m), it is
dZ2 = (A2 − Y) ∘ w. X and A1 carry a last row of ones, so that
[W | b] times them is W X + b, and their product with dZ yields [dW | db] at once. The passes
below give sums over the examples; who divides by m is `gradient.py`.

A pass is a list of calls that fill buffers, which `calls.run` does; each line is an equation.
`np.dot` takes less time to begin than `np.matmul`, and multiplies a column by a row faster.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array, Examples, require_shape
from shallow_cli.core.calls import Calls
from shallow_cli.core.outputs import OUTPUTS


@dataclass(frozen=True)
class Network:
    """The shape of a network and the names of its functions."""

    n_x: int
    n_h: int
    n_y: int
    activation: str = "tanh"
    output: str = "sigmoid"
    leak: float = 0.01

    @property
    def n_parameters(self) -> int:
        """How many numbers are learned."""
        return self.n_h * (self.n_x + 1) + self.n_y * (self.n_h + 1)


@dataclass(frozen=True)
class Parameters:
    """One vector, [W1 | b1] row by row, then [W2 | b2]; everything else is a view of it.

    Gradients have the same layout and the same type.
    """

    vector: Array
    layer1: Array  # [W1 | b1]  (n_h, n_x + 1)
    layer2: Array  # [W2 | b2]  (n_y, n_h + 1)
    W1: Array  # (n_h, n_x)
    b1: Array  # (n_h, 1)
    W2: Array  # (n_y, n_h)
    b2: Array  # (n_y, 1)

    def blocks(self) -> dict[str, Array]:
        """The four arrays by name, as views."""
        return {"W1": self.W1, "b1": self.b1, "W2": self.W2, "b2": self.b2}


def parameters(network: Network, vector: Array) -> Parameters:
    """The parameters that live in `vector` (n_parameters,).

    Raises:
        ValueError: if the vector does not fit the network.
    """
    require_shape("the parameter vector", vector, (network.n_parameters,))
    n_layer1 = network.n_h * (network.n_x + 1)
    layer1 = vector[:n_layer1].reshape(network.n_h, network.n_x + 1)
    layer2 = vector[n_layer1:].reshape(network.n_y, network.n_h + 1)
    W1, b1, W2, b2 = layer1[:, :-1], layer1[:, -1:], layer2[:, :-1], layer2[:, -1:]
    return Parameters(vector, layer1, layer2, W1, b1, W2, b2)


def zeros(network: Network, dtype: type[np.generic] = np.float64) -> Parameters:
    """Parameters, or a gradient, that are all zero."""
    return parameters(network, np.zeros(network.n_parameters, dtype=dtype))


@dataclass(frozen=True)
class Shard:
    """Some examples as columns: X (n_x + 1, rows), Y (n_y, rows), w (1, rows) or None."""

    X: Array
    Y: Array
    w: Array | None = None


def as_shard(data: Examples) -> Shard:
    """The examples as columns, in views."""
    w = None if data.weights is None else data.weights[np.newaxis]
    return Shard(data.table.T, data.targets.T, w)


@dataclass(frozen=True)
class Workspace:
    """The buffers of one forward and backward pass over a fixed number of examples.

    Z1 shares its memory with A1: training does not need it once A1 is there.
    """

    Z1: Array  # (n_h, m)
    A1: Array  # (n_h, m)
    A1_ones: Array  # (n_h + 1, m): A1, and a last row of ones
    Z2: Array  # (n_y, m)
    A2: Array  # (n_y, m)
    dZ2: Array  # (n_y, m)
    dZ1: Array  # (n_h, m)
    slope: Array  # (n_h, m), g′(Z1)


def workspace(
    network: Network, m: int, dtype: type[np.generic] = np.float64, *, own_Z1: bool = False
) -> Workspace:
    """New buffers for `m` examples, in C order; `own_Z1` for those who want to see it."""
    hidden, out = (network.n_h, m), (network.n_y, m)
    A1_ones = np.ones((network.n_h + 1, m), dtype=dtype)
    A1 = A1_ones[:-1]
    return Workspace(
        Z1=np.empty(hidden, dtype=dtype) if own_Z1 else A1,
        A1=A1,
        A1_ones=A1_ones,
        Z2=np.empty(out, dtype=dtype),
        A2=np.empty(out, dtype=dtype),
        dZ2=np.empty(out, dtype=dtype),
        dZ1=np.empty(hidden, dtype=dtype),
        slope=np.empty(hidden, dtype=dtype),
    )


def forward(network: Network, theta: Parameters, X: Array, work: Workspace) -> Calls:
    """What fills Z1, A1, Z2 and A2 from X (n_x + 1, m), whose last row is ones."""
    g = ACTIVATIONS[network.activation].function
    output = OUTPUTS[network.output].function
    return [
        (np.dot, (theta.layer1, X, work.Z1)),  # Z1 = W1 X + b1
        *g(work.Z1, work.A1, work.slope, network.leak),  # A1 = g(Z1)
        (np.dot, (theta.layer2, work.A1_ones, work.Z2)),  # Z2 = W2 A1 + b2
        *output(work.Z2, work.A2),  # A2 = output(Z2)
    ]


def backward(
    network: Network, theta: Parameters, shard: Shard, work: Workspace, gradient: Parameters
) -> Calls:
    """What fills `gradient` with sums over the examples, after the forward pass."""
    X, Y, w = shard.X, shard.Y, shard.w
    slope = ACTIVATIONS[network.activation].slope
    return [
        (np.subtract, (work.A2, Y, work.dZ2)),  # dZ2 = A2 − Y
        *weighted(work.dZ2, w),  # dZ2 = (A2 − Y) ∘ w
        (np.dot, (work.dZ2, work.A1_ones.T, gradient.layer2)),  # dW2 = dZ2 A1ᵀ, db2 = Σ dZ2
        (np.dot, (theta.W2.T, work.dZ2, work.dZ1)),  # dA1 = W2ᵀ dZ2
        *slope(work.A1, work.slope, network.leak),  # g′(Z1)
        (np.multiply, (work.dZ1, work.slope, work.dZ1)),  # dZ1 = dA1 ∘ g′(Z1)
        (np.dot, (work.dZ1, X.T, gradient.layer1)),  # dW1 = dZ1 Xᵀ, db1 = Σ dZ1
    ]


def weighted(dZ2: Array, w: Array | None) -> Calls:
    """What multiplies dZ2 by the weights of the examples, if they have some."""
    return [] if w is None else [(np.multiply, (dZ2, w, dZ2))]
