"""How good predictions are. Rows are examples, as tables have them.

Sources: the definitions of scikit-learn's `metrics` module, under the same names.
"""

from __future__ import annotations

import numpy as np

from shallow_cli.core.arrays import Array, require_shape


def decide(A2: Array) -> Array:
    """Class numbers (m,) from probabilities (m, 1) or (m, K); ties go to the first class."""
    if A2.shape[1] == 1:
        return np.asarray(A2[:, 0] > 0.5, dtype=np.intp)  # noqa: PLR2004
    return np.asarray(A2.argmax(axis=1))


def confusion(true: Array, predicted: Array, n_classes: int) -> Array:
    """Counts (K, K): row = true class, column = predicted class."""
    require_shape("predicted", predicted, true.shape)
    counts = np.zeros((n_classes, n_classes), dtype=np.intp)
    np.add.at(counts, (true, predicted), 1)
    return counts


def accuracy(counts: Array) -> float:
    """The share of the confusion counts that lies on the diagonal."""
    return float(np.trace(counts) / counts.sum())


def precision_recall_f1(counts: Array) -> tuple[Array, Array, Array]:
    """Each (K,), one per class; 0 where there is nothing to divide by."""
    hits = np.diag(counts).astype(float)
    predicted, true = counts.sum(axis=0), counts.sum(axis=1)
    ratio = [
        np.divide(a, b, out=np.zeros_like(hits), where=b > 0)
        for a, b in ((hits, predicted), (hits, true), (2 * hits, predicted + true))
    ]
    return ratio[0], ratio[1], ratio[2]


def rmse(true: Array, predicted: Array) -> float:
    """Root of the mean squared error over rows and targets."""
    require_shape("predicted", predicted, true.shape)
    return float(np.sqrt(np.mean((true - predicted) ** 2)))


def mae(true: Array, predicted: Array) -> float:
    """Mean absolute error over rows and targets."""
    require_shape("predicted", predicted, true.shape)
    return float(np.mean(np.abs(true - predicted)))


def r2(true: Array, predicted: Array) -> float | None:
    """1 − (squared error) / (squared deviation from the mean), averaged over the targets.

    None where a target does not vary: the ratio has no value.
    """
    require_shape("predicted", predicted, true.shape)
    if not np.all(true.max(axis=0) > true.min(axis=0)):
        return None
    deviations = true - true.mean(axis=0)
    unit = np.abs(deviations).max(axis=0)  # so that no square overflows or vanishes
    squares = ((true - predicted) / unit) ** 2
    return float(np.mean(1 - squares.sum(axis=0) / ((deviations / unit) ** 2).sum(axis=0)))
