"""HTML: sections, tables and pictures with what they show in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shallow_cli.plots.svg_parts import GAP, WIDTH, Part, Words, hexadecimal, written


@dataclass(frozen=True)
class Markup:
    """What is HTML already, and no text."""

    html: str


Cell = str | Markup


def section(title: str, *parts: str) -> str:
    """A part of the page with a heading, unless there is nothing in it."""
    inside = "".join(parts)
    return f"<section><h2>{written(title)}</h2>{inside}</section>" if inside else ""


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A table; the first cell of each row is its name."""
    heads = "".join(f'<th scope="col">{written(name)}</th>' for name in header)
    lines = "".join(map(_row, rows))
    top = f"<thead><tr>{heads}</tr></thead>" if any(header) else ""
    about = f"<caption>{written(caption)}</caption>" if caption else ""
    return f'<div class="wide"><table>{about}{top}<tbody>{lines}</tbody></table></div>'


def _row(cells: Sequence[Cell]) -> str:
    first, *others = (c.html if isinstance(c, Markup) else written(c) for c in cells)
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{c}</td>" for c in others)}</tr>'


def paragraphs(texts: Iterable[str]) -> str:
    """A paragraph each."""
    return "".join(f"<p>{written(text)}</p>" for text in texts)


def figure(name: str, words: Words, part: Part, says: str) -> str:
    """A picture with its title and colours; `says` is for those who do not see it."""
    spans = "".join(
        f'<span><svg class="key" aria-hidden="true" viewBox="0 0 10 10">'
        f'<rect width="10" height="10" fill="{hexadecimal(colour)}"/></svg>{written(text)}</span>'
        if colour
        else f"<strong>{written(text)}</strong>"
        for text, colour in words
    )
    box = f"0 {-GAP / 4:g} {WIDTH + GAP} {part.height + GAP / 2:g}"
    return (
        f'<figure id="{name}"><figcaption>{spans}</figcaption>'
        f'<svg role="img" aria-label="{written(says)}" '
        f'viewBox="{box}">{part.elements}</svg></figure>'
    )
