"""What a target column means: its task, its classes, its values, and what is no target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.errors import ConfigError, DataError, Problem
from shallow_cli.numerals import TOO_LARGE, are_numbers, is_number, to_numbers
from shallow_cli.tables.cells import Cells
from shallow_cli.tables.columns import class_labels, class_numbers

SHOWN_LINES = 5
MOST_NUMERIC_CLASSES = 20
# Among numbers these words are no class, but a value that is missing or is none.
NO_VALUE = {"nan", "na", "n/a", "null", "none", "nil", "inf", "-inf", "+inf", "infinity", "?", "-"}


def choose_task(cells: Sequence[str]) -> str:
    """What `task: auto` means for these cells of one target.

    Text is classes. Numbers are classes when all are whole, at most 20 differ, and each is
    there at least twice; else they are a regression.
    """
    if are_numbers(cells):
        values, counts = np.unique(to_numbers(cells), return_counts=True)
        few = len(values) <= MOST_NUMERIC_CLASSES and counts.min() > 1
        if not (few and np.all(values == np.round(values))):
            return "regression"
    return "binary" if len(class_labels(cells)) <= 2 else "multiclass"  # noqa: PLR2004


def decided_task(task: str, targets: dict[str, list[str]]) -> str:
    """The task of these target columns when the config says `task`.

    Raises:
        ConfigError: if several targets are to be classes.
    """
    if len(targets) == 1:
        [cells] = targets.values()
        return choose_task(cells) if task == "auto" else task
    if task in {"binary", "multiclass"}:
        raise ConfigError(Problem(f"data.task: several targets cannot be {task}"))
    return "regression"


def other_task(task: str, cells: Sequence[str]) -> str | None:
    """The task that `auto` might have meant as well, if there is one."""
    if not are_numbers(cells):
        return None
    if task != "regression":
        return "regression"
    return "multiclass" if len(set(cells)) <= MOST_NUMERIC_CLASSES else None


def target_classes(cells: Cells, task: str) -> tuple[str, ...]:
    """The classes in sorted order; none for a regression.

    Raises:
        DataError: if a cell is empty, or the classes do not fit the task or look like a mistake.
    """
    if task == "regression":
        return ()
    [(name, target)] = cells.targets.items()
    refuse(cells, name, [not cell for cell in target], "")
    _refuse_stray_words(cells, name, target)
    classes = class_labels(target)
    if len(classes) == 1:
        raise DataError(Problem(f"{name}: only one class, '{classes[0]}'", cells.name))
    if task == "binary" and len(classes) > 2:  # noqa: PLR2004
        some = ", ".join(classes[:SHOWN_LINES]) + ", …" * (len(classes) > SHOWN_LINES)
        text = f"{name}: {len(classes)} classes ({some}), not two; set data.task: multiclass"
        raise DataError(Problem(text, cells.name))
    if len(classes) > max(MOST_NUMERIC_CLASSES, len(target) / 2):
        text = f"{name}: {len(classes)} classes in {len(target)} rows; is it the target? "
        advice = "data.target names another, data.task: regression predicts a number"
        raise DataError(Problem(text + advice, cells.name))
    return classes


def _refuse_stray_words(cells: Cells, name: str, target: Sequence[str]) -> None:
    """Among numbers, words that mean no value, or any words as long as they are few."""
    words = np.array([not is_number(cell) for cell in target])
    if words.all():
        return
    none = np.array([cell.lower() in NO_VALUE for cell in target])
    refuse(cells, name, none, "is no value")
    if words.mean() < 0.1:  # noqa: PLR2004
        refuse(cells, name, words, "is not a number, but most of the column is")


def target_values(cells: Cells, task: str, classes: Sequence[str]) -> Array:
    """Numbers (m, n): one column of class numbers, or a column per target.

    Raises:
        DataError: if a cell is empty, no number, or of a class that is not known.
    """
    if task == "regression":
        return np.column_stack([_numbers(cells, name) for name in cells.targets])
    [(name, target)] = cells.targets.items()
    numbers = class_numbers(target, classes)
    refuse(cells, name, numbers < 0, f"is not one of the classes {', '.join(classes)}")
    return numbers[:, None]


def _numbers(cells: Cells, name: str) -> Array:
    target = cells.targets[name]
    if not are_numbers(target):
        refuse(cells, name, [not is_number(cell) for cell in target], "is not a number")
    numbers = to_numbers(target)
    refuse(cells, name, np.abs(numbers) >= TOO_LARGE, "is too large")
    return numbers


def refuse(cells: Cells, name: str, wrong: Any, says: str) -> None:
    """Raise a DataError for the rows that are wrong, if any: the first cell, and a few lines."""
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return
    first = cells.targets[name][rows[0]]
    what = f"'{first}' {says}" if first else "an empty cell, where the target should be"
    if len(rows) > 1:
        lines = ", ".join(str(cells.lines[row]) for row in rows[:SHOWN_LINES])
        more = ", …" * (len(rows) > SHOWN_LINES)
        what += f" ({len(rows)} such rows, on lines {lines}{more})"
    raise DataError(Problem(f"{name}: {what}", cells.place(int(rows[0]))))
