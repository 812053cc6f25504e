"""A pass over the network as a list of NumPy calls, made once and run at every step.

A call is a function and its arguments, the last of which it fills. For a small network Python
needs longer to look up names and views than NumPy to compute; in a list all of that is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from shallow_cli.core.arrays import Array

Call = tuple[Callable[..., object], tuple[Any, ...]]
Calls = list[Call]


def run(calls: Iterable[Call]) -> None:
    """Do them all, in order."""
    for function, arguments in calls:
        function(*arguments)


def number(value: float, like: Array) -> Array:
    """A constant as an array () of the same dtype, which NumPy takes quicker than a number."""
    return np.asarray(value, dtype=like.dtype)
