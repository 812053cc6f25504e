"""The array type, the examples a network learns from, and the one shape check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def require_shape(name: str, array: Array, shape: tuple[int, ...]) -> None:
    """Refuse a wrong shape before arithmetic can broadcast it away.

    Raises:
        ValueError: if `array.shape` is not `shape`.
    """
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, not {shape}")


def wide(dtype: type[np.generic]) -> type[np.generic]:
    """The dtype in which sums are taken: float64, or complex128 for complex numbers."""
    return np.result_type(dtype, np.float64).type


@dataclass(frozen=True)
class Examples:
    """What a network learns from: one example per row, as a table gives them.

    `table` (m, n_x + 1) has a last column of ones, so that its transpose is X with the row of
    ones that multiplies b1. `targets` (m, n_y). Both are C-contiguous and of one dtype.
    """

    table: Array
    targets: Array

    def __len__(self) -> int:
        return len(self.table)

    def take(self, rows: Array) -> Examples:
        """The examples at the given positions, copied."""
        return Examples(self.table[rows], self.targets[rows])


def with_ones(inputs: Array) -> Array:
    """A table (m, n_x + 1): the inputs (m, n_x) and a last column of ones."""
    table = np.empty((len(inputs), inputs.shape[1] + 1), dtype=inputs.dtype)
    table[:, :-1] = inputs
    table[:, -1] = 1
    return table


def examples(inputs: Array, targets: Array) -> Examples:
    """Examples from inputs (m, n_x) and targets (m, n_y).

    Raises:
        ValueError: if the rows do not match, or either is not two-dimensional.
    """
    require_shape("targets", targets, (len(inputs), targets.shape[-1]))
    return Examples(with_ones(inputs), np.ascontiguousarray(targets, dtype=inputs.dtype))
