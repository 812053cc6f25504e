"""What pictures are made of, against values worked out by hand and what `predict` writes."""

import csv
import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.choosing import chosen_rows, table_of
from shallow_cli.files.model_file import load_model
from shallow_cli.plots import planes
from shallow_cli.plots.axes import Axis
from shallow_cli.plots.colouring import point_colours
from shallow_cli.plots.colours import (
    BLUE,
    CLASSES,
    LINE_NAMES,
    LINES,
    RED,
    WHITE,
    diverging,
    of_classes,
)
from shallow_cli.plots.curves import loss_curves
from shallow_cli.plots.fits import Fit
from shallow_cli.plots.moments import moments_of
from shallow_cli.plots.pictures import Surface, pictures_of
from shallow_cli.plots.planes import plane_of_columns, plane_of_most_variance, positions
from shallow_cli.plots.text import cells_of
from shallow_cli.tables.columns import Column, Columns

from .conftest import ROOT, Shallow, write
from .test_cli_plot import moons, surface_of

__all__ = ["moons"]  # a fixture


def test_colours_are_those_of_the_palettes() -> None:
    low, middle, high, quarter = diverging(np.array([0, 0.5, 1, 0.25])).tolist()
    assert low == [33, 102, 172]  # ColorBrewer, RdBu
    assert middle == [247, 247, 247]
    assert high == [178, 24, 43]
    assert quarter == [140, 174, 210]  # rounded from 140, 174.5 and 209.5, to even
    sure, doubtful = of_classes(np.array([[0, 0, 1], [1, 1, 1]]) / [[1], [3]]).tolist()
    assert sure == [0, 158, 115]  # Okabe and Ito
    assert doubtful == [177, 201, 226]
    assert len(set(CLASSES)) == len(LINES) == len(LINE_NAMES) == 10


def test_a_row_has_the_colour_of_its_class_or_of_its_target(moons: Path, shallow: Shallow) -> None:
    surface = surface_of(load_model(moons))
    assert surface.points is not None
    expected = [CLASSES[int(number)] for number in surface.points.targets]
    assert list(map(tuple, point_colours(surface, np.zeros(0)).tolist())) == expected
    shallow("train", ROOT / "configs/diabetes.yaml", "-q", "--set", "epochs=20")
    surface = surface_of(load_model(Path("model.npz")), ROOT / "data/diabetes.csv")
    assert surface.points is not None
    targets = surface.points.targets
    low, middle = float(targets.min()), float(np.median(targets))
    colours = point_colours(surface, np.array([low, 2 * middle - low]))
    assert tuple(colours[targets.argmin()]) == BLUE
    assert tuple(colours[targets.argmax()]) == RED  # as all that is beyond the map
    assert (colours[targets == middle] == WHITE).all()
    bare = Surface(surface.model, surface.plane, None)
    assert point_colours(bare, np.zeros(3)).shape == (0, 3)


def test_points_are_in_their_cells() -> None:
    """Line and column of 5 × 10 cells; the first line is the top."""
    x, y = Axis("x", 0, 10), Axis("y", 0, 5)
    lines, columns = cells_of(x, y, np.array([[0.5, 0.5], [9.5, 4.5], [3.5, 4.5]]), 10, 5)
    assert (lines.tolist(), columns.tolist()) == ([4, 0, 0], [0, 9, 3])


def test_residuals_are_what_is_left_of_the_actual() -> None:
    fit = Fit("y", np.array([3.0]), np.array([1.0]))
    assert fit.residuals.tolist() == [[1.0, 2.0]]
    assert fit.pairs.tolist() == [[3.0, 1.0]]


def test_rows_of_two_inputs_lie_on_their_plane_of_most_variance(
    stream: np.random.RandomState,
) -> None:
    table = stream.randn(20, 2) * [1, 5] + [7, -3]
    plane = plane_of_most_variance(table)
    places = positions(plane, table)
    there = plane.origin + places[:, :1] * plane.right + places[:, 1:] * plane.up
    np.testing.assert_allclose(there, table)
    np.testing.assert_allclose(places.mean(axis=0), 0, atol=1e-12)
    assert places[:, 0].std() > places[:, 1].std()
    assert plane.right[1] > 0.9
    assert plane.up[0] > 0.9


