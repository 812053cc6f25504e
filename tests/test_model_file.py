"""The model file: what it holds, and what is refused."""

import dataclasses
import json
import os
import shutil
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.core.network import parameters
from shallow_cli.errors import ModelFileError
from shallow_cli.files.atomic import replacing
from shallow_cli.files.model_file import load_model, save_model

from .conftest import Shallow, write


def test_numpy_opens_it_without_pickle(iris_model: Path) -> None:
    model = load_model(iris_model)
    with np.load(iris_model, allow_pickle=False) as file:
        assert set(file) == {"W1", "b1", "W2", "b2", "snapshots", "model.json"}
        assert file["snapshots"].shape == (len(model.snapshots), model.network.n_parameters)
        for name, block in model.theta.blocks().items():
            np.testing.assert_array_equal(file[name], block)
            assert file[name].flags.c_contiguous


def test_what_is_read_is_what_was_written(iris_model: Path, tmp_path: Path) -> None:
    save_model(load_model(iris_model), tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == iris_model.read_bytes()


def test_the_header_tells_all_but_nothing_of_the_machine(iris_model: Path) -> None:
    with zipfile.ZipFile(iris_model) as archive:
        header = json.loads(archive.read("model.json"))
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert header["format_version"] == 6
    assert header["columns"]["classes"] == ["setosa", "versicolor", "virginica"]
    assert header["config"]["data.csv"] == "iris.csv"
    assert header["config"]["hidden_units"] == 8
    assert header["sources"]["training"]["rows"] == 150
    assert len(header["sources"]["training"]["sha256"]) == 64
    assert header["snapshots"][:7] == [0, 1, 2, 3, 5, 7, 10]
    assert header["history"][-1] == header["kept"]
    assert str(Path.cwd()) not in json.dumps(header)


def refusal(path: Path) -> str:
    """Why a file is no model, without its folder."""
    with pytest.raises(ModelFileError) as caught:
        load_model(path)
    return str(caught.value).replace(f"{path.parent}/", "")


def test_files_that_are_no_models(tmp_path: Path) -> None:
    assert refusal(tmp_path / "m.npz") == (
        "m.npz: cannot be read: No such file or directory; `shallow train CONFIG` makes one"
    )
    assert refusal(write(tmp_path / "t.csv", "a,b\n1,2\n")) == "t.csv: a table, not a model"
    assert refusal(write(tmp_path / "c.yaml", "data: {a, b}\n")) == "c.yaml: not a shallow model"
    assert refusal(write(tmp_path / "m.npz", "")) == "m.npz: empty: not a shallow model"
    assert refusal(write(tmp_path / "m.npz", "hello")) == "m.npz: not a shallow model"
    np.savez(tmp_path / "m.npz", W1=np.zeros(3))
    assert "its members are W1.npy" in refusal(tmp_path / "m.npz")
    assert "Is a directory" in refusal(tmp_path)


def test_every_truncation_and_many_bit_flips_are_refused(iris_model: Path, tmp_path: Path) -> None:
    """Refused, or, where the bit says nothing, the same model."""
    raw = iris_model.read_bytes()
    path = tmp_path / "m.npz"
    for size in range(0, len(raw), 97):
        path.write_bytes(raw[:size])
        refusal(path)
    whole = load_model(iris_model)
    for position in range(0, len(raw), 13):
        flipped = bytearray(raw)
        flipped[position] ^= 1 << (position % 8)
        path.write_bytes(flipped)
        try:
            model = load_model(path)
        except ModelFileError:
            continue
        np.testing.assert_array_equal(model.theta.vector, whole.theta.vector)
        assert model.config == whole.config


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("folder", "is a folder; name a file"),
        ("missing/m.npz", "cannot be written: no folder missing"),
        ("/dev/full", "cannot be written: No space left on device"),
    ],
)
def test_an_output_that_cannot_be_written(output: str, expected: str, shallow: Shallow) -> None:
    Path("folder").mkdir()
    Path("c.yaml").write_text("data: {generate: xor}\nepochs: 1\n")
    done = shallow("train", "c.yaml", "-q", "-o", output, code=3)
    assert done.err == f"{output}: {expected}\n"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    iris_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Path(shutil.copy(iris_model, tmp_path / "m.npz"))

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(ModelFileError, match="No space left on device"):
        save_model(load_model(iris_model), target)
    assert target.read_bytes() == iris_model.read_bytes()
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_keeps_pointing_to_the_file_that_is_replaced(
    iris_model: Path, tmp_path: Path
) -> None:
    real, link = tmp_path / "real.npz", tmp_path / "link.npz"
    real.write_bytes(b"old")
    link.symlink_to(real)
    save_model(load_model(iris_model), link)
    assert link.is_symlink()
    assert real.read_bytes() == iris_model.read_bytes()


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_follow_the_umask(
    mask: int, mode: int, iris_model: Path, tmp_path: Path
) -> None:
    before = os.umask(mask)
    try:
        save_model(load_model(iris_model), tmp_path / "m.npz")
    finally:
        os.umask(before)
    assert (tmp_path / "m.npz").stat().st_mode & 0o777 == mode


def test_the_file_is_synced_before_it_is_renamed_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it, and in the folder of the model, or the rename is no rename."""
    happened: list[str] = []
    fsync, replace, content = os.fsync, Path.replace, b"all of it"

    def noted_fsync(handle: int) -> None:
        found = os.fstat(handle)
        is_folder, is_whole = stat.S_ISDIR(found.st_mode), found.st_size == len(content)
        happened.append("sync folder" if is_folder else "sync file" if is_whole else "sync a part")
        fsync(handle)

    def noted_replace(self: Path, target: Path) -> Path:
        happened.append(f"rename in {self.parent.name}")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    with replacing(tmp_path / "m.npz", ModelFileError) as file:
        file.write(content)
    assert happened == ["sync file", f"rename in {tmp_path.name}", "sync folder"]


def test_a_float32_model_is_read_back_as_one(iris_model: Path, tmp_path: Path) -> None:
    model = load_model(iris_model)
    theta = parameters(model.network, model.theta.vector.astype(np.float32))
    save_model(dataclasses.replace(model, theta=theta), tmp_path / "m.npz")
    again = load_model(tmp_path / "m.npz").theta.vector
    assert again.dtype == np.float32
    np.testing.assert_array_equal(again, theta.vector)


def test_a_name_of_255_bytes(iris_model: Path, tmp_path: Path) -> None:
    path = tmp_path / ("日" * 83 + ".npz")
    save_model(load_model(iris_model), path)
    assert path.exists()
