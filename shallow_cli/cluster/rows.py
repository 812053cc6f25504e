"""Raw rows that the workers of a cluster have: each works on his own, answers come in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from secrets import token_hex
from typing import TypeVar

import numpy as np

from shallow_cli.cluster.at_work import (
    BlockSums,
    Learning,
    Sent,
    batch_sums,
    block_sums,
    chunk_tallies,
    in_chunks,
    taken,
)
from shallow_cli.cluster.parts import Source, cut, edges_of_blocks
from shallow_cli.cluster.placing import Placed
from shallow_cli.cluster.protocol import Call, Workers
from shallow_cli.core.arrays import Array, Elsewhere
from shallow_cli.core.blocks import block_slices
from shallow_cli.core.floating_point import count_as_here
from shallow_cli.core.network import Network
from shallow_cli.core.tallies import Tally
from shallow_cli.tables.encoding import Encoding

Said = TypeVar("Said")
Positions = Array | range

PARTS_OF_A_WORKER = 2  # so that what a lost one had can be shared


class RowsElsewhere:
    """The raw rows (m, n) of a table, in parts on the workers of a cluster.

    Of the rows of a training that are not all of them, there are parts of their own.
    """

    def __init__(
        self, workers: Workers, source: Source, likely: Network, tell: Callable[[str], None]
    ) -> None:
        self._workers, self._source, self._tell, self._likely = workers, source, tell, likely
        self._sets: list[tuple[Positions, Placed]] = []
        self._at(range(source.rows))

    def __len__(self) -> int:
        return self._source.rows

    def take(self, positions: Array | slice) -> Array:
        """The rows at a slice, or at positions in any order."""
        return _taken(self._at(range(len(self))), positions, len(self._source.plan.names))

    def each(self, positions: Array | range, function: Callable[[Array], Said]) -> Iterator[Said]:
        """What a function finds in each chunk of the rows at some positions, in their order."""
        for found in self._at(positions).ask_all(in_chunks, function):
            yield from found

    def elsewhere(
        self, encoding: Encoding, positions: Array | range, dtype: type[np.generic]
    ) -> Elsewhere:
        """The workers, as those who compute on the examples that some rows become."""
        key, m = token_hex(8), len(positions)

        def asked(network: Network) -> tuple[Placed, Learning]:
            return self._at(positions, network), Learning(key, network, encoding, dtype, m)

        def sums(
            network: Network, vector: Array, losses: bool, rows: Array | None = None
        ) -> Iterator[tuple[Array, float]]:
            placed, learning = asked(network)
            if rows is None:
                found: Iterable[BlockSums] = placed.ask_all(block_sums, learning, vector, losses)
            else:
                raw = self.take(rows if isinstance(positions, range) else positions[rows])
                found = self._batch_sums(raw, learning, vector, losses)
            for part in found:
                yield from zip(part.sums, part.losses, strict=True)

        def tallies(network: Network, vector: Array) -> Iterator[Tally]:
            placed, learning = asked(network)
            for found in placed.ask_all(chunk_tallies, learning, vector):
                yield from found

        return Elsewhere(sums, tallies)

    def forget(self) -> None:
        """Have everything dropped."""
        while self._sets:
            self._sets.pop()[1].forget()

    def _at(self, positions: Positions, network: Network | None = None) -> Placed:
        """The parts of the rows at some positions, which are cut between the blocks of a network
        if there is one, and else of what is likely.
        """
        for number, (there, placed) in enumerate(self._sets):
            if _same(there, positions):
                if network is None or _fits(placed, network, len(positions)):
                    return placed
                del self._sets[number]
                placed.forget()
                break
        placed = self._placed(positions, network or self._likely)
        self._sets.append((positions, placed))
        return placed

    def _batch_sums(
        self, raw: Array, learning: Learning, vector: Array, losses: bool
    ) -> Iterator[BlockSums]:
        """Of raw rows that are brought together, a few blocks by each worker."""
        slices = block_slices(learning.network, len(raw))
        names = self._workers.names()[: len(slices)]
        calls = []
        for number, name in enumerate(names):
            first, last = (len(slices) * n // len(names) for n in (number, number + 1))
            own = raw[slices[first][0].start : slices[last - 1][-1].stop]
            sent = Sent(own, slice(first, last), len(raw))
            calls.append(Call(name, batch_sums, (sent, learning, vector, losses)))
        for answer in self._workers.run(calls):
            found, overflow, invalid = answer.value
            count_as_here(overflow, invalid)
            yield found

    def _placed(self, positions: Positions, network: Network) -> Placed:
        parts = PARTS_OF_A_WORKER * len(self._workers.names())
        edges = edges_of_blocks(network, len(positions), parts)
        return Placed(self._workers, self._source, cut(token_hex(8), positions, edges), self._tell)


def _same(there: Positions, positions: Positions) -> bool:
    """Whether they are the same, or the same range; others are not compared, for they are long."""
    if isinstance(there, range) and isinstance(positions, range):
        return there == positions
    return there is positions


def _fits(placed: Placed, network: Network, m: int) -> bool:
    """Whether no part begins within a block."""
    starts = {block[0].start for block in block_slices(network, m)}
    return starts.issuperset(part.start for part in placed.parts)


def _taken(placed: Placed, positions: Array | slice, width: int) -> Array:
    if isinstance(positions, slice):
        positions = np.arange(positions.start, positions.stop)
    places = {
        number: np.flatnonzero((part.start <= positions) & (positions < part.stop))
        for number, part in enumerate(placed.parts)
    }
    places = {number: place for number, place in places.items() if len(place)}
    said = {n: (positions[place] - placed.parts[n].start,) for n, place in places.items()}
    out = np.empty((len(positions), width))
    for place, rows in zip(places.values(), placed.ask(taken, said), strict=True):
        out[place] = rows
    return out
