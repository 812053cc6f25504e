"""A mutant: one realistic mistake as an edit of a production function, and how it is made."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

PACKAGE = "shallow_cli"


class Edit(NamedTuple):
    """Text of a function (`name`, or `Class.name`), and what it is replaced by."""

    function: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """A mistake in a module of the package.

    `also` is for what is one mistake in two places, as where the loss and its gradient are wrong
    alike; most have none.
    """

    name: str
    says: str
    module: str  # "core/network.py"
    function: str
    old: str
    new: str
    also: Edit | None = None

    @property
    def path(self) -> Path:
        """Where its module is, from the root of the project."""
        return Path(PACKAGE, self.module)

    def edits(self) -> Iterator[Edit]:
        """One, seldom two."""
        yield Edit(self.function, self.old, self.new)
        if self.also:
            yield self.also


@dataclass(frozen=True)
class ClaimMutant(Mutant):
    """A mistake with which the claim of its name disagrees, and those that `follow` from it."""

    follow: tuple[str, ...] = ()


class BrokenError(Exception):
    """A mutant that is none: the code has moved on, or the edit changes nothing."""


def mutated(mutant: Mutant, source: str) -> str:
    """The source of the module with the mistake in it.

    Raises:
        BrokenError: if an edit does not apply, leaves the program as it was, or is no Python.
    """
    changed = source
    for edit in mutant.edits():
        changed = _applied(mutant, edit, changed)
    if ast.dump(_parsed(mutant, changed)) == ast.dump(ast.parse(source)):
        raise BrokenError(f"{mutant.name}: the edit of {mutant.function} changes nothing")
    return changed


def _applied(mutant: Mutant, edit: Edit, source: str) -> str:
    node = _found(_parsed(mutant, source), edit.function)
    if node is None or node.end_lineno is None:
        raise BrokenError(f"{mutant.name}: no function {edit.function} in {mutant.path}")
    lines = source.splitlines(keepends=True)
    before, inside, after = (
        "".join(lines[: node.lineno - 1]),
        "".join(lines[node.lineno - 1 : node.end_lineno]),
        "".join(lines[node.end_lineno :]),
    )
    times = inside.count(edit.old)
    if times != 1:
        there = f"{times} times" if times else "no longer"
        raise BrokenError(f"{mutant.name}: {edit.function} has {there} {edit.old!r}")
    return before + inside.replace(edit.old, edit.new) + after


def _parsed(mutant: Mutant, source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise BrokenError(f"{mutant.name}: the edited module is no Python: {error.msg}") from error


def _found(tree: ast.Module, function: str) -> ast.stmt | None:
    """The node of `name` or `Class.name`."""
    body, node = tree.body, None
    for name in function.split("."):
        named = [
            n for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name == name
        ]
        if not named:
            return None
        [node] = named
        body = node.body
    return node
