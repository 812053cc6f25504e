"""Every error a user can cause, with its exit code."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """One thing that is wrong: where, what, and what to do about it.

    `where` starts with the file, as in `iris.yaml:7:3`, so that editors can jump to it.
    """

    message: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class ShallowError(Exception):
    """Something the user can mend; `problems` holds all of it, one line each."""

    exit_code: int = 2

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    def __reduce__(self) -> tuple[type[ShallowError], tuple[Problem, ...]]:
        """As it travels from one process to another."""
        return type(self), self.problems


class UsageError(ShallowError):
    """The command line asks for something that cannot be done."""


class ConfigError(ShallowError):
    """The config breaks its rules."""


class DataError(ShallowError):
    """A table cannot be read, or holds what cannot be trained on."""

    exit_code = 3


class ModelFileError(ShallowError):
    """A model file is missing, damaged, foreign, or cannot be written."""

    exit_code = 3


class DivergedError(ShallowError):
    """Training ran away; no model was written."""

    exit_code = 4


class UnrepeatableError(ShallowError):
    """The same training has given two models."""

    exit_code = 1


class StoppedError(ShallowError):
    """A second signal came while the first was being served."""

    def __init__(self, exit_code: int, *problems: Problem) -> None:
        super().__init__(*problems)
        self.exit_code = exit_code


class NoVerdictError(ShallowError):
    """A check could not be decided."""

    exit_code = 4


class LostClusterError(NoVerdictError):
    """A cluster does not answer, or no longer."""


# Exit codes that are returned, not raised.
DONE = 0
ANSWER_IS_NO = 1
NO_VERDICT = 4
BUG = 70
INTERRUPTED = 130
CLOSED_PIPE = 141
