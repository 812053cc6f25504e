"""The tables of data/ as plain arrays, for tests and for the scripts that make references."""

import csv
from pathlib import Path

import numpy as np

from shallow_cli.core.arrays import Array

DATA = Path(__file__).parent.parent / "data"


def read_table(name: str) -> tuple[Array, Array]:
    """The inputs (m, n_x), and class numbers or values (m,) from the last column."""
    with (DATA / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    inputs = np.array([row[:-1] for row in rows], dtype=float)
    last = np.array([row[-1] for row in rows])
    if name == "diabetes":
        return inputs, last.astype(float)
    return inputs, np.unique(last, return_inverse=True)[1]


def standardised(inputs: Array, by: Array) -> Array:
    """Inputs (m, n_x) with the mean and deviation of others; a constant column becomes 0."""
    deviation = by.std(axis=0)
    constant = np.ptp(by, axis=0) == 0
    return np.where(constant, 0, (inputs - by.mean(axis=0)) / np.where(constant, 1, deviation))


def targets_of(classes: Array) -> Array:
    """0 or 1 (m, 1) for two classes, else one-hot (m, K)."""
    n_classes = int(classes.max()) + 1
    return np.eye(n_classes)[classes] if n_classes > 2 else classes[:, None].astype(float)
