"""Numbers as tables write them: one strict reader for every cell.

Python's `float` would also take `1_000`, `infinity`, `nan` and digits of other scripts. Where
the decimal mark is a comma, it takes the point's place, and a point makes a cell no number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from shallow_cli.core.arrays import Array

_NUMBER = r"[-+]?(?:[0-9]++(?:\{mark}[0-9]*+)?+|\{mark}[0-9]++)(?:[eE][-+]?[0-9]++)?+ *+"
_WHOLE = re.compile(r"[-+]?[0-9]{1,300}")
_ONE = {mark: re.compile(_NUMBER.replace("{mark}", mark)) for mark in ".,"}
_ALL = {mark: re.compile(rf"(?:{one.pattern}\n)*+") for mark, one in _ONE.items()}

TOO_LARGE = 1e150  # beyond it squares overflow


def is_number(cell: str, decimal: str = ".") -> bool:
    """Whether the cell is a decimal number and nothing else; trailing blanks do not count."""
    return _ONE[decimal].fullmatch(cell) is not None


def are_numbers(cells: Sequence[str], decimal: str = ".") -> bool:
    """Whether every cell is a number: one pass of one expression, for speed."""
    text = "\n".join(cells) + "\n"
    return text.count("\n") == len(cells) and _ALL[decimal].fullmatch(text) is not None


def exact_number(cell: str, decimal: str = ".") -> int | float:
    """The number that a cell is; whole numbers stay different beyond 2⁵³ too."""
    text = cell.strip()
    return int(text) if _WHOLE.fullmatch(text) else float(text.replace(decimal, "."))


def to_numbers(cells: Sequence[str], decimal: str = ".") -> Array:
    """Cells that are all numbers, as float64 (m,); what is too large becomes infinite."""
    if decimal != ".":
        cells = [cell.replace(decimal, ".") for cell in cells]
    return np.array([float(cell) for cell in cells])
