"""The linear model that a network is compared with: linear, logistic or softmax regression.

    Z2 = W X      A2 = output(Z2)      X (n_x + 1, m) with its row of ones, W (n_y, n_x + 1)

The bias is W's last column. W minimises Σ wᵢ ℓᵢ / m + (λ/2)‖W without the bias‖², a convex
function: there is one answer, and no seed or learning rate has a part in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array, require_shape
from shallow_cli.core.newton import Convex, Local, minimise
from shallow_cli.core.outputs import OUTPUTS

EPSILON = float(np.finfo(np.float64).eps)
SMALLEST_SCALE = 1e-150  # whose square is still a number
RANK_CUTOFF = 1e-12  # singular values below this share of the largest are rounding errors


def customary_l2(output: str, rows: int) -> float:
    """The λ that others take unasked: none for linear regression, else scikit-learn's C = 1.

    C multiplies the sum of the losses there, and λ stands beside their mean: λ = 1 / (C m).
    """
    return 0.0 if output == "linear" else 1 / rows


def fit_linear(
    table: Array, targets: Array, output: str, l2: float, weights: Array | None = None
) -> Array:
    """W (n_y, n_x + 1) with the least mean loss + (λ/2)‖W without the bias‖².

    Where several W are as good, the weights of collinear columns are small rather than large
    and those of a constant column 0; the rows of a softmax sum to 0. Where a loss has no least
    value (λ = 0 and separable classes, or a class without rows), W is far out and finite.

    Args:
        table: (m, n_x + 1), whose last column is ones.
        targets: (m, n_y); for a softmax one-hot.
        output: a name of `OUTPUTS`, which decides the loss.
        l2: λ ≥ 0.
        weights: (m,) of the rows, ≥ 0; all 1 unless given.

    Raises:
        ValueError: if shapes do not fit, or no row has a weight.
    """
    m = len(table)
    require_shape("targets", targets, (m, targets.shape[-1]))
    weights = np.ones(m) if weights is None else weights
    require_shape("weights", weights, (m,))
    counted = weights > 0
    if not counted.any():
        raise ValueError("no row has a weight")
    problem = _problem(table[counted], targets[counted], weights[counted] / m, l2)
    if output == "linear":
        W = _least_squares(problem)
    else:
        n_y, n_x = targets.shape[1], table.shape[1] - 1
        W = minimise(_likelihood(problem, output), np.zeros((n_y, n_x + 1)))
    if output == "softmax":
        W -= W.mean(axis=0)  # which changes no probability
    W[:, :-1] /= problem.scale
    W[:, -1] -= W[:, :-1] @ problem.mean
    return W


def predict_linear(W: Array, table: Array, output: str) -> Array:
    """A2 as rows (m, n_y) from W (n_y, n_x + 1) and a table (m, n_x + 1), its last column ones."""
    Z2 = W @ table.T
    return np.ascontiguousarray(OUTPUTS[output].of(Z2).T)


@dataclass(frozen=True)
class _Problem:
    """What is to be fitted, with inputs of mean 0 and deviation 1, so that no unit matters.

    The bias is free, so a shift of the inputs changes nothing else. Their scale moves into the
    penalty: λ w² is (λ / scale²)(w · scale)².
    """

    X: Array  # (n_x + 1, m); a constant column is all zeros
    Y: Array  # (n_y, m)
    share: Array  # (m,) of each row in the mean loss
    ridge: Array  # (n_x + 1,) what multiplies half the square of each weight
    mean: Array  # (n_x,)
    scale: Array  # (n_x,)


def _problem(table: Array, targets: Array, share: Array, l2: float) -> _Problem:
    inputs = table[:, :-1].T.astype(np.float64)
    mean = inputs @ (share / share.sum())
    X = np.ones((len(inputs) + 1, len(table)))
    X[:-1] = inputs - mean[:, None]
    unit = np.maximum(np.abs(X[:-1]).max(axis=1), SMALLEST_SCALE)  # so that no square overflows
    scale = unit * np.sqrt((X[:-1] / unit[:, None]) ** 2 @ (share / share.sum()))
    constant = np.ptp(inputs, axis=1) <= 4 * EPSILON * np.abs(inputs).max(axis=1)
    constant |= scale <= SMALLEST_SCALE
    scale[constant] = 1
    X[:-1] /= scale[:, None]
    X[:-1][constant] = 0
    ridge = np.append((np.sqrt(l2) / scale) ** 2, 0)
    return _Problem(X, targets.T.astype(np.float64), share, ridge, mean, scale)


def _least_squares(problem: _Problem) -> Array:
    """By singular values; the penalty is a further row √ridge · w = 0 for each weight."""
    root = np.sqrt(problem.share)
    A, B = (problem.X * root).T, (problem.Y * root).T
    if problem.ridge.any():
        A = np.concatenate([A, np.diag(np.sqrt(problem.ridge))])
        B = np.concatenate([B, np.zeros((len(problem.ridge), B.shape[1]))])
    norms = np.linalg.norm(A, axis=0)
    norms[norms == 0] = 1
    W = np.linalg.lstsq(A / norms, B, rcond=RANK_CUTOFF)[0]
    return np.ascontiguousarray(W.T / norms)


def _likelihood(problem: _Problem, output: str) -> Convex:
    """The objective of a logistic or softmax regression."""
    X, Y, share, ridge = problem.X, problem.Y, problem.share, problem.ridge
    losses = OUTPUTS[output].loss

    def value(W: Array) -> float:
        return float(losses(W @ X, Y) @ share + (ridge * W * W).sum() / 2)

    def around(W: Array) -> Local:
        Z2 = W @ X
        A2 = OUTPUTS[output].of(Z2)
        slopes = A2 * (1 - A2) * share

        def product(V: Array) -> Array:
            dZ2 = V @ X
            if output == "softmax":
                dA2 = A2 * (dZ2 - (A2 * dZ2).sum(axis=0)) * share
            else:
                dA2 = slopes * dZ2
            return np.asarray(dA2 @ X.T + ridge * V)

        return Local(
            gradient=((A2 - Y) * share) @ X.T + ridge * W,
            diagonal=slopes @ (X * X).T + ridge,
            product=product,
        )

    return Convex(value, around)
