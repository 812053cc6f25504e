"""How good predicted classes are. Rows are examples, as tables have them.

Sources: the definitions of scikit-learn's `metrics` module, under the same names.
"""

from __future__ import annotations

import numpy as np

from shallow_cli.core.arrays import Array, require_shape

EVEN = 0.5  # the probability above which the second of two classes is meant, unless told


def decide(A2: Array, threshold: float = EVEN) -> Array:
    """Class numbers (m,) from probabilities (m, 1) or (m, K); ties go to the first class.

    Of two classes, (m, 1), it is the second above the threshold; K know of none.
    """
    if A2.shape[1] == 1:
        return np.asarray(A2[:, 0] > threshold, dtype=np.intp)
    return np.asarray(A2.argmax(axis=1))


def confusion(true: Array, predicted: Array, n_classes: int) -> Array:
    """Counts (K, K): row = true class, column = predicted class."""
    require_shape("predicted", predicted, true.shape)
    counts = np.bincount(true * n_classes + predicted, minlength=n_classes * n_classes)
    return counts.reshape(n_classes, n_classes)


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
