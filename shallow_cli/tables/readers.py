"""Readers of one column each: a batch in, its raw numbers or codes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import isnan

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.errors import DataError, Problem
from shallow_cli.files.table_file import Batch
from shallow_cli.numerals import TOO_LARGE, is_number
from shallow_cli.tables import complaints as faults
from shallow_cli.tables.cells import sort_out
from shallow_cli.tables.complaints import Complaints, Fault, about
from shallow_cli.tables.labels import Key, class_keys, word_keys
from shallow_cli.tables.plan import Plan, Slot

MOST_WORDS = 1000  # different ones in a column
UNSEEN = -1.0  # the code of a word that a model does not know

Reader = Callable[[Batch], Array]
WithGaps = Callable[[Batch], tuple[Array, Sequence[int]]]  # and the rows where it is missing


@dataclass(frozen=True)
class Found:
    """What was found on the way through a table.

    `words` has the codes of the words of each column of words, `labels` the first spelling of
    each number of a target of numbers, as long as these are few enough to be classes.
    """

    complaints: Complaints = field(default_factory=Complaints)
    words: dict[str, dict[Key, int]] = field(default_factory=dict)
    labels: dict[str, dict[float, str]] = field(default_factory=dict)
    missing: Counter[str] = field(default_factory=Counter)  # cells, by column
    unseen: Counter[str] = field(default_factory=Counter)  # cells, by column
    dropped: Counter[str] = field(default_factory=Counter)  # rows, by the column that was missing

    def add(self, other: Found, source: str) -> None:
        """Take what was found by itself in a file that comes after those of before.

        Raises:
            DataError: if there are too many words in a column then, naming the file.
        """
        self.complaints.add_all(other.complaints)
        for name, codes in other.words.items():
            learn(self.words.setdefault(name, {}), codes, name, source)
        for name, spelled in other.labels.items():
            labels = self.labels.setdefault(name, {})
            for value, text in spelled.items():
                if value not in labels and len(labels) <= MOST_WORDS:
                    labels[value] = text
        for mine, others in (
            (self.missing, other.missing),
            (self.unseen, other.unseen),
            (self.dropped, other.dropped),
        ):
            mine.update(others)


def readers(plan: Plan, found: Found) -> list[Reader]:
    """One for each column of the plan: features, targets, weight."""
    made = [
        _words(slot, plan, found) if slot.is_words else _feature(slot.name, plan, found)
        for slot in plan.features
    ]
    for slot in plan.targets:
        read = _classes if slot.is_words else _labelled
        made.append(_target(slot.name, read(slot, plan, found), plan, found))
    if plan.weight:
        made.append(_weight(plan.weight, plan, found))
    return made


def _numbers(name: str, plan: Plan, found: Found, word: Fault, large: Fault) -> WithGaps:
    """The numbers of a column; NaN also for a word, which is a fault."""
    missing = frozenset(plan.missing_words)

    def read(batch: Batch) -> tuple[Array, Sequence[int]]:
        numbers, words, gaps = sort_out(batch.columns[name], missing, batch.decimal)
        _complain_of_words(name, words, batch, found, word)
        found.complaints.add(name, large, batch, np.flatnonzero(np.abs(numbers) >= TOO_LARGE))
        return numbers, gaps

    return read


def _complain_of_words(
    name: str, words: Sequence[int], batch: Batch, found: Found, word: Fault
) -> None:
    other = "." if batch.decimal == "," else ","
    for row in words:
        meant = is_number(batch.cell(row, name), other)
        found.complaints.add(name, faults.other_decimal(other) if meant else word, batch, [row])


def _feature(name: str, plan: Plan, found: Found) -> Reader:
    numbers = _numbers(name, plan, found, faults.WORD, faults.LARGE)

    def read(batch: Batch) -> Array:
        values, gaps = numbers(batch)
        found.missing[name] += len(gaps)
        if plan.require_numbers:
            found.complaints.add(name, faults.MISSING, batch, gaps)
        return values

    return read


def _weight(name: str, plan: Plan, found: Found) -> Reader:
    missing = frozenset(plan.missing_words)

    def read(batch: Batch) -> Array:
        values = sort_out(batch.columns[name], missing, batch.decimal).numbers
        wrong = np.flatnonzero(~((values >= 0) & (values < TOO_LARGE)))  # NaN as well
        found.complaints.add(name, faults.NO_WEIGHT, batch, wrong)
        return values

    return read


def _words(slot: Slot, plan: Plan, found: Found) -> Reader:
    """Codes of words; a missing one is a word of its own, the empty one."""
    missing = frozenset(plan.missing_words)
    codes = _codes(slot, word_keys(slot.words or ()), found)
    key = str if slot.words is None else word_keys(slot.words)

    def read(batch: Batch) -> Array:
        cells = ["" if cell in missing else key(cell) for cell in texts(batch, slot.name)]
        found.missing[slot.name] += cells.count("")
        if slot.words is None:
            learn(codes, cells, slot.name, batch.source)
        values = np.array([codes.get(cell, UNSEEN) for cell in cells], dtype=np.float64)
        unknown = np.flatnonzero(values == UNSEEN)
        found.unseen[slot.name] += len(unknown)
        if plan.strict:
            found.complaints.add(slot.name, faults.UNKNOWN_WORD, batch, unknown)
        return values

    return read


def _classes(slot: Slot, plan: Plan, found: Found) -> WithGaps:
    """Codes of classes, NaN where the class is missing."""
    key = str if slot.words is None else class_keys(slot.words)
    missing = frozenset(map(key, plan.missing_words))
    codes = _codes(slot, key, found)
    unknown = faults.unknown_class(slot.words or ())

    def read(batch: Batch) -> tuple[Array, Sequence[int]]:
        cells = [key(cell) for cell in texts(batch, slot.name)]
        gaps = [row for row, cell in enumerate(cells) if cell in missing and cell not in codes]
        if slot.words is None:
            there = [cell for cell in cells if cell not in missing]
            learn(codes, there, slot.name, batch.source)
        values = np.array([codes.get(cell, UNSEEN) for cell in cells], dtype=np.float64)
        values[gaps] = np.nan
        found.complaints.add(slot.name, unknown, batch, np.flatnonzero(values == UNSEEN))
        return values, gaps

    return read


def _codes(slot: Slot, key: Callable[[str], Key], found: Found) -> dict[Key, int]:
    known = {key(word): code for code, word in enumerate(slot.words or ())}
    return found.words.setdefault(slot.name, known)


def learn(codes: dict[Key, int], cells: Iterable[Key], name: str, source: str) -> None:
    """Give every new word the next code.

    Raises:
        DataError: if there are too many.
    """
    for cell in cells:
        codes.setdefault(cell, len(codes))
    if len(codes) > MOST_WORDS:
        text = f"{name}: more than {MOST_WORDS} different words"
        raise DataError(Problem(f"{text}; {about(name, faults.LEAVE_OUT)}", source))


def _labelled(slot: Slot, plan: Plan, found: Found) -> WithGaps:
    """Numbers of a target, and how each of them was first written."""
    numbers = _numbers(slot.name, plan, found, faults.TARGET_WORD, faults.TARGET_LARGE)
    labels = found.labels.setdefault(slot.name, {})

    def read(batch: Batch) -> tuple[Array, Sequence[int]]:
        values, gaps = numbers(batch)
        if len(labels) <= MOST_WORDS:
            for row, value in enumerate(values.tolist()):
                if value not in labels and not isnan(value):
                    labels[value] = batch.cell(row, slot.name)
        return values, gaps

    return read


def _target(name: str, read_target: WithGaps, plan: Plan, found: Found) -> Reader:
    def read(batch: Batch) -> Array:
        values, gaps = read_target(batch)
        if not plan.drop_missing_target:
            found.complaints.add(name, faults.NO_TARGET, batch, gaps)
        return values

    return read


def texts(batch: Batch, name: str) -> Sequence[str]:
    """The cells of a column as they were written."""
    cells = batch.columns[name]
    if isinstance(cells, np.ndarray):
        return [batch.cell(row, name) for row in range(len(cells))]
    return cells


def kept_rows(values: Array, plan: Plan, found: Found) -> Sequence[int]:
    """The raw rows (k, n) that the plan does not drop; each dropped one is counted once."""
    whole = np.ones(len(values), dtype=bool)
    for position, name in _droppable(plan):
        gone = np.isnan(values[:, position]) & whole
        found.dropped[name] += int(np.count_nonzero(gone))
        whole &= ~gone
    return range(len(values)) if whole.all() else np.flatnonzero(whole).tolist()


def _droppable(plan: Plan) -> Iterable[tuple[int, str]]:
    n = len(plan.features)
    if plan.drop_missing:
        yield from ((i, slot.name) for i, slot in enumerate(plan.features) if not slot.is_words)
    if plan.drop_missing_target:
        yield from ((n + i, slot.name) for i, slot in enumerate(plan.targets))
