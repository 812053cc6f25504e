"""The claims of the lecture as they are tried: a heading each, and a line for each figure."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shallow_cli.console.streams import is_terminal, write
from shallow_cli.console.tables import show_heading
from shallow_cli.console.words import counted

if TYPE_CHECKING:
    from shallow_cli.course.claims import Answer
    from shallow_cli.course.figures import Figure

SIGNS = {"equals": "", "at least": "≥ ", "at most": "≤ "}
MEASURED, EXPECTED, HERE = 30, 28, 12  # widths: a line has less than 80 columns
WORDS, STYLES = {True: "yes", False: "NO"}, {True: "green", False: "bold red"}


def show_answer(number: int, answer: Answer) -> None:
    """Print a claim, its figures, and the command that shows it."""
    claim = answer.claim
    show_heading(f"{number}. {claim.says} ({claim.name})")
    for figure, here in zip(claim.figures, answer.here, strict=True):
        agrees = figure.holds(here)
        expected = expected_text(figure)
        line = f"  {figure.says:{MEASURED}} {expected:>{EXPECTED}} {here:>{HERE}.6g}  "
        _show_line(line, WORDS[agrees], STYLES[agrees])
    _show_line("  $ ", claim.command, "dim")


def _show_line(line: str, end: str, style: str) -> None:
    """A line whose end has a colour on a terminal."""
    if not is_terminal(sys.stdout):
        write(line + end)
        return
    from rich.console import Console
    from rich.text import Text

    Console(highlight=False).print(Text(line).append(end, style), soft_wrap=True)


def expected_text(figure: Figure) -> str:
    """What a claim expects of a figure."""
    near = f" ± {figure.tolerance:g}" if figure.tolerance else ""
    whose = "published " if figure.published else ""
    return f"{whose}{SIGNS[figure.kind]}{figure.value:.6g}{near}"


def verdict(answers: Sequence[Answer]) -> str:
    """How many agree."""
    wrong = [answer.claim.name for answer in answers if not answer.agrees]
    how_many = counted(len(answers), "claim")
    return (
        f"{how_many}; of these disagree: {', '.join(wrong)}" if wrong else f"{how_many}, all agree"
    )
