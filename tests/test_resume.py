"""`shallow train --resume`: whatever a training was stopped by, it ends in the same bytes."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shallow_cli import resuming
from shallow_cli.commands import training_run
from shallow_cli.errors import ModelFileError, Problem
from shallow_cli.files.checkpoint_file import (
    Checkpoint,
    checkpoint_of,
    load_checkpoint,
    save_checkpoint,
)
from shallow_cli.files.model_file import load_model
from shallow_cli.versions import made_with

from .conftest import ROOT, Shallow, write
from .scale import SCALE

CONFIG, KILLS = "c.yaml", 20 * SCALE
TEXT = """data: {generate: moons, samples: 60, validation: 0.25, scale: standardize}
hidden_units: 5
epochs: 60
log_every: 7
batch_size: 16
checkpoint_every: 1
"""
HOW = {
    "gd": "",
    "momentum": "optimizer=momentum",
    "nesterov": "optimizer=nesterov schedule=cosine",
    "adam": "optimizer=adam learning_rate=0.03",
    "full": "batch_size=full",
    "lbfgs": "optimizer=lbfgs batch_size=full learning_rate=auto init_scale=0.5",
    "early": "early_stopping=12 learning_rate=3",
    "float32": "dtype=float32 optimizer=adam learning_rate=0.03",
}


class Stopped(BaseException):
    """What nobody expects: the process has ended here."""


@pytest.fixture
def stop_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A training ends as if killed, right after so many checkpoints."""

    def planned(number: int) -> None:
        saved: list[int] = []

        def saving(checkpoint: Checkpoint, path: Path) -> None:
            save_checkpoint(checkpoint, path)
            saved.append(1)
            if len(saved) == number:
                raise Stopped

        monkeypatch.setattr(resuming, "save_checkpoint", saving)

    return planned


def words(how: str = "") -> list[str]:
    return ["train", CONFIG, *(w for setting in how.split() for w in ("--set", setting))]


def begin(shallow: Shallow, stop_after: Callable[[int], None]) -> None:
    """A training that is killed after its third checkpoint."""
    write(Path(CONFIG), TEXT)
    stop_after(3)
    with pytest.raises(Stopped):
        shallow(*words())
    stop_after(0)


@pytest.mark.parametrize("how", HOW.values(), ids=HOW)
def test_the_file_and_the_table_are_those_of_an_unbroken_run(
    how: str, shallow: Shallow, stop_after: Callable[[int], None]
) -> None:
    write(Path(CONFIG), TEXT)
    whole = shallow(*words(how), "-o", "whole.npz")
    for number in (1, 4, 9):
        stop_after(number)
        with pytest.raises(Stopped):
            shallow(*words(how), "--resume")
        assert not Path("model.npz").exists()
        assert checkpoint_of(Path("model.npz")).exists()
    stop_after(0)
    done = shallow(*words(how), "--resume")
    assert done.out == whole.out
    assert Path("model.npz").read_bytes() == Path("whole.npz").read_bytes()
    assert re.search(r"^going on after epoch 1\d, from model.npz.ckpt$", done.err, re.MULTILINE)
    assert sorted(path.name for path in Path().iterdir()) == [CONFIG, "model.npz", "whole.npz"]


