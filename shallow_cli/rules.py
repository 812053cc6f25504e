"""What a config key may hold: a rule checks, explains itself and makes its own bad example.

A rule reads what the YAML reader found: the value that YAML 1.2 sees and the text as written.
Its schema says the same to an editor, in the words of JSON Schema, as far as these go.
"""

from __future__ import annotations

import difflib
import operator
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST_COUNT = 10**12
LARGEST_NUMBER = sys.float_info.max

Plain = str | int | float | bool | None
Schema = dict[str, Any]

ANY_TEXT: Schema = {"type": ["string", "number", "boolean"], "minLength": 1}  # 5 is a name, too
BOUNDS: dict[str, Callable[[float, float], bool]] = {
    "minimum": operator.ge,
    "exclusiveMinimum": operator.gt,
    "maximum": operator.le,
    "exclusiveMaximum": operator.lt,
}


@dataclass(frozen=True)
class Scalar:
    """One value of a config: as YAML 1.2 reads it, as it was written, and where."""

    value: Plain
    text: str
    where: str
    folder: Path  # what a relative path is relative to


Value = Scalar | tuple[Scalar, ...] | dict[str, Scalar]  # a scalar, a list or a map of them


class Refused(Exception):
    """The value breaks the rule; the text, if any, says more than the rule does."""


@dataclass(frozen=True)
class Rule:
    """`says` completes "must be …"; `read` returns the value or raises `Refused`.

    `bad` is YAML text that breaks the rule, and `choices` the legal words when they are few.
    """

    says: str
    read: Callable[[Value], Any]
    bad: str
    schema: Schema
    choices: tuple[str, ...] = ()


def one_scalar(value: Value) -> Scalar:
    """The value, which must be no list and no map.

    Raises:
        Refused: if it is one.
    """
    if not isinstance(value, Scalar):
        raise Refused
    return value


def number(says: str, bad: str, **bounds: float) -> Rule:
    """A finite number within bounds, which are named as in JSON Schema."""

    def read(value: Value) -> float:
        plain = one_scalar(value).value
        if isinstance(plain, bool) or not isinstance(plain, int | float):
            raise Refused
        if not abs(plain) <= LARGEST_NUMBER:
            raise Refused
        if not all(BOUNDS[name](plain, bound) for name, bound in bounds.items()):
            raise Refused
        return float(plain)

    return Rule(says, read, bad, {"type": "number", **bounds})


def whole(smallest: int, largest: int | None = None) -> Rule:
    """A whole number in a range; 1e4 is one."""

    def read(value: Value) -> int:
        plain = one_scalar(value).value
        if isinstance(plain, bool) or not isinstance(plain, int | float):
            raise Refused
        if not abs(plain) <= LARGEST_NUMBER or plain != int(plain):
            raise Refused
        if plain < smallest or (largest is not None and plain > largest):
            raise Refused
        if plain > LARGEST_COUNT:
            raise Refused(f"and not beyond {LARGEST_COUNT}")
        return int(plain)

    upper = "up" if largest is None else f"to {largest}"
    schema = {"type": "integer", "minimum": smallest, "maximum": largest or LARGEST_COUNT}
    return Rule(f"a whole number from {smallest} {upper}", read, str(smallest - 1), schema)


def choice(names: Iterable[str]) -> Rule:
    """One of a few words."""
    words = tuple(names)

    def read(value: Value) -> str:
        text = one_scalar(value).text
        if text not in words:
            raise Refused(did_you_mean(text, words))
        return text

    says = f"one of {', '.join(words)}" if len(words) > 1 else words[0]
    return Rule(says, read, "no_such_name", {"enum": list(words)}, words)


def either(first: Rule, second: Rule) -> Rule:
    """What one of two rules accepts; the first is asked first."""

    def read(value: Value) -> Any:
        try:
            return first.read(value)
        except Refused as refusal:
            try:
                return second.read(value)
            except Refused as again:
                raise Refused(str(again) or str(refusal)) from None

    says = f"{first.says}, or {second.says}"
    schema = {"anyOf": [first.schema, second.schema]}
    return Rule(says, read, second.bad, schema, first.choices + second.choices)


def none() -> Rule:
    """The word none, or nothing at all."""

    def read(value: Value) -> None:
        scalar = one_scalar(value)
        if scalar.value is not None and scalar.text != "none":
            raise Refused

    return Rule("none", read, "1", {"enum": ["none", None]}, ("none",))


def boolean() -> Rule:
    """True or false."""

    def read(value: Value) -> bool:
        plain = one_scalar(value).value
        if not isinstance(plain, bool):
            raise Refused
        return plain

    return Rule("true or false", read, "maybe", {"type": "boolean"})


def text(says: str) -> Rule:
    """Any text but none at all."""

    def read(value: Value) -> str:
        found = one_scalar(value).text
        if not found:
            raise Refused
        return found

    return Rule(says, read, "''", ANY_TEXT)


def listed(one: Schema) -> Schema:
    """One of these, or a list of at least one of them."""
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like this one, if any does; case does not count."""
    by_case = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), by_case, n=1, cutoff=0.7)
    return by_case[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question that names the nearest known word, or nothing."""
    near = nearest(word, known)
    return f"did you mean '{near}'?" if near else ""
