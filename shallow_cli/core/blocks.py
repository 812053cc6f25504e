"""Rows cut into shards and blocks, by the rows and the shapes alone.

A shard is as many rows as keep the hidden layer in cache; a block is a few shards, and the unit
of work of a thread. How many threads there are has no part in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from shallow_cli.core.arrays import AnyExamples, Examples, MadeExamples
from shallow_cli.core.calls import Call, run
from shallow_cli.core.network import Network, Shard, as_shard

HIDDEN_BYTES = 2 << 20  # of one hidden layer in a shard, in float64: see docs/benchmarks.md
FEWEST_ROWS, MOST_ROWS = 256, 8192
SHARDS_PER_BLOCK = 8  # at the most, unless that makes too many blocks
MOST_BLOCKS = 256  # whose sums cross a network at every step
FEW_BLOCKS = 8  # into which a batch is cut if each has work enough for a thread
WORTH_A_THREAD = 10_000_000  # multiplications: 0.2 ms in float32, 0.4 in float64
ACTIVATION = 24  # multiplications take as long as a hidden unit's function and slope


@dataclass(frozen=True)
class KeptBlock:
    """Shards that are views of examples in memory, which `gather` brings there if need be."""

    kept: tuple[Shard, ...]
    gather: Call | None = None

    def __len__(self) -> int:
        return len(self.kept)

    def shards(self, _room: Examples | None) -> Iterable[Shard]:
        """All of them."""
        run([] if self.gather is None else [self.gather])
        return self.kept


@dataclass(frozen=True)
class MadeBlock:
    """Shards that are made when their turn comes."""

    data: MadeExamples
    rows: tuple[slice, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def shards(self, room: Examples | None) -> Iterable[Shard]:
        """All of them in one room: use each before the next."""
        if room is None:
            raise ValueError("there is no room for shards that are made")
        for rows in self.rows:
            part = room.part(slice(rows.stop - rows.start))
            self.data.fill(rows, part)
            yield as_shard(part)


Block = KeptBlock | MadeBlock


def shard_rows(network: Network) -> int:
    """How many rows a shard has at the most; the same for every dtype."""
    rows = HIDDEN_BYTES // (8 * (network.n_h + 1))
    return min(max(rows, FEWEST_ROWS), MOST_ROWS)


def work_of_row(network: Network) -> int:
    """The multiplications of both passes over one example, with what takes as long as some."""
    layer1, layer2 = network.n_h * (network.n_x + 1), network.n_y * (network.n_h + 1)
    return 2 * layer1 + 3 * layer2 + ACTIVATION * network.n_h


def block_count(network: Network, m: int) -> int:
    """Into how many blocks m rows are cut: few, but for a few threads, or as many as it takes."""
    few = min(FEW_BLOCKS, m, m * work_of_row(network) // WORTH_A_THREAD)
    needed = -(-m // (SHARDS_PER_BLOCK * shard_rows(network)))
    return max(1, few, min(MOST_BLOCKS, needed))


def block_slices(network: Network, m: int) -> list[tuple[slice, ...]]:
    """The rows of the shards of each block, in order and as even as can be.

    All shards are of one length but for the last, so that two workspaces do for them.
    """
    blocks = block_count(network, m)
    per_block = -(-m // (blocks * shard_rows(network)))
    shards = even_slices(0, m, blocks * per_block)
    return [tuple(shards[at : at + per_block]) for at in range(0, len(shards), per_block)]


def even_slices(start: int, stop: int, parts: int) -> list[slice]:
    """At most so many slices, of one length but for the last."""
    length = -(-(stop - start) // parts)
    return [slice(at, min(at + length, stop)) for at in range(start, stop, length)]


Gather = Callable[[slice], Call]  # what brings some of the rows of a batch


def cut(network: Network, data: AnyExamples, gather: Gather | None = None) -> Sequence[Block]:
    """The examples as blocks of shards, in order; those of examples in memory are views."""
    return blocks_of(data, block_slices(network, len(data)), gather)


def blocks_of(
    data: AnyExamples, slices: Sequence[tuple[slice, ...]], gather: Gather | None = None
) -> Sequence[Block]:
    """The blocks at these slices."""
    if not isinstance(data, Examples):
        return [MadeBlock(data, block) for block in slices]
    return [
        KeptBlock(
            tuple(as_shard(data.part(rows)) for rows in block),
            None if gather is None else gather(slice(block[0].start, block[-1].stop)),
        )
        for block in slices
    ]
