"""Signals, closed pipes and closed streams: how a training ends when it is not left alone."""

import contextlib
import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shallow_cli.commands.interrupts import Interrupts
from shallow_cli.core.events import Event, Progress
from shallow_cli.core.initializers import initial_parameters
from shallow_cli.core.training import train
from shallow_cli.errors import StoppedError
from shallow_cli.files.checkpoint_file import load_checkpoint
from shallow_cli.files.config_file import load_config
from shallow_cli.files.model_file import load_model
from shallow_cli.fitting import prepare, trained_model

from .conftest import ROOT, write

FLOWER = ROOT / "configs/flower.yaml"


@contextlib.contextmanager
def endless_training(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A training that has begun and would go on for hours."""
    command = [sys.executable, "-m", "shallow_cli", "train", str(FLOWER), "-o", "m.npz"]
    with subprocess.Popen(
        [*command, "--set", "epochs=100000000", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # the header
        process.stdout.readline()  # epoch 0
        try:
            yield process
        finally:
            process.kill()  # or a test that fails would wait for ever


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_the_run_with_a_model(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    with endless_training(tmp_path) as process:
        time.sleep(0.2)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    model = load_model(tmp_path / "m.npz")
    assert process.returncode == code
    assert model.ended["reason"] == "interrupted"
    assert model.kept.epoch > 0
    assert f"interrupted after epoch {model.kept.epoch}\nwrote m.npz: the weights" in err
    assert err.endswith("\nthe same command with --resume goes on from there\n")
    assert load_checkpoint(tmp_path / "m.npz.ckpt").state.steps == model.ended["epoch"]
    assert "Traceback" not in err


def signalled_twice() -> None:
    """First SIGTERM, then SIGINT, to this very process."""
    with Interrupts() as interrupted:
        assert not interrupted()
        os.kill(os.getpid(), signal.SIGTERM)
        assert interrupted()
        assert interrupted.exit_code == 143
        os.kill(os.getpid(), signal.SIGINT)


def test_a_second_signal_stops_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(StoppedError) as caught:
        signalled_twice()
    assert caught.value.exit_code == 130
    assert str(caught.value) == "stopped at once by a second signal; nothing is half-written"
    assert signal.getsignal(signal.SIGINT) is before


def test_a_signal_that_the_parent_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts() as interrupted:
            os.kill(os.getpid(), signal.SIGINT)
            assert not interrupted()
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_closed_pipe_ends_the_run_quietly_and_leaves_the_model_as_it_was(tmp_path: Path) -> None:
    write(tmp_path / "m.npz", "")
    with endless_training(tmp_path, "-q", "--set", "log_every=100") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=30) == 141
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert (tmp_path / "m.npz").read_bytes() == b""
    assert load_checkpoint(tmp_path / "m.npz.ckpt").state.steps > 0


def test_an_interrupt_within_an_epoch_says_so(tmp_path: Path) -> None:
    """Epochs of 400 steps: it would be a wonder to meet the end of one."""
    with endless_training(tmp_path, "--set", "batch_size=1") as process:
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    model = load_model(tmp_path / "m.npz")
    assert process.returncode == 130
    assert model.kept.epoch == model.ended["epoch"]
    steps = model.ended["partial_steps"]
    if steps:
        where = f"epoch {model.kept.epoch} and {steps} step"
        assert f"interrupted after {where}" in err
        assert f"the weights of {where}" in err
    first = initial_parameters(model.network, 0.01, 2)
    assert (model.theta.vector != first.vector).any()


def test_a_model_says_at_which_step_its_training_stopped(tmp_path: Path) -> None:
    text = "data: {generate: moons, samples: 40, validation: 0.25}\nepochs: 4\n"
    config = write(tmp_path / "moons.yaml", text)
    prepared = prepare(load_config(config, ["batch_size=1"]))
    steps = [0]
    events: list[Event] = []
    for event in train(prepared.job, prepared.theta, lambda: steps[-1] == 33):
        events.append(event)
        if isinstance(event, Progress):
            steps.append(event.steps)
    ended = trained_model(prepared, events).ended
    assert ended == {"reason": "interrupted", "epoch": 1, "partial_steps": 3}


def test_an_interrupt_that_takes_the_reader_too_still_writes_the_model(tmp_path: Path) -> None:
    """As Ctrl-C in `shallow train … | tee log`: both get the signal, tee dies of it."""
    with endless_training(tmp_path) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
    assert load_model(tmp_path / "m.npz").ended["reason"] == "interrupted"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_no_damage(closed: str, tmp_path: Path) -> None:
    words = f"-m shallow_cli train {FLOWER} --set epochs=3 -o m.npz {closed}"
    script = f"{sys.executable} {words}"
    done = subprocess.run(
        ["/bin/bash", "-c", script], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0
    assert load_model(tmp_path / "m.npz").kept.epoch == 3


def test_a_terminal_that_is_closed_leaves_a_model_and_a_checkpoint(tmp_path: Path) -> None:
    """Its end is a SIGHUP, and an error for whoever still writes to it."""
    words = ["train", str(FLOWER), "-o", "m.npz", "--set", "epochs=100000000", "--set"]
    child, terminal = os.forkpty()
    if child == 0:
        os.chdir(tmp_path)
        command = [sys.executable, "-m", "shallow_cli", *words, "log_every=1000"]
        os.execv(sys.executable, command)  # noqa: S606 - a terminal of its own
    seen = b""
    while b"1000" not in seen:
        seen += os.read(terminal, 4096)
    time.sleep(0.7)  # until there is a bar
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 129
    assert load_model(tmp_path / "m.npz").ended["reason"] == "interrupted"
    assert load_checkpoint(tmp_path / "m.npz.ckpt").state.steps > 0


def test_a_full_disk_under_the_table_leaves_the_checkpoint(tmp_path: Path) -> None:
    write(tmp_path / "table.txt", "-" * 24_000)
    words = f"train {FLOWER} -q -o m.npz --set log_every=1 --set checkpoint_every=1"
    script = f"ulimit -f 24; {sys.executable} -m shallow_cli {words} >> table.txt"
    done = subprocess.run(
        ["/bin/bash", "-c", script], cwd=tmp_path, capture_output=True, check=False, text=True
    )
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        "standard output: cannot be written: File too large",
        "m.npz.ckpt: is left; the same command with --resume goes on from it",
    ]
    assert not (tmp_path / "m.npz").exists()
    assert load_checkpoint(tmp_path / "m.npz.ckpt").state.steps > 0


def test_a_terminal_that_is_gone_where_nobody_hangs_up() -> None:
    """As after `disown`: who has SIGHUP ignored wants the training to go on."""
    gone = OSError(errno.EIO, os.strerror(errno.EIO))
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts() as interrupted:
            interrupted.by_lost_output(gone)
            assert not interrupted()
    finally:
        signal.signal(signal.SIGHUP, before)
    with Interrupts() as interrupted:
        interrupted.by_lost_output(gone)
        assert interrupted.exit_code == 129
        os.kill(os.getpid(), signal.SIGHUP)  # which is no second one
        assert interrupted.exit_code == 129
