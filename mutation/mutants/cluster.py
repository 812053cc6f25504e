"""Mistakes of who works on which rows of a cluster, and of how the answers come together."""

from mutation.mutant import Mutant

AT_WORK, PARTS, PLACING = "cluster/at_work.py", "cluster/parts.py", "cluster/placing.py"
ROWS, SCANNING = "cluster/rows.py", "cluster/scanning.py"


def _at_work(name: str, says: str, function: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, AT_WORK, function, old, new)


def _keeping(name: str, says: str, function: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, "cluster/keeping.py", function, old, new)


def _placing(name: str, says: str, function: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, PLACING, f"Placed.{function}", old, new)


CUTTING = (
    Mutant(
        "D01",
        "a part ends where its own rows end, and its last chunk is cut short",
        PARTS,
        "cut",
        "min(len(positions), -(-stop // CHUNK_ROWS) * CHUNK_ROWS)",
        "stop",
    ),
    Mutant(
        "D02",
        "the mask of a part is counted from where a batch of rows begins",
        PARTS,
        "Part.of",
        "self.mask[offset // 8 :",
        "self.mask[0 * offset :",
    ),
    Mutant(
        "D03",
        "chunks are counted from where a part begins",
        PARTS,
        "Part.chunks",
        "-(-self.start // CHUNK_ROWS) * CHUNK_ROWS",
        "self.start",
    ),
    Mutant(
        "D04",
        "parts are of even length, wherever a block ends",
        PARTS,
        "edges_of_blocks",
        "starts[i * len(starts) // parts]",
        "i * m // parts",
    ),
    _at_work(
        "D05",
        "the shards of a part are cut as if nobody else had rows",
        "_batch",
        "block_slices(learning.network, m)",
        "block_slices(learning.network, len(examples)); blocks = slice(0, len(slices))",
    ),
    _at_work(
        "D06",
        "a worker adds up its blocks before it answers",
        "_block_sums",
        "np.array([total for total, _ in found])",
        "np.array([sum(total for total, _ in found)] + [0 * found[0][0]] * (len(found) - 1))",
    ),
)
READING = (
    _keeping(
        "D07",
        "words get their codes anew in every file",
        "_raw_rows",
        "Found(words={k: dict(v) for k, v in source.words.items()})",
        "Found()",
    ),
    _keeping(
        "D08",
        "every file begins with the first row",
        "_raw_rows",
        "yield position, raw.values",
        "yield position - file.first, raw.values",
    ),
    _keeping(
        "D09",
        "a file that has changed is read as if it had not",
        "require_unchanged",
        "stamp_of(path) != stamp",
        "False",
    ),
    Mutant(
        "D10",
        "rows that are left out count in where the next file begins",
        SCANNING,
        "scanned",
        "first += one.kept",
        "first += one.read",
    ),
    Mutant(
        "D11",
        "what is wrong with a later file is told first",
        SCANNING,
        "scanned",
        "zip(files, workers.run(calls), strict=True)",
        "reversed(list(zip(files, workers.run(calls), strict=True)))",
    ),
    Mutant(
        "D12",
        "gaps are counted in the last file only",
        "tables/readers.py",
        "Found.add",
        "mine.update(others)",
        "mine.clear(); mine.update(others)",
    ),
)
ANSWERS = (
    _placing(
        "D13",
        "a part that nobody has is left out",
        "_ask_round",
        "lacking[number] = worker",
        "found[number] = []",
    ),
    _placing(
        "D14",
        "the parts of a worker that is gone stay his",
        "_follow_workers",
        "self._owners[number] = heir",
        "pass",
    ),
    _placing(
        "D15",
        "who comes later gets nothing",
        "_follow_workers",
        "self._owners[number] = idle",
        "pass",
    ),
    _placing(
        "D16",
        "answers come in the order of the workers",
        "ask",
        "[found[number] for number in sorted(found)]",
        "list(reversed(found.values()))",
    ),
    _placing(
        "D17",
        "what overflows elsewhere is not counted",
        "_ask_round",
        "count_as_here(answers.overflow, answers.invalid)",
        "pass",
    ),
    Mutant(
        "D18",
        "rows that are asked for come in the order in which they are kept",
        ROWS,
        "_taken",
        "out[place] = rows",
        "out[np.sort(place)] = rows[np.argsort(positions[place])]",
    ),
    Mutant(
        "D19",
        "the rows of a training and of its validation are read from the same parts",
        ROWS,
        "RowsElsewhere._at",
        "_same(there, positions)",
        "True",
    ),
    Mutant(
        "D20",
        "a training goes on in the blocks that were likely before its inputs were known",
        ROWS,
        "_fits",
        "starts.issuperset(part.start for part in placed.parts)",
        "True",
    ),
    Mutant(
        "D21",
        "a cluster that is lost leaves no checkpoint",
        "resuming.py",
        "kept",
        "keeper.save()",
        "pass",
    ),
)

CLUSTER = (*CUTTING, *READING, *ANSWERS)
