"""Tables that are larger than a bound: the same results, in constant memory, and nothing left."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.data_config import DataConfig
from shallow_cli.files import row_store
from shallow_cli.files.row_store import Rows
from shallow_cli.tables import encoding
from shallow_cli.tables.loading import load_table

from .conftest import Shallow, write
from .mixed import CONFIG, as_csv, mixed

# Runs a command line with low bounds; its peak in kB goes to stderr.
DRIVER = """
import resource, sys
from shallow_cli.cli import run
from shallow_cli.files import row_store
from shallow_cli.tables import encoding, survey
row_store.MOST_BYTES_IN_MEMORY = encoding.MOST_BYTES_AT_ONCE = 1 << 20
row_store.MOST_BYTES_OF_A_MAP = 2 << 20
survey.HEAD_CELLS, row_store.ROWS_AT_ONCE = 100_000, 16
if limit := int(sys.argv[1]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
code = run(sys.argv[2:])
sys.stdout.flush()
with open("/proc/self/status") as status:  # ru_maxrss has the peak of whoever started us, too
    print([line.split()[1] for line in status if "VmHWM" in line][0], file=sys.stderr)
sys.exit(code)
"""
HOW = {
    "full batch": [],
    "mini-batches": ["batch_size=64"],
    "no validation": ["data.validation=0", "batch_size=1000"],
    "weights": ["data.weight=Alter", "data.missing=mean", "class_weight=balanced"],
    "dropped": ["data.missing=drop", "batch_size=100", "early_stopping=2"],
    "early stopping": ["early_stopping=2", "data.scale=minmax"],
    "regression": ["data.target=Anteil", "l2=0.01"],
    "words alone": ["data.features=Farbe"],
}


def driven(*words: str, limit: int = 0) -> list[str]:
    """The command of a process with low bounds."""
    return [sys.executable, "-c", DRIVER, str(limit), *words]


@pytest.fixture
def table(tmp_path: Path) -> None:
    """More rows than are read, made or predicted at a time; weights have no gaps."""
    rows = mixed(9000)
    rows["Alter"] = [20 if age is None else age for age in rows["Alter"]]
    (tmp_path / "t.csv").write_bytes(as_csv(rows))
    write(tmp_path / "c.yaml", CONFIG.replace("epochs: 20", "epochs: 5"))


def little_memory(monkeypatch: pytest.MonkeyPatch, *, mapped: bool) -> None:
    """Rows in a map, or in memory but made into examples when they are needed."""
    monkeypatch.setattr(encoding, "MOST_BYTES_AT_ONCE", 0)
    if mapped:
        monkeypatch.setattr(row_store, "MOST_BYTES_IN_MEMORY", 50_000)
        monkeypatch.setattr(row_store, "MOST_BYTES_OF_A_MAP", 100_000)


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("how", HOW)
def test_the_model_has_the_same_bytes(
    how: str, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [word for setting in HOW[how] for word in ("--set", setting)]
    plain = shallow("train", "c.yaml", *words)
    model = Path("model.npz").read_bytes()
    for mapped in (False, True):
        little_memory(monkeypatch, mapped=mapped)
        found = shallow("train", "c.yaml", *words)
        assert (found.out, found.err) == (plain.out, plain.err)
        assert Path("model.npz").read_bytes() == model
    assert sorted(path.name for path in Path().iterdir()) == ["c.yaml", "model.npz", "t.csv"]


@pytest.mark.usefixtures("table")
def test_the_metrics_are_the_same(shallow: Shallow, monkeypatch: pytest.MonkeyPatch) -> None:
    shallow("train", "c.yaml")
    known = shallow("evaluate", "model.npz", "t.csv", "--json").out
    folds = shallow("evaluate", "c.yaml", "--folds", "2", "--json").out
    little_memory(monkeypatch, mapped=True)
    assert shallow("evaluate", "model.npz", "t.csv", "--json").out == known
    assert "validation_accuracy" in known
    assert shallow("evaluate", "c.yaml", "--folds", "2", "--json").out == folds


@pytest.mark.usefixtures("table")
def test_rows_of_a_map_are_those_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: np.random.RandomState
) -> None:
    csv = (tmp_path / "t.csv",)
    data = DataConfig(csv=csv, decimal=",", missing="mean", exclude=("id",))
    plain = load_table(data).table.rows
    little_memory(monkeypatch, mapped=True)
    mapped = load_table(data, tmp_path).table.rows
    assert isinstance(plain, Rows)
    assert isinstance(mapped, Rows)
    assert plain.at_hand
    assert not mapped.at_hand
    for some in (slice(0, 9000), slice(8990, 9000), slice(5, 5), stream.permutation(9000)):
        assert mapped.take(some).tobytes() == plain.take(some).tobytes()


def endless(folder: Path) -> subprocess.Popen[str]:
    """A training from a map that has begun, its model in another folder than the table."""
    (folder / "models").mkdir()
    words = driven("train", "c.yaml", "-o", "models/m.npz", "--set", "epochs=100000000")
    run = subprocess.Popen(
        words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    run.stdout.readline()
    run.stdout.readline()
    return run


def maps(run: subprocess.Popen[str]) -> list[str]:
    """The files without a name that a process has mapped."""
    lines = Path(f"/proc/{run.pid}/maps").read_text().splitlines()
    return [line.split(maxsplit=5)[5] for line in lines if line.endswith("(deleted)")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_file_is_beside_the_model_and_leaves_nothing(
    number: signal.Signals, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_bytes(as_csv(mixed(40_000)))
    write(tmp_path / "c.yaml", CONFIG)
    with endless(tmp_path) as run:
        [where] = maps(run)
        assert where.startswith(f"{tmp_path}/models/")
        assert list((tmp_path / "models").iterdir()) == []
        run.send_signal(number)
        run.communicate(timeout=60)
    killed = number == signal.SIGKILL
    assert run.returncode == (-9 if killed else 128 + number)
    left = sorted(path.name for path in (tmp_path / "models").iterdir())
    assert left == ([] if killed else ["m.npz", "m.npz.ckpt"])


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    """Here the limit is that of a file; a full disk is the same to whoever writes."""
    (tmp_path / "t.csv").write_bytes(as_csv(mixed(40_000)))
    write(tmp_path / "c.yaml", CONFIG)
    done = subprocess.run(
        driven("train", "c.yaml", limit=1 << 20),
        cwd=tmp_path,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    what = "no temporary file for the rows of the table: File too large"
    assert done.returncode == 3
    assert done.stderr.splitlines()[:-1] == [f"{tmp_path}: {what}"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.yaml", "t.csv"]
