#!/usr/bin/env python3
"""A network of one hidden layer that predicts the rows of a CSV; it needs nothing but Python.

python3 THIS_FILE < table.csv > predictions.csv
python3 THIS_FILE --proba < table.csv    # of classes, the probability of each as well
"""

from __future__ import annotations

import csv
import io
import math
import os
import re
import sys
from collections.abc import Callable, Iterator
from itertools import chain

# The model. A column of numbers has its offset, its scale, and what takes the place of a missing
# one, if anything may; a column of words has those that the training knew.
NUMBERS: dict[str, tuple[float, float, float | None]] = {"x1": (0.0, 1.0, None)}
WORDS: dict[str, list[str]] = {"x2": ["a", "b"]}
FEATURES = ["x1", "x2"]
TARGETS = {"y": (0.0, 1.0)}
CLASSES: list[str] = ["no", "yes"]
ACTIVATION, LEAK = "tanh", 0.01
OUTPUT = "sigmoid"
W1 = [[1.0, 0.5, -0.5], [0.0, 1.0, 1.0]]
W2 = [[1.0, -1.0]]
b1 = [0.0, 0.5]
b2 = [0.0]
MISSING = ["", "NA"]
DELIMITER: str | None = None
DECIMAL = "."
ENCODING, HEADER = "utf-8-sig", True
# The end of the model.

NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)? *")


def sigmoid(z: float) -> float:
    """1 / (1 + e^-z)."""
    return 1 / (1 + math.exp(min(-z, 709.0)))


def softmax(Z: list[float]) -> list[float]:
    """e^z over their sum."""
    highest = max(Z)
    powers = [math.exp(z - highest) for z in Z]
    total = sum(powers)
    return [power / total for power in powers]


ACTIVATIONS: dict[str, Callable[[float], float]] = {
    "sigmoid": sigmoid,
    "tanh": math.tanh,
    "relu": lambda z: z if z > 0 else 0.0,
    "leaky_relu": lambda z: z if z > 0 else LEAK * z,
    "identity": lambda z: z,
}
OUTPUTS: dict[str, Callable[[list[float]], list[float]]] = {
    "sigmoid": lambda Z: [sigmoid(Z[0])],
    "softmax": softmax,
    "linear": lambda Z: Z,
}


def layer(W: list[list[float]], b: list[float], x: list[float]) -> list[float]:
    """W x + b."""
    sums = [sum(w * value for w, value in zip(row, x)) for row in W]
    return [total + bias for total, bias in zip(sums, b)]


def outputs(x: list[float]) -> list[float]:
    """What the network says of inputs: probabilities, or targets in their own units."""
    A1 = [ACTIVATIONS[ACTIVATION](z) for z in layer(W1, b1, x)]
    A2 = OUTPUTS[OUTPUT](layer(W2, b2, A1))
    if CLASSES:
        return A2
    return [value * scale + offset for value, (offset, scale) in zip(A2, TARGETS.values())]


def number(cell: str, name: str) -> float:
    """What the network sees of a cell of numbers."""
    offset, scale, fill = NUMBERS[name]
    text = cell if DECIMAL == "." else cell.replace(".", "?").replace(DECIMAL, ".")
    value = float(text) if NUMBER.fullmatch(text) else None
    if value is None and cell not in MISSING:
        raise ValueError(f"{name} is {cell!r}, which is no number")
    if value is None or value in MISSING_NUMBERS:
        value = fill
    if value is None:
        raise ValueError(f"{name} is missing")
    return (value - offset) / scale


def one_hot(cell: str, words: list[str]) -> list[float]:
    """A 1 at the word, else zeros; the empty word stands for a missing one."""
    key = str.lower if {word.lower() for word in words} <= {"true", "false", ""} else str
    word = "" if cell in MISSING else key(cell)
    return [float(word == key(known)) for known in words]


def inputs(row: dict[str, str]) -> list[float]:
    """What the network sees of a row, whose cells go by the name of their column."""
    x = []
    for name in FEATURES:
        x += [number(row[name], name)] if name in NUMBERS else one_hot(row[name], WORDS[name])
    return x


def answer(row: dict[str, str], proba: bool) -> list[str | float]:
    """The cells that are written for a row."""
    A2 = outputs(inputs(row))
    if not all(map(math.isfinite, A2)):
        raise ValueError("no finite prediction; are these values in the units of the training?")
    if not CLASSES:
        return [*A2]
    shares = [1 - A2[0], A2[0]] if len(A2) == 1 else A2
    best = int(A2[0] > 0.5) if len(A2) == 1 else shares.index(max(shares))
    return [CLASSES[best], *(shares if proba else [])]


def delimiter_of(line: str) -> str:
    """The one that was said in training, or that gives most of the columns."""
    if DELIMITER:
        return DELIMITER
    marks = [mark for mark in ",;\t|" if mark != DECIMAL]

    def found(mark: str) -> int:
        return len(set(FEATURES).intersection(next(csv.reader([line], delimiter=mark), [])))

    return max(marks, key=found)


def records_of(file: Iterator[str]) -> Iterator[list[str]]:
    """The names of the columns, then the cells of each row."""
    first = next(file, "")
    records = csv.reader(chain([first], file), delimiter=delimiter_of(first), skipinitialspace=True)
    record = next(records, [])
    if HEADER:
        yield record
    else:
        yield [f"c{place}" for place in range(1, len(record) + 1)]
        yield record
    yield from records


def predictions(file: Iterator[str], proba: bool) -> Iterator[list[str | float]]:
    """The header, and the cells of each answer.

    Raises ValueError where the table cannot be used.
    """
    records = records_of(file)
    names = next(records)
    missing = [name for name in FEATURES if name not in names]
    if missing:
        raise ValueError(f"no column {', '.join(missing)}")
    yield [*TARGETS, *(f"p_{label}" for label in CLASSES if proba)]
    for place, record in enumerate(filter(None, records), start=1):
        if len(record) != len(names):
            raise ValueError(f"row {place}: {len(record)} cells, not {len(names)}")
        try:
            yield answer(dict(zip(names, record)), proba)
        except ValueError as error:
            raise ValueError(f"row {place}: {error}") from error


def main(words: list[str]) -> int:
    """Answer standard input; 2 for wrong words, 3 for a table that cannot be used."""
    if set(words) - {"--proba"}:
        sys.stderr.write(__doc__)
        return 2
    file = io.TextIOWrapper(sys.stdin.buffer, ENCODING, newline="")
    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="")
    try:
        csv.writer(out, lineterminator="\n").writerows(predictions(file, "--proba" in words))
        out.flush()
    except BrokenPipeError:  # nobody reads any more, as in `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (ValueError, csv.Error) as error:
        out.flush()
        sys.stderr.write(f"standard input: {error}\n")
        return 3
    return 0


_POINTED = [word.replace(DECIMAL, ".") for word in MISSING]
MISSING_NUMBERS = [float(word) for word in _POINTED if NUMBER.fullmatch(word)]

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
