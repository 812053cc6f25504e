"""Parquet and Arrow files: the same table as a CSV of the same cells."""

import contextlib
import datetime as dt
import decimal
import hashlib
import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.errors import DataError
from shallow_cli.files.table_file import open_table

from .helpers import read, refusal, stored

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install '.[data]'")

import pyarrow.parquet as pq  # noqa: E402
from pyarrow import feather  # noqa: E402


def parquet(folder: Path, name: str = "t.parquet", **columns: Any) -> Path:
    pq.write_table(pa.table(columns), folder / name)
    return folder / name


def ipc(path: Path, table: Any, *, stream: bool) -> None:
    new = pa.ipc.new_stream if stream else pa.ipc.new_file
    with new(str(path), table.schema) as writer:
        for batch in table.to_batches(max_chunksize=2):
            writer.write_batch(batch)


CSV = '''n,x,word,yes,day,at
1,0.1,p q,true,2026-11-24,2026-11-24T09:30:00
-7,,"é,""",false,2000-02-29,2026-11-24T09:30:00.25
,1e+100,,,,
'''


def table() -> Any:
    day, at = dt.date, dt.datetime
    return pa.table(
        {
            "n": pa.array([1, -7, None], pa.int32()),
            "x": [0.1, float("nan"), 1e100],
            "word": [" p q ", 'é,"', None],
            "yes": [True, False, None],
            "day": [day(2026, 11, 24), day(2000, 2, 29), None],
            "at": pa.array(
                [at(2026, 11, 24, 9, 30), at(2026, 11, 24, 9, 30, 0, 250000), None],
                pa.timestamp("ns"),
            ),
        }
    )


@pytest.fixture(params=["parquet", "by its magic", "file", "stream", "feather", "named arrow"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    names = {
        "parquet": "t.parquet",
        "by its magic": "t",
        "file": "t.arrow",
        "stream": "t.arrows",
        "feather": "t.feather",
        "named arrow": "s.arrow",
    }
    found = tmp_path / names[request.param]
    if request.param in {"parquet", "by its magic"}:
        pq.write_table(table(), found)
    elif request.param == "feather":
        feather.write_feather(table(), found, compression="lz4")
    else:
        ipc(found, table(), stream=request.param in {"stream", "named arrow"})
    return found


def test_the_same_cells_as_the_csv(path: Path, tmp_path: Path) -> None:
    found, csv = read(path), read(stored(tmp_path, CSV))
    assert found.header == csv.header
    assert found.rows == csv.rows
    assert found.places == [f"{path}: row {row}" for row in (1, 2, 3)]


def test_numbers_are_arrays_and_what_is_missing_is_nan(path: Path) -> None:
    with open_table([path], wanted=["x", "n", "zz"]) as opened:
        batches = list(opened.batches)
        raw = path.read_bytes()
        assert opened.fingerprint.hexdigest() == hashlib.sha256(raw).hexdigest()
        assert opened.fingerprint.bytes_read == len(raw)
    assert all(set(batch.columns) == {"n", "x"} for batch in batches)
    columns = {
        name: np.concatenate([np.asarray(batch.columns[name]) for batch in batches])
        for name in ("n", "x")
    }
    np.testing.assert_array_equal(columns["n"], [1, -7, np.nan])
    np.testing.assert_array_equal(columns["x"], [0.1, np.nan, 1e100])
    assert {cells.dtype for cells in columns.values()} == {np.dtype(np.float64)}


def test_as_text_is_exactly_what_is_stored(path: Path) -> None:
    with open_table([path], wanted=[], as_text=["word", "n"]) as opened:
        batches = list(opened.batches)
    for exact, word in ((True, " p q "), (False, "p q")):
        columns = [batch.exact if exact else batch.columns for batch in batches]
        assert [cell for batch in columns for cell in batch["word"]] == [word, 'é,"', ""]
        assert [cell for batch in columns for cell in batch["n"]] == ["1", "-7", ""]


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ([float("inf"), 1.5, None], ["inf", "1.5", ""]),
        ([-float("inf"), float("nan"), 2.0], ["-inf", "", "2.0"]),
        ([1e200, 1.0, 0.0], ["1e+200", "1.0", "0.0"]),
        ([2**53 + 1, 1, None], ["9007199254740993", "1", ""]),
        ([-(2**63), 0, 7], ["-9223372036854775808", "0", "7"]),
        ([None, None, None], ["", "", ""]),
    ],
)
def test_what_float64_cannot_say_comes_as_text(
    cells: list[Any], texts: list[str], tmp_path: Path
) -> None:
    with open_table([parquet(tmp_path, a=cells, b=[1, 2, 3])]) as opened:
        [batch] = opened.batches
    assert list(batch.columns["a"]) == texts
    assert isinstance(batch.columns["b"], np.ndarray)


