"""What a claim says in numbers, and how near an experiment must come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["equals", "at least", "at most"]

HOLDS: dict[Kind, Callable[[float, float, float], bool]] = {
    "equals": lambda here, value, tolerance: abs(here - value) <= tolerance,
    "at least": lambda here, value, tolerance: here >= value - tolerance,
    "at most": lambda here, value, tolerance: here <= value + tolerance,
}


@dataclass(frozen=True)
class Figure:
    """A number that a claim expects, and its tolerance; `published` if somebody else printed it."""

    says: str
    value: float
    kind: Kind = "equals"
    tolerance: float = 0.0
    published: bool = False

    def holds(self, here: float) -> bool:
        """Whether a measured number agrees; one that is none does not."""
        return HOLDS[self.kind](here, self.value, self.tolerance)
