"""What a peer answers when it has been timed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array


@dataclass(frozen=True)
class Timed:
    """How long it took, and what came out, by which it is compared.

    `answer` is the weights as one vector in shallow's layout, or the predictions. `whole` is what
    a caller of shallow waits for, with the measured rows of the loss table.
    """

    seconds: float
    answer: Array | None = None
    loss: float | None = None
    whole: float | None = None


Trains = Callable[[int], Timed]  # for so many epochs, always from the first weights
Predicts = Callable[[], Timed]
Restarts = Callable[[], Timed]


def flat(W1: Array, b1: Array, W2: Array, b2: Array) -> Array:
    """The parameters as shallow keeps them: [W1 | b1] row by row, then [W2 | b2].

    W1 (n_h, n_x), W2 (n_y, n_h), the biases of any shape.
    """
    layers = [np.c_[W, np.reshape(b, (-1, 1))] for W, b in ((W1, b1), (W2, b2))]
    return np.concatenate([layer.ravel() for layer in layers])
