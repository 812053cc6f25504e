"""Which worker has which part of a table; a part whose worker is gone goes to another.

Nobody is waited for: who is asked about a part that he lacks leaves it out of his answer, is
given it, and asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from shallow_cli.cluster.at_work import Task, answer
from shallow_cli.cluster.keeping import drop, load
from shallow_cli.cluster.parts import Part, Source
from shallow_cli.cluster.protocol import Call, Workers
from shallow_cli.core.floating_point import count_as_here
from shallow_cli.errors import LostClusterError, Problem

MOST_ROUNDS = 20  # of asking and giving, until nobody can be expected to answer


class Placed:
    """The parts of some rows of a table, on the workers of a cluster."""

    def __init__(
        self,
        workers: Workers,
        source: Source,
        parts: Sequence[Part],
        tell: Callable[[str], None],
    ) -> None:
        self.parts = parts
        self._workers, self._source, self._tell = workers, source, tell
        self._owners = self._spread()  # of the parts
        self._place(range(len(parts)))

    def ask(
        self, task: Task, said: Mapping[int, Sequence[Any]], shared: Sequence[Any] = ()
    ) -> list[Any]:
        """What a task finds in some parts, in their order.

        Args:
            task: a function of `at_work`.
            said: to the task, of the parts with these numbers.
            shared: what is said to it of all of them.

        Raises:
            LostClusterError: if the cluster is no longer there.
        """
        found: dict[int, Any] = {}
        for _ in range(MOST_ROUNDS):
            self._follow_workers()
            self._ask_round(task, {n: said[n] for n in said if n not in found}, shared, found)
            if len(found) == len(said):
                return [found[number] for number in sorted(found)]
        raise LostClusterError(Problem("the workers of the cluster come and go, and none answers"))

    def ask_all(self, task: Task, *shared: Any) -> list[Any]:
        """The same of every part, to which nothing else is said."""
        return self.ask(task, dict.fromkeys(range(len(self.parts)), ()), shared)

    def forget(self) -> None:
        """Have the parts dropped, by whoever may have some."""
        keys = [part.key for part in self.parts]
        self._workers.run([Call(worker, drop, (keys,)) for worker in self._workers.names()])

    def _ask_round(
        self,
        task: Task,
        said: Mapping[int, Sequence[Any]],
        shared: Sequence[Any],
        found: dict[int, Any],
    ) -> None:
        """Ask everybody once; who lacks a part that he is asked about gets it."""
        calls, groups = [], []
        for worker, numbers in self._by_owner(said).items():
            asked = [(self.parts[n].key, said[n]) for n in numbers]
            calls.append(Call(worker, answer, (task, asked, shared)))
            groups.append(numbers)
        lacking: dict[int, str] = {}
        for numbers, (worker, answers) in zip(groups, self._workers.run(calls), strict=True):
            count_as_here(answers.overflow, answers.invalid)
            for number in numbers:
                key = self.parts[number].key
                if key in answers.value:
                    found[number] = answers.value[key]
                else:
                    lacking[number] = worker
        if lacking:
            self._give(lacking)

    def _give(self, lacking: Mapping[int, str]) -> None:
        """Have parts read by their owners or, where others have answered for these, by those.

        Who had a part before, and has another's now, drops it.
        """
        some = f"{len(lacking)} of {len(self.parts)} parts of the rows"
        self._tell(f"the workers have changed: {some} are read again")
        asked = list(self._owners)
        self._follow_workers()
        for number, worker in lacking.items():
            if self._owners[number] == asked[number]:
                self._owners[number] = worker
        self._place(lacking)
        for worker in self._workers.names():
            others = [n for n in lacking if self._owners[n] != worker]
            self._workers.run([Call(worker, drop, ([self.parts[n].key for n in others],))])

    def _spread(self) -> list[str]:
        """An owner for each part, so that all have about as many, and neighbours together."""
        names = self._workers.names()
        each = min(len(names), len(self.parts))
        return [names[n * each // len(self.parts)] for n in range(len(self.parts))]

    def _place(self, numbers: Iterable[int]) -> None:
        """Have parts read by their owners; whoever does it is the owner from now on."""
        groups = self._by_owner(numbers)
        calls = [
            Call(owner, load, ([self.parts[n] for n in group], self._source))
            for owner, group in groups.items()
        ]
        for group, done in zip(groups.values(), self._workers.run(calls), strict=True):
            for number in group:
                self._owners[number] = done.worker

    def _by_owner(self, numbers: Iterable[int]) -> dict[str, list[int]]:
        groups: dict[str, list[int]] = {}
        for number in numbers:
            groups.setdefault(self._owners[number], []).append(number)
        return groups

    def _follow_workers(self) -> None:
        """Give the parts of who is gone to who has the fewest, and some to who has none."""
        names = self._workers.names()
        load_of = dict.fromkeys(names, 0)
        orphans = []
        for number, owner in enumerate(self._owners):
            if owner in load_of:
                load_of[owner] += 1
            else:
                orphans.append(number)
        for number in orphans:
            heir = min(load_of, key=load_of.__getitem__)
            load_of[heir] += 1
            self._owners[number] = heir
        for idle in [name for name in names if not load_of[name]]:
            busiest = max(load_of, key=load_of.__getitem__)
            if load_of[busiest] < 2:  # noqa: PLR2004 - nothing to share
                return
            number = max(n for n, owner in enumerate(self._owners) if owner == busiest)
            self._owners[number] = idle
            load_of[busiest], load_of[idle] = load_of[busiest] - 1, 1
