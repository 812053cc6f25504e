"""Signals at any time: a documented exit code, no traceback, and a training that goes on."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from shallow_cli.errors import ModelFileError
from shallow_cli.files.checkpoint_file import load_checkpoint
from shallow_cli.files.model_file import load_model

from .conftest import ROOT
from .scale import SCALE
from .test_saving import Record

NUMBER, SEED, EPOCHS = 20 * SCALE, 7, 200_000 * SCALE
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
COMMAND = [
    *(sys.executable, "-m", "shallow_cli", "train", str(ROOT / "configs/flower.yaml"), "--resume"),
    *("-o", "m.npz", "--set", f"epochs={EPOCHS}", "--set", "checkpoint_every=200"),
]


def test_at_random_times(tmp_path: Path, record_property: Record) -> None:
    """From the first row on: before that, a signal meets Python rather than us."""
    chance = random.Random(SEED)
    ends: Counter[int] = Counter()
    for _ in range(NUMBER):
        number = chance.choice(list(CODES))
        with subprocess.Popen(
            COMMAND, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.3))
            process.send_signal(number)
            _, err = process.communicate(timeout=60)
        assert process.returncode in {0, CODES[number]}, err
        assert "Traceback" not in err
        assert "Exception" not in err
        ends[process.returncode] += 1
        if process.returncode:
            assert load_checkpoint(tmp_path / "m.npz.ckpt").state.steps > 0
        load_model(tmp_path / "m.npz")
    assert all(ends[code] for code in CODES.values())
    assert ends.total() - ends[0] >= NUMBER // 2
    record_property("found", f"exit codes {dict(sorted(ends.items()))}")
    for name in ("m.npz", "w.npz"):
        command = [name if word == "m.npz" else word for word in COMMAND]
        subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=60)
    assert (tmp_path / "m.npz").read_bytes() == (tmp_path / "w.npz").read_bytes()
    with pytest.raises(ModelFileError):
        load_checkpoint(tmp_path / "m.npz.ckpt")
