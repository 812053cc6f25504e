"""What rounding alone can do to a gradient: the passes once more, on absolute values.

A running error analysis (Higham, Accuracy and Stability of Numerical Algorithms, section 3.3):
E of a quantity bounds its error in units of the machine epsilon, up to a small factor, and is
carried along the lecture's equations to first order. A difference between two gradients that
is many times this cannot be rounding, however small it is beside the gradient itself; one that
is not says nothing, however large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.core.calls import run
from shallow_cli.core.gradcheck.derivatives import Case
from shallow_cli.core.network import Parameters, Workspace, forward, parameters, workspace, zeros


@dataclass(frozen=True)
class Rounding:
    """Error bounds in units of the machine epsilon, and the forward pass they belong to."""

    gradient: Parameters  # S, one for each element
    loss: float
    Z1: Array  # E of Z1 (n_h, m)
    largest: float  # of all quantities on the way: what overflows decides nothing
    work: Workspace


def rounding(case: Case, theta: Parameters) -> Rounding:
    """The bounds of one pass over all the examples of the case, for the dtype of `theta`."""
    network, m, kind = case.network, len(case.data), np.finfo(theta.vector.dtype)
    lost = float(kind.tiny / kind.eps)  # by underflow, and where a sigmoid is cut off
    theta = parameters(network, theta.vector.astype(np.float64))
    X, Y = case.data.table.T.astype(np.float64), case.data.targets.T
    w = 1.0 if case.data.weights is None else case.data.weights.astype(np.float64)
    work = workspace(network, m, own_Z1=True)
    run(forward(network, theta, X, work))
    A1, A2 = np.abs(work.A1_ones), np.abs(work.A2)
    activation = ACTIVATIONS[network.activation]
    run(activation.slope(work.A1, work.slope, network.leak))
    slope = np.abs(work.slope)  # one that is wrong may be negative, which no bound must be

    E_Z1 = np.abs(theta.layer1) @ np.abs(X)
    E_A1 = A1 + lost
    E_A1[:-1] += slope * E_Z1
    E_Z2 = np.abs(theta.layer2) @ E_A1
    E_dZ2 = w * (lost + A2 + np.abs(Y) + _steepness(network.output, A2) * E_Z2.max(axis=0))
    dZ2 = w * np.abs(work.A2 - Y)
    # A slope like 1 − A1² is off by its terms, and by what its curvature makes of E_Z1.
    E_slope = lost + slope + activation.curvature * (A1[:-1] + slope * E_Z1)
    W2T = np.abs(theta.W2).T
    E_dZ1 = (W2T @ E_dZ2) * slope + (W2T @ dZ2) * E_slope

    scale = zeros(network)
    scale.layer2[...] = (E_dZ2 @ A1.T + dZ2 @ E_A1.T) / m
    scale.layer1[...] = E_dZ1 @ np.abs(X).T / m
    scale.W1[...] += case.l2 * np.abs(theta.W1)
    scale.W2[...] += case.l2 * np.abs(theta.W2)
    penalty = case.l2 * float((theta.W1**2).sum() + (theta.W2**2).sum())
    losses = (A2 + np.abs(Y)) * (E_Z2 + A2 + np.abs(Y))
    loss = float(np.mean(w)) + float((w * losses).sum()) / m + penalty
    sums = (E_Z1, E_A1, E_Z2, E_dZ2 @ A1.T, E_dZ1 @ np.abs(X).T)
    largest = float(np.max([penalty, *(E.max() for E in sums)]))  # NaN if one of them is
    return Rounding(scale, loss, E_Z1, largest, work)


def _steepness(output: str, A2: Array) -> Array:
    """A bound of Σ |∂A2/∂Z2|; of softmax 2 a (1 − a), of sigmoid half of that."""
    return np.ones_like(A2) if output == "linear" else 2 * A2 * np.maximum(1 - A2, 0)


def at_a_corner(case: Case, bounds: Rounding, eps: float) -> Array:
    """Where the sign of z is a matter of rounding, and with it a slope (n_h, m).

    A z that is exactly 0 because all of its terms are is not meant: it is 0 in any order.
    """
    if not ACTIVATIONS[case.network.activation].corner:
        return np.zeros_like(bounds.Z1, dtype=bool)
    # Rounding errors of a sum of n terms behave like √n of them (Higham and Mary 2019).
    error = 4 * np.sqrt(case.network.n_x + 1) * eps * bounds.Z1
    found: Array = (np.abs(bounds.work.Z1) <= error) & (bounds.Z1 > 0)
    return found
