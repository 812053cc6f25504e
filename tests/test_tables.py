"""From a CSV to examples: what is read, decided and refused."""

import hashlib
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.core.arrays import in_memory
from shallow_cli.errors import DataError
from shallow_cli.files.config_file import load_config
from shallow_cli.files.table_file import open_table
from shallow_cli.fitting import prepare
from shallow_cli.tables.labels import class_labels, positions

from .conftest import prepared, refusal, write

ROWS = "1,2,yes\n3,5,no\n2,2,yes\n4,1,no\n"


@pytest.mark.parametrize(
    "table",
    [
        f"a,b,y\n{ROWS}",
        f"a,b,y\r\n{ROWS}".replace("\n", "\r\n").replace("\r\r", "\r"),
        "\ufeff" + f"a,b,y\n{ROWS}",
        f"a,b,y\n{ROWS}".rstrip("\n"),
        f'"a","b","y"\n"1","2","yes"\n{ROWS[8:]}',
        f"a, b, y\n{ROWS.replace(',', ', ')}",
        f"\n\na,b,y\n\n{ROWS}\n\n",
        "a,b,y\n" + ROWS.replace("1,2", " 1.0 ,+2e0"),
    ],
    ids=["plain", "crlf", "bom", "no last newline", "quotes", "blanks", "blank lines", "forms"],
)
def test_the_same_table_written_in_many_ways(table: str, tmp_path: Path) -> None:
    found = prepared(tmp_path, table, "data.scale=none")
    np.testing.assert_array_equal(
        in_memory(found.data.training).table, [[1, 2, 1], [3, 5, 1], [2, 2, 1], [4, 1, 1]]
    )
    np.testing.assert_array_equal(in_memory(found.data.training).targets, [[1], [0], [1], [0]])
    assert found.data.columns.classes == ("no", "yes")


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", "t.csv: empty; a table needs a header and rows"),
        ("a,b,y\n", "t.csv: has a header, but no rows"),
        ("a,b,y\n1,2\n", "t.csv:2: 2 cells, but the header has 3"),
        ("a,b,y\n1,2,x\n1,2,3,4\n", "t.csv:3: 4 cells, but the header has 3"),
        ("a,,y\n1,2,x\n", "t.csv:1: column 2 has no name"),
        ("a,a,y\n1,2,x\n", "t.csv:1: two columns are called 'a'"),
        ("1,2,3\n4,5,6\n", "t.csv:1: the first row is all numbers; no header? data.header: false"),
        ('a,b,y\n1,"2,x\n', "t.csv:2: not a CSV record: unexpected end of data"),
        (
            b"a,b,y\n1,\xff,x\n",
            "t.csv:2: not UTF-8 text; set data.encoding: cp1252, if '1,ÿ,x' reads right so",
        ),
        (b"a,b,y\n1,\x00,x\n", "t.csv: a binary file, not a CSV"),
        ("y\nx\nz\n", "t.csv:1: no column is left to learn from"),
        (f"a,b,y\n{ROWS}".replace("no", "yes"), "t.csv: y: only one class, 'yes'"),
        ("a,b,y\n1,2,\n" + ROWS, "t.csv:2: y: an empty cell, where the target should be"),
        ("a,y\n1,2.5\n3,2.5\n5,2.5\n", "t.csv: y: always 2.5 in the training rows; no target"),
        ("a,y\n1,2\n3,1e200\n5,3.5\n", "t.csv:3: y: '1e200' is too large"),
        ("y,z\n1,a\n2,b\n\n".encode("utf-16"), "not UTF-8 text"),
        (b"PK\x03\x04...", "t.csv: a model or another zip file, not a CSV"),
        (",a,y\n0,1,x\n", "t.csv:1: column 1 has no name; give it one, or take the column out"),
        ("a,b,y\n1,2,x\n1,2,y\n1,2,\xe9\n".encode("latin-1"), "t.csv:4: not UTF-8 text"),
    ],
)
def test_what_is_no_table_is_refused(table: str | bytes, expected: str, tmp_path: Path) -> None:
    assert expected in refusal(tmp_path, table)


NAMES = "if these are names, set data.categorical: a; to leave the column out, set data.exclude: a"
MISSING = "if it means missing, list it in data.missing_values"


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("abc", f"'abc' is not a number, but most of the column is; {MISSING}; {NAMES}"),
        ("0x10", "'0x10' is not a number"),
        ("inf", "'inf' is not a number"),
        ("1_000", "'1_000' is not a number, but most of the column is; write numbers plainly"),
        ('"1,000"', "'1,000' is not a number"),
        ("١٢", "'١٢' is not a number"),
        ("1e999", "'1e999' is too large; to leave the column out, set data.exclude: a"),
        ("-1e200", "'-1e200' is too large"),
        ("", "an empty cell, where a number is needed; data.missing can be mean, median or drop"),
        ("nan", "'nan', where a number is needed; data.missing can be mean, median or drop"),
    ],
)
def test_a_cell_that_is_no_number_is_named(cell: str, says: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, f"a,b,y\n{ROWS}{cell},2,no\n").startswith(f"t.csv:6: a: {says}")


