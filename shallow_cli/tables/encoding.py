"""From raw rows to the examples that a network sees: scaled, filled, one-hot, weighted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from shallow_cli.core.arrays import AnyExamples, Array, Examples, MadeExamples, room_for
from shallow_cli.files.row_store import Rows
from shallow_cli.tables.columns import Category, Column, Columns, scaled
from shallow_cli.tables.raw import RawTable

MOST_BYTES_AT_ONCE = 256 << 20

Places = slice | Array  # a slice where that will do: it needs no copy


@dataclass(frozen=True)
class Numbers:
    """The columns of numbers together: where they are in a raw row and among the inputs."""

    raw: Places
    inputs: Places
    offsets: Array
    scales: Array
    fills: Array  # NaN where nothing may be missing

    def encode(self, raw: Array, out: Array) -> None:
        """Fill their inputs in `out` (m, n_x) from raw rows."""
        values = raw[:, self.raw]
        gaps = np.isnan(values)
        if gaps.any():
            values = np.where(gaps, self.fills, values)
        with np.errstate(over="ignore"):  # what is infinite is refused by who uses it
            out[:, self.inputs] = (values - self.offsets) / self.scales


@dataclass(frozen=True)
class OneHot:
    """A column of words; `position` has for each code its input after `start`, −1 for none."""

    raw: int
    start: int
    stop: int
    position: Array

    def encode(self, raw: Array, out: Array) -> None:
        """Fill its inputs in `out` (m, n_x) from raw rows; an unknown word has the code −1."""
        codes = raw[:, self.raw].astype(np.intp)
        known = np.where(codes >= 0, self.position[codes], -1)
        out[:, self.start : self.stop] = 0
        rows = np.flatnonzero(known >= 0)
        out[rows, self.start + known[rows]] = 1


@dataclass(frozen=True)
class Classes:
    """A target of classes: the number of each raw value, and how the network is to say it."""

    raw: int
    values: Array  # raw, ascending
    numbers: Array
    n_classes: int

    def of(self, raw: Array) -> Array:
        """The class number of each raw row (m,)."""
        found: Array = self.numbers[np.searchsorted(self.values, raw[:, self.raw])]
        return found

    def counts(self, raw: Array) -> Array:
        """How many of the raw rows are of each class (K,)."""
        return np.bincount(self.of(raw), minlength=self.n_classes)

    def encode(self, raw: Array, out: Array) -> None:
        """0 and 1 for two classes (m, 1), else one-hot (m, K)."""
        if out.shape[1] == 1:
            out[:, 0] = self.of(raw)
        else:
            out[...] = np.eye(self.n_classes)[self.of(raw)]


@dataclass(frozen=True)
class Targets:
    """The targets of a regression: where they are in a raw row, and their scaling."""

    raw: slice
    columns: tuple[Column, ...]

    def encode(self, raw: Array, out: Array) -> None:
        """Scaled, (m, n_y)."""
        out[...] = scaled(self.columns, raw[:, self.raw])  # in float64 until then


@dataclass(frozen=True)
class Weights:
    """Of rows: their raw column times the weight of their class, over `mean`."""

    raw: int | None
    by_class: Array | None
    mean: float = 1.0

    def of(self, raw: Array, classes: Array | None) -> Array:
        """(m,)."""
        weights = np.ones(len(raw)) if self.raw is None else raw[:, self.raw]
        if self.by_class is not None and classes is not None:
            weights = weights * self.by_class[classes]
        return weights / self.mean


@dataclass(frozen=True)
class Encoding:
    """How raw rows become examples; it is a function of `columns` and the codes of the rows."""

    columns: Columns
    numbers: Numbers | None
    one_hots: tuple[OneHot, ...]
    targets: Classes | Targets | None
    weights: Weights | None = None

    def inputs(self, raw: Array) -> Array:
        """What the network sees of raw rows, and a last column of ones (m, n_x + 1)."""
        table = np.empty((len(raw), self.columns.n_x + 1))
        table[:, -1] = 1
        self._fill_inputs(raw, table)
        return table

    def _fill_inputs(self, raw: Array, table: Array) -> None:
        if self.numbers is not None:
            self.numbers.encode(raw, table)
        for one_hot in self.one_hots:
            one_hot.encode(raw, table)

    def fill(self, raw: Array, out: Examples) -> None:
        """Fill examples, but for their column of ones, from as many raw rows with targets."""
        self._fill_inputs(raw, out.table)
        if self.targets is not None:
            self.targets.encode(raw, out.targets)
        if self.weights is not None and out.weights is not None:
            out.weights[...] = self.weights.of(raw, self.class_numbers(raw))

    def class_numbers(self, raw: Array) -> Array | None:
        """Of raw rows (m,); None for a regression."""
        return self.targets.of(raw) if isinstance(self.targets, Classes) else None

    def examples(self, raw: Array, dtype: type[np.generic] = np.float64) -> Examples:
        """All the raw rows as examples."""
        made = self.made(len(raw), lambda rows, out: self.fill(raw[rows], out), dtype)
        out = room_for(made, len(raw))
        self.fill(raw, out)
        return out

    def made(
        self, m: int, fill: Callable[[Places, Examples], None], dtype: type[np.generic]
    ) -> MadeExamples:
        """Examples that are made when they are needed."""
        weighted = self.weights is not None
        return MadeExamples(m, self.columns.n_x, self.columns.n_y, weighted, fill, dtype)


def numbers_of(columns: Columns) -> Numbers | None:
    """The columns of numbers among the features, if there are any."""
    raw: list[int] = []
    inputs: list[int] = []
    found: list[Column] = []
    start = 0
    for position, feature in enumerate(columns.features):
        if isinstance(feature, Column):
            raw.append(position)
            inputs.append(start)
            found.append(feature)
        start += len(feature.inputs)
    if not found:
        return None
    return Numbers(
        _places(raw),
        _places(inputs),
        np.array([column.offset for column in found]),
        np.array([column.scale for column in found]),
        np.array([np.nan if column.fill is None else column.fill for column in found]),
    )


def _places(positions: Sequence[int]) -> Places:
    first, last = positions[0], positions[-1]
    adjoining = last - first + 1 == len(positions)
    return slice(first, last + 1) if adjoining else np.array(positions)


def one_hots_of(columns: Columns, positions: Sequence[Array | None]) -> tuple[OneHot, ...]:
    """The columns of words among the features; `positions` for their codes."""
    found = []
    start = 0
    for raw, (feature, position) in enumerate(zip(columns.features, positions, strict=True)):
        stop = start + len(feature.inputs)
        if position is not None:
            found.append(OneHot(raw, start, stop, position))
        start = stop
    return tuple(found)


def encoding_of_model(columns: Columns, *, targets: bool) -> Encoding:
    """For raw rows whose codes are the positions of a model's own words and classes."""
    n = len(columns.features)
    positions = [
        np.arange(len(f.words)) if isinstance(f, Category) else None for f in columns.features
    ]
    known: Classes | Targets | None = None
    if targets and columns.classes:
        k = len(columns.classes)
        known = Classes(n, np.arange(float(k)), np.arange(k), k)
    elif targets:
        known = Targets(slice(n, n + len(columns.targets)), columns.targets)
    return Encoding(columns, numbers_of(columns), one_hots_of(columns, positions), known)


def encoded(
    encoding: Encoding,
    table: RawTable,
    positions: Array | range,
    dtype: type[np.generic] = np.float64,
) -> AnyExamples:
    """Examples of some rows: at once where they fit the memory well, else when needed."""
    columns = encoding.columns
    whole = len(positions) * (columns.n_x + 1 + columns.n_y) * np.dtype(dtype).itemsize
    rows = table.rows
    if isinstance(rows, Rows) and rows.at_hand and whole <= MOST_BYTES_AT_ONCE:
        return encoding.examples(rows.take(_all(positions)), dtype)
    made = encoding.made(len(positions), partial(_fill, encoding, table, positions), dtype)
    if isinstance(rows, Rows):
        return made
    return replace(made, elsewhere=rows.elsewhere(encoding, positions, dtype))


def _all(positions: Array | range) -> Places:
    return slice(positions.start, positions.stop) if isinstance(positions, range) else positions


def _fill(
    encoding: Encoding, table: RawTable, positions: Array | range, wanted: Places, out: Examples
) -> None:
    """Fill examples from the raw rows at the wanted ones of some positions."""
    rows = wanted if isinstance(positions, range) else positions[wanted]  # a range is all rows
    encoding.fill(table.rows.take(rows), out)
