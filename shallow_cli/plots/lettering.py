"""How wide text is on paper, about, and as much of it as there is room for."""

from __future__ import annotations

from unicodedata import east_asian_width

from shallow_cli.printable import one_line

LETTER = 0.068  # of an inch: the mean letter of DejaVu Sans in 8 points


def inches(text: str) -> float:
    """How wide a text is."""
    return LETTER * sum(1.7 if east_asian_width(char) in "WF" else 1.0 for char in text)


def fitted(text: str, room: float) -> str:
    """A text of others in one line of so many inches, with … for what is left out."""
    text = one_line(text)
    if inches(text) <= room:
        return text
    while text and inches(text) + LETTER > room:
        text = text[:-1]
    return f"{text}…"
