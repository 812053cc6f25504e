"""What there is to see of a model: its curves, what it says over a plane, and how well it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.network import Parameters
from shallow_cli.core.prediction import predict
from shallow_cli.errors import Problem, UsageError
from shallow_cli.model import Model
from shallow_cli.plots.axes import Axis, axis_over
from shallow_cli.plots.curves import Curve, Curves, loss_curves
from shallow_cli.plots.fits import Fit
from shallow_cli.plots.planes import (
    SPREAD,
    Plane,
    answers,
    places_of,
    plane_of_columns,
    plane_of_most_variance,
    positions,
    unit_outputs,
)
from shallow_cli.tables.columns import Column, unscaled
from shallow_cli.tables.fitted import encoding
from shallow_cli.tables.raw import RawTable

PLACES = 400  # along a profile
MOST_POINTS = 2000  # that are drawn, spread evenly over the rows


@dataclass(frozen=True)
class Points:
    """Rows of a table: their places on a plane (m, 2), and their class numbers or targets (m,)."""

    places: Array
    targets: Array


@dataclass(frozen=True)
class Surface:
    """What a model says over a plane, and the rows that lie there, if any are known."""

    model: Model
    plane: Plane
    points: Points | None

    def shares(self, theta: Parameters, width: int, height: int) -> Array:
        """Of each class (height, width, K), the first row at the top."""
        A2 = answers(self.model.network, theta, self.plane, width, height)
        return np.concatenate([1 - A2, A2], axis=-1) if A2.shape[-1] == 1 else A2

    def numbers(self, theta: Parameters, width: int, height: int) -> Array:
        """Of a regression, the first target in its own unit (height, width)."""
        A2 = answers(self.model.network, theta, self.plane, width, height)
        return unscaled(self.model.columns.targets, A2)[..., 0]

    @property
    def title(self) -> str:
        """What is on the map, and where on it the other inputs are."""
        columns = self.model.columns
        of = "" if columns.classes else f" of {columns.target_names[0]}"
        others = f", {self.plane.others}" if self.plane.others else ""
        return f"What it says{of}{others}"

    @property
    def about_units(self) -> str:
        """What maps of hidden units show, and the numbers beside them."""
        outputs = self.model.columns.output_names
        of = "the output" if len(outputs) == 1 else outputs[0]
        return f"What each hidden unit says, and its weight in {of}"

    def units(self, theta: Parameters, units: Sequence[int], width: int, height: int) -> Array:
        """Of some hidden units the outputs, in their order (k, height, width)."""
        layer1 = theta.layer1[list(units)]
        return unit_outputs(self.model.network, layer1, self.plane, width, height)


@dataclass(frozen=True)
class Pictures:
    """All there is, of rows if some are known; `missing` says why something is not."""

    model: Model
    curves: Curves
    profile: Curves | None  # of a model with one input, along it
    surface: Surface | None
    fits: tuple[Fit, ...]
    table: RawTable | None
    missing: str = ""


def pictures_of(
    model: Model, table: RawTable | None, axes: tuple[str | None, str | None] = (None, None)
) -> Pictures:
    """The pictures of a model, with the rows of a table where there is one.

    Raises:
        UsageError: if the axes are no two columns of numbers, or nothing says how far they go.
        DataError: if a row cannot be used.
    """
    rows = _rows(model, table) if table is not None else None
    plane, missing = _plane(model, rows, axes)
    surface = None
    if plane is not None:
        points = Points(positions(plane, rows.inputs), rows.targets[:, 0]) if rows else None
        surface = Surface(model, plane, points)
    fits = _fits(model, rows) if rows and not model.columns.classes else ()
    profile = _profile(model, rows) if model.columns.n_x == 1 else None
    return Pictures(model, loss_curves(model), profile, surface, fits, table, missing)


def stretched(values: Array) -> Array:
    """From the lowest as 0 to the highest as 1; all alike are ½."""
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.full_like(values, 0.5)


def weightiest(theta: Parameters, most: int) -> list[int]:
    """The hidden units, by the length of their weights to the outputs, the longest first."""
    lengths = np.linalg.norm(theta.W2, axis=0)
    return [int(unit) for unit in np.argsort(-lengths, kind="stable")[:most]]


@dataclass(frozen=True)
class _Rows:
    """Some rows as the network sees them (m, n_x), with class numbers or targets (m, n_y)."""

    inputs: Array
    targets: Array


def _rows(model: Model, table: RawTable) -> _Rows:
    spread = np.linspace(0, len(table) - 1, min(len(table), MOST_POINTS)).astype(np.intp)
    examples = encoding(table, model.columns).examples(table.rows.take(spread))
    targets = examples.targets
    if model.columns.classes:
        wide = targets.shape[1] > 1
        targets = targets.argmax(axis=1)[:, None] if wide else targets.astype(np.intp)
    else:
        targets = unscaled(model.columns.targets, targets)
    return _Rows(examples.table[:, :-1], targets)


def _fits(model: Model, rows: _Rows) -> tuple[Fit, ...]:
    with_ones = np.hstack([rows.inputs, np.ones((len(rows.inputs), 1))])
    predicted = unscaled(model.columns.targets, predict(model.network, model.theta, with_ones))
    names = model.columns.target_names
    return tuple(Fit(n, rows.targets[:, i], predicted[:, i]) for i, n in enumerate(names))


def _plane(
    model: Model, rows: _Rows | None, axes: tuple[str | None, str | None]
) -> tuple[Plane | None, str]:
    """The plane that is asked for or that there is; None, and why not."""
    features = model.columns.features
    x, y = axes
    if (x is None) != (y is None):
        raise UsageError(Problem("--x and --y go together; name two columns of numbers"))
    if x is None and len(features) == 2 and all(isinstance(f, Column) for f in features):  # noqa: PLR2004
        x, y = model.columns.feature_names
    if x is not None and y is not None:
        places_of(model.columns, (x, y))
        origin = rows.inputs.mean(axis=0) if rows else np.zeros(model.columns.n_x)
        found = (_axis(model, x, rows), _axis(model, y, rows))
        plane = plane_of_columns(model.columns, (x, y), origin, found)
        return replace(plane, others=_others(model, rows)), ""
    if model.columns.n_x < 2:  # noqa: PLR2004
        return None, ""
    if rows is None:
        numeric = sum(isinstance(feature, Column) for feature in features)
        instead = ", or --x and --y" if numeric > 1 else ""
        return None, f"the boundary over several inputs needs DATA{instead}"
    return plane_of_most_variance(rows.inputs), ""


def _others(model: Model, rows: _Rows | None) -> str:
    """Where the inputs are that no axis is of, if there are any."""
    if model.columns.n_x == 2:  # noqa: PLR2004
        return ""
    known = rows is not None or model.config["data.scale"] == "standardize"
    return f"the other inputs at {'their mean' if known else '0, as scaled'}"


def _profile(model: Model, rows: _Rows | None) -> Curves:
    """What a model says along its one input, and the rows of a regression or of two classes."""
    [feature] = model.columns.features
    axis = _axis(model, feature.name, rows)
    at = np.linspace(axis.low, axis.high, PLACES)
    column = feature if isinstance(feature, Column) else Column(feature.name)
    inputs = np.stack([(at - column.offset) / column.scale, np.ones(PLACES)], axis=1)
    said = predict(model.network, model.theta, inputs)
    points = None
    if rows is not None and len(model.columns.classes) <= 2:  # noqa: PLR2004
        places = rows.inputs[:, 0] * column.scale + column.offset
        points = np.stack([places, rows.targets[:, 0]], axis=1)
    if model.columns.classes:
        y = axis_over("probability", np.array([0.0, 1.0]))
    else:
        said = unscaled(model.columns.targets, said)
        y = axis_over(
            "", np.concatenate([said.ravel(), *(() if points is None else points[:, 1:].T)])
        )
    curves = tuple(Curve(name, at, said[:, n]) for n, name in enumerate(model.columns.output_names))
    return Curves(axis, y, curves, points)


def _axis(model: Model, name: str, rows: _Rows | None) -> Axis:
    """Over the values of a column, or where they are likely to be."""
    columns = {f.name: f for f in model.columns.features if isinstance(f, Column)}
    column = columns.get(name, Column(name))
    if rows is not None and name in columns:
        values = rows.inputs[:, model.columns.input_names.index(name)]
        return axis_over(name, values * column.scale + column.offset)
    how = model.config["data.scale"]
    if how == "none":
        raise UsageError(Problem(f"nothing says how far '{name}' goes; name the rows as DATA"))
    ends = (-SPREAD, SPREAD) if how == "standardize" else (0.0, 1.0)
    low, high = (column.offset + end * column.scale for end in ends)
    return Axis(name, low, high)
