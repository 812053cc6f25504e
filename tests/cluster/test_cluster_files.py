"""Files that are counted and read by several workers: what is found, and what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from shallow_cli.cluster.loading import loading_on, require_files_for
from shallow_cli.core.arrays import Array
from shallow_cli.errors import DataError, UsageError
from shallow_cli.files.config_file import parse_config
from shallow_cli.files.row_store import RowStore
from shallow_cli.tables.loading import load_table
from tests.conftest import ROOT

from .pretending import Pretended, cluster_of, here, on
from .tables import SIZES, config_of, write_files


def test_every_file_is_counted_once_and_every_worker_loads_once(
    folder: Path, tmp_path: Path
) -> None:
    cluster = cluster_of(tmp_path)
    on(cluster, config_of(folder))
    assert cluster.asked["counted"] == len(SIZES)
    assert cluster.asked["load"] == len(cluster.workers)


@pytest.mark.parametrize("missing", ["mean", "drop"])
def test_what_is_found_in_the_files_is_what_one_process_finds(
    missing: str, folder: Path, tmp_path: Path
) -> None:
    config = config_of(folder, f"data.missing={missing}")
    expected = load_table(config.data)
    with loading_on(cluster_of(tmp_path), config, print) as load:
        found = load(config.data, None)
    assert (found.header, found.survey) == (expected.header, expected.survey)
    assert replace(found.table, rows=expected.table.rows) == expected.table
    assert sum(found.table.missing.values()) > 1


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("2.csv", ",red,", ",red,red,"),
        ("1.csv", "a,b,c", "a,b,x"),
        ("3.csv", "\n", "\nx,1,1,red,1,1,yes\n"),
        ("0.csv", "\n", "\nx,1,1,red,1,1,yes\n"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_as_on_one_machine(
    name: str, old: str, new: str, tmp_path: Path
) -> None:
    write_files(tmp_path)
    text = (tmp_path / name).read_text()
    (tmp_path / name).write_text(text.replace(old, new, 1))
    config = config_of(tmp_path)
    with pytest.raises(DataError) as expected:
        here(config)
    with pytest.raises(DataError) as found:
        on(cluster_of(tmp_path), config)
    assert str(found.value) == str(expected.value)
    assert found.value.problems == expected.value.problems


def test_too_many_words_in_all_files_are_as_many_as_in_one(tmp_path: Path) -> None:
    for number in range(3):
        rows = [f"w{n},{n % 2}\n" for n in range(400 * number, 400 * number + 400)]
        (tmp_path / f"{number}.csv").write_text("word,y\n" + "".join(rows))
    config = parse_config(
        "data:\n  csv: '*.csv'\n", "config.yaml", tmp_path, ["data.categorical=word"]
    )
    with pytest.raises(DataError, match=r"2.csv: word: more than 1000 different words") as expected:
        here(config)
    with pytest.raises(DataError) as found:
        on(cluster_of(tmp_path), config)
    assert str(found.value) == str(expected.value)


def test_a_file_that_changes_in_between_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path)

    def before(_cluster: Pretended, calls: int) -> None:
        if calls == len(SIZES) + 1:
            (tmp_path / "2.csv").write_text("a,b,c,word,kind,w,y\n1,2,3,red,1,1,yes\n")

    cluster = cluster_of(tmp_path)
    cluster.before = before
    with pytest.raises(DataError, match=r"2.csv: has changed since its rows were counted"):
        on(cluster, config_of(tmp_path))


def test_no_part_keeps_rows_of_others_in_memory(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A view of no rows would keep the whole batch that it is of."""
    lengths: list[int] = []
    add = RowStore.add

    def recorded(store: RowStore, values: Array) -> None:
        lengths.append(len(values))
        add(store, values)

    monkeypatch.setattr(RowStore, "add", recorded)
    on(cluster_of(tmp_path), config_of(folder))
    assert lengths
    assert all(lengths)


@pytest.mark.parametrize("text", ["data:\n  generate: moons\n", "data:\n  csv: '-'\n"])
def test_rows_that_are_in_no_file_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="reads the rows from files that all its workers see"):
        require_files_for(parse_config(text, "config.yaml", ROOT))
