"""Models and checkpoints whose headers somebody has changed: refused, or used without a crash."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from .conftest import ROOT, Shallow, write
from .fuzzing.headers import as_text, changed, described_otherwise, members_of, rewritten
from .fuzzing.running import shallow as run
from .scale import SCALE
from .stopping import HOW, begin, stop_after, words

Members = dict[str, bytes]

__all__ = ["stop_after"]  # a fixture

CASES = 300 * SCALE  # of each kind of file
MODELS = {
    "classes": "data: {csv: iris.csv, validation: 0.2}\nepochs: 5\n",
    "words": "data: {csv: t.csv, missing: mean}\nepochs: 5\n",
    "numbers": "data: {csv: t.csv, target: a, missing_target: drop}\nepochs: 5\noptimizer: adam\n",
    "generated": "data: {generate: moons, samples: 20}\nepochs: 5\n",
}
COMMANDS = (
    ("inspect", "m.npz"),
    ("predict", "m.npz", "t.csv"),
    ("evaluate", "m.npz", "t.csv"),
    ("trace", "m.npz"),
    ("gradcheck", "--model", "m.npz"),
    ("plot", "m.npz", "t.csv"),
    ("plot", "m.npz", "-o", "m.svg"),
)


@pytest.mark.parametrize("name", MODELS)
def test_models(name: str, shallow: Shallow) -> None:
    shutil.copy(ROOT / "data/iris.csv", "iris.csv")
    table = write(Path("t.csv"), "a,b,y\n1,red,no\n2,green,yes\n6,,yes\n-4,blue,no\n")
    if "iris" in MODELS[name]:
        shutil.copy("iris.csv", table)
    write(Path("c.yaml"), MODELS[name])
    shallow("train", "c.yaml", "-q", "-o", "m.npz")
    members, header = members_of(Path("m.npz"))
    for number in range(CASES):
        random = Random(number)
        rewritten(Path("m.npz"), *otherwise(members, header, random))
        run(*random.choice(COMMANDS))


@pytest.mark.parametrize("how", ["momentum", "lbfgs", "early"])
def test_checkpoints(how: str, shallow: Shallow, stop_after: Callable[[int], None]) -> None:
    checkpoint = begin(shallow, stop_after, 9, HOW[how])
    members, header = members_of(checkpoint)
    for number in range(CASES):
        rewritten(checkpoint, *otherwise(members, header, Random(number)))
        done = run(*words(HOW[how]), "--resume", "-q")
        assert checkpoint.exists() == (done.code in {2, 3}), (number, done)
        assert Path("model.npz").exists() == (done.code == 0), (number, done)
        Path("model.npz").unlink(missing_ok=True)


def otherwise(members: Members, header: Any, random: Random) -> tuple[Members, str]:
    """Members and a header, one of which is changed."""
    if random.random() < 0.2:
        name = random.choice([name for name in members if name != "model.json"])
        other = {**members, name: described_otherwise(members[name], random)}
        return other, json.dumps(header)
    return members, as_text(changed(header, random), random)
