"""The checkpoint beside a model: when it is written, replaced, left and removed."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from shallow_cli import resuming
from shallow_cli.commands import training_run
from shallow_cli.errors import ModelFileError, Problem
from shallow_cli.files.checkpoint_file import (
    Checkpoint,
    save_checkpoint,
)

from .conftest import Shallow, write
from .stopping import CONFIG, TEXT, begin, interrupt_at, stop_after, words

__all__ = ["stop_after"]  # a fixture


def test_a_model_that_cannot_be_written_leaves_the_checkpoint(
    shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path(CONFIG), TEXT)
    whole = shallow(*words(), "-o", "whole.npz")

    def full(_model: object, path: Path) -> None:
        raise ModelFileError(Problem("cannot be written: No space left on device", str(path)))

    with monkeypatch.context() as patched:
        patched.setattr(training_run, "save_model", full)
        done = shallow(*words(), "-q", code=3)
    assert done.err.splitlines() == [
        "model.npz: cannot be written: No space left on device",
        "model.npz.ckpt: is left; the same command with --resume goes on from it",
    ]
    assert shallow(*words(), "-q", "--resume").out == whole.out
    assert Path("model.npz").read_bytes() == Path("whole.npz").read_bytes()


def test_of_a_checkpoint_of_another_training_nothing_is_promised(
    shallow: Shallow, stop_after: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could go on from it: this training has written none."""
    begin(shallow, stop_after)
    write(Path(CONFIG), "data: {generate: xor}\nepochs: 5\n")

    def full(_model: object, path: Path) -> None:
        raise ModelFileError(Problem("cannot be written: No space left on device", str(path)))

    monkeypatch.setattr(training_run, "save_model", full)
    done = shallow(*words(), "-q", code=3)
    assert done.err == "model.npz: cannot be written: No space left on device\n"


def test_nor_where_none_could_be_written(shallow: Shallow, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path(CONFIG), TEXT)

    def failing(_checkpoint: Checkpoint, path: Path) -> None:
        raise ModelFileError(Problem("cannot be written: No space left", str(path)))

    monkeypatch.setattr(resuming, "save_checkpoint", failing)
    interrupt_at(20, monkeypatch)
    done = shallow(*words(), code=130)
    assert "wrote model.npz: " in done.err.splitlines()[-1]
    assert "--resume" not in done.err


def test_a_checkpoint_that_cannot_be_written_stops_nothing(
    shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path(CONFIG), TEXT)
    shallow(*words(), "-o", "whole.npz")

    def failing(_checkpoint: Checkpoint, path: Path) -> None:
        raise ModelFileError(Problem("cannot be written: No space left", str(path)))

    monkeypatch.setattr(resuming, "save_checkpoint", failing)
    done = shallow(*words())
    said = "warning: no checkpoint: model.npz.ckpt: cannot be written: No space left"
    assert done.err.splitlines().count(said) == 1
    assert Path("model.npz").read_bytes() == Path("whole.npz").read_bytes()


def test_one_that_is_there_is_told_before_it_is_replaced(
    shallow: Shallow, stop_after: Callable[[int], None]
) -> None:
    begin(shallow, stop_after)
    done = shallow(*words())
    said = "warning: model.npz.ckpt will be replaced; --resume would have gone on from it"
    assert said in done.err.splitlines()
    assert not Path("model.npz.ckpt").exists()


def test_a_training_that_runs_away_leaves_no_checkpoint(shallow: Shallow) -> None:
    write(Path(CONFIG), "data: {generate: sine}\nepochs: 200\ncheckpoint_every: 1\n")
    shallow("train", CONFIG)
    before = Path("model.npz").read_bytes()
    shallow("train", CONFIG, "--set", "learning_rate=100", code=4)
    assert Path("model.npz").read_bytes() == before
    assert not Path("model.npz.ckpt").exists()


def test_nor_does_it_take_that_of_another_training(
    shallow: Shallow, stop_after: Callable[[int], None]
) -> None:
    begin(shallow, stop_after)
    before = Path("model.npz.ckpt").read_bytes()
    write(Path(CONFIG), "data: {generate: sine}\nepochs: 200\nlearning_rate: 100\n")
    shallow("train", CONFIG, code=4)
    assert Path("model.npz.ckpt").read_bytes() == before


def test_beside_a_pipe_the_checkpoint_of_somebody_else_stays(shallow: Shallow) -> None:
    write(Path(CONFIG), TEXT)
    os.mkfifo("pipe")
    write(Path("pipe.ckpt"), "mine")
    reader = threading.Thread(target=Path("pipe").read_bytes)
    reader.start()
    shallow(*words(), "-o", "pipe")
    reader.join(timeout=30)
    assert Path("pipe.ckpt").read_text(encoding="utf-8") == "mine"


def test_a_pipe_in_its_place_is_refused(shallow: Shallow) -> None:
    write(Path(CONFIG), TEXT)
    os.mkfifo("model.npz.ckpt")
    done = shallow(*words(), code=2)
    assert done.err == "model.npz.ckpt: is there and no file; the checkpoint goes there\n"


def test_beside_a_device_there_is_no_checkpoint(shallow: Shallow) -> None:
    write(Path(CONFIG), TEXT)
    shallow(*words(), "-o", os.devnull)
    assert not Path(f"{os.devnull}.ckpt").exists()


def test_about_every_so_many_seconds(shallow: Shallow, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path(CONFIG), TEXT.replace("checkpoint_every: 1\n", ""))
    now, saved = [0.0], []

    def clock() -> float:
        now[0] += 4.0
        return now[0]

    def saving(checkpoint: Checkpoint, path: Path) -> None:
        saved.append(checkpoint.state.steps)
        save_checkpoint(checkpoint, path)

    monkeypatch.setattr(resuming, "monotonic", clock)
    monkeypatch.setattr(resuming, "save_checkpoint", saving)
    shallow(*words())
    assert saved == list(range(saved[0], 181, saved[1] - saved[0]))
    assert 7 <= saved[1] - saved[0] <= 16


def test_a_file_of_somebody_else_is_not_taken_for_a_checkpoint(shallow: Shallow) -> None:
    write(Path(CONFIG), TEXT)
    write(Path("model.npz.ckpt"), "mine")
    for resume in ([], ["--resume"]):
        done = shallow(*words(), *resume, code=2)
        assert done.err.startswith("model.npz.ckpt: is there and not a checkpoint;")
    assert Path("model.npz.ckpt").read_text(encoding="utf-8") == "mine"
    assert not Path("model.npz").exists()
