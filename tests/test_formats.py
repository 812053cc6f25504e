"""The same rows in any format give the same weights and the same bytes of predictions."""

import bz2
import gzip
import lzma
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from shallow_cli.files.model_file import load_model

from .conftest import Shallow, run_process, write
from .mixed import (
    CONFIG,
    Table,
    as_csv,
    mixed,
    part,
    pieces,
    reordered,
    save_arrow,
    save_parquet,
)

POINT = ["--set", "data.decimal=."]
ANSWERS = ["--proba", "--id", "id"]


def into(name: str, raw: Callable[[Table], bytes]) -> Callable[[Table], str]:
    """Writes a table as bytes into a file of this name."""

    def save(table: Table) -> str:
        Path(name).write_bytes(raw(table))
        return name

    return save


def parquet_file(table: Table) -> str:
    save_parquet(table, Path("t.parquet"))
    return "t.parquet"


def arrow_file(table: Table) -> str:
    save_arrow(table, Path("t.arrow"))
    return "t.arrow"


def parquet_folder(table: Table) -> str:
    Path("parts/2024").mkdir(parents=True)
    save_parquet(part(table, 0, 90), Path("parts/2024/a.parquet"))
    save_parquet(reordered(part(table, 90), sorted(table)), Path("parts/b.parquet"))
    return "parts"


def several_files(table: Table) -> str:
    """The second with its columns in another order, the third compressed."""
    into("part-1.csv", as_csv)(part(table, 0, 50))
    into("part-2.csv", lambda some: as_csv(reordered(some, sorted(some))))(part(table, 50, 120))
    into("part-3.csv", lambda some: gzip.compress(as_csv(some)))(part(table, 120))
    return "part-*.csv"


SAVED = {
    "plain": into("n.csv", lambda table: as_csv(table, bom=False, end="\n")),
    "gz": into("t.gz", lambda table: gzip.compress(as_csv(table))),
    "bz2": into("t.bz2", lambda table: bz2.compress(as_csv(table))),
    "xz": into("t.csv.xz", lambda table: lzma.compress(as_csv(table))),
    "parquet": parquet_file,
    "arrow": arrow_file,
    "folder": parquet_folder,
    "several": several_files,
}


@pytest.fixture
def table() -> Table:
    return mixed()


@pytest.fixture
def expected(shallow: Shallow, table: Table) -> str:
    """What a model of the CSV answers for it; the model is model.npz, the CSV t.csv."""
    Path("t.csv").write_bytes(as_csv(table))
    write(Path("c.yaml"), CONFIG)
    shallow("train", "c.yaml")
    return shallow("predict", "model.npz", "t.csv", *ANSWERS).out


def test_the_answers_are_worth_comparing(expected: str, table: Table) -> None:
    lines = expected.splitlines()
    assert lines[0] == "id,Klasse,p_ja,p_nein"
    assert expected.startswith('id,Klasse,p_ja,p_nein\n"0000;""0"",\n",')
    answered = [line.split(",")[-3] for line in lines if line.endswith(tuple("0123456789"))]
    hits = [a == b for a, b in zip(answered, table["Klasse"], strict=True)]
    assert np.mean(hits) > 0.8
    assert len(set(lines)) > 200


@pytest.mark.parametrize("how", SAVED)
def test_predictions_have_the_same_bytes(
    how: str, shallow: Shallow, expected: str, table: Table
) -> None:
    name = SAVED[how](table)
    assert shallow("predict", "model.npz", name, *ANSWERS).out == expected


@pytest.mark.parametrize("how", SAVED)
def test_training_gives_the_same_weights(
    how: str, shallow: Shallow, expected: str, table: Table
) -> None:
    del expected
    csv = load_model(Path("model.npz"))
    shallow("train", "c.yaml", "--set", f"data.csv={SAVED[how](table)}", "-o", "other.npz")
    other = load_model(Path("other.npz"))
    assert other.theta.vector.tobytes() == csv.theta.vector.tobytes()
    assert other.columns == csv.columns
    assert other.kept == csv.kept


@pytest.mark.parametrize(
    ("words", "raw"),
    [
        (POINT, lambda table: as_csv(table, ",", ".", bom=False)),
        (POINT, lambda table: as_csv(table, "\t", ".")),
        ([*POINT, "--set", "data.delimiter='#'"], lambda table: as_csv(table, "#", ".")),
        (["--set", "data.delimiter=;"], as_csv),
        (
            ["--set", "data.encoding=latin-1"],
            lambda table: as_csv(table, bom=False).decode().encode("latin-1"),
        ),
        (["--set", "data.encoding=utf-16"], lambda table: as_csv(table).decode().encode("utf-16")),
    ],
)
def test_a_table_may_be_written_otherwise_than_the_training_s(
    words: list[str], raw: Callable[[Table], bytes], shallow: Shallow, expected: str, table: Table
) -> None:
    Path("other.csv").write_bytes(raw(table))
    assert shallow("predict", "model.npz", "other.csv", *ANSWERS, *words).out == expected


