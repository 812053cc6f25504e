"""Classes and categories by name: which cells are the same one, and in which order they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.numerals import are_numbers, exact_number, is_number

BOOLEANS = {"true", "false"}
Key = str | float


def class_keys(labels: Sequence[str]) -> Callable[[str], Key]:
    """What makes cells the same class: their number where all labels are numbers, else the text."""
    if labels and are_numbers(labels):
        return lambda cell: exact_number(cell) if is_number(cell) else cell
    return word_keys(labels)


def word_keys(labels: Sequence[str]) -> Callable[[str], Key]:
    """What makes cells the same category: the text; of true and false in any letters."""
    if labels and {label.lower() for label in labels} - {""} <= BOOLEANS:
        return str.lower
    return str


def spellings(word: Key, key: Callable[[str], Key]) -> Iterator[str]:
    """All texts that have a word for their key; only true and false may have several."""
    if word not in BOOLEANS:
        return iter([str(word)])
    letters = ((letter, letter.upper()) for letter in str(word))
    return (text for text in map("".join, product(*letters)) if key(text) == word)


def in_order(cells: Iterable[str], key: Callable[[str], Key]) -> tuple[str, ...]:
    """The different ones, sorted by key, each as it was first written."""
    first: dict[Key, str] = {}
    for cell in cells:
        first.setdefault(key(cell), cell)
    return tuple(label for _, label in sorted(first.items(), key=lambda item: item[0]))


def class_labels(cells: Sequence[str]) -> tuple[str, ...]:
    """The classes in sorted order, as first written; numbers by value, text by character."""
    return in_order(cells, class_keys(cells))


def positions(
    cells: Sequence[str], labels: Sequence[str], key: Callable[[str], Key] | None = None
) -> Array:
    """The position of each cell's label (m,), −1 where there is none."""
    key = key or class_keys(labels)
    known = {key(label): position for position, label in enumerate(labels)}
    return np.array([known.get(key(cell), -1) for cell in cells], dtype=np.intp)
