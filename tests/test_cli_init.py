"""`shallow init DATA`: a config for tables as people have them, which trains as it is."""

import csv
from pathlib import Path

import pytest

from shallow_cli.data_config import DataConfig
from shallow_cli.files.config_file import load_config

from .conftest import Shallow, write


def suggested(shallow: Shallow, table: str, *settings: str) -> DataConfig:
    """What init writes for a table, as a config that trains."""
    write(Path("t.csv"), table)
    words = [word for setting in settings for word in ("--set", setting)]
    write(Path("c.yaml"), shallow("init", "t.csv", *words).out)
    shallow("train", "c.yaml", "--set", "epochs=1")
    return load_config(Path("c.yaml")).data


def rows(*columns: list[str], header: str, mark: str = ",") -> str:
    """A table of these columns."""
    lines = [mark.join(cells) for cells in zip(*columns, strict=True)]
    return "\n".join([header, *lines]) + "\n"


CLASSES = ["no" if i % 3 else "a: b" for i in range(30)]
NUMBERS = [str(i * 7 % 10) for i in range(30)]


def test_classes_that_yaml_would_misread(shallow: Shallow) -> None:
    found = suggested(shallow, rows(NUMBERS, CLASSES, header="a,on"), "data.positive=no")
    assert (found.target, found.positive, found.validation) == (("on",), "no", 0.2)


def test_words_among_numbers(shallow: Shallow) -> None:
    """A few are gaps, more are names, and so many that no number is left are words anyway."""
    few = ["nope" if i == 4 else NUMBERS[i] for i in range(30)]
    more = ["nope" if i % 4 == 0 else str(i % 3) for i in range(30)]
    found = suggested(shallow, rows(few, more, CLASSES, header="a,b,y"))
    assert (found.missing_values[-1], found.missing, found.categorical) == ("nope", "mean", ("b",))


def test_numbers_in_another_notation_are_left_out_and_say_so(shallow: Shallow) -> None:
    """A thousand is not one: the sign of decimals is not guessed where commas may be either."""
    dollars = [f"${i}" for i in range(30)]
    thousands = [f'"{i + 1},000"' for i in range(30)]
    found = suggested(shallow, rows(dollars, thousands, NUMBERS, CLASSES, header="a,b,c,y"))
    assert (found.exclude, found.decimal) == (("a", "b"), ".")
    says = "numbers in a notation that is not read, such as"
    text = Path("c.yaml").read_text()
    assert f"#   a: {says} $0\n  #   b: {says} 1,000\n" in text


@pytest.mark.parametrize(("mark", "quote"), [(";", ""), (",", '"'), ("\t", "")])
def test_decimal_commas(mark: str, quote: str, shallow: Shallow) -> None:
    halves = [f"{quote}{number},5{quote}" for number in NUMBERS]
    table = rows(halves, NUMBERS, CLASSES, header=mark.join("aby"), mark=mark)
    found = suggested(shallow, table)
    assert (found.decimal, found.delimiter) == (",", None if mark == "," else mark)


def test_numbers_without_a_header_whatever_their_decimal_sign(shallow: Shallow) -> None:
    halves = [f"{x},5" for x in NUMBERS]
    found = suggested(shallow, rows(NUMBERS, NUMBERS, halves, header="1;2;3,5", mark=";"))
    assert (found.header, found.target, found.decimal) == (False, ("c3",), ",")


def test_what_is_set_is_written_down(shallow: Shallow) -> None:
    numbers = [f"{x}.5" for x in NUMBERS]
    weights = [str(i % 4) for i in range(30)]
    table = rows(NUMBERS, numbers, weights, header="a,y,w")
    settings = {
        "data.weight": "w",
        "data.scale": "minmax",
        "data.scale_target": "none",
        "data.missing": "median",
        "data.validation": "0.4",
        "data.cache": "kept",
    }
    found = suggested(shallow, table, *(f"{key}={value}" for key, value in settings.items()))
    assert (found.target, found.weight, found.scale_target) == (("y",), "w", "none")
    assert (found.scale, found.missing, found.validation) == ("minmax", "median", 0.4)
    assert found.cache == Path("kept")
    assert suggested(shallow, table, "data.validation=0").validation == 0


def test_counters_are_ids_only_beside_other_columns(shallow: Shallow) -> None:
    count = [str(i) for i in range(30)]
    assert suggested(shallow, rows(count, CLASSES, header="t,y")).exclude == ()
    assert suggested(shallow, rows(count, NUMBERS, CLASSES, header="t,a,y")).exclude == ("t",)


def test_when_nothing_is_left_every_reason_is_told(shallow: Shallow) -> None:
    names = [f"n{i}" for i in range(30)]
    days = [f"2024-01-{i + 1:02}" for i in range(30)]
    write(Path("t.csv"), rows(names, days, CLASSES, header="name,day,y"))
    assert shallow("init", "t.csv", code=3).err == (
        "t.csv:1: no column is left to learn from but name (different in every row), "
        "day (looks like dates); to take one, --set data.features\n"
    )
    assert suggested(shallow, Path("t.csv").read_text(), "data.features=day").features == ("day",)


def test_gaps_in_the_target(shallow: Shallow) -> None:
    targets = ["" if i == 3 else label for i, label in enumerate(CLASSES)]
    assert suggested(shallow, rows(NUMBERS, targets, header="a,y")).missing_target == "drop"


def test_cells_with_anything_in_them(shallow: Shallow) -> None:
    cells = [[f"{i * i}", "u,\n"[: i % 4], "#" * (i % 2 + 1)] for i in range(24)]
    with Path("t.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["a,b", "c\nd", "y"], *cells])
    found = suggested(shallow, Path("t.csv").read_text())
    assert found.target == ("y",)


def test_one_stray_word_does_not_cost_a_column_of_numbers(shallow: Shallow) -> None:
    """Each number is different, but numbers are no ids."""
    rows = "".join(f"{'unknown' if i == 9 else i + 0.5},{i % 2},{3 * i}\n" for i in range(30))
    write(Path("t.csv"), f"area,kind,price\n{rows}")
    write(Path("c.yaml"), shallow("init", "t.csv").out)
    data = load_config(Path("c.yaml")).data
    assert data.exclude == ()
    assert (data.missing, data.missing_values[-1]) == ("mean", "unknown")


def test_numbers_as_names_are_pointed_out(shallow: Shallow) -> None:
    write(Path("t.csv"), "0.5,1,a\n" + "1,2,b\n2,3,a\n" * 3)
    assert "# 0.5, 1: numbers as names?" in shallow("init", "t.csv").out


def test_a_target_of_words_for_missing_says_where_its_rows_went(shallow: Shallow) -> None:
    write(
        Path("t.csv"), "x,grade\n" + "".join(f"{i},{['None', 'Good'][i % 2]}\n" for i in range(8))
    )
    done = shallow("init", "t.csv", code=3)
    assert "4 rows were left out, whose words data.missing_values has" in done.err
