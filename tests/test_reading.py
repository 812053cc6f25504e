"""Tables from several files, pipes and other encodings, from training to prediction."""

import gzip
from pathlib import Path

import pytest

from shallow_cli.errors import DataError
from shallow_cli.files.model_file import load_model

from .conftest import Shallow, prepared, run_process, write

ROWS = ["1.5,u,x", "2,v,z", "4,u,x", "3.25,v,z", "7,u,x", "5,w,z"]
TRAIN = "epochs: 5\ninit_scale: 1\n"


def trained(shallow: Shallow, data: str, *words: str) -> bytes:
    """The weights of a model.npz, from a config with this `data` section."""
    write(Path("c.yaml"), f"data: {{{data}}}\n{TRAIN}")
    shallow("train", "c.yaml", "-q", *words)
    return load_model(Path("model.npz")).theta.vector.tobytes()


def table(rows: list[str], mark: str = ",") -> str:
    return "\n".join(["a,b,y", *rows, ""]).replace(",", mark)


def test_several_files_are_one_table(shallow: Shallow) -> None:
    """Named, by a pattern, with columns in another order, and compressed."""
    write(Path("t.csv"), table(ROWS))
    whole = trained(shallow, "csv: t.csv")
    write(Path("p1.csv"), table(ROWS[:4]))
    turned = ["y,b,a", *(",".join(row.split(",")[::-1]) for row in ROWS[4:]), ""]
    write(Path("p2.csv"), "\n".join(turned))
    assert trained(shallow, "csv: [p1.csv, p2.csv]") == whole
    assert trained(shallow, "csv: p*.csv") == whole
    Path("p2.csv").write_bytes(gzip.compress(table(ROWS[4:]).encode()))
    assert trained(shallow, "csv: 'p?.csv'") == whole
    assert load_model(Path("model.npz")).config["data.csv"] == "p?.csv"


def test_files_with_other_columns_are_refused(shallow: Shallow) -> None:
    write(Path("p1.csv"), table(ROWS))
    write(Path("p2.csv"), table(ROWS).replace("b,y", "c,y"))
    write(Path("c.yaml"), "data: {csv: 'p*.csv'}\n")
    assert shallow("train", "c.yaml", code=3).err == (
        "p2.csv:1: no column 'b'; the files need the same columns as p1.csv\n"
        "p2.csv:1: one too many: 'c'; the files need the same columns as p1.csv\n"
    )
    assert (
        "no file matches this pattern"
        in shallow("train", "c.yaml", "--set", "data.csv=q*.csv", code=3).err
    )


@pytest.mark.parametrize(
    ("mark", "encoding", "settings"),
    [
        (";", "utf-8-sig", ""),
        ("\t", "utf-8", ""),
        ("\t", "utf-8", ", delimiter: tab"),
        ("|", "utf-16", ", encoding: utf-16"),
        ("#", "cp1252", ", encoding: cp1252, delimiter: '#'"),
    ],
)
def test_the_same_table_written_differently(
    mark: str, encoding: str, settings: str, shallow: Shallow
) -> None:
    """It trains to the same bytes, and what is to be predicted is read the same way."""
    rows = [row.replace("u", "é") for row in ROWS]
    write(Path("t.csv"), table(rows))
    plain = trained(shallow, "csv: t.csv")
    expected = shallow("predict", "model.npz", "t.csv", "--proba").out
    Path("o.csv").write_bytes(table(rows, mark).encode(encoding))
    assert trained(shallow, f"csv: o.csv{settings}") == plain
    assert shallow("predict", "model.npz", "o.csv", "--proba").out == expected


def test_training_from_a_pipe(shallow: Shallow, tmp_path: Path) -> None:
    write(Path("t.csv"), table(ROWS))
    whole = trained(shallow, "csv: t.csv")
    done = run_process(
        "train", "c.yaml", "--set", "data.csv=-", "-q", cwd=tmp_path, stdin=table(ROWS)
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert load_model(Path("model.npz")).theta.vector.tobytes() == whole


def headless(shallow: Shallow, target: str = "c3") -> None:
    write(Path("t.csv"), "\n".join(ROWS))
    trained(shallow, f"csv: t.csv, header: false, target: {target}")


def test_without_a_header_columns_have_numbers(shallow: Shallow) -> None:
    headless(shallow)
    assert load_model(Path("model.npz")).columns.feature_names == ("c1", "c2")
    write(Path("n.csv"), "1,u,z\n2,v,z\n")
    write(Path("fewer.csv"), "1,u\n2,v\n")
    out = shallow("predict", "model.npz", "n.csv").out
    assert out.startswith("c3\n")
    assert shallow("predict", "model.npz", "fewer.csv").out == out
    shallow("evaluate", "model.npz", "n.csv")


@pytest.mark.parametrize(
    ("target", "rows", "says"),
    [
        ("c3", "1,u,2,z\n", "n.csv:1: 4 columns without names, where the training had 3\n"),
        ("c3", "1\n", "n.csv:1: no column 'c2'; the columns are c1\n"),
        ("c1", "1,u\n", "n.csv:1: no column 'c3'; the columns are c1, c2\n"),
    ],
)
def test_columns_without_names_must_be_as_many(
    target: str, rows: str, says: str, shallow: Shallow
) -> None:
    """But for targets that were the last: else who knows which ones are missing."""
    headless(shallow, target)
    write(Path("n.csv"), rows)
    assert shallow("predict", "model.npz", "n.csv", code=3).err == says


def test_a_table_of_gaps_only(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="where the target should be"):
        prepared(tmp_path, "a,y\n,\n,\n")
