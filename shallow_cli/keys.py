"""A key of a config as a dataclass field: with its rule, its default and its doc line."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from shallow_cli import rules
from shallow_cli.core.rng import LARGEST_SEED
from shallow_cli.rules import Rule

SEED = rules.whole(0, LARGEST_SEED)


@dataclass(frozen=True)
class Key:
    """What a key may hold, what it holds by default, and what it is for.

    `example` is a legal value where the default is only words.
    """

    rule: Rule
    default: str
    says: str
    example: str | None


def key(
    rule: Rule, default: Any, says: str, *, shown: str | None = None, example: str | None = None
) -> Any:
    """A dataclass field that is a config key; `shown` is its default in words."""
    declared = Key(rule, str(default) if shown is None else shown, says, example)
    return dataclasses.field(default=default, metadata={"key": declared})
