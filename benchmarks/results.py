"""What was measured, as it is kept in a file: the page is made from this alone."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

FILE = "benchmarks.json"


@dataclass(frozen=True)
class Measured:
    """One variant of a workload: the seconds of each round, and what it was compared by.

    `whole` is shallow's time with the measured rows of its loss table. `difference` is the
    largest from shallow's weights or predictions, or the relative one from its loss; None where
    nothing is compared. `megabytes` is the peak of the process.
    """

    peer: str
    method: str
    threads: int
    seconds: tuple[float, ...]
    whole: tuple[float, ...] = ()
    megabytes: float = 0.0
    losses: tuple[float, ...] = ()
    difference: float | None = None
    agrees: bool = True

    @property
    def median(self) -> float:
        """Of the rounds, in seconds."""
        return median(self.seconds)

    @property
    def loss(self) -> float | None:
        """The median of the rounds, if there are any losses."""
        return median(self.losses) if self.losses else None


@dataclass(frozen=True)
class Outcome:
    """A workload: who was measured, and who was not and why.

    `idle` is the share of starts that found the machine idle.
    """

    measured: tuple[Measured, ...]
    skipped: dict[str, str]
    idle: float = 0.0

    def of(self, *peers: str) -> tuple[Measured, ...]:
        """All variants of some peers."""
        return tuple(m for m in self.measured if m.peer in peers)

    @property
    def ours(self) -> Measured | None:
        """Shallow itself, the faster one if there are several."""
        return min(self.of("shallow"), key=lambda m: m.median, default=None)

    def ratio(self, measured: Measured) -> float | None:
        """How many times shallow's time a variant takes."""
        return measured.median / self.ours.median if self.ours else None


@dataclass(frozen=True)
class Point:
    """Seconds a step takes at one size, in each round."""

    series: str
    rows: int
    n_x: int
    n_h: int
    dtype: str
    threads: int
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Of the rounds, in seconds."""
        return median(self.seconds)


@dataclass(frozen=True)
class Option:
    """Seconds a call takes that answers a question in one of several ways, in each round."""

    question: str
    option: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Of the rounds, in seconds."""
        return median(self.seconds)


@dataclass(frozen=True)
class Results:
    """A run, or several on the same machine. `quick`: tiny sizes, which mean nothing."""

    machine: dict[str, str]
    quick: bool = False
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    scaling: tuple[Point, ...] = ()
    choices: tuple[Option, ...] = ()


def write(results: Results, path: Path) -> None:
    """As JSON."""
    path.write_text(json.dumps(asdict(results), indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> Results:
    """What `write` wrote."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    outcomes = {name: _outcome(**given) for name, given in raw["outcomes"].items()}
    scaling = tuple(Point(**_tuples(point)) for point in raw["scaling"])
    choices = tuple(Option(**_tuples(option)) for option in raw["choices"])
    return Results(raw["machine"], raw["quick"], outcomes, scaling, choices)


def _outcome(measured: list[dict[str, Any]], skipped: dict[str, str], idle: float) -> Outcome:
    return Outcome(tuple(Measured(**_tuples(m)) for m in measured), skipped, idle)


def _tuples(given: dict[str, Any]) -> dict[str, Any]:
    """JSON's lists as tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
