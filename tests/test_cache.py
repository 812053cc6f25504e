"""`data.cache`: the next run starts at once, and a cache that is not whole is no cache."""

import dataclasses
import errno
import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any, NoReturn

import pytest

from shallow_cli.data_config import DataConfig
from shallow_cli.files import row_store
from shallow_cli.tables import caching, loading

from .conftest import Shallow, run_process, write
from .mixed import CONFIG, as_csv, mixed, part

CACHE = ["--set", "data.cache=kept"]
EXAMPLE: dict[str, Any] = {  # another value for what has none that differs from the default by 1
    "csv": (Path("t.csv"), Path("t.csv")),
    "cache": Path("elsewhere"),
    "validation": 0.5,
    "header": False,
    "samples": 20,
    "noise": 0.5,
    "seed": 3,
}


@pytest.fixture
def model(shallow: Shallow) -> bytes:
    """The model without a cache; c.yaml and t.csv are there."""
    Path("t.csv").write_bytes(as_csv(mixed()))
    write(Path("c.yaml"), CONFIG)
    return trained(shallow)


def trained(shallow: Shallow, *words: str) -> bytes:
    shallow("train", "c.yaml", *words)
    return Path("model.npz").read_bytes()


def no_reading(*_: Any, **__: Any) -> NoReturn:
    raise AssertionError("the table is read again")


def kept(folder: str = "kept") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


@pytest.mark.parametrize("most", [row_store.MOST_BYTES_IN_MEMORY, 1000])
def test_the_next_run_gives_the_same_without_reading(
    most: int, model: bytes, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_store, "MOST_BYTES_IN_MEMORY", most)
    first = shallow("train", "c.yaml", *CACHE)
    assert Path("model.npz").read_bytes() == model
    monkeypatch.setattr(loading, "open_table", no_reading)
    second = shallow("train", "c.yaml", *CACHE)
    assert Path("model.npz").read_bytes() == model
    assert (second.out, second.err) == (first.out, first.err)  # what is said of the columns too
    assert sorted(name.rpartition(".")[2] for name in kept()) == ["json", "rows"]


