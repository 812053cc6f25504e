"""What the columns of Parquet and Arrow files are to us: numbers where they can be, else text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.errors import DataError, Problem
from shallow_cli.numerals import TOO_LARGE

EXACT = 2.0**53  # beyond it float64 leaves whole numbers out

Column = Any  # a pyarrow.Array, which has no types


@dataclass(frozen=True)
class Kind:
    """A column as text, a missing cell as ""; and as float64, NaN where a cell is missing, or
    None if a number is too large for that.
    """

    texts: Callable[[Column], list[str]]
    numbers: Callable[[Column], Array | None] = lambda _: None


def kind_of(stored: Any, types: Any, name: str, source: str) -> Kind:
    """The kind of a column by its type; `types` is pyarrow.types.

    Raises:
        DataError: if it is neither numbers nor text.
    """
    if types.is_dictionary(stored):
        kind = kind_of(stored.value_type, types, name, source)
        return Kind(
            lambda column: kind.texts(column.dictionary_decode()),
            lambda column: kind.numbers(column.dictionary_decode()),
        )
    for predicate, kind in KINDS.items():
        if getattr(types, predicate)(stored):
            return kind
    what = f"column '{name}' holds {stored}, neither numbers nor text; leave it out or convert it"
    raise DataError(Problem(what, source))


def _below(limit: float) -> Callable[[Column], Array | None]:
    def numbers(column: Column) -> Array | None:
        found = column.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
        return None if np.any(np.abs(found) >= limit) else found

    return numbers


def _decimals(column: Column) -> Array | None:
    values = [np.nan if value is None else float(value) for value in column.to_pylist()]
    found = np.array(values, dtype=np.float64)
    return None if np.any(np.abs(found) >= TOO_LARGE) else found


def _texts(write: Callable[[Any], str]) -> Callable[[Column], list[str]]:
    return lambda column: ["" if v is None else write(v) for v in column.to_pylist()]


def _float(value: float) -> str:
    return "" if value != value else repr(value)  # noqa: PLR0124 - NaN is missing


def _decimal(value: Decimal) -> str:
    return format(value, "f")


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _iso(column: Column) -> list[str]:
    """2026-11-24T09:30:00.25; with a time zone, in UTC and with a Z."""
    zone = getattr(column.type, "tz", None) and "Z"
    if zone:
        column = column.cast(f"timestamp[{column.type.unit}]")
    texts = []
    for text in column.cast("string").to_pylist():
        whole, _, fraction = (text or "").replace(" ", "T").partition(".")
        fraction = fraction.rstrip("0")
        texts.append(f"{whole}{'.' * bool(fraction)}{fraction}{zone or ''}" if text else "")
    return texts


# By the name of the predicate in pyarrow.types.
KINDS = {
    "is_integer": Kind(_texts(str), _below(EXACT)),
    "is_floating": Kind(_texts(_float), _below(TOO_LARGE)),
    "is_decimal": Kind(_texts(_decimal), _decimals),
    "is_boolean": Kind(_texts(_bool)),
    "is_string": Kind(_texts(str)),
    "is_large_string": Kind(_texts(str)),
    "is_string_view": Kind(_texts(str)),
    "is_date": Kind(_iso),
    "is_timestamp": Kind(_iso),
    "is_time": Kind(_iso),
    "is_null": Kind(_texts(str)),
}
