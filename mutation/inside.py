"""Runs one check in a copy of the project, in a process of its own.

That process is a fork of one that has loaded NumPy and pytest, and nothing of the project: to
load them takes as long as most checks. pytest may be given several rounds of words, with `--then`
between them; the next begins where the one before has found nothing. The exit code is the check's
own. A check of some other copy would prove nothing, so that the modules it has loaded are looked
at afterwards.
"""

from __future__ import annotations

import os
import sys
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

ANOTHER_COPY, CRASHED = 99, 98
THEN = "--then"
LOADED = ("numpy", "pytest", "typer", "yaml", "rich.console")
FORKS = get_context("forkserver")


class Task(NamedTuple):
    """`shallow` or pytest with some words, in a copy; what it prints goes to the log.

    Compiled files are written by the first run in a copy, which those of the mutants inherit.
    """

    copy: Path
    log: Path
    program: str
    words: tuple[str, ...]
    compiled: bool


def run(task: Task, seconds: float) -> int | None:
    """The exit code, None if it does not end in so many seconds.

    It is asked of a file: two threads that look at the end of one process can take its exit code
    from each other, and then it seems to have failed.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before the process that is forked loads NumPy
    FORKS.set_forkserver_preload(list(LOADED))
    process = FORKS.Process(target=_run, args=(task,))
    process.start()
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        return None
    code = _code_file(task)
    return int(code.read_text()) if code.exists() else CRASHED


def _code_file(task: Task) -> Path:
    return task.log.with_suffix(".code")


def _run(task: Task) -> None:
    _code_file(task).unlink(missing_ok=True)
    log = os.open(task.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(task.copy)
    os.environ["PYTHONPATH"] = str(task.copy)
    sys.path.insert(0, str(task.copy))
    sys.dont_write_bytecode = not task.compiled
    code = main(task.program, list(task.words))
    _code_file(task).write_text(str(code))


def main(program: str, words: list[str]) -> int:
    """Run it, in the current folder."""
    here = Path.cwd()
    if program == "pytest":
        import pytest

        code = next((code for part in rounds(words) if (code := int(pytest.main(part)))), 0)
    else:
        from shallow_cli.cli import run

        code = run(words)
    return code if _all_from(here) else ANOTHER_COPY


def rounds(words: list[str]) -> list[list[str]]:
    """The words between those that part them."""
    found: list[list[str]] = [[]]
    for word in words:
        if word == THEN:
            found.append([])
        else:
            found[-1].append(word)
    return found


def _all_from(folder: Path) -> bool:
    """Whether the package was loaded, and every module of it from this folder."""
    names = [name for name in sys.modules if name.partition(".")[0] == "shallow_cli"]
    files = [Path(sys.modules[name].__file__ or "") for name in names]
    return bool(files) and all(file.is_relative_to(folder) for file in files)
