"""The checkpoint file: what it holds, and what is refused."""

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import Array
from shallow_cli.errors import ModelFileError
from shallow_cli.files.archive import write_archive
from shallow_cli.files.checkpoint_file import Checkpoint, load_checkpoint, save_checkpoint

from .conftest import Shallow
from .fuzzing.headers import members_of, rewritten
from .fuzzing.running import in_time
from .stopping import CONFIG, HOW, begin, stop_after, words

__all__ = ["stop_after"]  # a fixture


@pytest.fixture
def kept(shallow: Shallow, stop_after: Callable[[int], None]) -> Path:
    """A checkpoint of L-BFGS, which remembers most."""
    return begin(shallow, stop_after, 6, HOW["lbfgs"])


def test_what_is_read_is_what_was_written(kept: Path) -> None:
    again = Path("again.ckpt")
    save_checkpoint(load_checkpoint(kept), again)
    assert again.read_bytes() == kept.read_bytes()


def test_a_checkpoint_is_no_model_and_a_model_no_checkpoint(kept: Path, shallow: Shallow) -> None:
    done = shallow("inspect", kept, code=3)
    assert "its members are" in done.err or "--resume goes on from it" in done.err
    shallow("train", CONFIG, "-o", "m.npz")
    Path("m.npz").rename(kept)
    done = shallow(*words(HOW["lbfgs"]), "--resume", code=3)
    assert "model.npz.ckpt: not a checkpoint, or a damaged one" in done.err
    assert "remove it to start anew" in done.err


def test_damage_is_refused_or_says_nothing(kept: Path) -> None:
    raw, whole = kept.read_bytes(), load_checkpoint(kept)
    for position in range(0, len(raw), 41):
        flipped = bytearray(raw)
        flipped[position] ^= 1 << position % 8
        kept.write_bytes(flipped)
        refused_or(kept, whole)
    for size in range(0, len(raw), 173):
        kept.write_bytes(raw[:size])
        with pytest.raises(ModelFileError):
            load_checkpoint(kept)


def refused_or(path: Path, whole: Checkpoint) -> None:
    """It is no checkpoint, or the same."""
    try:
        found = load_checkpoint(path)
    except ModelFileError:
        return
    assert found.state.vector.tobytes() == whole.state.vector.tobytes()
    assert {name: values.tobytes() for name, values in found.state.remembered.items()} == {
        name: values.tobytes() for name, values in whole.state.remembered.items()
    }


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda h: h["state"].update(steps=-1), "its state has -1 for a count"),
        (lambda h: h["state"]["losses"].update(first="a"), "its state has a for a number"),
        (lambda h: h["config"].update(optimizer="adam"), "not a checkpoint, or a damaged one"),
        (lambda h: h["config"].update(optimizer="gd"), "its members are W1.npy"),
        (lambda h: h.update(history=[]), "not a checkpoint, or a damaged one"),
        (lambda h: h["network"].update(n_h=6), "W1 does not fit the network"),
        (lambda h: h.update(format="shallow-model"), "it is a model and no checkpoint"),
        (lambda h: h.update(made_with={}), "it does not say what it was made with"),
    ],
)
def test_a_header_that_was_tampered_with(
    edit: Callable[[dict[str, Any]], None], said: str, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = load_checkpoint(kept)

    def edited(path: Path, header: dict[str, Any], arrays: dict[str, Any]) -> None:
        header = json.loads(json.dumps(header))
        edit(header)
        write_archive(path, header, arrays)

    monkeypatch.setattr("shallow_cli.files.checkpoint_file.write_archive", edited)
    save_checkpoint(checkpoint, kept)
    with pytest.raises(ModelFileError, match=re.escape(said)):
        load_checkpoint(kept)


Remembering = Mapping[str, Array]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: {**r, "x": r["x"][:-1]}, "x is of shape"),
        (lambda r: {**r, "step": r["step"][:, :-1]}, "step is of shape"),
        (lambda r: {**r, "change": r["change"][:, :-1]}, "change is of shape"),
        (lambda r: {**r, "curvature": r["curvature"][:-1]}, "remembers more of some steps than of"),
        (lambda r: {n: r[n] if n == "x" else np.repeat(r[n], 9, 0) for n in r}, "is of shape (54,"),
    ],
)
def test_what_is_remembered_must_fit(
    change: Callable[[Remembering], Remembering], said: str, kept: Path
) -> None:
    checkpoint = load_checkpoint(kept)
    wrong = dataclasses.replace(checkpoint.state, remembered=change(checkpoint.state.remembered))
    save_checkpoint(dataclasses.replace(checkpoint, state=wrong), kept)
    with pytest.raises(ModelFileError, match=re.escape(said)):
        load_checkpoint(kept)


IMPOSSIBLE: dict[str, Callable[[Any], object]] = {
    "a step too many": lambda h: h["state"].update(steps=61),
    "a best epoch that is to come": lambda h: h["state"]["best"].update(epoch=50),
    "no loss of the best": lambda h: h["state"]["best"].update(loss=None),
    "rows without a measure": lambda h: [row.pop("accuracy") for row in h["history"]],
    "rows with another measure": lambda h: [row.update(r2=0.5) for row in h["history"]],
    "a snapshot of another epoch": lambda h: h["snapshots"].append(h["snapshots"].pop() + 1),
    "another leak": lambda h: h["network"].update(leak=0.5),
}


@pytest.mark.parametrize("change", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_state_that_this_training_never_has(
    change: Callable[[Any], object], kept: Path, shallow: Shallow
) -> None:
    members, header = members_of(kept)
    change(header)
    rewritten(kept, members, json.dumps(header))
    before = kept.read_bytes()
    with in_time():
        done = shallow(*words(HOW["lbfgs"]), "--resume", "-q", code=3)
    assert done.err == (
        "model.npz.ckpt: a damaged checkpoint: its state is none of this training; "
        "remove it to start anew\n"
    )
    assert kept.read_bytes() == before


@pytest.mark.parametrize("place", ["first", "best", "loss"])
def test_numbers_beyond_all_bounds(place: str, kept: Path, shallow: Shallow) -> None:
    members, header = members_of(kept)
    text = json.dumps(header["state"]).replace(f'"{place}": ', f'"{place}": 1e999, "x": ', 1)
    rewritten(kept, members, json.dumps(header).replace(json.dumps(header["state"]), text))
    done = shallow(*words(HOW["lbfgs"]), "--resume", "-q", code=3)
    assert "its header has a 1e999" in done.err


def test_steps_beyond_the_last_epoch(shallow: Shallow, stop_after: Callable[[int], None]) -> None:
    """Of 60 epochs of three steps, after the last snapshot."""
    path = begin(shallow, stop_after, 55)
    members, header = members_of(path)
    for steps, code in ((181, 3), (180, 0)):
        header["state"]["steps"] = steps
        rewritten(path, members, json.dumps(header))
        with in_time():
            shallow(*words(), "--resume", "-q", code=code)
