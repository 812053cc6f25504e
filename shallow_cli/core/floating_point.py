"""Overflow and invalid operations, exceptions of IEEE 754: counted instead of warned of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")


@dataclass
class FloatingPointErrors:
    """How many operations on arrays had an overflow, and how many an invalid value.

    An overflow leaves an infinity, an invalid operation (∞ - ∞, 0 · ∞) no number; one on what is
    no number already is neither.
    """

    overflow: int = 0
    invalid: int = 0
    _lock: Lock = field(default_factory=Lock, compare=False, repr=False)

    def counted(self) -> AbstractContextManager[object]:
        """While this is entered, they are counted here, also those of helping threads."""
        return np.errstate(all="ignore", over="call", invalid="call", call=self._seen)

    def _seen(self, kind: str, _flags: int) -> None:
        with self._lock:
            if kind == "overflow":
                self.overflow += 1
            else:
                self.invalid += 1


def count_as_here(overflow: int, invalid: int) -> None:
    """Have operations that went wrong somewhere else counted by whoever counts here."""
    seen = np.geterrcall()
    if callable(seen):
        for kind, times in (("overflow", overflow), ("invalid", invalid)):
            for _ in range(times):
                seen(kind, 0)


def counting(items: Iterator[Item], exceptions: FloatingPointErrors) -> Iterator[Item]:
    """The items, while those of the work for them are counted, and of nobody else's."""
    while True:
        with exceptions.counted():  # not around the yield: what others do then is theirs
            try:
                item = next(items)
            except StopIteration:
                return
        yield item
