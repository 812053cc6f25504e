"""At which epochs of a training its weights are kept, to see later how the network learned."""

from __future__ import annotations

LADDERS = ((1, 2, 3, 5, 7), (1, 2, 5), (1,))  # times 10ᵏ, the finest first
MOST_BYTES = 256 * 1024  # of all the snapshots of a training


def snapshot_epochs(epochs: int, size: int) -> tuple[int, ...]:
    """0 and the round numbers up to `epochs`, spaced by the logarithm: most happens early.

    There are as many as fit of weights of `size` bytes; none where not even one a decade does.
    """
    for ladder in LADDERS:
        powers = range(len(str(epochs)))
        rungs = (rung * 10**power for power in powers for rung in ladder)
        found = (0, *(rung for rung in rungs if rung <= epochs))
        if len(found) * size <= MOST_BYTES:
            return found
    return ()
