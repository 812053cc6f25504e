"""Which rows are held out: once for validation, or in turn for cross-validation."""

from __future__ import annotations

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.rng import folds_stream, split_stream

CHUNK_ROWS = 1 << 16


def split_rows(strata: Array, fraction: float, seed: int) -> tuple[Array, Array]:
    """Training and validation rows, each in ascending order.

    Args:
        strata: the class number of every row (m,); all the same for a regression. From each
            class the fraction is taken, rounded, but never its last row.
        fraction: of the rows, for validation.
        seed: of the choice.
    """
    stream = split_stream(seed)
    held_out = np.zeros(len(strata), dtype=bool)
    for stratum in range(int(strata.max()) + 1):
        rows = positions(strata == stratum)
        size = min(round(fraction * len(rows)), len(rows) - 1)
        held_out[stream.permutation(rows)[:size]] = True
    return positions(~held_out), positions(held_out)


def positions(there: Array) -> Array:
    """Where a mask is true, in numbers that are no larger than they need be."""
    dtype = np.int32 if len(there) <= np.iinfo(np.int32).max else np.int64
    found, filled = np.empty(np.count_nonzero(there), dtype=dtype), 0
    for start in range(0, len(there), CHUNK_ROWS):
        part = np.flatnonzero(there[start : start + CHUNK_ROWS]) + start
        found[filled : filled + len(part)] = part
        filled += len(part)
    return found


def folds(strata: Array, k: int, seed: int, repeat: int = 0) -> list[Array]:
    """The k test sets of one repeat of a cross-validation, each in ascending order.

    The rows, shuffled within their class, are dealt class after class like cards: every row is
    in one test set, and the sizes of two sets differ by at most one, in all and in each class.

    Args:
        strata: the class number of every row (m,); all the same for a regression.
        k: how many test sets, from 2 to m.
        seed: of the shuffling.
        repeat: each, from 0, is another division of the same rows.

    Raises:
        ValueError: if k is less than 2 or more than the rows.
    """
    if not 2 <= k <= len(strata):  # noqa: PLR2004
        raise ValueError(f"{len(strata)} rows cannot be divided into {k} folds")
    stream = folds_stream(seed, repeat)
    rows = [stream.permutation(np.flatnonzero(strata == x)) for x in np.unique(strata)]
    order = np.concatenate(rows)
    return [np.sort(order[start::k]) for start in range(k)]