def test_every_column_with_a_bad_cell_is_told_in_one_run(tmp_path: Path) -> None:
    found = refusal(tmp_path, f"a,b,y\n{ROWS}2,,no\n1,,no\n,3,no\n")
    assert [line.partition(";")[0] for line in found.splitlines()] == [
        "t.csv:8: a: an empty cell, where a number is needed",
        "t.csv:6: b: an empty cell, where a number is needed (2 such cells: lines 6, 7)",
    ]


def test_stray_words_are_shown_with_the_first_five_lines(tmp_path: Path) -> None:
    rows = "".join(f"{'x' * (i % 2)}{i},{i},no\n" for i in range(12)) + ROWS
    found = refusal(tmp_path, f"a,b,y\n{rows}")
    assert found == (
        "t.csv:3: a: 'x1' is not a number, but most of the column is (6 such cells: "
        "'x1' on line 3, "
        "'x3' on line 5, 'x5' on line 7, 'x7' on line 9, 'x9' on line 11, …); "
        f"{MISSING}; {NAMES}"
    )


def test_lines_are_counted_through_quoted_newlines(tmp_path: Path) -> None:
    found = refusal(tmp_path, 'a,b,y\n1,2,"two\nlines"\n,2,no\n')
    assert found.startswith("t.csv:4: a: an empty cell")


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["data.target=z"], "t.csv:1: no column 'z'; the columns are a, b, y, c"),
        (["data.features=[a, cc]"], "t.csv:1: no column 'cc'; the columns are a, b, y, c"),
        (["data.exclude=zz"], "t.csv:1: no column 'zz'; the columns are a, b, y, c"),
        (
            ["data.target=[a, b]", "data.features=c", "data.task=binary"],
            "data.task: several targets cannot be binary",
        ),
        (
            ["data.target=y", "data.validation=0.01"],
            "data.validation: 0.01 of 4 rows is none, class by class; take more",
        ),
        (
            ["data.target=y", "data.task=regression"],
            "t.csv:2: y: 'yes' is not a number (4 such cells",
        ),
    ],
)
def test_what_the_table_cannot_give(overrides: list[str], expected: str, tmp_path: Path) -> None:
    assert expected in refusal(tmp_path, "a,b,y,c\n" + ROWS.replace("\n", ",0\n"), *overrides)


@pytest.mark.parametrize(
    ("cells", "task", "other"),
    [
        (["a", "b", "a"], "binary", None),
        (["a", "b", "c"], "multiclass", None),
        (["true", "false"], "binary", None),
        (["0", "1", "0", "1"], "binary", "regression"),
        (["3", "1", "2"] * 2, "multiclass", "regression"),
        (["1.0", "2.0"] * 2, "binary", "regression"),
        (["0", "1", "0"], "regression", "multiclass"),  # 1 is there only once
        ([str(i) for i in range(20)] * 2, "multiclass", "regression"),
        ([str(i) for i in range(21)] * 2, "regression", None),
        (["0.5", "1.5"] * 2, "regression", "multiclass"),
    ],
)
def test_task_auto_and_what_it_might_have_meant(
    cells: list[str], task: str, other: str | None, tmp_path: Path
) -> None:
    rows = "".join(f"{i},{cell}\n" for i, cell in enumerate(cells))
    found = prepared(tmp_path, f"a,y\n{rows}")
    assert (found.config.data.task, found.data.other_task) == (task, other)


def test_classes_are_sorted_and_written_as_they_were_read() -> None:
    assert class_labels(["10", "9", "10", "2"]) == ("2", "9", "10")
    assert class_labels(["1.0", "0", "1", "0.0"]) == ("0", "1.0")
    assert class_labels(["b", "B", "a", "10", "9"]) == ("10", "9", "B", "a", "b")
    np.testing.assert_array_equal(positions(["1", "0.0", "x"], ("0", "1.0")), [1, 0, -1])


def test_three_classes_for_a_binary_task(tmp_path: Path) -> None:
    found = refusal(tmp_path, f"a,b,y\n{ROWS}5,5,maybe\n", "data.task=binary")
    assert found == "t.csv: y: 3 classes (maybe, no, yes), not two; set data.task: multiclass"


