"""The array type, the examples a network learns from, and the one shape check."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
DTYPES: dict[str, type[np.generic]] = {"float64": np.float64, "float32": np.float32}


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
    ones that multiplies b1. `targets` (m, n_y). `weights` (m,) say how much each example counts;
    whoever makes them sees to it that their mean over the training rows is 1. All are
    C-contiguous and of one dtype.
    """

    table: Array
    targets: Array
    weights: Array | None = None

    def __len__(self) -> int:
        return len(self.table)

    @property
    def n_x(self) -> int:
        """How many inputs an example has."""
        return int(self.table.shape[1]) - 1

    @property
    def n_y(self) -> int:
        """How many targets an example has."""
        return int(self.targets.shape[1])

    @property
    def weighted(self) -> bool:
        """Whether the examples have weights."""
        return self.weights is not None

    @property
    def dtype(self) -> type[np.generic]:
        """Of all the arrays."""
        return self.table.dtype.type

    @property
    def elsewhere(self) -> None:
        """Nobody else has them."""
        return

    def part(self, rows: slice) -> Examples:
        """The examples of a slice, as views."""
        weights = None if self.weights is None else self.weights[rows]
        return Examples(self.table[rows], self.targets[rows], weights)

    def take(self, rows: Array) -> Examples:
        """The examples at the given positions, copied."""
        weights = None if self.weights is None else self.weights[rows]
        return Examples(self.table[rows], self.targets[rows], weights)

    def fill(self, rows: Array, out: Examples) -> None:
        """Copy the examples at the given positions, which must be in range, into `out`."""
        # mode="clip" lets NumPy write straight into `out`.
        np.take(self.table, rows, axis=0, out=out.table, mode="clip")
        np.take(self.targets, rows, axis=0, out=out.targets, mode="clip")
        if self.weights is not None and out.weights is not None:
            np.take(self.weights, rows, out=out.weights, mode="clip")


@dataclass(frozen=True)
class Elsewhere:
    """Who computes where the rows are, all of them, and answers in their order.

    `block_sums(network, vector, losses, rows)` gives the sum over each block of all rows, or of
    those at some positions, and its loss if that is wanted; `tallies(network, vector)` how good
    the weights are, chunk by chunk.
    """

    block_sums: Callable[..., Iterable[tuple[Array, float]]]
    tallies: Callable[..., Iterable[Any]]


@dataclass(frozen=True)
class MadeExamples:
    """Examples that are made when they are needed, from rows that are kept in another form.

    `fill(positions, out)` writes the examples at some positions, a slice within the rows or an
    array of them in any order, into `out`: C-contiguous arrays of exactly that many rows and of
    the dtype, whose table has its last column of ones already. It writes all of
    `out.table[:, :-1]`, of `out.targets`, and of `out.weights` where there are weights; for the
    same positions always the same. `elsewhere` is who has them all, if somebody does.
    """

    rows: int
    n_x: int
    n_y: int
    weighted: bool
    fill: Callable[[Array | slice, Examples], None]
    dtype: type[np.generic] = np.float64
    elsewhere: Elsewhere | None = None

    def __len__(self) -> int:
        return self.rows

    def part(self, rows: slice) -> MadeExamples:
        """The examples of a slice."""

        def fill(wanted: Array | slice, out: Examples) -> None:
            if isinstance(wanted, slice):
                wanted = slice(rows.start + wanted.start, rows.start + wanted.stop)
            else:
                wanted = rows.start + wanted
            self.fill(wanted, out)

        return replace(self, rows=rows.stop - rows.start, fill=fill, elsewhere=None)

    def take(self, rows: Array) -> Examples:
        """The examples at the given positions."""
        out = room_for(self, len(rows))
        self.fill(rows, out)
        return out


AnyExamples = Examples | MadeExamples


def in_memory(data: AnyExamples) -> Examples:
    """All of the examples at once."""
    return data if isinstance(data, Examples) else data.take(np.arange(len(data)))


def room_for(data: AnyExamples, rows: int) -> Examples:
    """Examples to be filled, of which only the last column of ones is there yet."""
    table = np.empty((rows, data.n_x + 1), data.dtype)
    table[:, -1] = 1
    weights = np.empty(rows, data.dtype) if data.weighted else None
    return Examples(table, np.empty((rows, data.n_y), data.dtype), weights)


def with_ones(inputs: Array) -> Array:
    """A table (m, n_x + 1): the inputs (m, n_x) and a last column of ones."""
    table = np.empty((len(inputs), inputs.shape[1] + 1), dtype=inputs.dtype)
    table[:, :-1] = inputs
    table[:, -1] = 1
    return table


def examples(inputs: Array, targets: Array, weights: Array | None = None) -> Examples:
    """Examples from inputs (m, n_x), targets (m, n_y) and weights (m,).

    Raises:
        ValueError: if the rows do not match, or inputs or targets are not two-dimensional.
    """
    require_shape("targets", targets, (len(inputs), targets.shape[-1]))
    if weights is not None:
        require_shape("weights", weights, (len(inputs),))
        weights = np.ascontiguousarray(weights, dtype=inputs.dtype)
    return Examples(with_ones(inputs), np.ascontiguousarray(targets, dtype=inputs.dtype), weights)
