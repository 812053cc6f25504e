"""What is wrong with cells, gathered while a table is read, and told at once when it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shallow_cli.errors import Problem
from shallow_cli.files.table_file import Batch
from shallow_cli.yaml_text import yaml_value

SHOWN_CELLS, LONGEST_CELL = 5, 60
IF_MISSING = "if it means missing, list it in data.missing_values"
IF_NAMES = "if these are names, set data.categorical: {column}"
LEAVE_OUT = "to leave the column out, set data.exclude: {column}"


@dataclass(frozen=True)
class Fault:
    """Something that can be wrong with a cell: `says` of {cell}, what to do about {column}.

    `advice` is for those who train; `later` for those who have a model, whose columns are what
    they are.
    """

    says: str
    advice: str = ""
    later: str = ""


MISSING = Fault(
    "{cell}, where a number is needed",
    f"data.missing can be mean, median or drop; {LEAVE_OUT}",
    "a model that was trained with data.missing: mean or median fills it",
)
WORD = Fault("{cell} is not a number", f"{IF_MISSING}; {IF_NAMES}; {LEAVE_OUT}")
LARGE = Fault("{cell} is too large", LEAVE_OUT)
UNKNOWN_WORD = Fault(
    "{cell} is in no training row", later="without --strict it counts as no word at all"
)
NO_WEIGHT = Fault("{cell} is no weight, which is a number from 0 up")
NO_TARGET = Fault(
    "{cell}, where the target should be",
    "to leave such rows out, set data.missing_target: drop; a word that is a class must not be "
    "in data.missing_values",
)
TARGET_WORD = Fault(
    "{cell} is not a number",
    f"{IF_MISSING}; to learn classes, name one target, without data.task: regression",
)
TARGET_LARGE = Fault("{cell} is too large")


def other_decimal(sign: str) -> Fault:
    """The fault of a cell that would be a number with another decimal sign."""
    return Fault(f"{{cell}} is not a number, unless data.decimal is '{sign}'")


def unknown_class(classes: Sequence[str]) -> Fault:
    """The fault of a target that is none of the classes."""
    return Fault(f"{{cell}} is not one of the classes {', '.join(classes)}")


@dataclass
class Complaint:
    """One fault of a column: the first cells with their places and lines, and how many."""

    cells: list[tuple[str, int, str]] = field(default_factory=list)
    count: int = 0

    def problem(self, column: str, fault: Fault, *, advice: bool) -> Problem:
        """The first cell's place and text, and the lines of a few more."""
        place, _, text = self.cells[0]
        says = f"{column}: {fault.says.replace('{cell}', _quoted(text))}"
        if self.count > 1:
            says += f" ({self.count} such cells: {self._others()})"
        if to_do := fault.advice if advice else fault.later:
            says += "; " + about(column, to_do)
        return Problem(says, place)

    def _others(self) -> str:
        alike = len({text for *_, text in self.cells}) == 1
        more = ", …" * (self.count > len(self.cells))
        if alike:
            return "lines " + ", ".join(str(line) for _, line, _ in self.cells) + more
        return ", ".join(f"{_quoted(text)} on line {line}" for _, line, text in self.cells) + more


def about(column: str, advice: str) -> str:
    """Advice with the column's name as a config takes it."""
    return advice.replace("{column}", yaml_value(column))


def _quoted(text: str) -> str:
    shown = text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"
    return f"'{shown}'" if text else "an empty cell"


class Complaints:
    """All faults of a table's cells, by column, in the order in which they were met."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Fault], Complaint] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, column: str, fault: Fault, batch: Batch, rows: Iterable[int]) -> None:
        """Remember a fault of a column in some rows of a batch."""
        for row in map(int, rows):
            complaint = self._found.setdefault((column, fault), Complaint())
            complaint.count += 1
            if len(complaint.cells) < SHOWN_CELLS:
                cell = (batch.place(row), batch.lines[row], batch.cell(row, column))
                complaint.cells.append(cell)

    def add_all(self, others: Complaints) -> None:
        """Remember the faults of cells that come after these."""
        for fault, found in others._found.items():
            complaint = self._found.setdefault(fault, Complaint())
            complaint.count += found.count
            complaint.cells += found.cells[: SHOWN_CELLS - len(complaint.cells)]

    def problems(self, *, advice: bool) -> list[Problem]:
        """One line for each column and fault."""
        return [
            complaint.problem(column, fault, advice=advice)
            for (column, fault), complaint in self._found.items()
        ]
