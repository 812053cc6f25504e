"""Headers of models and checkpoints that somebody has changed, in files whose sums fit again."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

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
        section = random.choice(list(found))
        *way, last = random.choice([keys for keys in places(found) if keys[:1] == (section,)])
        place = found
        for key in way:
            place = place[key]
        what = random.randrange(10)
        if what == 0:
            del place[last]
        elif what == 1 and isinstance(place, dict):
            place[random.choice(("x", "", "fill", "leak", "0"))] = random.choice(VALUES)
        elif what == 2 and isinstance(place, list):
            place.insert(last, place[last])
        elif what == 3 and isinstance(place, list):
            place.reverse()
        elif what in {4, 5} and type(place[last]) is int:
            place[last] += random.choice((-1, 1))
        else:
            place[last] = random.choice(VALUES)
    return found


def as_text(header: Any, random: Random) -> str:
    """Its JSON, now and then with what JSON can say and a header never has."""
    text = json.dumps(header)
    if random.random() < 0.1:
        odd = random.choice(("1e999", "-1e999", "NaN", "Infinity", '"\\ud800"', "[" * 5000))
        numbers = [found.span() for found in re.finditer(r"(?<=: )[-\d.e]+", text)]
        start, stop = random.choice(numbers)
        text = text[:start] + odd + text[stop:]
    return text


def described_otherwise(member: bytes, random: Random) -> bytes:
    """The bytes of an array, with other words about it; their length is kept."""
    start = random.randrange(10, 128)
    odd = random.choice((b"L", b",", b"'", b"(", b"if 1else 2", b"\n", b"9" * 20, b"True", b"\0"))
    return (member[:start] + odd + member[start + len(odd) :])[: len(member)]


def rewritten(path: Path, members: dict[str, bytes], header: str) -> None:
    """A file with these members and another header."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**members, "model.json": header.encode()}.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def members_of(path: Path) -> tuple[dict[str, bytes], Any]:
    """The members of a model or a checkpoint, and what its header says."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return members, json.loads(members["model.json"])