def test_killed_twenty_times_it_ends_in_the_same_bytes(tmp_path: Path) -> None:
    epochs = 150_000 * SCALE
    command = [sys.executable, "-m", "shallow_cli", "train", str(ROOT / "configs/flower.yaml")]
    command += ["--set", f"epochs={epochs}", "--set", "checkpoint_every=50", "-q", "--resume"]
    reached = [0]
    for kill in range(KILLS):
        process = subprocess.Popen([*command, "-o", "m.npz"], cwd=tmp_path, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()  # of the table: training begins
        time.sleep(0.02 + 0.007 * (kill % 20))
        assert process.poll() is None, "it has ended before it was killed often enough"
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with contextlib.suppress(ModelFileError):  # where none has been written yet
            reached.append(load_checkpoint(tmp_path / "m.npz.ckpt").state.steps)
    assert reached == sorted(reached)
    assert len(set(reached)) > KILLS // 2
    assert reached[-1] < epochs
    broken = subprocess.run(
        [*command, "-o", "m.npz"], cwd=tmp_path, capture_output=True, check=True
    )
    whole = subprocess.run([*command, "-o", "w.npz"], cwd=tmp_path, capture_output=True, check=True)
    assert broken.stdout == whole.stdout
    assert (tmp_path / "m.npz").read_bytes() == (tmp_path / "w.npz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.npz", "w.npz"]


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


def test_without_a_checkpoint_it_begins_at_the_beginning(shallow: Shallow) -> None:
    write(Path(CONFIG), TEXT)
    shallow(*words(), "-o", "whole.npz")
    shallow(*words(), "--resume")
    assert Path("model.npz").read_bytes() == Path("whole.npz").read_bytes()


def test_a_finished_model_is_left_as_it_is(shallow: Shallow) -> None:
    write(Path(CONFIG), TEXT)
    whole = shallow(*words())
    before = Path("model.npz").stat()
    done = shallow(*words(), "--resume")
    assert done.out == whole.out
    assert done.err.endswith("\nmodel.npz is finished, at epoch 60: nothing is left to do\n")
    assert Path("model.npz").stat().st_mtime_ns == before.st_mtime_ns


def test_an_interrupted_model_without_its_checkpoint_begins_again(
    shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path(CONFIG), TEXT)
    whole = shallow(*words(), "-o", "whole.npz")
    with monkeypatch.context() as patch:
        interrupt_at(20, patch)
        done = shallow(*words(), code=130)
    assert done.err.endswith("the same command with --resume goes on from there\n")
    assert load_model(Path("model.npz")).ended["reason"] == "interrupted"
    Path("model.npz.ckpt").unlink()
    assert shallow(*words(), "--resume").out == whole.out
    assert Path("model.npz").read_bytes() == Path("whole.npz").read_bytes()


def interrupt_at(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C, when a training has come so far."""
    original = resuming._is_due

    sent: list[int] = []

    def looking(event: Any, *rest: Any) -> bool:
        if event.steps == steps and not sent:
            sent.append(steps)
            signal.raise_signal(signal.SIGINT)
        return original(event, *rest)

    monkeypatch.setattr(resuming, "_is_due", looking)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("epochs=70", "epochs is 60 there, 70 here"),
        ("l2=0.5 seed=3", "seed is 0 there, 3 here; l2 is 0.0 there, 0.5 here"),
        ("threads=1 checkpoint_every=5", ""),
    ],
)
def test_another_training_is_refused(
    how: str, said: str, shallow: Shallow, stop_after: Callable[[int], None]
) -> None:
    write(Path(CONFIG), TEXT)
    stop_after(3)
    with pytest.raises(Stopped):
        shallow(*words())
    before = Path("model.npz.ckpt").read_bytes()
    stop_after(0)
    done = shallow(*words(how), "--resume", code=2 if said else 0)
    if said:
        assert done.err.splitlines()[-1] == (
            f"model.npz.ckpt: is of another training: {said}. Without --resume it is replaced"
        )
        assert Path("model.npz.ckpt").read_bytes() == before


def test_other_data_are_refused(shallow: Shallow) -> None:
    rows = "".join(f"{i % 7},{i % 2}\n" for i in range(40))
    write(Path("t.csv"), f"x,y\n{rows}")
    write(Path(CONFIG), "data: {csv: t.csv}\nepochs: 20\n")
    shallow("train", CONFIG)
    write(Path("t.csv"), f"x,y\n{rows}3,1\n")
    done = shallow("train", CONFIG, "--resume", code=2)
    assert "model.npz: is of another training: the training rows is " in done.err


@pytest.mark.parametrize("name", ["shallow", "numpy", "blas"])
def test_other_versions_are_refused(
    name: str, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path(CONFIG), TEXT)
    shallow(*words())
    other = {**made_with(), name: "0.0"}
    monkeypatch.setattr(resuming, "made_with", lambda: other)
    done = shallow(*words(), "--resume", code=2)
    assert f"model.npz: is of another training: {name} is " in done.err


def test_on_another_cpu_it_goes_on(shallow: Shallow, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path(CONFIG), TEXT)
    shallow(*words())
    other = {**made_with(), "cpu": "m68k"}
    monkeypatch.setattr(resuming, "made_with", lambda: other)
    assert "nothing is left to do" in shallow(*words(), "--resume").err


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


def test_a_lack_of_memory_is_no_damage(
    shallow: Shallow, stop_after: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path(CONFIG), TEXT)
    stop_after(3)
    with pytest.raises(Stopped):
        shallow(*words())

    def none_left(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(zipfile.ZipFile, "read", none_left)
    done = shallow(*words(), "--resume", "-q", code=2)
    assert done.err.startswith("shallow: not enough memory: none is left; ")


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
