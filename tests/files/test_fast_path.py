"""The fast path gives what reading record by record gives: the same rows, lines and bits."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shallow_cli.errors import DataError
from shallow_cli.files.batch import Choice, Format
from shallow_cli.files.table_file import open_table
from shallow_cli.numerals import TOO_LARGE, are_numbers, to_numbers

from .helpers import Found, from_chunks, stored
from .test_bytes import steady

cell = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.text(st.sampled_from("0123456789+-.eE "), max_size=6),
    st.from_regex(r"\A[-+]?[0-9]{0,30}\.?[0-9]{0,30}([eE][-+]?[0-9]{1,3})?\Z"),
)


def outcome(table: str, decimal: str, *, slow: bool) -> Found | str:
    """What is read; slowly, because a column that must come as written forbids the fast path."""
    choice = Choice(None, frozenset(["a"]) if slow else frozenset())
    try:
        return from_chunks(iter([table.encode()]), Format(";", decimal), choice)
    except DataError as error:
        return str(error)


@steady
@given(
    st.lists(st.lists(cell, min_size=2, max_size=2), max_size=4),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([".", ","]),
)
def test_both_give_the_same_rows(rows: list[list[str]], end: str, decimal: str) -> None:
    lines = [";".join(row).replace(".", decimal) for row in [["a", "b"], *rows]]
    table = "".join(line + end for line in lines)
    fast, slow = (outcome(table, decimal, slow=slow) for slow in (False, True))
    if isinstance(fast, str) or isinstance(slow, str):
        assert fast == slow
        return
    assert fast.places == slow.places
    assert fast.rows == [[cell.strip() for cell in row] for row in slow.rows]
    # Numbers come as numbers exactly where every cell is one.
    cells = [cell for row in fast.rows for cell in row]
    if cells and end != "\r":  # a last \r may be half an \r\n: its line comes by itself
        numbers = are_numbers(cells, decimal) and np.abs(to_numbers(cells, decimal)).max()
        assert fast.numeric == [numbers is not False and bool(numbers < TOO_LARGE)]


@steady
@given(st.lists(cell.filter(lambda text: are_numbers([text])), min_size=1, max_size=8))
def test_both_give_the_same_bits(tmp_path: Path, cells: list[str]) -> None:
    table = "a,b\n" + "".join(f"{text},1\n" for text in cells)
    with open_table([stored(tmp_path, table)]) as opened:
        [batch] = opened.batches
    found = batch.columns["a"]
    if isinstance(found, np.ndarray):
        assert found.tobytes() == to_numbers(cells).tobytes()
    else:
        assert np.abs(to_numbers(cells)).max() >= TOO_LARGE


@pytest.mark.parametrize("row", ["1,{}\n", "{},x\n", "{},1\n"])
def test_an_endless_cell_is_refused_by_both(row: str) -> None:
    table = "a,b\n1,2\n" + row
    assert len(from_chunks(iter([table.format("0" * 131_072).encode()])).rows) == 2
    with pytest.raises(DataError, match=r"t.csv:3: not a CSV record: field larger than"):
        from_chunks(iter([table.format("0" * 131_073).encode()]))


def test_a_text_in_the_middle_costs_one_block(tmp_path: Path) -> None:
    rows = ["0.5,1.5\n"] * 200_000
    rows[100_000] = '"a\nb",2\n'
    with open_table([stored(tmp_path, "a,b\n" + "".join(rows))]) as table:
        batches = list(table.batches)
    numeric = [isinstance(batch.columns["a"], np.ndarray) for batch in batches]
    assert numeric.count(False) == 1
    lines = [line for batch in batches for line in batch.lines]
    assert lines == [*range(2, 100_003), *range(100_004, 200_003)]


@pytest.mark.parametrize("decimal", [".", ","])
def test_random_tables(decimal: str, stream: np.random.RandomState) -> None:
    values = stream.standard_normal((50, 5)) * 10.0 ** stream.randint(-30, 30, (50, 5))
    lines = [";".join(map(repr, row)) for row in values.tolist()]
    table = "\n".join(["a;b;c;d;e", *lines, ""]).replace(".", decimal)
    fast = outcome(table, decimal, slow=False)
    assert isinstance(fast, Found)
    assert fast.numeric == [True]
    assert [[float(cell.replace(",", ".")) for cell in row] for row in fast.rows] == values.tolist()
    assert fast.rows == getattr(outcome(table, decimal, slow=True), "rows", None)
