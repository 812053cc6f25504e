"""Model files that somebody has changed, with sums that fit: refused, and told why."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from .test_model_file import refusal

Change = Callable[[dict[str, bytes]], object]


def edited(members: dict[str, bytes], **changes: object) -> None:
    """Change keys of the header; `a__b` is b in the section a."""
    header = json.loads(members["model.json"])
    for name, value in changes.items():
        *sections, last = name.split("__")
        place = header
        for section in sections:
            place = place[section]
        place[last] = value
    members["model.json"] = json.dumps(header).encode()


def scaling(members: dict[str, bytes], **changes: object) -> None:
    """Change the first feature of the header."""
    features = json.loads(members["model.json"])["columns"]["features"]
    edited(members, columns__features=[{**features[0], **changes}, *features[1:]])


def words(members: dict[str, bytes], found: list[object]) -> None:
    """Make the first feature of the header one of words."""
    features = json.loads(members["model.json"])["columns"]["features"]
    category = {"name": features[0]["name"], "words": found}
    edited(members, columns__features=[category, *features[1:]])


def edited_text(members: dict[str, bytes], old: bytes, new: bytes) -> None:
    """Change the first such text of the header."""
    assert old in members["model.json"]
    members["model.json"] = members["model.json"].replace(old, new, 1)


def described(members: dict[str, bytes], old: bytes, new: bytes) -> None:
    """Change what W1 says of itself."""
    assert old in members["W1.npy"][:128]
    members["W1.npy"] = members["W1.npy"].replace(old, new, 1)


def array(values: object, *, fortran: bool = False) -> bytes:
    """The bytes of a .npy file."""
    buffer = io.BytesIO()
    block = np.asarray(values, order="F" if fortran else "C")
    np.save(buffer, block, allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda m: m.pop("b2.npy"), "its members are"),
        (lambda m: m.update({"more.npy": array([1.0])}), "its members are"),
        (lambda m: edited(m, format="other"), "its header is not that of a model"),
        (lambda m: edited(m, format_version=7), "version 7, of a newer shallow; upgrade"),
        (lambda m: edited(m, format_version=5), "version 5, of an older shallow; train it again"),
        (lambda m: edited(m, network__n_h=10**9), "larger than its weights"),
        (lambda m: edited(m, network__n_h=-1), "the sizes (4, -1, 3)"),
        (lambda m: edited(m, network__n_h=0), "the sizes (4, 0, 3)"),
        (lambda m: edited(m, network__n_h=7), "W1 does not fit the network"),
        (lambda m: edited(m, network__activation="step"), "of step and softmax"),
        (lambda m: edited(m, columns__task="binary"), "cannot do a binary task"),
        (lambda m: edited(m, columns__classes=["a", "b"]), "its columns do not fit the network"),
        (lambda m: edited(m, format_version=0), "version 0, which there never was"),
        (lambda m: edited(m, network__leak="x"), "its leak is x"),
        (lambda m: edited(m, columns__classes=["a", "a", "b"]), "not distinct names"),
        (lambda m: edited(m, columns__classes=[1, 2, 3]), "not distinct names"),
        (lambda m: edited(m, kept__loss="x"), "a row of its losses is none"),
        (lambda m: edited(m, history=[{"epoch": 0.5, "loss": 1}]), "a row of its losses is none"),
        (lambda m: edited(m, history=[{"epoch": 0, "loss": 1}]), "its losses are not alike"),
        (lambda m: edited(m, diagnoses=[{"name": "a", "says": "b"}]), "damaged one"),
        (lambda m: edited(m, diagnoses=[{"name": 1, "says": "", "remedy": ""}]), "are no words"),
        (lambda m: edited(m, snapshots=[0, 1]), "snapshots does not fit the network"),
        (lambda m: edited(m, snapshots=list(range(150))), "fewer snapshots than it says"),
        (lambda m: edited(m, snapshots=[0, 2, 2]), "of its snapshots do not ascend"),
        (lambda m: edited(m, snapshots=[-1, 2, 3]), "a snapshot is of no epoch"),
        (lambda m: edited(m, snapshots=[0, 1.5]), "a snapshot is of no epoch"),
        (lambda m: edited(m, snapshots=[0, 10**400]), "a snapshot is of no epoch"),
        (lambda m: edited(m, snapshots=3), "a damaged one"),
        (lambda m: m.pop("snapshots.npy"), "its members are"),
        (lambda m: edited(m, config__seed="x"), "its config is broken at seed"),
        (lambda m: edited(m, config__more=1), "its config is broken at more"),
        (lambda m: edited(m, config={}), "its config lacks activation"),
        (lambda m: edited(m, config=None), "damaged one"),
        (lambda m: edited(m, sources={}), "damaged one"),
        (lambda m: edited(m, sources__training__rows="x"), "what it was trained on"),
        (lambda m: edited(m, sources__training__bytes=-1), "what it was trained on"),
        (lambda m: edited(m, sources__training__sha256=1), "what it was trained on"),
        (lambda m: edited(m, sources__training__sha256="<b>"), "it has no SHA-256 of what"),
        (lambda m: words(m, []), "sepal_length are not distinct words"),
        (lambda m: words(m, ["a", "a"]), "sepal_length are not distinct words"),
        (lambda m: words(m, [1, 2]), "sepal_length are not distinct words"),
        (lambda m: words(m, ["a", "b"]), "its columns do not fit the network"),
        (lambda m: scaling(m, fill="x"), "sepal_length is no scaling"),
        (lambda m: edited(m, ended=[]), "damaged one"),
        (lambda m: edited(m, ended__epoch=201), "its training ended after epoch 200, its last"),
        (lambda m: edited(m, ended__epoch=10**400), "how training ended"),
        (lambda m: edited(m, kept__epoch=201), "a row of its losses is of no epoch"),
        (lambda m: edited(m, ended__epoch="x"), "how training ended"),
        (lambda m: edited(m, ended__partial_steps=-1), "how training ended"),
        (lambda m: edited(m, kept__loss=10**400), "a row of its losses is none"),
        (lambda m: edited(m, config__l2=10**400), "its config is broken at l2"),
        (lambda m: edited(m, columns__targets=[]), "its targets do not fit the task"),
        (lambda m: scaling(m, scale=0), "sepal_length is no scaling"),
        (lambda m: scaling(m, offset="x"), "sepal_length is no scaling"),
        (lambda m: scaling(m, name="petal_width"), "not distinct names"),
        (lambda m: scaling(m, scale=float("nan")), "its header has a NaN"),
        (lambda m: m.update({"model.json": b"[]"}), "its header is not that of a model"),
        (lambda m: m.update({"model.json": b"{"}), "a damaged one"),
        (lambda m: m.update({"b2.npy": array([[0.0], [np.nan], [0.0]])}), "not finite"),
        (lambda m: m.update({"b2.npy": array([["a"], ["b"], ["c"]])}), "does not fit"),
        (lambda m: m.update({"W2.npy": array(np.zeros((3, 8)), fortran=True)}), "Fortran order"),
        (lambda m: m.update({"W1.npy": array([{"a": 1}])}), "of dtype |O"),
        (lambda m: described(m, b"8, 4", b"8L,4"), "not described as NumPy does it"),
        (lambda m: described(m, b"'<f8'", b"'<,8'"), "not described as NumPy does it"),
        (lambda m: described(m, b"{'descr'", b"{\n   4L\n"), "not described as NumPy does it"),
        (lambda m: described(m, b"NUMPY\x01", b"NUMPY\x02"), "not described as NumPy does it"),
        (lambda m: edited_text(m, b"setosa", b"\\ud800"), "surrogates not allowed"),
        (lambda m: edited_text(m, b'"loss": ', b'"loss": 1e999, "x": '), "its header has a 1e999"),
        (
            lambda m: m.update({"W1.npy": m["W1.npy"] + b"more"}),
            "W1 is longer or shorter than it says",
        ),
    ],
)
def test_a_model_that_was_tampered_with(
    change: Change, expected: str, iris_model: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(iris_model) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(tmp_path / "m.npz", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert expected in refusal(tmp_path / "m.npz")


def test_two_members_of_one_name_are_refused(iris_model: Path, tmp_path: Path) -> None:
    """Who reads the first and who reads the last would have two models."""
    path = Path(shutil.copy(iris_model, tmp_path / "m.npz"))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("b2.npy", array(np.zeros((3, 1))))
    assert "its members are W1.npy, W2.npy, b1.npy, b2.npy, b2.npy" in refusal(path)


def test_a_member_that_says_it_is_larger_than_the_file_is_refused(
    iris_model: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(iris_model, tmp_path / "m.npz"))
    with zipfile.ZipFile(path, "a") as archive:
        info = archive.getinfo("W1.npy")
        info.file_size = info.compress_size = 2**30
        archive.comment = b"written anew"
    assert "its members are larger than the file" in refusal(path)


def test_a_compressed_model_is_refused(iris_model: Path, tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(iris_model) as archive,
        zipfile.ZipFile(tmp_path / "m.npz", "w", zipfile.ZIP_DEFLATED) as other,
    ):
        for name in archive.namelist():
            other.writestr(name, archive.read(name))
    assert "compressed" in refusal(tmp_path / "m.npz")
