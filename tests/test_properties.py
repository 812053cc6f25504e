"""Promises that hold for any input, tried on many."""

import contextlib
import csv
import io
import math
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shallow_cli.core.arrays import with_ones
from shallow_cli.core.network import Network, parameters
from shallow_cli.core.prediction import predict
from shallow_cli.errors import ConfigError, DataError
from shallow_cli.files.config_file import load_config
from shallow_cli.files.table_file import open_table
from shallow_cli.numerals import are_numbers, is_number
from shallow_cli.tables.columns import scaled, unscaled
from shallow_cli.tables.labels import class_labels, positions
from shallow_cli.yaml_text import yaml_value

from .conftest import column_of

# The same examples every time: a change must not turn red by chance.
steady = settings(
    derandomize=True,
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
line_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
yaml_like = st.text(st.sampled_from("data:csv\n -[]{}&*!#'\"|>%@,?0123456789.eE+~é\t"), max_size=60)


@steady
@given(st.one_of(st.binary(max_size=80), yaml_like.map(str.encode)))
def test_no_config_is_more_than_an_error(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(raw)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert all(str(problem).startswith(str(path)) for problem in caught.value.problems)


@steady
@given(st.binary(max_size=120))
def test_no_table_is_more_than_an_error(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(raw)
    with contextlib.suppress(DataError), open_table([path]) as table:
        rows = sum(len(batch.lines) for batch in table.batches)
        assert rows <= raw.count(b"\n") + raw.count(b"\r") + 1


@steady
@given(st.lists(st.tuples(line_text, line_text), min_size=1, max_size=20))
def test_a_written_table_is_read_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    """Whatever is in the cells: quotes, commas, line breaks. Blanks before a cell do not count."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("first", "second"), *rows])
    path = tmp_path / "t.csv"
    path.write_bytes(text.getvalue().encode())
    with open_table([path]) as table:
        read = [
            tuple(batch.cell(row, name) for name in table.header)
            for batch in table.batches
            for row in range(len(batch))
        ]
    assert read == [tuple(cell.strip() for cell in row) for row in rows]


@steady
@given(st.text(st.sampled_from("0123456789.eE+- x_"), max_size=8))
def test_a_number_is_what_decimal_calls_one_and_nothing_else(cell: str) -> None:
    try:
        expected = Decimal(cell.rstrip(" ")).is_finite() and cell[:1] != " " and "_" not in cell
    except ArithmeticError:
        expected = False
    assert is_number(cell) is expected
    assert are_numbers([cell]) is expected
    assert are_numbers(["1", cell]) is expected


@steady
@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_text_survives_yaml(text: str) -> None:
    assert yaml.safe_load(yaml_value(text)) == text


@steady
@given(st.lists(st.floats(-1e149, 1e149), min_size=1, max_size=30))
def test_scaling_is_undone(values: list[float]) -> None:
    array = np.array(values)
    for how in ("none", "minmax", "standardize"):
        column = column_of(array, how)
        assert column.scale > 0
        assert math.isfinite(column.scale)
        back = unscaled([column], scaled([column], array[:, None]))[:, 0]
        tolerance = 1e-13 * max(1e-300, float(np.abs(array).max()))
        np.testing.assert_allclose(back, array, rtol=1e-12, atol=tolerance)


@steady
@given(st.lists(st.sampled_from(["a", "b", "1", "1.0", "01", "2", "é", "2e0"]), min_size=1))
def test_every_cell_is_of_the_class_it_is_called(cells: list[str]) -> None:
    labels = class_labels(cells)
    numbers = positions(cells, labels)
    assert sorted(set(numbers.tolist())) == list(range(len(labels)))
    for cell, number in zip(cells, numbers, strict=True):
        same = cell == labels[number]
        assert same or (are_numbers(labels) and float(cell) == float(labels[number]))


@steady
@given(st.integers(1, 600), st.integers(0, 2**31), st.integers(1, 9), st.integers(1, 20))
def test_a_row_is_predicted_the_same_in_any_company(
    rows: int, seed: int, n_x: int, n_h: int
) -> None:
    stream = np.random.RandomState(seed)
    network = Network(n_x, n_h, 2, "tanh", "softmax")
    theta = parameters(network, stream.standard_normal(network.n_parameters))
    table = with_ones(stream.standard_normal((rows, n_x)))
    whole = predict(network, theta, table)
    some = np.sort(stream.permutation(rows)[: stream.randint(1, rows + 1)])
    np.testing.assert_array_equal(predict(network, theta, table[some]), whole[some])
