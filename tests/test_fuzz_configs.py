"""Ten thousand different damaged configs: read as PyYAML reads them, or refused at their place."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from random import Random

import pytest
import yaml

from .conftest import Result
from .fuzzing.configs import broken, configs, table
from .fuzzing.running import lines_of, shallow
from .scale import SCALE

PARTS, EACH, MANY = 4, 2500 * SCALE, 10**9
PLACE = re.compile(r"c\.yaml(?::(\d+):(\d+))?: \S")
TABLE = re.compile(
    r"(?:t\.csv(?::\d+)?|data(?:\.[a-z_]+)?|class_weight): \S|.+: (?:cannot be read|no file )"
)
NOTHING: Sequence[object] = (
    "",
    "~",
    "null",
    "Null",
    "NULL",
    "none",
    "auto",
    [],
)  # what is then chosen is shown

PlainLoader = yaml.BaseLoader  # every scalar a text
Record = Callable[[str, object], None]


@pytest.mark.parametrize("part", range(PARTS))
def test_damaged_configs(
    part: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = configs()
    codes: Counter[int] = Counter()
    seen: set[bytes] = set()
    numbers = count(part * MANY)
    while len(seen) < EACH:
        number = next(numbers)
        shutil.copyfile(table(number), "t.csv")
        text = whole[number % len(whole)]
        raw = broken(text, Random(number))
        if raw in seen or raw == text.encode():
            continue
        seen.add(raw)
        Path("c.yaml").write_bytes(raw)
        done = shallow("train", "c.yaml", "--dry-run")
        codes[done.code] += 1
        if done.code:
            require_refused(done, raw)
        else:
            require_read(done, raw)
            require_trainable()
        for cache in {path.name for path in Path().iterdir()} - {"c.yaml", "t.csv"}:
            assert b"cache" in raw
            shutil.rmtree(cache)
    record_property("found", f"exit codes {dict(codes)}")


def require_refused(done: Result, raw: bytes) -> None:
    """Nothing but reasons, each with a place that is there."""
    lines = lines_of(done)
    assert lines
    assert not done.out
    text = raw.decode("utf-8-sig", "replace").splitlines()
    for line in lines:
        found = PLACE.match(line)
        assert found or TABLE.match(line), line
        if found and found[1]:
            row, column = int(found[1]), int(found[2])
            assert row <= len(text) + 1, line
            assert row > len(text) or column <= len(text[row - 1]) + 1, line


def require_read(done: Result, raw: bytes) -> None:
    """Every key that somebody gave has the value that they gave."""
    given = flat(yaml.load(raw.decode("utf-8-sig"), PlainLoader))
    shown = flat(yaml.load(done.out, PlainLoader))
    for key, value in given.items():
        if key == "data.exclude":
            assert not {*listed(value)} & {*listed(shown["data.features"])}
        elif key == "data.missing_values":
            assert {*listed(shown[key])} == {"", *listed(value)}
        elif key != "data.scale_target" or shown["data.task"] == "regression":
            assert same(shown.get(key), value), (key, value, shown)


def require_trainable() -> None:
    """For an epoch, unless that is one too many."""
    done = shallow("train", "c.yaml", "-q", "-o", "m.npz", "--set=epochs=1")
    assert done.code in {0, 4}
    assert Path("m.npz").exists() == (done.code == 0)
    Path("m.npz").unlink(missing_ok=True)


def flat(config: object, prefix: str = "") -> dict[str, object]:
    """Keys as `data.csv`."""
    found: dict[str, object] = {}
    assert isinstance(config, dict)
    for key, value in config.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def same(shown: object, given: object) -> bool:
    """Whether a value is shown as it was given: as a text, a number, a path, or chosen for it."""
    if given in NOTHING or shown == given:
        return True
    if isinstance(given, list) or isinstance(shown, list):
        one, other = listed(shown), listed(given)
        return len(one) == len(other) and all(map(same, one, other))
    if shown == str(Path(str(given)).absolute()):
        return True
    try:
        return float(str(shown)) == float(str(given))
    except ValueError:
        return str(shown).lower() == str(given).lower()
