"""Every random number of the program.

`RandomState` streams are frozen for good (NEP 19), so a seed means the same numbers in every
NumPy to come. Each purpose has its own stream, made locally: a resumed run needs no saved state.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np

from shallow_cli.core.arrays import Array

LARGEST_SEED = 2**32 - 1
CHECK_PURPOSES = ("weights", "examples", "rows", "directions")


def weights_stream(seed: int) -> np.random.RandomState:
    """The stream of the first weights."""
    return np.random.RandomState(seed)


def dataset_stream(seed: int) -> np.random.RandomState:
    """The stream of a generated dataset."""
    return np.random.RandomState(seed)


def split_stream(seed: int) -> np.random.RandomState:
    """The stream that chooses the validation rows."""
    return np.random.RandomState([seed, 1])


def epoch_orders(seed: int, rows: int, done: int = 0) -> Iterator[Array]:
    """The orders in which epochs 1, 2, … visit their rows, without end; `done` of them are over.

    Each is that of `RandomState([seed, 2, epoch])`; to seed a stream anew is quicker than to
    make one.
    """
    stream = np.random.RandomState(0)
    for epoch in count(done + 1):
        stream.seed([seed, 2, epoch])
        order = np.arange(rows, dtype=np.int32 if rows <= np.iinfo(np.int32).max else np.int64)
        stream.shuffle(order)  # as `permutation` does, in half the room
        yield order


def check_stream(seed: int, purpose: str) -> np.random.RandomState:
    """A stream of the gradient check, for one of `CHECK_PURPOSES`."""
    return np.random.RandomState([seed, 3, CHECK_PURPOSES.index(purpose)])


def folds_stream(seed: int, repeat: int) -> np.random.RandomState:
    """The stream that deals the rows to the folds of one repeat of a cross-validation."""
    return np.random.RandomState([seed, 4, repeat])


def export_stream(column: int) -> np.random.RandomState:
    """The stream of a made-up column, of which an exported model is asked."""
    return np.random.RandomState([column, 5])
