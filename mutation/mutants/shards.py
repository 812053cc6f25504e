"""Mistakes of the sum over shards and of prediction in blocks, which small data do not show."""

from mutation.mutant import Edit, Mutant

GRADIENT, PREDICTION = "core/gradient.py", "core/prediction.py"

DIVIDE = "np.divide(total, batch.m, out=gradient.vector)"
RESULT = "result = np.empty((len(table), network.n_y))"
PADDED = "size = BLOCK_ROWS if dtype is np.float64 else min(BLOCK_ROWS, len(data))"

SHARDS = (
    Mutant(
        "M54",
        "predictions are made without b2",
        PREDICTION,
        "predict",
        RESULT,
        f"theta = parameters(network, theta.vector.copy()); theta.b2[...] = 0; {RESULT}",
    ),
    Mutant(
        "P05",
        "a last shard that is short is dropped, unless it is the only one",
        GRADIENT,
        "cut",
        "range(0, len(data), size)",
        "range(0, max(1, len(data) - size + 1), size)",
    ),
    Mutant(
        "P06",
        "the sum of a block is not cleared before the next",
        GRADIENT,
        "_sum_block",
        "total.fill(0)",
        "pass",
    ),
    Mutant(
        "P07",
        "the gradient is not cleared before the next step",
        GRADIENT,
        "_sum_blocks",
        "total.fill(0)",
        "pass",
    ),
    Mutant(
        "P08",
        "the sum is divided by the rows of the last block, not of all",
        GRADIENT,
        "objective_gradient",
        DIVIDE,
        DIVIDE.replace("batch.m", "sum(s.X.shape[1] for s in batch.blocks[-1].shards(first.made))"),
    ),
    Mutant(
        "P09",
        "a shard replaces the sum of those before it",
        GRADIENT,
        "_sum_block",
        "np.add(total, room.shard_sum.vector, out=total)",
        "np.copyto(total, room.shard_sum.vector)",
    ),
    Mutant(
        "P10",
        "the gradient of L2 is added once a block",
        GRADIENT,
        "objective_gradient",
        "add_penalty_gradient(theta, l2,",
        "add_penalty_gradient(theta, len(batch.blocks) * l2,",
    ),
    Mutant(
        "P11",
        "shards in float32 are added in float32",
        GRADIENT,
        "new_buffers",
        "wide(data.dtype)",
        "data.dtype",
        also=Edit("_room", "wide(dtype)", "dtype"),
    ),
    Mutant(
        "P12",
        "only the last block of rows counts in the loss",
        PREDICTION,
        "objective",
        "total += ",
        "total = ",
    ),
    Mutant(
        "P13",
        "blocks of predictions are not padded: a row's last digits depend on its neighbours",
        PREDICTION,
        "_room",
        PADDED,
        "size = min(BLOCK_ROWS, len(data))",
    ),
    Mutant(
        "P14",
        "a short block is read from the end of its buffers, where the padding is",
        PREDICTION,
        "_pass",
        "room.work.Z2[:, :filled]",
        "room.work.Z2[:, -filled:]",
        also=Edit("_pass", "room.work.A2[:, :filled]", "room.work.A2[:, -filled:]"),
    ),
)
