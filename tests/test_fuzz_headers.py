"""Models and checkpoints whose headers somebody has changed: refused, or used without a crash."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from .conftest import ROOT, Shallow, write
from .fuzzing.running import shallow as run
from .scale import SCALE
from .test_resume import CONFIG, HOW, TEXT, Stopped, stop_after, words

__all__ = ["stop_after"]  # a fixture

CASES = 300 * SCALE  # of each kind of file
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 3, 7, 10**9, 10**30, -(10**18), 0.5, 1e308, 5e-324, -0.0),
    *(
        "",
        "x",
        "1",
        "auto",
        "none",
        "\x1b[31m",
        "[red]",
        "é" * 300,
        "a\nb",
        "../x",
        "sigmoid",
        "relu",
    ),
    *("binary", "regression", "linear", "softmax", "adam", "lbfgs", "gd", "standardize", "NaN"),
    *([], [[]], [None], [1, 2], ["a", "a"], {}, {"a": 1}, {"name": "x", "words": ["a"]}),
)
Keys = tuple[Any, ...]


def places(value: Any, keys: Keys = ()) -> Iterator[Keys]:
    """The ways to everything in a header."""
    yield keys
    parts: Any = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for key, part in parts:
        yield from places(part, (*keys, key))


def changed(header: Any, random: Random) -> Any:
    """A header with one to three changes: of a value, its key, or how often it is there."""
    found = json.loads(json.dumps(header))
    for _ in range(random.choice((1, 1, 2, 3))):
        *way, last = random.choice([keys for keys in places(found) if keys])
        place = found
        for key in way:
            place = place[key]
        what = random.randrange(8)
        if what == 0:
            del place[last]
        elif what == 1 and isinstance(place, dict):
            place[random.choice(("x", "", "fill", "leak", "0"))] = random.choice(VALUES)
        elif what == 2 and isinstance(place, list):
            place.insert(last, place[last])
        elif what == 3 and isinstance(place, list):
            place.reverse()
        else:
            place[last] = random.choice(VALUES)
    return found


def rewritten(path: Path, members: dict[str, bytes], header: Any) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content if name != "model.json" else json.dumps(header))


def members_of(path: Path) -> tuple[dict[str, bytes], Any]:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return members, json.loads(members["model.json"])


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
        rewritten(Path("m.npz"), members, changed(header, random))
        run(*random.choice(COMMANDS))


@pytest.mark.parametrize("how", ["momentum", "lbfgs", "early"])
def test_checkpoints(how: str, shallow: Shallow, stop_after: Callable[[int], None]) -> None:
    write(Path(CONFIG), TEXT)
    stop_after(9)
    with pytest.raises(Stopped):
        shallow(*words(HOW[how]))
    stop_after(0)
    checkpoint = Path("model.npz.ckpt")
    members, header = members_of(checkpoint)
    for number in range(CASES):
        rewritten(checkpoint, members, changed(header, Random(number)))
        done = run(*words(HOW[how]), "--resume", "-q")
        assert checkpoint.exists() == (done.code in {2, 3}), (number, done)
        assert Path("model.npz").exists() == (done.code == 0), (number, done)
        Path("model.npz").unlink(missing_ok=True)