def test_a_number_column_with_a_stray_word_is_no_text_target(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i % 7}\n" for i in range(30))
    found = refusal(tmp_path, f"a,y\n{rows}5,unknown\n")
    assert found == f"t.csv:32: y: 'unknown' is not a number, but most of the column is; {MISSING}"


def test_a_name_on_every_row_is_no_target(tmp_path: Path) -> None:
    rows = "".join(f"{i},name{i}\n" for i in range(30))
    assert "30 classes in 30 rows; is it the target?" in refusal(tmp_path, f"a,y\n{rows}")


@pytest.mark.parametrize(
    ("word", "says"),
    [
        *((word, "where the target should be") for word in ["NA", "nan", "null", "?"]),
        *((word, "is not a number") for word in ["inf", "none", "-"]),
    ],
)
@pytest.mark.parametrize("share", [1, 5])
def test_words_for_no_value_are_no_class_among_numbers(
    word: str, says: str, share: int, tmp_path: Path
) -> None:
    rows = "1,0\n2,1\n" * 5 + f"3,{word}\n" * share
    found = refusal(tmp_path, f"a,y\n{rows}")
    assert found.startswith(f"t.csv:12: y: '{word}'")
    assert says in found


@pytest.mark.parametrize(
    ("setting", "key"), [("data.features=[a, y]", "features"), ("data.exclude=y", "exclude")]
)
def test_the_target_is_no_feature_though_nobody_named_it(
    setting: str, key: str, tmp_path: Path
) -> None:
    """The last column is the target; learning from it would be perfect and worthless."""
    found = refusal(tmp_path, f"a,b,y\n{ROWS}", setting)
    assert found == f"data.{key}: 'y' is the target; data.target names another"


def test_blanks_around_a_class_do_not_count(tmp_path: Path) -> None:
    found = prepared(tmp_path, "a,y\n1,x\n2,x \n3, z\n4,z  \n")
    assert found.data.columns.classes == ("x", "z")


def test_classes_beyond_2_to_the_53_stay_apart() -> None:
    cells = ["9007199254740992", "9007199254740993"]
    assert class_labels(cells) == tuple(cells)


def test_a_blank_line_in_a_table_of_one_column_is_a_question(tmp_path: Path) -> None:
    with (
        pytest.raises(DataError, match=r":3: a blank line in a table of one column"),
        open_table([write(tmp_path / "t.csv", "x\n1\n\n2\n")]) as table,
    ):
        list(table.batches)
    with open_table([write(tmp_path / "t.csv", "\nx\n1\n2\n\n")]) as table:
        assert sum(len(batch.lines) for batch in table.batches) == 2


def test_a_pipe_is_read_once_and_has_the_fingerprint_of_its_bytes(tmp_path: Path) -> None:
    table = f"a,b,y\n{ROWS}"
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(table,))
    writer.start()
    config = write(tmp_path / "c.yaml", "data: {csv: pipe.csv}\n")
    found = prepare(load_config(config))
    writer.join()
    assert found.data.sources["training"]["sha256"] == hashlib.sha256(table.encode()).hexdigest()


def test_numbers_as_column_names_are_worth_a_warning(tmp_path: Path) -> None:
    found = prepared(tmp_path, f"1,2,y\n{ROWS}")
    assert found.data.numeric_names == ("1", "2")


@pytest.mark.parametrize(("classes", "fine"), [(25, True), (26, False)])
def test_a_class_should_have_two_rows_on_average(classes: int, fine: bool, tmp_path: Path) -> None:
    names = [f"n{i % classes}" for i in range(50)]
    table = "a,y\n" + "".join(f"{i},{name}\n" for i, name in enumerate(names))
    if fine:
        assert len(prepared(tmp_path, table).data.columns.classes) == classes
    else:
        assert "26 classes in 50 rows" in refusal(tmp_path, table)


def test_a_cell_with_a_line_break_is_no_number(tmp_path: Path) -> None:
    assert "'1\n2' is not a number" in refusal(tmp_path, f'a,b,y\n{ROWS}"1\n2",2,no\n')


def test_a_validation_table_is_held_out_as_it_is(tmp_path: Path) -> None:
    """Scaled as the training rows are, whatever the order of its columns."""
    write(tmp_path / "v.csv", "y,b,a\nno,10,20\nyes,2,1\n")
    settings = [f"data.validation={tmp_path}/v.csv", "data.scale=minmax"]
    found = prepared(tmp_path, f"a,b,y\n{ROWS}", *settings)
    assert found.data.validation is not None
    np.testing.assert_allclose(
        in_memory(found.data.validation).table, [[19 / 3, 9 / 4, 1], [0, 1 / 4, 1]]
    )
    np.testing.assert_array_equal(in_memory(found.data.validation).targets, [[0], [1]])
    assert len(found.data.training) == 4
    assert found.data.sources["validation"]["rows"] == 2
