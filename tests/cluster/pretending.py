"""A cluster in this process, whose workers come and go as a test wants it."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shallow_cli.cluster.keeping import Kept
from shallow_cli.cluster.loading import loading_on
from shallow_cli.cluster.protocol import Answer, Call
from shallow_cli.config import Config
from shallow_cli.core.events import Row
from shallow_cli.core.training import train
from shallow_cli.files.model_file import model_bytes
from shallow_cli.fitting import prepare, trained_model

MEMORY = 1 << 24


@dataclass
class Pretended:
    """Workers by name; what is sent and answered is pickled, as it is between machines.

    `before` is called with this and the number of every call; whose worker is gone is done by the
    first that is there, as Dask does it.
    """

    folder: Path
    workers: dict[str, Kept] = field(default_factory=dict)
    before: Callable[[Pretended, int], None] = lambda _cluster, _number: None
    calls: int = 0
    asked: Counter[str] = field(default_factory=Counter)  # by the name of the function
    memory: int = MEMORY

    def add(self, *names: str) -> Pretended:
        """With more workers, who have nothing yet."""
        for name in names:
            self.workers[name] = Kept(self.memory, self.folder, threads=2)
        return self

    def names(self) -> Sequence[str]:
        """Those that are there."""
        return sorted(self.workers)

    def run(self, calls: Sequence[Call]) -> list[Answer]:
        """One after the other."""
        return [self._answer(call) for call in calls]

    def _answer(self, call: Call) -> Answer:
        self.calls += 1
        self.before(self, self.calls)
        function, arguments = _sent((call.function, call.arguments))
        self.asked[function.__name__] += 1
        name = call.worker if call.worker in self.workers else self.names()[0]
        value = function(self.workers[name], *arguments)
        return Answer(name, _sent(value))


def _sent(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - of our own making


def cluster_of(folder: Path, *names: str) -> Pretended:
    """Two workers, or those with these names."""
    return Pretended(folder).add(*(names or ("a", "b")))


@dataclass(frozen=True)
class Outcome:
    """The rows and the model of a training, and what was told on the way."""

    rows: list[Row]
    model: bytes
    told: list[str]


def here(config: Config) -> Outcome:
    """A training in this process."""
    prepared = prepare(config)
    return _outcome(prepared, [])


def on(cluster: Pretended, config: Config) -> Outcome:
    """The same on a cluster, which keeps nothing afterwards."""
    told: list[str] = []
    with loading_on(cluster, config, told.append) as load:
        outcome = _outcome(prepare(config, load=load), told)
    assert not any(kept.held for kept in cluster.workers.values())
    return outcome


def _outcome(prepared: Any, told: list[str]) -> Outcome:
    events = list(train(prepared.job, prepared.theta))
    rows = [event for event in events if isinstance(event, Row)]
    return Outcome(rows, model_bytes(trained_model(prepared, events)), told)


def dies_at(number: int) -> Callable[[Pretended, int], None]:
    """A worker is gone when so many calls were made, with everything it had."""

    def before(cluster: Pretended, calls: int) -> None:
        if calls == number:
            cluster.workers.pop("b", None)

    return before