def test_evaluate_reads_it_too(shallow: Shallow, expected: str, table: Table) -> None:
    del expected
    words = ["evaluate", "model.npz", "--json"]
    parts = shallow(*words, "t.csv").out
    Path("other.csv").write_bytes(as_csv(table, ",", "."))
    whole = shallow(*words, "other.csv", *POINT).out
    assert whole[:-2] in parts  # all rows come first
    assert shallow(*words, parquet_file(table)).out == whole


def test_order_and_further_columns_do_not_matter(
    shallow: Shallow, expected: str, table: Table
) -> None:
    more = {"more": ["x;\n"] * 200, **reordered(table, sorted(table)), "last": [None] * 200}
    for name, saved in ("other.csv", more), ("few.csv", {k: more[k] for k in more if k[0] != "K"}):
        Path(name).write_bytes(as_csv(saved))
        assert shallow("predict", "model.npz", name, *ANSWERS).out == expected


def test_a_row_has_the_same_answer_alone(shallow: Shallow, expected: str, table: Table) -> None:
    """Also of tables of other lengths, in which blocks and batches end elsewhere."""
    for start, stop in ((0, 1), (77, 78), (100, 200), (13, 150)):
        Path("some.csv").write_bytes(as_csv(part(table, start, stop)))
        _, _, rows = shallow("predict", "model.npz", "some.csv", *ANSWERS).out.partition("\n")
        assert rows in expected
    many = {name: cells * 30 for name, cells in table.items()}
    Path("many.csv").write_bytes(as_csv(many))
    head, _, rows = expected.partition("\n")
    out = shallow("predict", "model.npz", "many.csv", *ANSWERS).out
    assert out == f"{head}\n{rows * 30}"


@pytest.mark.parametrize("most", [1, 7, 300, 5000])
def test_a_pipe_may_be_slow(most: int, expected: str, table: Table, tmp_path: Path) -> None:
    raw = as_csv(part(table, 0, 40) if most == 1 else table)
    words = ["predict", "model.npz", "-", *ANSWERS]
    with subprocess.Popen(
        [sys.executable, "-m", "shallow_cli", *words],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        writer = threading.Thread(target=feed, args=(process.stdin, raw, most))
        writer.start()
        assert process.stdout is not None
        out = process.stdout.read().decode()
        writer.join()
    assert expected.startswith(out)
    assert out.count("\n") > 40
    assert most == 1 or out == expected


def feed(pipe: IO[bytes], raw: bytes, most: int) -> None:
    with pipe:
        for piece in pieces(raw, np.random.RandomState(most), most):
            pipe.write(piece)
            pipe.flush()


def test_standard_input_trains_and_is_evaluated(
    expected: str, table: Table, tmp_path: Path
) -> None:
    del expected
    raw = gzip.compress(as_csv(table))
    words = ["train", "c.yaml", "--set", "data.csv=-", "-o", "other.npz"]
    assert run_process(*words, cwd=tmp_path, stdin=raw).returncode == 0
    csv, other = (load_model(tmp_path / name) for name in ("model.npz", "other.npz"))
    assert other.theta.vector.tobytes() == csv.theta.vector.tobytes()
    done = run_process("evaluate", "other.npz", "-", "--json", cwd=tmp_path, stdin=raw)
    assert done.stdout.startswith(b'{"rows": 200, ')


@pytest.mark.parametrize("command", [["train", "c.yaml"], ["predict", "model.npz", "t.parquet"]])
def test_without_pyarrow_the_extra_is_named(
    command: list[str],
    shallow: Shallow,
    expected: str,
    table: Table,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del expected
    parquet_file(table)
    write(Path("c.yaml"), CONFIG.replace("t.csv", "t.parquet"))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    done = shallow(*command, code=3)
    assert done.err == "t.parquet: Parquet needs the extra: pip install 'shallow-cli[data]'\n"


def test_a_column_of_lists_that_is_left_out_is_no_hindrance(shallow: Shallow) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="Parquet needs the extra data")
    from pyarrow import parquet

    columns = {"l": [[1], [2], [3], [4]], "x": [1.0, 2.0, 3.0, 4.0], "y": ["a", "b", "a", "b"]}
    parquet.write_table(pyarrow.table(columns), "t.parquet")
    Path("c.yaml").write_text("data: {csv: t.parquet, exclude: l}\nepochs: 1\n")
    assert "left out: l\n" in shallow("train", "c.yaml").err
    assert (
        "column 'l' holds list" in shallow("train", "c.yaml", "--set", "data.exclude=x", code=3).err
    )
