"""The snapshots of a training in a file: an array of a row each, and their epochs in the header."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.events import Snapshot
from shallow_cli.core.network import Parameters
from shallow_cli.files.archive import read_array

NAME = "snapshots"  # of the array


def epochs_of(snapshots: Sequence[Snapshot]) -> list[int]:
    """For the header."""
    return [snapshot.epoch for snapshot in snapshots]


def vectors_of(snapshots: Sequence[Snapshot], theta: Parameters) -> Array:
    """For the array (k, n_parameters), of the dtype of the weights."""
    shape = len(snapshots), theta.vector.size
    return np.array([each.vector for each in snapshots], theta.vector.dtype).reshape(shape)


def snapshots_from(
    epochs: list[int], member: bytes, theta: Parameters, last: int
) -> tuple[Snapshot, ...]:
    """From both, for a network with such weights that was trained to the epoch `last`.

    Raises:
        ValueError: if they are no snapshots of it.
    """
    if any(type(epoch) is not int or not 0 <= epoch <= last for epoch in epochs):
        raise ValueError("a snapshot is of no epoch of its training")
    if any(later <= epoch for epoch, later in pairwise(epochs)):
        raise ValueError("the epochs of its snapshots do not ascend")
    if len(epochs) * theta.vector.nbytes > len(member):
        raise ValueError("it has fewer snapshots than it says")
    vectors = np.empty((len(epochs), theta.vector.size), theta.vector.dtype)
    read_array(NAME, member, vectors)
    return tuple(map(Snapshot, epochs, vectors))
