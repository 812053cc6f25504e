"""What is said on stderr of the columns of a table, before a training."""

from pathlib import Path

import pytest

from .conftest import Shallow, write

DAYS = [f"2024-01-{day:02}" for day in range(1, 25)]


def mixed_table() -> str:
    """24 rows: an id, a date, words with gaps, numbers with gaps, a constant, a target."""
    rows = ["code,day,city,age,size,k,w,y"]
    for i, day in enumerate(DAYS):
        city, age = ["Rom", "Bern", ""][i % 3], "" if i in {2, 5} else str(i % 4)
        target = "" if i == 7 else "yn"[i % 2]
        rows.append(f"c{i},{day},{city},{age},{i % 5}.5,1,{i % 2 + 1},{target}")
    return "\n".join(rows) + "\n"


def told(shallow: Shallow, table: str, settings: str) -> list[str]:
    """The lines on stderr but the last, which tells where the model went."""
    write(Path("t.csv"), table)
    write(Path("c.yaml"), f"data: {{csv: t.csv{settings}}}\nepochs: 1\nhidden_units: 2\n")
    *lines, last = shallow("train", "c.yaml").err.splitlines()
    assert last.startswith("wrote model.npz: ")
    return lines


def test_a_mixed_table_is_summed_up(shallow: Shallow) -> None:
    """The 21 ages of 23 rows are 0 (6), 1 (5), 2 (5) and 3 (5): the mean is 30 / 21."""
    settings = ", missing: mean, missing_target: drop, weight: w, exclude: size"
    assert told(shallow, mixed_table(), settings) == [
        "y: binary, 2 classes (n, y)",
        "23 training rows, 5 features, 51 inputs, 107 parameters",
        "numbers, standardize: age, k",
        "categories, one-hot: code (23 words), day (23 words), city (3 words)",
        "weight of the rows: w",
        "city: 8 missing cells, a category of their own",
        "age: 2 missing cells, filled with the mean of the training rows, 1.42857",
        "dropped: 1 row without y",
        "left out: size",
        "warning: code looks like an id, different in every row",
        "warning: day looks like dates, and each is only a word here",
        "to leave them out: data.exclude: [size, code, day]",
        "warning: the same in every training row, so nothing is learned from it: k",
    ]


def test_the_line_that_is_advised_is_a_line_of_a_config(shallow: Shallow) -> None:
    table = mixed_table().replace("code", "code: x")
    settings = ", missing: drop, missing_target: drop"
    [advice] = [x for x in told(shallow, table, settings) if x.startswith("to leave them out: ")]
    line = advice.removeprefix("to leave them out: ")
    write(Path("d.yaml"), Path("c.yaml").read_text() + line + "\n")
    assert line == 'data.exclude: ["code: x", day]'
    said = shallow("train", "d.yaml").err
    assert "left out: code: x, day\n" in said
    assert "looks like" not in said


def test_named_features_are_advised_about_as_such(shallow: Shallow) -> None:
    settings = ", missing_target: drop, features: [day, size, city]"
    found = told(shallow, mixed_table(), settings)
    assert "to leave it out: data.features: [size, city]" in found


def test_a_table_of_numbers_needs_few_words(shallow: Shallow) -> None:
    table = "a,b,y\n1,2,1.5\n2,4,2\n4,3,4\n"
    assert told(shallow, table, ", scale: none") == [
        "y: regression; data.task: multiclass overrides",
        "3 training rows, 2 features, 9 parameters",
        "numbers: a, b",
        "the loss is that of the scaled target (data.scale_target: standardize)",
    ]


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("a", [f"u{i}" for i in range(20)], "id"),
        ("a", [f"u{i}" for i in range(19)], ""),  # too few to tell
        ("a", [str(i) for i in range(5, 25)], "id"),  # it counts the rows
        ("a", [f"{i}.5" for i in range(20)], ""),
        ("a", [str(i * i) for i in range(20)], ""),
        ("user_id", [str(i * i) for i in range(20)], "id"),
        ("customerID", [str(i * i) for i in range(20)], "id"),
        ("paid", [str(i * i) for i in range(20)], ""),
        ("user_id", [str(i % 7) for i in range(20)], ""),
        ("a", DAYS, "dates"),
        ("a", ["1.2.2024", "13.12.24", "1.2.2024"], "dates"),
        ("a", ["2024/1/2 10:00", "2024-01-02T10:00:00Z"], "dates"),
        ("a", ["2024-01-01", "later"], ""),
    ],
)
def test_what_looks_like_an_id_or_a_date(
    header: str, cells: list[str], expected: str, shallow: Shallow
) -> None:
    rows = (f"{cell},{i % 3},{'uv'[i % 2]}\n" for i, cell in enumerate(cells))
    found = told(shallow, f"{header},b,y\n{''.join(rows)}", "")
    warnings = [line for line in found if line.startswith("warning: ")]
    assert len(warnings) == bool(expected)
    assert all(f"{header} looks like" in line and expected in line for line in warnings)


def test_quiet_says_nothing(shallow: Shallow) -> None:
    write(Path("t.csv"), mixed_table())
    settings = "missing: drop, missing_target: drop"
    write(Path("c.yaml"), f"data: {{csv: t.csv, {settings}}}\nepochs: 1\n")
    assert shallow("train", "c.yaml", "--quiet").err == ""


def test_names_and_words_steer_no_terminal(shallow: Shallow) -> None:
    """Markup is text, control characters are spelled out, and every note is one line."""
    header = '"[red]a","b\x1b[31m","c\nd",y\n'
    rows = "1,[/x],5,[bold]\n2,\x07,5,:smile:\n3,,5,[bold]\n"
    assert told(shallow, header + rows, "") == [
        "y: binary, 2 classes (:smile:, [bold])",
        "3 training rows, 3 features, 5 inputs, 15 parameters",
        "numbers, standardize: [red]a, c\\nd",
        "categories, one-hot: b\\x1b[31m (3 words)",
        "b\\x1b[31m: 1 missing cell, a category of its own",
        "warning: the same in every training row, so nothing is learned from it: c\\nd",
    ]
    out = shallow("inspect", "model.npz").out
    assert "\x1b" not in out
    assert "[/x]" in out


def test_many_columns_are_listed_in_short(shallow: Shallow) -> None:
    names = ",".join(f"n{i}" for i in range(30))
    rows = [",".join(str(i * j % 5) for j in range(30)) + f",{'uv'[i % 2]}" for i in range(9)]
    found = told(shallow, "\n".join([f"{names},y", *rows]), "")
    assert "numbers, standardize: n0, n1, n2, n3, n4, n5, …" in found


def test_what_is_wrong_with_a_validation_table_is_told_too(shallow: Shallow) -> None:
    write(Path("v.csv"), "a,c,y\n1,p,\n,q,4\n7,r,7.5\n,p,2\n")
    table = "a,c,y\n1,p,1.5\n2,q,2.5\n3,p,3.5\n4,q,4.7\n"
    settings = ", validation: v.csv, missing: mean, missing_target: drop"
    lines = told(shallow, table, settings)
    assert [line for line in lines if "v.csv" in line] == [
        "v.csv: dropped: 1 row without y",
        "v.csv: a: 2 missing cells",
        "warning: v.csv: c: 1 cell has a word that no training row has, "
        "and counts as no word at all",
    ]
