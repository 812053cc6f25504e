"""A rectangle in the space of a network's inputs, and what the network says all over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.core.network import Network, Parameters
from shallow_cli.core.prediction import predict
from shallow_cli.errors import Problem, UsageError
from shallow_cli.plots.axes import Axis, axis_over
from shallow_cli.tables.columns import Column, Columns

MOST_NUMBERS = 2**20  # of inputs at a time
SPREAD = 2.5  # standard deviations around the mean, where there is no data to go by


@dataclass(frozen=True)
class Plane:
    """Inputs = origin + x · right + y · up, for x and y along its axes; vectors (n_x,).

    `others` says where the inputs are that no axis is of.
    """

    x: Axis
    y: Axis
    origin: Array
    right: Array
    up: Array
    others: str = ""

    def inputs(self, width: int, height: int, lines: slice = slice(None)) -> Array:
        """The inputs at the middles of so many cells, line by line from the top, and ones.

        (cells, n_x + 1), all of them or those of some lines.
        """
        xs = self.x.at((np.arange(width) + 0.5) / width)
        ys = self.y.at((np.arange(height) + 0.5) / height)[::-1][lines]
        x, y = (grid.reshape(-1, 1) for grid in np.meshgrid(xs, ys))
        return np.hstack([self.origin + x * self.right + y * self.up, np.ones((len(x), 1))])


def plane_of_columns(
    columns: Columns, names: tuple[str, str], origin: Array, axes: tuple[Axis, Axis]
) -> Plane:
    """Where two columns of numbers take the values of the axes, and the other inputs stay.

    Raises:
        UsageError: if a column is none of the features, or one of words, or both are the same.
    """
    places = places_of(columns, names)
    directions = np.zeros((2, columns.n_x))
    origin = origin.copy()
    numbers = {feature.name: feature for feature in columns.features if isinstance(feature, Column)}
    for direction, place, name in zip(directions, places, names, strict=True):
        column = numbers[name]
        direction[place] = 1 / column.scale
        origin[place] = -column.offset / column.scale
    return Plane(*axes, origin, *directions)


def places_of(columns: Columns, names: Sequence[str]) -> list[int]:
    """The inputs that two columns of numbers are.

    Raises:
        UsageError: if a column is none of the features, or one of words, or both are the same.
    """
    places = [_place(columns, name) for name in names]
    if places[0] == places[1]:
        raise UsageError(Problem(f"'{names[0]}' is given for both axes; name two columns"))
    return places


def _place(columns: Columns, name: str) -> int:
    """The input that a column of numbers is."""
    if name in columns.input_names and name in columns.feature_names:
        return columns.input_names.index(name)
    if name in columns.feature_names:
        raise UsageError(Problem(f"'{name}' is a column of words; an axis needs one of numbers"))
    known = ", ".join(columns.feature_names)
    raise UsageError(Problem(f"no feature '{name}'; the features are {known}"))


def plane_of_most_variance(table: Array) -> Plane:
    """The two directions in which the inputs (m, n_x) of some rows vary most, through their mean.

    Signs are such that the largest component is positive.
    """
    mean = table.mean(axis=0)
    _, lengths, directions = np.linalg.svd(table - mean, full_matrices=False)
    variances = lengths**2 / max(float((lengths**2).sum()), np.finfo(float).tiny)
    vectors = [row * np.sign(row[np.abs(row).argmax()]) for row in directions[:2]]
    axes = [
        axis_over(f"direction {n} ({share:.0%} of the variance)", (table - mean) @ vector)
        for n, (vector, share) in enumerate(zip(vectors, variances, strict=False), 1)
    ]
    return Plane(axes[0], axes[1], mean, vectors[0], vectors[1])


def positions(plane: Plane, table: Array) -> Array:
    """Where inputs (m, n_x) are on a plane, by their x and y (m, 2)."""
    basis = np.stack([plane.right, plane.up], axis=1)
    lengths = np.linalg.norm(basis, axis=0)  # of columns whose units differ by whatever
    found, *_ = np.linalg.lstsq(basis / lengths, (table - plane.origin).T, rcond=None)
    return np.asarray(found.T / lengths)


def answers(network: Network, theta: Parameters, plane: Plane, width: int, height: int) -> Array:
    """A2 over the plane (height, width, n_y), the first row at the top; as `predict` has it."""
    found = np.empty((height, width, network.n_y))
    for lines in _blocks(plane, width, height):
        A2 = predict(network, theta, plane.inputs(width, height, lines))
        found[lines] = A2.reshape(-1, width, network.n_y)
    return found


def unit_outputs(network: Network, layer1: Array, plane: Plane, width: int, height: int) -> Array:
    """What hidden units say over the plane (k, height, width); their weights are [W1 | b1]."""
    found = np.empty((len(layer1), height, width))
    for lines in _blocks(plane, width, height):
        Z1 = layer1.astype(np.float64) @ plane.inputs(width, height, lines).T
        A1 = ACTIVATIONS[network.activation].of(Z1, network.leak)
        found[:, lines] = A1.reshape(len(layer1), -1, width)
    return found


def _blocks(plane: Plane, width: int, height: int) -> Iterator[slice]:
    """So many lines at a time that their inputs take little room."""
    step = max(1, MOST_NUMBERS // (width * len(plane.origin)))
    for start in range(0, height, step):
        yield slice(start, start + step)
