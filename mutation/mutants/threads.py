"""Mistakes of work that is shared: rooms, order, blocks, gathered batches, sums of float32."""

from mutation.mutant import Edit, Mutant

BATCHES, BLOCKS = "core/batches.py", "core/blocks.py"
BUFFERS, GRADIENT, WORKERS = "core/buffers.py", "core/gradient.py", "core/workers.py"

SOME = "zip(rooms[1:], waiting)"
SUBMIT = "[pool.submit(copy_context().run, task, item, room) for room, item in some]"
ROOMS = "_room(network, data, sizes, total, losses)"
WANTED, FILL = "wanted[: len(rows)] = rows", "data.fill(rows, gathered.part(slice(len(rows))))"
LENGTH = "length = -(-(stop - start) // parts)"
SLICES = "[slice(at, min(at + length, stop)) for at in range(start, stop, length)]"
ADD_BLOCK = "np.add(total, block_sum, out=total)"


def _in_order(name: str, says: str, old: str, new: str, also: Edit | None = None) -> Mutant:
    return Mutant(name, says, WORKERS, "in_order", old, new, also)


def _gradient(name: str, says: str, function: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, GRADIENT, function, old, new)


def _buffers(name: str, says: str, function: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, BUFFERS, function, old, new)


def _slices(name: str, says: str, old: str, new: str, also: Edit | None = None) -> Mutant:
    return Mutant(name, says, BLOCKS, "even_slices", old, new, also)


def _large(name: str, says: str, old: str, new: str, also: Edit | None = None) -> Mutant:
    return Mutant(name, says, BATCHES, "_large", old, new, also)


WORK = (
    _in_order(
        "T01",
        "the room of whoever works here is given to a thread too",
        SOME,
        "zip(rooms, waiting)",
    ),
    _in_order(
        "T02",
        "results come in the order in which they are done",
        "for other in others:",
        "for other in sorted(others, key=lambda other: not other.done()):",
    ),
    _in_order(
        "T03",
        "an item is lost when all rooms are taken",
        SOME,
        "zip(waiting, rooms[1:])",
        also=Edit("in_order", SUBMIT, SUBMIT.replace("room, item in", "item, room in")),
    ),
    _in_order(
        "T04",
        "all threads work in the first room",
        SUBMIT,
        SUBMIT.replace("item, room)", "item, rooms[0])"),
    ),
    _in_order(
        "T05",
        "all items are begun at once",
        SUBMIT,
        "[pool.submit(copy_context().run, task, i, rooms[n % len(rooms)])\n"
        "                for n, i in enumerate(waiting, 1)]",
    ),
    Mutant(
        "T16",
        "all chunks of predictions have one room, whoever works on them",
        "core/prediction.py",
        "passes",
        "[_room(network, theta, data) for _ in range(max(1, threads))]",
        "max(1, threads) * [_room(network, theta, data)]",
    ),
    Mutant(
        "T06",
        "threads warn of overflow",
        WORKERS,
        "in_order",
        "copy_context().run, task",
        "task",
    ),
    _buffers(
        "T07",
        "all blocks have one room, whoever works on them",
        "buffers_for",
        f"[{ROOMS} for _ in range(min(rooms, len(blocks)))]",
        f"min(rooms, len(blocks)) * [{ROOMS}]",
    ),
    Mutant(
        "T17",
        "there is one thread more than was asked for",
        WORKERS,
        "pool_of",
        "threads - 1",
        "threads",
    ),
    _gradient(
        "T18",
        "a block's calls are made for a room, and it is given another",
        "_works",
        "cycle(rooms)",
        "cycle(rooms[::-1])",
    ),
    _gradient(
        "T19",
        "who has no threads sums what is in a room that is not his",
        "block_sums",
        "batch.buffers.rooms if pool else batch.buffers.rooms[:1]",
        "batch.buffers.rooms",
    ),
    _gradient(
        "T20",
        "the blocks are summed in the first step, and in no other",
        "block_sums",
        "works = _works(network, theta, batch, rooms)",
        "works = iter(_works(network, theta, batch, rooms))",
    ),
)

