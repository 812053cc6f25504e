"""The part of the page on choices."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.results import Option
from benchmarks.wording import seconds, times

INTRODUCTION = """How the passes are written was decided by measuring what else could be done. One
thread; a time is that of a call, or of the forward and backward passes of 65,536 rows."""

LIMITS = ("a step of", "a gradient of")
WHY = """These are the reasons for most of the floors that are missed. A small step is as many calls
as its equations have operations, and a call of NumPy takes its time however little there is to do:
what is left between the calls of a step and as many that do nothing is the arithmetic, and the
products are a good part of it. A step that two threads share is not twice as fast: each of them
multiplies narrower matrices, and one must be woken and waited for. A whole process cannot be
shorter than its imports: those of the libraries and of shallow's own modules, in Python's classes
and functions, are in the tables of the processes."""


def choices_part(options: Sequence[Option]) -> list[str]:
    """A table for each question; nothing where nothing was measured."""
    if not options:
        return []
    tables = {
        question: table([o for o in options if o.question == question])
        for question in dict.fromkeys(option.question for option in options)
    }
    limits = [found for question, found in tables.items() if question.startswith(LIMITS)]
    choices = [found for question, found in tables.items() if not question.startswith(LIMITS)]
    return ["## Where NumPy ends", WHY, *limits, "## Choices", INTRODUCTION, *choices]


def table(options: Sequence[Option]) -> str:
    """The options of a question, and how many times the fastest they take."""
    least = min(option.median for option in options)
    head = f"| {options[0].question} | time | times the fastest |\n|---|---|---|"
    rows = [f"| {o.option} | {seconds(o.median)} | {times(o.median / least)} |" for o in options]
    return "\n".join([head, *rows])