def test_rows_lie_on_a_plane_whatever_the_units_of_its_columns() -> None:
    """As of nanoseconds and of thousandths."""
    columns = Columns((Column("a", 1.7e18, 1e17), Column("b", 2e-3, 1e-3)), (), "regression")
    axes = Axis("a", 1.6e18, 1.8e18), Axis("b", 0, 4e-3)
    plane = plane_of_columns(columns, ("a", "b"), np.zeros(2), axes)
    table = np.array([[-1.0, 0.5], [0.5, -1.0]])
    expected = [[1.6e18, 2.5e-3], [1.75e18, 1e-3]]
    np.testing.assert_allclose(positions(plane, table), expected, rtol=1e-12)


def test_a_plane_in_blocks_is_the_plane(iris_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    surface = surface_of(load_model(iris_model), ROOT / "data/iris.csv")
    theta = surface.model.theta

    shares, units = surface.shares(theta, 9, 7), surface.units(theta, [3, 1], 9, 7)
    monkeypatch.setattr(planes, "MOST_NUMBERS", 2 * 9 * 4)
    np.testing.assert_array_equal(surface.shares(theta, 9, 7), shares)
    np.testing.assert_allclose(surface.units(theta, [3, 1], 9, 7), units, rtol=1e-12)


def test_a_unit_is_drawn_as_its_activation(moons: Path) -> None:
    surface = surface_of(load_model(moons))
    theta = surface.model.theta
    x, y = surface.plane.x, surface.plane.y
    unit = surface.units(theta, range(4), 3, 3)
    middle = np.array([[(x.low + x.high) / 2], [(y.low + y.high) / 2]])
    expected = np.tanh(theta.W1 @ middle + theta.b1)[:, 0]
    np.testing.assert_allclose(unit[:, 1, 1], expected, rtol=1e-12)
    upper_left = np.tanh(theta.W1 @ [x.at(np.array(1 / 6)), y.at(np.array(5 / 6))] + theta.b1[:, 0])
    np.testing.assert_allclose(unit[:, 0, 0], upper_left, rtol=1e-12)


def test_a_regression_is_drawn_in_the_unit_of_its_target(
    shallow: Shallow, stream: np.random.RandomState
) -> None:
    rows = stream.randn(60, 2)
    lines = [f"{a!r},{b!r},{1000 + 50 * a - 20 * b!r}" for a, b in rows.tolist()]
    write(Path("t.csv"), "\n".join(["a,b,y", *lines]))
    write(Path("c.yaml"), "data: {csv: t.csv, scale_target: standardize}\nepochs: 50\n")
    shallow("train", "c.yaml", "-q")
    model = load_model(Path("model.npz"))
    surface = pictures_of(model, table_of(model, chosen_rows(model, Path("t.csv")))).surface
    assert surface is not None
    x, y = (axis.at((np.arange(4) + 0.5) / 4) for axis in (surface.plane.x, surface.plane.y))
    grid = [f"{a!r},{b!r}" for b in y[::-1].tolist() for a in x.tolist()]
    write(Path("grid.csv"), "\n".join(["a,b", *grid]))
    said = csv.reader(io.StringIO(shallow("predict", "model.npz", "grid.csv").out))
    expected = [float(row[-1]) for row in list(said)[1:]]
    found = surface.numbers(model.theta, 4, 4)
    np.testing.assert_allclose(found.ravel(), expected, rtol=1e-9)
    assert found.mean() == pytest.approx(1000, abs=50)


def test_curves_end_with_the_weights_that_are_kept(moons: Path) -> None:
    model = load_model(moons)
    later = dataclasses.replace(model.kept, epoch=model.kept.epoch + 5, loss=0.5)
    curve, _ = loss_curves(dataclasses.replace(model, kept=later)).curves
    assert (curve.at[-1], curve.last) == (later.epoch, 0.5)
    assert len(curve.at) == len(model.history) + 1
    curve, _ = loss_curves(model).curves
    assert len(curve.at) == len(model.history)


def test_a_model_at_the_epoch_of_a_snapshot_is_one_moment(moons: Path) -> None:
    model = load_model(moons)
    moments, kept = moments_of(model)
    assert [moment.epoch for moment in moments] == [each.epoch for each in model.snapshots]
    assert moments[kept].theta is model.theta
