"""The keys of a config that say how a table is written and used: each value makes a difference."""

import itertools
from pathlib import Path

import pytest

from shallow_cli.config import FOR_TABLES, KEYS
from shallow_cli.errors import ShallowError
from shallow_cli.files.config_file import load_config
from shallow_cli.fitting import fit

from .conftest import write

TABLE = "a,b,c,w,y\n1,u,2,1,x\n2,v,3,2,z\n4,u,2,1,x\n3,v,2,3,z\n7,u,3,1,x\n"
GAPS = TABLE.replace("\n2,", "\n,")
# For each key a table and values that all differ in what comes of it; None: nothing is said.
VALUES: dict[str, tuple[str, list[str | None]]] = {
    "data.categorical": (TABLE, [None, "c", "[a, c]"]),
    "data.weight": (TABLE, [None, "w", "c"]),
    "data.missing": (GAPS, ["error", "mean", "median", "drop"]),
    "data.missing_target": (TABLE.replace("7,u,3,1,x", "7,u,3,1,"), ["error", "drop"]),
    "data.missing_values": (TABLE, [None, "u", "[v]", "[2]"]),
    "data.delimiter": ("a,b|c;y\n1,5|1;x\n2,5|2;z\n", [None, ";", "tab", "'|'"]),
    "data.decimal": (TABLE.replace("4,u", '"4,5",u'), ["'.'", "','"]),
    "data.encoding": (TABLE.replace("u", "é"), ["utf-8", "cp1252", "utf-16"]),
    "data.header": (TABLE, ["true", "false"]),
}


def outcome(folder: Path, table: str, *settings: str) -> object:
    """What was learned from the table, of which columns; or why nothing was."""
    write(folder / "t.csv", table)
    config = write(folder / "c.yaml", "data: {csv: t.csv}\nepochs: 3\ninit_scale: 1\n")
    try:
        model = fit(load_config(config, settings))
    except ShallowError as error:
        return str(error)
    return model.theta.vector.tolist(), model.columns, model.history


def test_every_key_for_tables_is_tried_and_so_is_every_choice() -> None:
    assert {*VALUES, "data.cache"} == set(FOR_TABLES)
    for name, (_, values) in VALUES.items():
        assert set(KEYS[name].rule.choices) <= set(values)


@pytest.mark.parametrize("name", VALUES)
def test_every_value_makes_a_difference(name: str, tmp_path: Path) -> None:
    table, values = VALUES[name]
    found = [
        outcome(tmp_path, table, *([] if value is None else [f"{name}={value}"]))
        for value in values
    ]
    for (one, here), (other, there) in itertools.combinations(zip(values, found, strict=True), 2):
        assert here != there, (one, other)
    assert any(not isinstance(result, str) for result in found)


def test_a_cache_makes_none(tmp_path: Path) -> None:
    plain = outcome(tmp_path, TABLE)
    for _ in ("kept", "found"):
        assert outcome(tmp_path, TABLE, f"data.cache={tmp_path}/cache") == plain
    assert list((tmp_path / "cache").iterdir())


@pytest.mark.parametrize("setting", ["data.missing=mean", "data.weight=x1", "data.decimal=,"])
def test_generated_data_has_no_need_of_them(setting: str, tmp_path: Path) -> None:
    config = write(tmp_path / "c.yaml", "data: {generate: xor}\n")
    with pytest.raises(ShallowError, match="is for tables; generated data has no need of it"):
        load_config(config, [setting])


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (["data.weight=w", "data.exclude=w"], "data.weight: 'w' is named in data.exclude already"),
        (["data.weight=w", "data.target=w"], "data.weight: 'w' is named in data.target already"),
        (["data.categorical=y", "data.target=y"], "data.categorical: 'y' is the target"),
        (["class_weight={x: 0}"], "class_weight: must be none, or balanced, or a number from 0 up"),
        (["data.weight=v"], "t.csv:1: no column 'v'; the columns are a, b, c, w, y"),
    ],
)
def test_keys_that_cannot_be(settings: list[str], says: str, tmp_path: Path) -> None:
    assert says in str(outcome(tmp_path, TABLE, *settings))


def test_the_last_column_but_the_weight_is_the_target(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", "a,y,w\n1,x,1\n2,z,2\n")
    config = write(tmp_path / "c.yaml", "data: {csv: t.csv, weight: w}\nepochs: 1\n")
    assert fit(load_config(config)).columns.target_names == ("y",)
