"""Which rows are held out for validation."""

from __future__ import annotations

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.rng import split_stream


def split_rows(strata: Array, fraction: float, seed: int) -> tuple[Array, Array]:
    """Training and validation rows, each in ascending order.

    Args:
        strata: the class number of every row (m,); all the same for a regression. From each
            class the fraction is taken, rounded, but never its last row.
        fraction: of the rows, for validation.
        seed: of the choice.
    """
    stream = split_stream(seed)
    held_out = []
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        size = min(round(fraction * len(rows)), len(rows) - 1)
        held_out.append(stream.permutation(rows)[:size])
    validation = np.sort(np.concatenate(held_out))
    return np.setdiff1d(np.arange(len(strata)), validation), validation
