"""Plants every mutant in a copy of the project, and runs every check on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from mutation.checks import CHECKS, COURSE, Check
from mutation.inside import ANOTHER_COPY, THEN, Task, run
from mutation.mutant import PACKAGE, Mutant, mutated

ROOT = Path(__file__).parents[1]
NEEDED = (PACKAGE, "tests", "configs", "data")
NO_VERDICT = 4  # the exit code of `shallow gradcheck` where the loss is not finite, say
SECONDS = 180  # for a check that takes half of that; a mutant may make a loop endless


Planted = TypeVar("Planted", bound=Mutant)
Found = TypeVar("Found")


@dataclass(frozen=True)
class Outcome:
    """What each check said of a mutant: `yes` it caught it, or `no`.

    `no end` in the time it had and `no verdict` are no pass, and so it has caught it too.
    """

    mutant: Mutant
    caught: dict[str, str]

    @property
    def survived(self) -> bool:
        """Whether no check noticed."""
        return set(self.caught.values()) == {"no"}


class UnfitError(Exception):
    """A check that cannot tell right from wrong: it fails on the code as it is."""


def clean_copy(folder: Path) -> Path:
    """The project as it is, in which every check passes.

    The checks leave their compiled files in it; the copies of the mutants inherit these.

    Raises:
        UnfitError: if a check fails; what it printed is the text.
    """
    copy = folder / "clean"
    for name in NEEDED:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "pyproject.toml", copy)
    checks = (*CHECKS, COURSE)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        codes = list(pool.map(partial(run_check, copy=copy, compiled=True), checks))
    for check, code in zip(checks, codes, strict=True):
        if code != 0:
            raise UnfitError(f"{check.name} fails on the code as it is\n{printed(check, copy)}")
    return copy


def outcomes(
    mutants: Iterable[Mutant], clean: Path, asked: Mapping[str, Collection[str]]
) -> Iterator[Outcome]:
    """What becomes of each, in the order in which they finish, one per core at a time.

    `asked` are by the name of a mutant the checks that look at it; all, where there are none.
    """
    return as_they_finish(partial(outcome, asked), mutants, clean)


def as_they_finish(
    task: Callable[[Planted, Path], Found], mutants: Iterable[Planted], clean: Path
) -> Iterator[Found]:
    """What the task finds of each, one per core at a time; after a failure the rest is left."""
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        for done in as_completed([pool.submit(task, mutant, clean) for mutant in mutants]):
            yield done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def outcome(asked: Mapping[str, Collection[str]], mutant: Mutant, clean: Path) -> Outcome:
    """Plant a mutant in a copy of its own and run the checks there."""
    looking = asked.get(mutant.name) or [
        check.name for check in CHECKS if check.sees(mutant.module)
    ]
    with copy_with(mutant, clean) as copy:
        caught = {
            check.name: _answer(check, run_check(check, copy, check.likely(mutant.module)))
            if check.name in looking
            else "no"
            for check in CHECKS
        }
    return Outcome(mutant, caught)


@contextmanager
def copy_with(mutant: Mutant, clean: Path) -> Iterator[Path]:
    """A copy of its own, in which a mutant is planted."""
    copy = clean.with_name(mutant.name)
    # Links: what is changed below is made anew, and nothing else writes there.
    logs = shutil.ignore_patterns("*.log", "*.code")
    shutil.copytree(clean, copy, ignore=logs, copy_function=os.link)
    module = copy / mutant.path
    source = module.read_text(encoding="utf-8")
    module.unlink()
    for compiled in module.parent.glob(f"__pycache__/{module.stem}.*"):
        compiled.unlink()
    module.write_text(mutated(mutant, source), encoding="utf-8")
    yield copy
    shutil.rmtree(copy)


def run_check(
    check: Check, copy: Path, first: tuple[str, ...] = (), *, compiled: bool = False
) -> int | None:
    """The exit code of a check in a copy, None if it does not end.

    `first` are words for a round before, of tests that are likely to fail.

    Raises:
        UnfitError: if it has looked at other code than that of the copy.
    """
    words = (*first, THEN, *check.words) if first else check.words
    code = run(Task(copy, _log(check, copy), check.program, words, compiled), SECONDS)
    if code == ANOTHER_COPY:
        raise UnfitError(f"{check.name} has not run on the code of its copy, {copy.name}")
    return code


def _answer(check: Check, code: int | None) -> str:
    if code is None:
        return "no end"
    if check.program == "shallow" and code == NO_VERDICT:
        return "no verdict"
    return "yes" if code else "no"


def _log(check: Check, copy: Path) -> Path:
    return copy / f"{check.name}.log"


def printed(check: Check, copy: Path) -> str:
    """What a check has printed in a copy."""
    return _log(check, copy).read_text(encoding="utf-8", errors="replace")
