"""Mistakes of work that is shared: rooms, order, blocks, gathered batches, sums of float32."""

from mutation.mutant import Mutant

BATCHES, GRADIENT, WORKERS = "core/batches.py", "core/gradient.py", "core/workers.py"

NEXT = "yield waiting.popleft().result()\n        waiting.append"
ADD_BLOCK = "np.add(total, block_sum, out=total)"


def _in_order(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, WORKERS, "in_order", old, new)


def _gradient(name: str, says: str, function: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, GRADIENT, function, old, new)


WORK = (
    _in_order(
        "T01",
        "a room is used again before its result has been",
        "if len(waiting) == len(rooms):",
        "if len(waiting) > len(rooms):",
    ),
    _in_order(
        "T02",
        "results come in the order in which they are done",
        NEXT,
        "first = next((f for f in waiting if f.done()), waiting[0])\n"
        "            waiting.remove(first)\n"
        "            yield first.result()\n"
        "        waiting.append",
    ),
    _in_order("T03", "the last result is lost", "while waiting:", "while len(waiting) > 1:"),
    _in_order(
        "T04",
        "all threads work in the first room",
        "pool.submit(task, item, room)",
        "pool.submit(task, item, rooms[0])",
    ),
    _in_order(
        "T05",
        "all items are begun at once",
        "zip(items, cycle(rooms))",
        "zip(list(items), cycle(rooms))",
    ),
    Mutant(
        "T06",
        "threads warn of overflow",
        WORKERS,
        "pool_of",
        'np.seterr(all="ignore")',
        "None",
    ),
    _gradient(
        "T07",
        "all blocks have one room, whoever works on them",
        "new_buffers",
        "[_room(network, data, losses) for _ in range(rooms)]",
        "rooms * [_room(network, data, losses)]",
    ),
)

SUMS = (
    _gradient(
        "T08", "every block counts twice", "_sum_blocks", ADD_BLOCK, f"{ADD_BLOCK}; {ADD_BLOCK}"
    ),
    _gradient(
        "T09",
        "a short shard is filled up with the rows before it, which count twice",
        "cut",
        "slice(start, min(start + size, len(data)))",
        "slice(max(0, min(start, len(data) - size)), min(start + size, len(data)))",
    ),
    _gradient(
        "T10",
        "of a batch that is one block, only the first shard counts",
        "batch_of",
        "len(data) <= shard_rows(network)",
        "len(data) <= block_rows(network)",
    ),
    _gradient(
        "T11",
        "the shards of a block are added in float32, the blocks in float64",
        "_room",
        "wide(dtype)",
        "dtype",
    ),
    Mutant(
        "T12",
        "losses of float32 are summed in float32",
        "core/outputs.py",
        "_of_examples",
        ", dtype=wide(losses.dtype.type)",
        "",
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
        "_shuffled",
        "yield from batches[len(rows)]",
        "yield from batches[len(gathered)]",
    ),
    Mutant(
        "T15",
        "as many batches as there are are gathered at once",
        BATCHES,
        "_rows_gathered",
        "min(MOST_GATHERED, max(1, GATHERED_BYTES // (row_bytes * batch_size)))",
        "len(data)",
    ),
)

THREADS = (*WORK, *SUMS, *GATHERED)
