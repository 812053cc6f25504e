"""Plants the mutants of the claims: with each, exactly what should disagree does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mutation.checks import COURSE
from mutation.mutant import ClaimMutant
from mutation.run import as_they_finish, copy_with, printed, run_check


@dataclass(frozen=True)
class Disagreement:
    """The claims that disagree with a mutant planted, in their order; None if `course` failed."""

    mutant: ClaimMutant
    claims: tuple[str, ...] | None

    @property
    def as_expected(self) -> bool:
        """Whether these are its claim and what follows from it."""
        return set(self.claims or ()) == {self.mutant.name, *self.mutant.follow}


def disagreements(mutants: Iterable[ClaimMutant], clean: Path) -> Iterator[Disagreement]:
    """Those of each, in the order in which they finish, one per core at a time."""
    return as_they_finish(disagreement, mutants, clean)


def disagreement(mutant: ClaimMutant, clean: Path) -> Disagreement:
    """Plant a mutant in a copy of its own and try the claims there."""
    with copy_with(mutant, clean) as copy:
        answered = run_check(COURSE, copy) in (0, 1)
        return Disagreement(mutant, disagreeing(printed(COURSE, copy)) if answered else None)


def disagreeing(answers: str) -> tuple[str, ...]:
    """The names of the claims that disagree, from what `course --json` prints last."""
    found = json.loads(answers.splitlines()[-1])
    return tuple(answer["name"] for answer in found if not answer["agrees"])