@pytest.mark.parametrize(
    "words", ["data.scale=minmax", "seed=3", "data.validation=0.5", "data.positive=ja"]
)
def test_what_does_not_decide_the_reading_uses_the_same(
    words: str, model: bytes, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(shallow, *CACHE)
    plain = trained(shallow, "--set", words)
    monkeypatch.setattr(loading, "open_table", no_reading)
    assert trained(shallow, *CACHE, "--set", words) == plain != model


@pytest.mark.parametrize(
    "words",
    [
        "data.missing=mean",
        "data.exclude=[id, Alter]",
        "data.categorical=Alter",
        "data.weight=Alter",
    ],
)
def test_what_decides_the_reading_has_its_own(words: str, model: bytes, shallow: Shallow) -> None:
    more = ["--set", words, "--set", "data.missing_values=['', rot]"]
    more += ["--set", "data.features=[Anteil, Farbe]"] if "weight" in words else []
    Path("t.csv").write_bytes(as_csv({**mixed(), "Alter": [30, 40] * 100}))
    trained(shallow, *CACHE)
    plain = trained(shallow, *more)
    assert trained(shallow, *CACHE, *more) == plain != model
    assert len(kept()) == 4


@pytest.mark.usefixtures("model")
def test_every_key_but_a_few_is_part_of_what_it_is_kept_by() -> None:
    config = DataConfig(csv=(Path("t.csv"),))
    same = set()
    for field in dataclasses.fields(DataConfig):
        value = EXAMPLE.get(field.name, "another")
        changed = dataclasses.replace(config, **{field.name: value})
        if caching._key(changed, "sum") == caching._key(config, "sum"):
            same.add(field.name)
    assert same == {"cache", "validation", "scale", "scale_target", "positive"}
    assert caching._key(config, "sum") != caching._key(config, "other")


def test_where_a_file_ends_is_part_of_it(tmp_path: Path) -> None:
    keys = set()
    for folder, cut in ("a", 4), ("b", 8):
        raw = b"1,2\n3,4\n5,6\n"
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.csv").write_bytes(raw[:cut])
        (tmp_path / folder / "2.csv").write_bytes(raw[cut:])
        keys.add(caching._key(DataConfig(csv=(tmp_path / folder / "*.csv",)), "sum"))
    assert len(keys) == 2


def test_another_content_is_another_table(shallow: Shallow, model: bytes) -> None:
    trained(shallow, *CACHE)
    Path("t.csv").write_bytes(as_csv(mixed(seed=1)))
    other = trained(shallow)
    assert trained(shallow, *CACHE) == other != model
    Path("t.csv").write_bytes(as_csv(mixed()))
    assert trained(shallow, *CACHE) == model


DAMAGE = {
    "gone": None,
    "empty": lambda _: b"",
    "cut": lambda raw: raw[:-1],
    "half": lambda raw: raw[: len(raw) // 2],
    "longer": lambda raw: raw + b"\0" * 8,
    "one bit": lambda raw: raw[:500] + bytes([raw[500] ^ 1]) + raw[501:],
    "foreign": lambda _: b'{"length": 3}',
    "a list": lambda _: b"[]\n",
    "a list with its sum": lambda _: b"%08x\n[]" % zlib.crc32(b"[]"),
    "no text": lambda raw: b"\xff" * len(raw),
}


@pytest.mark.parametrize("kind", ["json", "rows"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_written_anew(
    damage: str, kind: str, model: bytes, shallow: Shallow
) -> None:
    trained(shallow, *CACHE)
    whole = kept()
    [path] = Path("kept").glob(f"*.{kind}")
    change = DAMAGE[damage]
    path.unlink() if change is None else path.write_bytes(change(path.read_bytes()))
    assert kept() != whole
    assert trained(shallow, *CACHE) == model
    assert kept() == whole


def test_the_cache_of_another_table_under_this_name_is_none(shallow: Shallow, model: bytes) -> None:
    trained(shallow, *CACHE)
    [rows], [said] = Path("kept").glob("*.rows"), Path("kept").glob("*.json")
    Path("t.csv").write_bytes(as_csv(mixed(seed=1)))
    trained(shallow, "--set", "data.cache=other")
    for path, own in ((rows, "rows"), (said, "json")):
        shutil.copy(next(Path("other").glob(f"*.{own}")), path)
    Path("t.csv").write_bytes(as_csv(mixed()))
    assert trained(shallow, *CACHE) == model


@pytest.mark.usefixtures("model")
def test_a_pipe_is_not_kept(tmp_path: Path) -> None:
    words = ["train", "c.yaml", *CACHE, "--set", "data.csv=-", "-o", "other.npz"]
    raw = (tmp_path / "t.csv").read_bytes()
    assert run_process(*words, cwd=tmp_path, stdin=raw).returncode == 0
    assert not (tmp_path / "kept").exists()


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    shallow: Shallow, model: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "sha256_of", lambda _: "0" * 64)
    assert trained(shallow, *CACHE) == model
    assert not Path("kept").exists()


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("t.csv", "t.csv: cannot be made: File exists"),
        ("no/where", "no/where: cannot be made: No such file or directory"),
        ("/proc/kept", "/proc/kept: cannot be made: No such file or directory"),
    ],
)
@pytest.mark.usefixtures("model")
def test_a_folder_that_cannot_be(folder: str, expected: str, shallow: Shallow) -> None:
    done = shallow("train", "c.yaml", "--set", f"data.cache={folder}", code=3)
    assert done.err.splitlines() == [expected]


@pytest.mark.usefixtures("model")
def test_a_full_disk(shallow: Shallow, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    done = shallow("train", "c.yaml", *CACHE, code=3)
    assert done.err.count("\n") == 1
    assert done.err.endswith(".rows: cannot be written: No space left on device\n")
    assert kept() == {}


def test_several_runs_at_once(model: bytes, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "shallow_cli", "train", "c.yaml", *CACHE, "-q", "-o"]
    runs = [
        subprocess.Popen([*words, f"{i}.npz"], cwd=tmp_path, stdout=subprocess.DEVNULL)
        for i in range(4)
    ]
    assert [run.wait(timeout=60) for run in runs] == [0] * 4
    assert all((tmp_path / f"{i}.npz").read_bytes() == model for i in range(4))
    assert len(list((tmp_path / "kept").iterdir())) == 2


@pytest.mark.usefixtures("model")
def test_folds_use_it_too(shallow: Shallow, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("t.csv").write_bytes(as_csv(part(mixed(), 0, 60)))
    words = ["evaluate", "c.yaml", "--folds", "2", "--json"]
    plain = shallow(*words).out
    assert shallow(*words, *CACHE).out == plain
    monkeypatch.setattr(loading, "open_table", no_reading)
    assert shallow(*words, *CACHE).out == plain


def test_none_is_no_folder(shallow: Shallow) -> None:
    write(Path("t.csv"), "a,y\n1,x\n2,z\n")
    write(Path("c.yaml"), "data: {csv: t.csv, cache: kept}\nepochs: 1\n")
    shallow("train", "c.yaml", "--set", "data.cache=none")
    assert not Path("none").exists()
    assert not Path("kept").exists()
