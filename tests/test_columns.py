"""Columns of a table: numbers or words by what is in them, and what a network sees of words."""

import json
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.core.arrays import Array, in_memory
from shallow_cli.core.events import End
from shallow_cli.core.network import parameters
from shallow_cli.core.training import train
from shallow_cli.tables.columns import Category, Column

from .conftest import Shallow, prepared, refusal, write


def table_of(cells: list[str], header: str = "a,b,y") -> str:
    """A table with these cells in its first column."""
    rows = (f"{cell},{i % 3},{'xz'[i % 2]}" for i, cell in enumerate(cells))
    return "\n".join([header, *rows]) + "\n"


def inputs(folder: Path, table: str, *overrides: str) -> Array:
    """What the network sees of the training rows, unscaled, without the ones."""
    found = prepared(folder, table, "data.scale=none", *overrides)
    return in_memory(found.data.training).table[:, :-1]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["u", "v", "u"], ("u", "v")),
        (["B", "a", "b", "A"], ("A", "B", "a", "b")),
        (["1", "2", "u", "v"], ("1", "2", "u", "v")),  # as many words as numbers
        (["u", "v", "9", "10", "w"], ("10", "9", "u", "v", "w")),
        (["u", "", "NA", "?"], ("", "u")),
        (["", "", ""], ("",)),
        (["True", "TRUE", "false", "true"], ("false", "True")),
        (["True", "TRUE", "maybe"], ("TRUE", "True", "maybe")),
        (["2024-01-01", "2024-01-02", "2024-01-01"], ("2024-01-01", "2024-01-02")),
    ],
)
def test_words_are_categories_in_sorted_order(
    cells: list[str], words: tuple[str, ...], tmp_path: Path
) -> None:
    columns = prepared(tmp_path, table_of(cells)).data.columns
    assert columns.features[0] == Category("a", words)
    assert isinstance(columns.features[1], Column)


@pytest.mark.parametrize("cells", [["1", "2", "u"], ["1", "inf", "inf"], ["5", "-", "-", "-"]])
def test_fewer_words_than_numbers_are_refused_and_so_are_words_for_no_value(
    cells: list[str], tmp_path: Path
) -> None:
    assert "is not a number" in refusal(tmp_path, table_of(cells))
    found = prepared(tmp_path, table_of(cells), "data.categorical=a").data.columns
    assert isinstance(found.features[0], Category)


PLAINLY = "write numbers plainly, without signs between thousands and without units; if these"
COMMA = "where a comma is the decimal sign, set data.decimal: ','; if these are names"


@pytest.mark.parametrize(
    ("cells", "advice"),
    [
        (["1_000", "2_000", "3_000"], PLAINLY),
        (["$5", "$6.50", "7"], PLAINLY),
        (["12 %", "13%", "14 %"], PLAINLY),
        (["0x10", "0xff", "0x1"], PLAINLY),
        (['"1,5"', '"2,25"', "3"], COMMA),
        (['"0,125"', '"0,250"', '"1,375"'], COMMA),
        (['"1,000,000"', '"2,000,000"'], "without units; where a comma is the decimal sign"),
        (['"1,000"', '"22,500"', "300"], "without units; where a comma is the decimal sign"),
    ],
)
def test_numbers_in_another_notation_are_no_names(
    cells: list[str], advice: str, tmp_path: Path
) -> None:
    found = refusal(tmp_path, table_of(cells))
    assert advice in found
    assert found.endswith("set data.categorical: a; to leave the column out, set data.exclude: a")


@pytest.mark.parametrize(("name", "written"), [("a b: c", '"a b: c"'), ("#1", '"#1"')])
def test_advice_writes_a_name_as_a_config_takes_it(name: str, written: str, tmp_path: Path) -> None:
    table = table_of(["1", "2", "u"], f"{name},b,y")
    found = refusal(tmp_path, table)
    assert found.endswith(
        f"data.categorical: {written}; to leave the column out, set data.exclude: {written}"
    )
    assert len(prepared(tmp_path, table, f"data.exclude={written}").data.columns.features) == 1


def test_words_become_ones_at_their_places(tmp_path: Path) -> None:
    table = "a,b,c,y\nu,7,k,x\nv,8,,z\nu,9,k,x\n"
    expected = [[1, 0, 7, 0, 1], [0, 1, 8, 1, 0], [1, 0, 9, 0, 1]]
    np.testing.assert_array_equal(inputs(tmp_path, table), expected)
    names = prepared(tmp_path, table).data.columns.input_names
    assert names == ("a=u", "a=v", "b", "c=(missing)", "c=k")


def test_numbers_that_are_named_categorical_stay_as_they_are_written(tmp_path: Path) -> None:
    table = "zip,b,y\n007,1,x\n7,2,z\n7.0,3,x\n"
    found = inputs(tmp_path, table, "data.categorical=zip")
    np.testing.assert_array_equal(found[:, :3], np.eye(3))
    assert inputs(tmp_path, table).tolist() == [[7, 1], [7, 2], [7, 3]]


def test_words_are_those_of_the_training_rows(tmp_path: Path) -> None:
    """A word that only validation rows have is all zeros there."""
    validation = write(tmp_path / "v.csv", "b,a,y\n1,new,x\n2,v,z\n")
    table = "a,b,y\nu,1,x\nv,2,z\n"
    found = prepared(tmp_path, table, f"data.validation={validation}", "data.scale=none").data
    assert found.validation is not None
    np.testing.assert_array_equal(in_memory(found.validation).table, [[0, 0, 1, 1], [0, 1, 2, 1]])


