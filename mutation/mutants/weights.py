"""Mistakes of the weights of examples, and of examples that are made when needed."""

from mutation.mutant import Edit, Mutant

ARRAYS, GRADIENT, PREDICTION = "core/arrays.py", "core/gradient.py", "core/prediction.py"

TIMES_W = "np.multiply(work.dZ2, w, out=work.dZ2)"
LOSSES = "(losses if w is None else w[0] * losses)"
DIVIDE = "np.divide(total, batch.m, out=gradient.vector)"
EVERY = "for b in batch.blocks for s in b.shards(first.made)"


def _backward(name: str, says: str, new: str) -> Mutant:
    return Mutant(name, says, "core/network.py", "backward", TIMES_W, new)


WEIGHTS = (
    _backward("P31", "the weights of the rows are forgotten in the gradient", "pass"),
    _backward(
        "P32", "the gradient has the squares of the weights", TIMES_W.replace("w,", "w * w,")
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
        DIVIDE.replace("batch.m", f"sum(len(s.X.T) if s.w is None else s.w.sum() {EVERY})"),
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
        GRADIENT,
        "MadeBlock.shards",
        "fill(rows, part)",
        "fill(slice(rows.stop - rows.start), part)",
    ),
    Mutant(
        "P39",
        "a short shard that is made is given the room, and the old rows, of a whole one",
        GRADIENT,
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
