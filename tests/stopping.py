"""Trainings that are stopped: as if killed, right after a checkpoint, or by Ctrl-C."""

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shallow_cli import resuming
from shallow_cli.files.checkpoint_file import (
    Checkpoint,
    checkpoint_of,
    save_checkpoint,
)

from .conftest import Shallow, write

CONFIG = "c.yaml"
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


def begin(
    shallow: Shallow, stop_after: Callable[[int], None], number: int = 3, how: str = ""
) -> Path:
    """A training that is killed after so many checkpoints; the last of them."""
    write(Path(CONFIG), TEXT)
    stop_after(number)
    with pytest.raises(Stopped):
        shallow(*words(how))
    stop_after(0)
    return checkpoint_of(Path("model.npz"))


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