@pytest.mark.parametrize(
    ("cells", "values", "texts"),
    [
        (pa.array([1, None, 255], pa.uint8()), [1, np.nan, 255], ["1", "", "255"]),
        (pa.array([2**40], pa.uint64()), [2.0**40], ["1099511627776"]),
        (pa.array([0.5, -2], pa.float32()), [0.5, -2], ["0.5", "-2.0"]),
        (pa.array([decimal.Decimal("1.50"), None]), [1.5, np.nan], ["1.50", ""]),
        (pa.array([3, None, 3]).dictionary_encode(), [3, np.nan, 3], ["3", "", "3"]),
    ],
)
def test_numbers_of_every_kind(
    cells: Any, values: list[float], texts: list[str], tmp_path: Path
) -> None:
    with open_table([parquet(tmp_path, a=cells)]) as opened:
        [batch] = opened.batches
    np.testing.assert_array_equal(np.asarray(batch.columns["a"]), values)
    assert [batch.cell(row, "a") for row in range(len(batch))] == texts


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        (pa.array(["b", None, "b"]).dictionary_encode(), ["b", "", "b"]),
        (pa.array(["b", None], pa.large_string()), ["b", ""]),
        (pa.array([1700000000], pa.timestamp("s", "Europe/Vienna")), ["2023-11-14T22:13:20Z"]),
        (pa.array([1500, None], pa.time32("ms")), ["00:00:01.5", ""]),
        (pa.array([1], pa.date64()), ["1970-01-01"]),
        (pa.nulls(2), ["", ""]),
    ],
)
def test_text_of_every_kind(cells: Any, texts: list[str], tmp_path: Path) -> None:
    assert [row for [row] in read(parquet(tmp_path, a=cells)).rows] == texts


def test_what_is_neither_numbers_nor_text_is_refused_by_name(tmp_path: Path) -> None:
    columns: dict[str, Any] = {"a.b": [1, 2], "d": [b"x", b"y"], "l": [[1], [2]]}
    path = parquet(tmp_path, **columns)
    assert refusal(path) == (
        "t.parquet: column 'd' holds binary, neither numbers nor text; leave it out or convert it"
    )
    assert "column 'l' holds list<" in refusal(path, wanted=["l"])
    assert read(path, wanted=["a.b"]).rows == [["1"], ["2"]]
    assert read(path, wanted=["zz"]).rows == [[], []]


def test_batches_are_small_and_rows_are_counted_through(tmp_path: Path) -> None:
    numbers = np.arange(25_000)
    path = parquet(tmp_path, a=numbers)
    with open_table([path]) as opened:
        batches = list(opened.batches)
    assert max(map(len, batches)) <= 10_000
    assert batches[-1].place(len(batches[-1]) - 1) == f"{path}: row 25000"
    ipc(tmp_path / "t.arrow", pa.table({"a": numbers}), stream=False)
    assert len(read(tmp_path / "t.arrow").rows) == 25_000


def test_a_folder_of_files(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    parquet(folder / "sub", "2.parquet", a=[2], b=["y"])
    parquet(folder, "1.parquet", b=["x"], a=[1])
    ipc(folder / "3.arrow", pa.table({"a": [3], "b": ["z"]}), stream=False)
    stored(folder, "not a table", "notes.txt")
    found = read(folder)
    assert sorted(cell for row in found.rows for cell in row) == ["1", "2", "3", "x", "y", "z"]
    assert [place.rpartition("/")[2].partition(":")[0] for place in found.places] == [
        "1.parquet", "3.arrow", "2.parquet",
    ]  # fmt: skip


def test_text_and_parquet_in_one_table(tmp_path: Path) -> None:
    csv = stored(tmp_path, "b,a\nx,1\n")
    other = parquet(tmp_path, a=[2.5], b=["y"])
    assert read(csv, other).rows == [["x", "1"], ["2.5", "y"]]
    third = parquet(tmp_path, "u.parquet", a=[2.5])
    assert refusal(csv, other, third) == (
        "u.parquet: no column 'b'; the files need the same columns as t.csv"
    )


def test_names_are_checked_as_in_text_tables(tmp_path: Path) -> None:
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], ["a", "a", ""])
    pq.write_table(twice, tmp_path / "t.parquet")
    assert refusal(tmp_path / "t.parquet").splitlines() == [
        "t.parquet: column 3 has no name; give it one, or take the column out",
        "t.parquet: two columns are called 'a'",
    ]


def test_through_a_pipe_it_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = parquet(tmp_path, a=[1]).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    with pytest.raises(DataError) as caught:
        read(Path("-"))
    assert str(caught.value) == (
        "standard input: Parquet and Arrow files cannot be read from a pipe; "
        "save it to a file first"
    )


def test_without_pyarrow_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = parquet(tmp_path, a=[1])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    says = refusal(path)
    assert says == "t.parquet: Parquet needs the extra: pip install 'shallow-cli[data]'"


def test_damaged_files_are_a_table_or_an_error(path: Path, stream: np.random.RandomState) -> None:
    whole = path.read_bytes()
    for end in (0, 8, 9, len(whole) // 2):
        path.write_bytes(whole[:end])
        with pytest.raises(DataError, match=r"\A[^\n]+\Z"):
            read(path)
    for _ in range(60):
        raw = bytearray(whole)
        raw[stream.randint(len(raw))] ^= 1 << stream.randint(8)
        path.write_bytes(raw)
        with contextlib.suppress(DataError):
            read(path)
