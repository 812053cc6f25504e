"""Where a table comes from: several files, standard input, pipes."""

import hashlib
import io
import os
import sys
import threading
from pathlib import Path

import pytest

from shallow_cli.errors import DataError
from shallow_cli.files.table_file import Format, open_table

from .helpers import read, refusal, stored

# Several files.


def test_several_files_are_one_table_whatever_the_order_of_their_columns(tmp_path: Path) -> None:
    one = stored(tmp_path, "a,b\n1,2\n", "1.csv")
    two = stored(tmp_path, "b;a\n4;3\n", "2.csv")
    with open_table([one, two]) as table:
        assert table.name == f"{one} and 1 more"
        rows = [{k: float(v[0]) for k, v in batch.columns.items()} for batch in table.batches]
        assert table.fingerprint.bytes_read == 16
        each = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (one, two)]
        assert table.fingerprint.hexdigest() == hashlib.sha256("".join(each).encode()).hexdigest()
    assert rows == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    assert read(tmp_path / "*.csv").places == [f"{one}:2", f"{two}:2"]


def test_files_of_other_columns_are_refused_by_name(tmp_path: Path) -> None:
    one = stored(tmp_path, "a,b\n1,2\n", "1.csv")
    two = stored(tmp_path, "a,c,d\n1,2,3\n", "2.csv")
    says = refusal(one, two).splitlines()
    assert says == [
        "2.csv:1: no column 'b'; the files need the same columns as 1.csv",
        "2.csv:1: one too many: 'c', 'd'; the files need the same columns as 1.csv",
    ]


def test_files_without_headers_need_the_same_width(tmp_path: Path) -> None:
    one = stored(tmp_path, "1,2\n", "1.csv")
    two = stored(tmp_path, "3,4\n", "2.csv")
    three = stored(tmp_path, "5,6,7\n", "3.csv")
    bare = Format(header=False)
    assert read(one, two, how=bare).rows == [["1", "2"], ["3", "4"]]
    says = refusal(one, two, three, how=bare)
    assert says == "3.csv:1: one too many: 'c3'; the files need the same columns as 1.csv"


def test_all_files_that_are_not_there_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    paths = [tmp_path / name for name in ("no.csv", "*.tsv", "folder", "x" * 300)]
    assert refusal(*paths).splitlines() == [
        "no.csv: cannot be read: No such file or directory",
        "*.tsv: no file matches this pattern",
        "folder: a folder without Parquet or Arrow files; for others give a pattern: folder/*.csv",
        "x" * 300 + ": cannot be read: File name too long",
    ]


def test_a_file_with_the_name_of_a_pattern_is_that_file(tmp_path: Path) -> None:
    assert read(stored(tmp_path, "a,b\n1,2\n", "t[1]*.csv")).rows == [["1", "2"]]


# Standard input and pipes.


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a,b\n1,2\n1\n")))
    with open_table([Path("-")]) as table, pytest.raises(DataError) as caught:
        list(table.batches)
    assert str(caught.value) == "standard input:3: 1 cells, but the header has 2"
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(DataError, match="standard input: closed"), open_table([Path("-")]):
        pass


@pytest.mark.parametrize("rows", [["1,2\n", "3,4\n", "5,6\n"], ["1,x\n", '"2",y\n', "3,z\n"]])
def test_a_row_is_delivered_before_the_next_is_written(rows: list[str], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    may_write = threading.Semaphore(0)

    def write() -> None:
        with pipe.open("w", buffering=1) as file:
            file.write("a,b\n")
            for row in rows:
                assert may_write.acquire(timeout=20)
                file.write(row)

    writer = threading.Thread(target=write)
    writer.start()
    with open_table([pipe], wanted=["a"]) as table:
        for number in range(3):
            may_write.release()
            batch = next(table.batches)
            assert (len(batch), batch.lines[0]) == (1, number + 2)
        assert next(table.batches, None) is None
    writer.join()


def test_an_error_of_the_caller_stays_its_own(tmp_path: Path) -> None:
    path = stored(tmp_path, "a,b\n1,2\n")
    with pytest.raises(ValueError, match="mine"), open_table([path]):
        raise ValueError("mine")
