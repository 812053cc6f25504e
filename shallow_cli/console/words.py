"""Small pieces of sentences."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 6


def counted(how_many: int, thing: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{how_many} {thing}" if how_many == 1 else f"{how_many} {thing}s"


def listed(names: Sequence[str]) -> str:
    """The first names, with a sign that there are more."""
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
