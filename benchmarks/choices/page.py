"""The part of the page on choices."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.results import Option
from benchmarks.wording import seconds, times

INTRODUCTION = """How the passes are written was decided by measuring what else could be done. One
thread; a time is that of a call, or of the forward and backward passes of 65,536 rows."""


def choices_part(options: Sequence[Option]) -> list[str]:
    """A table for each question; nothing where nothing was measured."""
    if not options:
        return []
    questions = dict.fromkeys(option.question for option in options)
    tables = [table([o for o in options if o.question == question]) for question in questions]
    return ["## Choices", INTRODUCTION, *tables]


def table(options: Sequence[Option]) -> str:
    """The options of a question, and how many times the fastest they take."""
    least = min(option.median for option in options)
    head = f"| {options[0].question} | time | times the fastest |\n|---|---|---|"
    rows = [f"| {o.option} | {seconds(o.median)} | {times(o.median / least)} |" for o in options]
    return "\n".join([head, *rows])
