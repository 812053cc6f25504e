"""`shallow train --resume`: whatever a training was stopped by, it ends in the same bytes."""

import contextlib
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from shallow_cli import resuming
from shallow_cli.errors import ModelFileError
from shallow_cli.files.checkpoint_file import (
    checkpoint_of,
    load_checkpoint,
)
from shallow_cli.files.model_file import load_model
from shallow_cli.versions import made_with

from .conftest import ROOT, Shallow, write
from .scale import SCALE
from .stopping import CONFIG, HOW, TEXT, Stopped, begin, interrupt_at, stop_after, words

__all__ = ["stop_after"]  # a fixture

KILLS = 20 * SCALE


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


def test_a_lack_of_memory_is_no_damage(
    shallow: Shallow, stop_after: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(shallow, stop_after)

    def none_left(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(zipfile.ZipFile, "read", none_left)
    done = shallow(*words(), "--resume", "-q", code=2)
    assert done.err.startswith("shallow: not enough memory: none is left; ")