SUMS = (
    _gradient("T08", "every block counts twice", "_sum_up", ADD_BLOCK, f"{ADD_BLOCK}; {ADD_BLOCK}"),
    _slices(
        "T09",
        "a short shard is filled up with the rows before it, which count twice",
        "slice(at, ",
        "slice(max(start, min(at, stop - length)), ",
    ),
    _buffers(
        "T10",
        "of a batch that is one block, only the first shard counts",
        "batch_of",
        "len(blocks) == len(blocks[0]) == 1",
        "len(blocks) == 1",
    ),
    _buffers(
        "T11",
        "the shards of a block are added in float32, the blocks in float64",
        "_room",
        "np.empty_like(total)",
        "np.empty_like(total, dtype=data.dtype)",
    ),
    _buffers(
        "T21",
        "many shards are added in float32 where their blocks are few",
        "buffers_for",
        "sum(map(len, blocks)) <= FEW_SHARDS",
        "len(blocks) <= FEW_SHARDS",
    ),
    _gradient(
        "T22",
        "of a block that is one shard the sum is not the shard's, but what was there before",
        "_add_up",
        "room.shard_sum.vector if single else room.block_sum",
        "room.block_sum",
    ),
    Mutant(
        "T12",
        "losses of float32 are summed in float32",
        "core/outputs.py",
        "_widened",
        "Z2.astype(wide(Z2.dtype.type), copy=False)",
        "Z2",
    ),
)

GATHERED = (
    Mutant(
        "T13",
        "what is gathered ends within a batch",
        BATCHES,
        "_rows_gathered",
        "GATHERED_BYTES // (row_bytes * batch_size)))\n    return min(at_once * batch_size,",
        "GATHERED_BYTES // row_bytes))\n    return min(at_once,",
    ),
    Mutant(
        "T14",
        "a short rest is given the batches of a whole buffer, and its old rows",
        BATCHES,
        "_small",
        "yield from made[len(rows)]",
        "yield from made[len(gathered)]",
    ),
    Mutant(
        "T15",
        "as many batches as there are are gathered at once",
        BATCHES,
        "_rows_gathered",
        "min(MOST_GATHERED, max(1, GATHERED_BYTES // (row_bytes * batch_size)))",
        "len(data)",
    ),
    _large(
        "T23",
        "the blocks of a mini-batch have the rows of the one before",
        WANTED,
        "",
        also=Edit("_large", "yield prepared", f"yield prepared; {WANTED}"),
    ),
    _large(
        "T24",
        "every block is gathered into the place of the first",
        "gathered.part(rows)",
        "gathered.part(slice(rows.stop - rows.start))",
    ),
    _large(
        "T25",
        "every block is gathered from the rows of the first",
        "wanted[rows]",
        "wanted[: rows.stop - rows.start]",
    ),
    _large("T26", "a short batch that is one block is not gathered", FILL, "pass"),
    _large(
        "T27",
        "a short batch is taken for a whole one",
        "made[len(rows)]",
        "made[batch_size]",
    ),
    _gradient(
        "T28",
        "blocks whose calls are made beforehand are not gathered",
        "_block_calls",
        "[block.gather, *first]",
        "first",
    ),
    Mutant(
        "T29",
        "blocks whose calls are made when their turn comes are not gathered",
        BLOCKS,
        "KeptBlock.shards",
        "run([] if self.gather is None else [self.gather])",
        "pass",
    ),
    Mutant(
        "T30",
        "of a block only the first shard is gathered",
        BLOCKS,
        "blocks_of",
        "gather(slice(block[0].start, block[-1].stop))",
        "gather(block[0])",
    ),
)

CUTS = (
    _slices(
        "T31",
        "lengths are rounded down, and the last rows are in no shard",
        LENGTH,
        "length = max(1, (stop - start) // parts)",
        also=Edit("even_slices", SLICES, f"{SLICES}[:parts]"),
    ),
    _slices(
        "T32",
        "the last shard is all that is left, however much",
        LENGTH,
        "length = max(1, (stop - start) // parts)",
        also=Edit(
            "even_slices",
            SLICES,
            SLICES.replace(
                "min(at + length, stop)", "stop if at + 2 * length > stop else at + length"
            ).replace("stop, length)", "max(start + 1, stop - length + 1), length)"),
        ),
    ),
    Mutant(
        "T33",
        "a last block of fewer shards is dropped",
        BLOCKS,
        "block_slices",
        "range(0, len(shards), per_block)",
        "range(0, max(1, len(shards) - per_block + 1), per_block)",
    ),
    Mutant(
        "T34",
        "the last shard of a block is that of the next one too",
        BLOCKS,
        "block_slices",
        "shards[at : at + per_block]",
        "shards[at : at + per_block + 1]",
    ),
    Mutant(
        "T35",
        "a row that is work enough for several threads is several blocks",
        BLOCKS,
        "block_count",
        "min(FEW_BLOCKS, m, ",
        "min(FEW_BLOCKS, ",
    ),
    Mutant(
        "T36",
        "a batch has no more blocks than a few, however many its rows",
        BLOCKS,
        "block_count",
        "max(1, few, min(MOST_BLOCKS, needed))",
        "max(1, few)",
    ),
)

THREADS = (*WORK, *SUMS, *GATHERED, *CUTS)
