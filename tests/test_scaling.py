"""Columns of numbers, scaled: fitted on the training rows, harmless whatever the numbers."""

from pathlib import Path

import numpy as np
import pytest

from shallow_cli.core.arrays import in_memory
from shallow_cli.core.events import Row
from shallow_cli.fitting import Prepared

from .conftest import ROOT, column_of, prepared, refusal


def test_scaling_is_fitted_on_the_training_rows_only(tmp_path: Path) -> None:
    rows = "".join(f"{i * i},{i % 2}\n" for i in range(40))
    found = prepared(tmp_path, f"a,y\n{rows}", "data.validation=0.5", "seed=3")
    x = in_memory(found.data.training).table[:, 0]
    assert x.mean() == pytest.approx(0, abs=1e-14)
    assert x.std() == pytest.approx(1)
    assert found.data.validation is not None
    assert abs(in_memory(found.data.validation).table[:, 0].mean()) > 1e-3


@pytest.mark.parametrize("constant", [0.1, 1e8 + 0.1, 0.0, -3.0])
def test_a_constant_column_is_harmless(constant: float) -> None:
    """Its standard deviation is a rounding error that must not be divided by."""
    column = column_of(np.full(1001, constant), "standardize")
    assert (column.offset, column.scale) == (constant, 1.0)


def test_huge_values_do_not_overflow_the_deviation() -> None:
    column = column_of(np.array([1e149, 3e149]), "standardize")
    assert (column.offset, column.scale) == pytest.approx((2e149, 1e149))


@pytest.mark.parametrize("cells", [("1e999", "1e999"), ("1.7e308", "-1.7e308")])
def test_numbers_that_overflow_are_one_error(cells: tuple[str, str], tmp_path: Path) -> None:
    says = refusal(tmp_path, "a,y\n{},0\n{},1\n".format(*cells))
    assert says.startswith(f"t.csv:2: a: '{cells[0]}' is too large (2 such cells: ")


def test_a_regression_target_is_scaled_and_its_metrics_do_not_notice(tmp_path: Path) -> None:
    """The target times 1,000 is the same problem."""
    table = (ROOT / "data/diabetes.csv").read_text()
    header, *lines = table.splitlines()
    larger = [
        f"{line.rpartition(',')[0]},{float(line.rpartition(',')[2]) * 1000}" for line in lines
    ]
    rows: list[Row] = []
    for text in (table, "\n".join([header, *larger])):
        found = prepared(tmp_path, text)
        assert in_memory(found.data.training).targets.std() == pytest.approx(1)
        rows.append(found_row(found))
    assert rows[0].r2 == pytest.approx(rows[1].r2, rel=1e-9)


def found_row(found: Prepared) -> Row:
    """The first row of a training."""
    from shallow_cli.core.measuring import measure

    return measure(found.job, found.theta, 0)


def test_minmax_maps_to_0_and_1() -> None:
    column = column_of(np.array([2.0, 6.0, 3.0]), "minmax")
    assert (column.offset, column.scale) == (2.0, 4.0)


def test_the_smallest_numbers_have_a_scale_too() -> None:
    assert column_of(np.array([5e-324] + [0.0] * 5000), "standardize").scale > 0


def test_target_scaling_is_fitted_on_the_training_rows_only(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i * i + 0.5}\n" for i in range(40))
    found = prepared(tmp_path, f"a,y\n{rows}", "data.validation=0.5", "seed=3")
    assert in_memory(found.data.training).targets.mean() == pytest.approx(0, abs=1e-14)
    assert in_memory(found.data.training).targets.std() == pytest.approx(1)
