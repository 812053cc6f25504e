"""Mistakes of the sum over shards and of prediction in blocks, which small data do not show."""

from mutation.mutant import Edit, Mutant
from mutation.mutants.backward import DIVIDE, call

BLOCKS, GRADIENT, PREDICTION = "core/blocks.py", "core/gradient.py", "core/prediction.py"

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
        BLOCKS,
        "even_slices",
        "range(start, stop, length)",
        "range(start, max(start + 1, stop - length + 1), length)",
    ),
    Mutant(
        "P06",
        "the sum of a block is not cleared before the next",
        GRADIENT,
        "_add_up",
        "room.block_sum.fill(0)",
        "pass",
    ),
    Mutant(
        "P07",
        "the gradient is not cleared before the next step",
        GRADIENT,
        "_sum_up",
        "total.fill(0)",
        "pass",
    ),
    Mutant(
        "P08",
        "the sum is divided by the rows of the last block, not of all",
        GRADIENT,
        "objective_gradient",
        DIVIDE,
        call(
            "np.divide(total, sum(len(s.X.T) for s in batch.blocks[-1].shards(room.made)), "
            "gradient.vector)"
        ),
    ),
    Mutant(
        "P09",
        "a shard replaces the sum of those before it",
        GRADIENT,
        "_add_up",
        "np.add(room.block_sum, room.shard_sum.vector, out=room.block_sum)",
        "np.copyto(room.block_sum, room.shard_sum.vector)",
    ),
    Mutant(
        "P10",
        "the gradient of L2 is added once a block",
        GRADIENT,
        "objective_gradient",
        "penalty_gradient(theta, l2,",
        "penalty_gradient(theta, len(batch.blocks) * l2,",
    ),
    Mutant(
        "P11",
        "shards in float32 are added in float32, however many",
        "core/buffers.py",
        "buffers_for",
        "wide(data.dtype)",
        "data.dtype",
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
