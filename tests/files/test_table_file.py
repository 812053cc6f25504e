"""Text tables: what is read, how it is found out, and what is refused where."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.errors import DataError
from shallow_cli.files.batch import Choice
from shallow_cli.files.byte_source import CHUNK
from shallow_cli.files.table_file import Format, open_table

from .helpers import Found, from_chunks, pieces, read, refusal, stored

BLANK = 't.csv:3: a blank line in a table of one column; an empty cell is written ""'
ROWS = [["1", "2.5", "x"], ["-3", "4e2", "y"]]


@pytest.mark.parametrize(
    "table",
    [
        "a,b,c\n1,2.5,x\n-3,4e2,y\n",
        "a,b,c\r\n1,2.5,x\r\n-3,4e2,y\r\n",
        "a,b,c\r1,2.5,x\r-3,4e2,y\r",
        "a,b,c\n1,2.5,x\n-3,4e2,y",
        "\ufeffa,b,c\n1,2.5,x\n-3,4e2,y\n",
        '"a","b","c"\n"1","2.5","x"\n"-3","4e2","y"\n',
        "a;b;c\n1;2.5;x\n-3;4e2;y\n",
        "a\tb\tc\n1\t2.5\tx\n-3\t4e2\ty\n",
        "a|b|c\n1|2.5|x\n-3|4e2|y\n",
        "a, b , c \n 1 , 2.5, x\n-3,4e2 , y \n",
    ],
    ids=["plain", "crlf", "cr", "unfinished", "bom", "quotes", "semicolon", "tab", "bar", "blanks"],
)
def test_the_same_table_written_in_many_ways(table: str, tmp_path: Path) -> None:
    found = read(path := stored(tmp_path, table))
    assert (found.header, found.rows) == (("a", "b", "c"), ROWS)
    assert found.places == [f"{path}:2", f"{path}:3"]


def test_numbers_come_as_arrays_and_as_they_were_written(tmp_path: Path) -> None:
    path = stored(tmp_path, "a,b\n1,2.50 \n\n 3.,-.5e+1\n")
    with open_table([path]) as table:
        batches = list(table.batches)
    columns = {"a": [], "b": []}  # type: dict[str, list[float]]
    for batch in batches:
        for name, cells in batch.columns.items():
            columns[name] += [float(cell) for cell in cells]
    assert columns == {"a": [1, 3], "b": [2.5, -5]}
    assert read(path).rows == [["1", "2.50"], ["3.", "-.5e+1"]]
    assert read(path).places == [f"{path}:2", f"{path}:4"]


def test_a_numeric_block_is_one_array_of_the_header_s_width(tmp_path: Path) -> None:
    with open_table([stored(tmp_path, "a,b\n1,2\n3,4\n")]) as table:
        [batch] = table.batches
    cells = batch.columns["b"]
    assert isinstance(cells, np.ndarray)
    np.testing.assert_array_equal(cells, [2, 4])
    assert cells.dtype == np.float64
    assert (batch.lines, batch.cell(1, "a")) == (range(2, 4), "3")


@pytest.mark.parametrize(
    "cell", ["nan", "inf", "", "1_0", "1e", "--1", "1 2", "1e999", "1e150", "0x1", "١"]
)
def test_what_is_no_number_leaves_text(cell: str, tmp_path: Path) -> None:
    found = read(stored(tmp_path, f"a,b\n1,2\n{cell},4\n"))
    assert found.rows == [["1", "2"], [cell, "4"]]
    assert found.numeric == [False]


def test_columns_that_must_come_as_written(tmp_path: Path) -> None:
    path = stored(tmp_path, "id,a\n007 ,1\n 8,2\n")
    with open_table([path], wanted=["a"], as_text=["id"]) as table:
        [batch] = table.batches
    assert dict(batch.columns) == {"id": ["007", "8"], "a": ["1", "2"]}
    assert dict(batch.exact) == {"id": ("007 ", "8")}


def test_only_the_wanted_columns_and_none_missed(tmp_path: Path) -> None:
    for table in ("a,b,c\n1,2,3\n", "a,b,c\n1,2,x\n"):
        assert read(stored(tmp_path, table), wanted=["c", "a", "zz"]).rows == [["1", table[-2]]]
    assert read(stored(tmp_path, "a,b\n1,2\n3,x\n"), wanted=["zz"]).rows == [[], []]


@pytest.mark.parametrize(
    ("table", "header"),
    [
        ("a,b;c\n1,2;3\n", ("a", "b;c")),
        ("a;b\n1,5;2,5\n", ("a", "b")),
        ("a|b,c|d\n1|2|3\n", ("a", "b,c", "d")),  # steady in all records, and most fields
        ("word\nfoo\n", ("word",)),
        ('"a,b";c\n1;2\n', ("a,b", "c")),
    ],
)
def test_the_delimiter_is_the_one_that_fits_the_first_records(
    table: str, header: tuple[str, ...], tmp_path: Path
) -> None:
    assert read(stored(tmp_path, table)).header == header


def test_a_ragged_row_does_not_change_the_delimiter(tmp_path: Path) -> None:
    path = stored(tmp_path, "a;b;c\n1;2;3\n1;2\n")
    assert refusal(path) == "t.csv:3: 2 cells, but the header has 3"


def test_wanted_names_decide_the_delimiter(tmp_path: Path) -> None:
    path = stored(tmp_path, "a,b;c|d\n1,2;x|3\n")
    assert read(path).header == ("a", "b;c|d")
    assert read(path, wanted=["b;c|d"]).delimiter == ","
    assert read(path, wanted=["c|d"]).header == ("a,b", "c|d")
    assert read(path, wanted=["d"]).header == ("a,b;c", "d")


def test_decimal_commas(tmp_path: Path) -> None:
    path = stored(tmp_path, "a;b\n1,5;2\n-,5e1;3\n")
    with open_table([path], Format(decimal=",")) as table:
        [batch] = table.batches
    np.testing.assert_array_equal(batch.columns["a"], [1.5, -5])
    assert (batch.cell(0, "a"), batch.decimal) == ("1,5", ",")
    found = read(stored(tmp_path, "a\n1,5\n1.5\n"), how=Format(decimal=","))
    assert (found.rows, found.numeric) == ([["1,5"], ["1.5"]], [False])


def test_decimal_commas_between_commas_are_in_quotes(tmp_path: Path) -> None:
    table = 'a,b,c\n"1,5",2,3\n4,"-,5",6\n7,8,9\n'
    with open_table([stored(tmp_path, table)], Format(decimal=",")) as found:
        [batch] = found.batches
    assert found.format.delimiter == ","
    cells = [list(batch.columns[name]) for name in "abc"]
    assert cells == [["1,5", "4", "7"], ["2", "-,5", "8"], ["3", "6", "9"]]
    with pytest.raises(DataError, match=":2: 2 cells, but the header has 1"):
        read(stored(tmp_path, "a\n1,5\n"), how=Format(delimiter=",", decimal=","))


def test_a_table_without_a_header(tmp_path: Path) -> None:
    path = stored(tmp_path, "\n1,2\n3,4\n")
    found = read(path, how=Format(header=False))
    assert (found.header, found.rows) == (("c1", "c2"), [["1", "2"], ["3", "4"]])
    assert found.places == [f"{path}:2", f"{path}:3"]
    path = stored(tmp_path, "1;2,x\n")
    assert read(path, how=Format(header=False), wanted=["c2"]).delimiter == ","


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", "t.csv: empty; a table needs a header and rows"),
        ("\n\r\n", "t.csv: empty; a table needs a header and rows"),
        ("a,b,y\n1,2\n", "t.csv:2: 2 cells, but the header has 3"),
        ("a,b,y\n1,2,x\n1,2,3,4\n", "t.csv:3: 4 cells, but the header has 3"),
        ("a,b\n1,2\n1,2,3\n", "t.csv:3: 3 cells, but the header has 2"),
        ("a,b\n1,2\n   \n", "t.csv:3: 1 cells, but the header has 2"),
        (
            "\na,,y,a,\n1,2,x,3,4\n",
            "t.csv:2: column 2 has no name; give it one, or take the column out\n"
            "t.csv:2: column 5 has no name; give it one, or take the column out\n"
            "t.csv:2: two columns are called 'a'",
        ),
        (
            "1,2.5,-3e1\n4,5,6\n",
            "t.csv:1: the first row is all numbers; no header? "
            "data.header: false names the columns c1, c2, …",
        ),
        (
            'a,b,y\n1,"2,x\n',
            "t.csv:2: not a CSV record: unexpected end of data; is a quote not closed?",
        ),
        (
            'a,b\n1,2\n"3"4,5\n',
            "t.csv:3: not a CSV record: ',' expected after '\"'; is a quote not closed?",
        ),
        (
            'a,b\n1,2\n1,"' + "x\n" * 70000,
            "t.csv:3: not a CSV record: field larger than field limit (131072); "
            "is a quote not closed?",
        ),
        (b"a,b,y\n1,\x00,x\n", "t.csv: a binary file, not a CSV"),
        (b"PK\x03\x04...", "t.csv: a model or another zip file, not a CSV"),
        (
            "x\n1\n\n2\n",
            't.csv:3: a blank line in a table of one column; an empty cell is written ""',
        ),
        (
            'x\n"a"\n\n2\n',
            't.csv:3: a blank line in a table of one column; an empty cell is written ""',
        ),
    ],
)
def test_what_is_no_table_is_refused(table: str | bytes, expected: str, tmp_path: Path) -> None:
    assert refusal(stored(tmp_path, table)) == expected


def test_blank_lines_around_a_table_of_one_column_are_none_of_it(tmp_path: Path) -> None:
    assert read(stored(tmp_path, "\nx\n1\n2\n\n\n")).rows == [["1"], ["2"]]
    assert read(stored(tmp_path, 'x\n1\n""\n')).rows == [["1"], [""]]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (
            Format(delimiter=";"),
            "t.csv:1: one column only, with ';' between the cells; data.delimiter changes that",
        ),
        (Format(delimiter=""), "data.delimiter: one character, but no quote, not ''"),
        (Format(delimiter='"'), "data.delimiter: one character, but no quote, not '\"'"),
        (Format(decimal="x"), "data.decimal: '.' or ',', not 'x'"),
    ],
)
def test_formats_that_cannot_be(how: Format, expected: str, tmp_path: Path) -> None:
    assert refusal(stored(tmp_path, "a,b\n1,2\n"), how=how) == expected


@pytest.mark.parametrize("mark", [",", ":", " ", "7", "§", "_"])
def test_any_delimiter(mark: str, tmp_path: Path) -> None:
    path = stored(tmp_path, mark.join("ab") + "\n" + mark.join("12") + "\n")
    assert read(path, how=Format(delimiter=mark)).rows == [["1", "2"]]


def test_lines_are_counted_through_quoted_line_breaks(tmp_path: Path) -> None:
    path = stored(tmp_path, 'a,b\n1,"two\nlines"\n\n"x\r\ny\rz",2\n3,4\n')
    found = read(path)
    assert [place.rpartition(":")[2] for place in found.places] == ["2", "5", "8"]
    assert found.rows[1] == ["x\r\ny\rz", "2"]


def test_a_header_of_several_lines(tmp_path: Path) -> None:
    found = read(path := stored(tmp_path, '"a\nb",c\n1,2\n'))
    assert (found.header, found.places) == (("a\nb", "c"), [f"{path}:3"])


# Blocks.

TRICKY = (
    '\ufeff"a\n1",b,c\r\n1,2,3\r\n\r\n4,5,6\r\n"x\r\n\r\ny",é,"q ""z"", "\n7,8,9\r'
    ' 10 ,11,12\n\n13,14,"1\n5"\n16,17,18'
).encode()


@pytest.fixture(scope="module")
def tricky(tmp_path_factory: pytest.TempPathFactory) -> Found:
    return read(stored(tmp_path_factory.mktemp("t"), TRICKY))


@pytest.mark.parametrize("size", range(1, 65))
def test_blocks_may_be_cut_anywhere(size: int, tricky: Found) -> None:
    found = from_chunks(pieces(TRICKY, size))
    assert (found.header, found.rows) == (tricky.header, tricky.rows)
    assert [p.rpartition(":")[2] for p in found.places] == [
        p.rpartition(":")[2] for p in tricky.places
    ]
    assert found.rows[2] == ["x\r\n\r\ny", "é", 'q "z",']


@pytest.mark.parametrize("table", ["a\r1\r2\r", "a,b\r\n1,2\r\n", "x\n1\n\n", "a;b\n\n1;2\n"])
def test_small_tables_cut_anywhere(table: str) -> None:
    raw = table.encode()
    whole = from_chunks(iter([raw]))
    for size, wanted in itertools.product(range(1, len(raw)), [None, frozenset("abx")]):
        found = from_chunks(pieces(raw, size), choice=Choice(wanted))
        assert (found.rows, found.places) == (whole.rows, whole.places)


def test_wide_tables_have_many_rows_in_a_block(tmp_path: Path) -> None:
    row = ",".join(["0.25"] * 20000)
    header = ",".join(f"x{i}" for i in range(20000))
    with open_table([stored(tmp_path, "\n".join([header, *[row] * 100]))]) as table:
        sizes = [len(batch) for batch in table.batches]
    assert sum(sizes) == 100
    assert max(sizes) > CHUNK // len(row) * 5


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n1,2\n")
        file.write(b"1" * (17 * 2**20))
    assert refusal(path) == "t.csv:3: a line of more than 16 MiB; not a CSV?"
