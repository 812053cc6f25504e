"""Mistakes of the weights of examples, and of examples that are made when needed."""

from mutation.mutant import Edit, Mutant
from mutation.mutants.backward import DIVIDE, call

ARRAYS, BLOCKS = "core/arrays.py", "core/blocks.py"
GRADIENT, PREDICTION = "core/gradient.py", "core/prediction.py"

LOSSES = "(losses if w is None else w[0] * losses)"
EVERY = "for b in batch.blocks for s in b.shards(room.made)"


WEIGHTS = (
    Mutant(
        "P31",
        "the weights of the rows are forgotten in the gradient",
        "core/network.py",
        "backward",
        "*weighted(work.dZ2, w),",
        "",
    ),
    Mutant(
        "P32",
        "the gradient has the squares of the weights",
        "core/network.py",
        "weighted",
        "[(np.multiply, (dZ2, w, dZ2))]",
        "2 * [(np.multiply, (dZ2, w, dZ2))]",
    ),
    Mutant(
        "P33",
        "the weights of the rows are forgotten in the loss",
        "core/outputs.py",
        "summed_loss",
        LOSSES,
        "losses",
    ),
    Mutant(
        "P34",
        "the weights are not gathered with the rows of a mini-batch",
        ARRAYS,
        "Examples.fill",
        "np.take(self.weights, rows,",
        "np.take(self.weights, np.arange(len(rows)),",
    ),
    Mutant(
        "P35",
        "the gradient is divided by the sum of the weights, not by the number of rows",
        GRADIENT,
        "objective_gradient",
        DIVIDE,
        call(
            f"np.divide(total, sum(len(s.X.T) if s.w is None else s.w.sum() {EVERY}), "
            "gradient.vector)"
        ),
    ),
    Mutant(
        "P36",
        "rows that are taken out have the weights of the first",
        ARRAYS,
        "Examples.take",
        "self.weights[rows]",
        "self.weights[: len(self.table[rows])]",
    ),
    Mutant(
        "P37",
        "every shard has the weights of the first",
        ARRAYS,
        "Examples.part",
        "self.weights[rows]",
        "self.weights[: len(self.table[rows])]",
    ),
)

MADE = (
    Mutant(
        "P38",
        "every shard that is made when needed is the first",
        BLOCKS,
        "MadeBlock.shards",
        "fill(rows, part)",
        "fill(slice(rows.stop - rows.start), part)",
    ),
    Mutant(
        "P39",
        "a short shard that is made is given the room, and the old rows, of a whole one",
        BLOCKS,
        "MadeBlock.shards",
        "yield as_shard(part)",
        "yield as_shard(room)",
    ),
    Mutant(
        "P40",
        "every chunk that is made for a prediction is the first",
        PREDICTION,
        "_shard",
        "fill(rows, part)",
        "fill(slice(rows.stop - rows.start), part)",
    ),
    Mutant(
        "P41",
        "the rows of a prediction are counted anew in every chunk",
        PREDICTION,
        "_pass",
        "return Passed(rows,",
        "return Passed(slice(m),",
    ),
    Mutant(
        "P42",
        "all the rows are made at once for a prediction",
        PREDICTION,
        "passes",
        "dtype = wide(",
        "CHUNK_ROWS = len(data); dtype = wide(",
        also=Edit("_room", "min(CHUNK_ROWS, len(data))", "len(data)"),
    ),
)
