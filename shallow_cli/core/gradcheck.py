"""Backprop against complex-step derivatives of the same loss.

For an analytic f, Im f(θ + ih) / h is its derivative up to rounding, for h as small as 1e-100:
nothing is subtracted, so there is no step size to choose (Martins, Sturdza and Alonso 2003).
The loss and the backward pass are those of training; this file has no formula of either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array, Examples
from shallow_cli.core.gradient import cut, new_buffers, objective_gradient
from shallow_cli.core.network import Network, Parameters, forward, parameters, workspace, zeros
from shallow_cli.core.prediction import objective
from shallow_cli.core.rng import check_stream

STEP = 1e-100
LIMIT = 100.0  # rounding units
TINY = 1e-150  # below it a scale is rounding itself
MOST_PER_BLOCK = 500


@dataclass(frozen=True)
class BlockCheck:
    """One of W1, b1, W2, b2: how far backprop is from the numeric derivatives.

    `rounding_units` is the largest |backprop − numeric| / (eps · S), where S is the same
    backward pass on absolute values: what rounding alone can explain. `worst` is where.
    """

    name: str
    elements: int
    checked: int
    max_error: float
    norm_ratio: float  # ‖backprop − numeric‖ / (‖backprop‖ + ‖numeric‖), the course's number
    rounding_units: float
    worst: tuple[int, int]
    backprop: float
    numeric: float

    @property
    def decided(self) -> bool:
        """Whether there was something to check, and its derivatives are finite."""
        return self.checked > 0 and bool(np.isfinite(self.numeric))

    @property
    def passed(self) -> bool:
        """Whether rounding explains the difference."""
        return self.decided and self.rounding_units <= LIMIT


def check_gradient(
    network: Network, theta: Parameters, data: Examples, l2: float
) -> list[BlockCheck]:
    """Check the gradient of the objective at `theta`, block by block.

    Every element is checked, or `MOST_PER_BLOCK` of a block, evenly spaced.
    """
    with np.errstate(all="ignore"):  # what overflows is not finite, and decides nothing
        return _check_blocks(network, theta, data, l2)


def _check_blocks(
    network: Network, theta: Parameters, data: Examples, l2: float
) -> list[BlockCheck]:
    backprop = zeros(network)
    blocks = cut(network, data)
    buffers = new_buffers(network, blocks, np.float64)
    objective_gradient(network, theta, blocks, l2, buffers, backprop)
    scale = _rounding_scale(network, theta, data, l2)
    positions = parameters(network, np.arange(network.n_parameters))
    checks = []
    for name, block in positions.blocks().items():
        chosen = block.ravel()
        if len(chosen) > MOST_PER_BLOCK:
            chosen = chosen[np.linspace(0, len(chosen) - 1, MOST_PER_BLOCK).astype(int)]
        numeric = _complex_step(network, theta, data, l2, chosen)
        checks.append(_compare(name, block, chosen, numeric, backprop, scale))
    return checks


def _complex_step(
    network: Network, theta: Parameters, data: Examples, l2: float, positions: Array
) -> Array:
    """∂(objective)/∂θ at some positions of the vector."""
    stepped = parameters(network, theta.vector.astype(np.complex128))
    slopes = np.empty(len(positions))
    for i, position in enumerate(positions):
        stepped.vector[position] += 1j * STEP
        slopes[i] = objective(network, stepped, data, l2).imag / STEP
        stepped.vector[position] = theta.vector[position]
    return slopes


def _rounding_scale(network: Network, theta: Parameters, data: Examples, l2: float) -> Parameters:
    """The backward pass on absolute values, with slopes at their bound of 1."""
    m, X, Y = len(data), data.table.T, data.targets.T
    work = workspace(network, m)
    forward(network, theta, X, work)
    scale = zeros(network)
    D2 = (np.abs(work.A2) + np.abs(Y)) / m
    D1 = np.abs(theta.W2).T @ D2
    scale.layer2[...] = D2 @ np.abs(work.A1).T
    scale.layer1[...] = D1 @ np.abs(X).T
    scale.W1[...] += l2 * np.abs(theta.W1)
    scale.W2[...] += l2 * np.abs(theta.W2)
    return scale


def _compare(
    name: str,
    block: Array,
    positions: Array,
    numeric: Array,
    backprop: Parameters,
    scale: Parameters,
) -> BlockCheck:
    ours = backprop.vector[positions]
    errors = np.abs(ours - numeric)
    units = errors / (np.finfo(np.float64).eps * np.maximum(scale.vector[positions], TINY))
    units = np.where(np.isfinite(units), units, np.inf)
    undecided = np.flatnonzero(~np.isfinite(numeric))
    worst = int(undecided[0]) if len(undecided) else int(units.argmax())
    row, column = np.argwhere(block == positions[worst])[0]
    norms = np.linalg.norm(ours) + np.linalg.norm(numeric)
    return BlockCheck(
        name,
        elements=block.size,
        checked=len(positions),
        max_error=float(errors.max()),
        norm_ratio=float(np.linalg.norm(errors) / norms) if norms else 0.0,
        rounding_units=float(units[worst]),
        worst=(int(row), int(column)),
        backprop=float(ours[worst]),
        numeric=float(numeric[worst]),
    )


def generic_point(network: Network, seed: int) -> Parameters:
    """Weights ~ N(0, 1) / √fan_in and biases ~ N(0, ½²): no zeros that could hide a mistake.

    Scaled by the fan-in, the scores stay near 1 whatever the width.
    """
    theta = parameters(network, check_stream(seed).standard_normal(network.n_parameters))
    theta.W1[...] /= np.sqrt(network.n_x)
    theta.W2[...] /= np.sqrt(network.n_h)
    theta.b1[...] *= 0.5
    theta.b2[...] *= 0.5
    return theta


def generic_examples(network: Network, m: int, seed: int) -> Examples:
    """Inputs ~ N(0, 1) and targets that fit the output, drawn for a check."""
    stream = check_stream(seed)
    table = np.c_[stream.standard_normal((m, network.n_x)), np.ones(m)]
    if network.output == "linear":
        return Examples(table, stream.standard_normal((m, network.n_y)))
    if network.output == "sigmoid":
        return Examples(table, stream.randint(0, 2, (m, network.n_y)).astype(float))
    return Examples(table, np.eye(network.n_y)[stream.randint(0, network.n_y, m)])
