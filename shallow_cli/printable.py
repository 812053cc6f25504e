"""Text from a file, made fit to be shown."""

from __future__ import annotations


def one_line(text: str) -> str:
    """The text with control characters spelled out: a column name must not steer a terminal."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
