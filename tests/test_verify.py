"""`shallow train --verify`: the same training twice, byte for byte."""

import dataclasses
import hashlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shallow_cli import fitting
from shallow_cli.commands import training_run
from shallow_cli.core.events import Event
from shallow_cli.core.training import train
from shallow_cli.files.model_file import load_model
from shallow_cli.model import Model

from .conftest import Shallow, write

TEXT = "data: {generate: moons, samples: 40}\nepochs: 20\nbatch_size: 8\n"


def test_two_trainings_give_the_same_bytes(shallow: Shallow) -> None:
    write(Path("c.yaml"), TEXT)
    plain = shallow("train", "c.yaml", "-o", "plain.npz")
    done = shallow("train", "c.yaml", "--verify")
    raw = Path("model.npz").read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    assert raw == Path("plain.npz").read_bytes()
    assert done.out == plain.out
    said = f"verified: trained twice, {len(raw)} bytes are the same (SHA-256 {digest})"
    assert said in done.err.splitlines()
    assert shallow("train", "c.yaml", "--verify", "-q").err == ""


def test_a_training_that_does_not_repeat_has_no_model(
    shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path("c.yaml"), TEXT)
    original, times = fitting.trained_model, []

    def another(*words: Any) -> Model:
        times.append(1)
        model = original(*words)
        kept = dataclasses.replace(model.kept, loss=model.kept.loss + 1e-15 * len(times))
        return dataclasses.replace(model, kept=kept)

    monkeypatch.setattr(training_run, "trained_model", another)
    done = shallow("train", "c.yaml", "--verify", code=1)
    assert done.err.endswith(
        "not repeatable: training twice has given two models; no model was written\n"
    )
    assert not Path("model.npz").exists()


def test_a_finished_model_is_verified_too(shallow: Shallow) -> None:
    write(Path("c.yaml"), TEXT)
    shallow("train", "c.yaml")
    done = shallow("train", "c.yaml", "--resume", "--verify")
    assert "nothing is left to do\nverified: trained twice, " in done.err


def test_an_interrupt_keeps_the_model_and_says_that_it_is_not_verified(
    shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(Path("c.yaml"), TEXT)
    times: list[int] = []

    def interrupting(*words: Any) -> Iterator[Event]:
        times.append(1)
        if len(times) == 2:
            signal.raise_signal(signal.SIGINT)
        return train(*words)

    monkeypatch.setattr(training_run, "train", interrupting)
    done = shallow("train", "c.yaml", "--verify", code=130)
    assert "not verified: interrupted while training for the second time" in done.err
    assert load_model(Path("model.npz")).ended["reason"] == "finished"


def test_what_can_be_read_only_once_is_refused_beforehand(shallow: Shallow) -> None:
    os.mkfifo("pipe")
    for source in ("-", "pipe"):
        write(Path("c.yaml"), f"data: {{csv: '{source}'}}\n")
        done = shallow("train", "c.yaml", "--verify", code=2)
        assert done.out == ""
        said = "can be read only once, and --verify trains twice; write it to a file first"
        assert done.err == f"{source}: {said}\n"