def test_words_of_split_off_rows_only_are_all_zeros(tmp_path: Path) -> None:
    cells = [f"w{i}" for i in range(12)]
    found = prepared(tmp_path, table_of(cells), "data.validation=0.5", "data.exclude=b").data
    assert found.validation is not None
    assert found.columns.n_x == 6
    np.testing.assert_array_equal(in_memory(found.training).table.sum(axis=1), [2] * 6)
    np.testing.assert_array_equal(in_memory(found.validation).table[:, :-1], np.zeros((6, 6)))


def test_more_than_a_thousand_words_are_refused(tmp_path: Path) -> None:
    cells = [f"n{i}" for i in range(1001)]
    assert refusal(tmp_path, table_of(cells)) == (
        "t.csv: a: more than 1000 different words; to leave the column out, set data.exclude: a"
    )
    assert prepared(tmp_path, table_of(cells[1:])).data.columns.n_x == 1001


@pytest.mark.parametrize("constant", ["0.1", "", "same"])
def test_a_constant_column_is_found(constant: str, tmp_path: Path) -> None:
    found = prepared(tmp_path, f"a,k,y\n1,{constant},x\n2,{constant},z\n3,{constant},x\n")
    assert found.data.constant == ("k",)


def test_a_constant_column_changes_nothing(tmp_path: Path) -> None:
    """It is an input of zeros: its weights stay as they are, and the others do not notice."""
    rows = [(i * i % 7, "xz"[i % 2]) for i in range(12)]
    plain = prepared(tmp_path, "a,y\n" + "".join(f"{a},{y}\n" for a, y in rows))
    more = prepared(tmp_path, "a,k,y\n" + "".join(f"{a},0.1,{y}\n" for a, y in rows))
    start = parameters(more.job.network, more.theta.vector.copy())
    for to, value in zip(start.blocks().values(), plain.theta.blocks().values(), strict=True):
        to[:, : value.shape[1]] = value
    *_, found = train(more.job, start)
    *_, expected = train(plain.job, plain.theta)
    assert isinstance(found, End)
    assert isinstance(expected, End)
    np.testing.assert_allclose(found.theta.W1[:, :1], expected.theta.W1, rtol=1e-12)
    np.testing.assert_allclose(found.theta.W2, expected.theta.W2, rtol=1e-12)
    np.testing.assert_array_equal(found.theta.W1[:, 1], start.W1[:, 1])


UNSEEN = "city,v\nRom,1\nParis,2\n,3\nLima,4\n"


def city_model(shallow: Shallow) -> None:
    """A model.npz that knows Bern and Rom, and no missing city."""
    write(Path("t.csv"), "city,v,y\nRom,1,n\nBern,2,m\nRom,3,n\nBern,4,m\n")
    write(Path("c.yaml"), "data: {csv: t.csv}\nepochs: 3\ninit_scale: 1\n")
    shallow("train", "c.yaml", "-q")


def test_unseen_words_are_counted_once(shallow: Shallow) -> None:
    city_model(shallow)
    write(Path("n.csv"), UNSEEN)
    done = shallow("predict", "model.npz", "n.csv", "--proba")
    assert len(done.out.splitlines()) == 5
    says = "city: 3 cells have words that no training row has, and count as no word at all"
    assert done.err == f"warning: {says}\n"
    write(Path("n.csv"), UNSEEN.replace("Paris", "New York"))
    assert shallow("predict", "model.npz", "n.csv", "--proba").out == done.out
    write(Path("n.csv"), UNSEEN[:13] + "Oslo,2\n")
    says = "city: 1 cell has a word that no training row has, and counts as no word at all"
    assert shallow("predict", "model.npz", "n.csv").err == f"warning: {says}\n"


def test_strict_refuses_unseen_words_with_their_places(shallow: Shallow) -> None:
    city_model(shallow)
    write(Path("n.csv"), UNSEEN)
    assert shallow("predict", "model.npz", "n.csv", "--strict", code=3).err == (
        "n.csv:3: city: 'Paris' is in no training row (3 such cells: 'Paris' on line 3, "
        "an empty cell on line 4, 'Lima' on line 5); "
        "without --strict it counts as no word at all\n"
    )
    write(Path("n.csv"), "city,v\nRom,1\n")
    assert shallow("predict", "model.npz", "n.csv", "--strict").err == ""


def test_evaluate_counts_unseen_words_too(shallow: Shallow) -> None:
    city_model(shallow)
    write(Path("n.csv"), "city,v,y\nOslo,1,n\nRom,2,m\n")
    assert shallow("evaluate", "model.npz", "n.csv").err.startswith("warning: city: 1 cell has")


def test_inspect_and_trace_show_what_the_network_sees(shallow: Shallow) -> None:
    city_model(shallow)
    shown = [line.split() for line in shallow("inspect", "model.npz").out.splitlines()]
    assert ["city", "Bern,", "Rom"] in shown
    traced = shallow("trace", "c.yaml", "--row", "1", "--set", "data.scale=none").out
    assert "the rows of X: city=Bern, city=Rom, v\n" in traced
    assert "X  (3, 1)  → Z1, dW1\n    [[0.]\n     [1.]\n     [1.]]\n" in traced
    values = json.loads(shallow("trace", "model.npz", "--data", "t.csv", "--json").out)
    assert values["inputs"] == ["city=Bern", "city=Rom", "v"]
