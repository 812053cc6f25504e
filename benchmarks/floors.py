"""What must hold, as it was agreed: data, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Floor:
    """A bound on one workload.

    faster: shallow is at least `figure` times faster than the fastest variant of these peers.
    within: it takes at most `figure` times as long as the fastest variant of them.
    loss: the median of its losses is at most `figure` times the largest of theirs. Of ten starts
    the best is a matter of luck, more than of the optimizer: other starts are another best.
    """

    workload: str
    peers: tuple[str, ...]
    kind: Literal["faster", "within", "loss"]
    figure: float


def faster(workload: str, **peers: float) -> tuple[Floor, ...]:
    """One floor for each peer."""
    return tuple(Floor(workload, (peer,), "faster", figure) for peer, figure in peers.items())


def within(workload: str, **peers: float) -> tuple[Floor, ...]:
    """One bound for each peer."""
    return tuple(Floor(workload, (peer,), "within", figure) for peer, figure in peers.items())


TALL = ("tall-float32", "tall-float64")

FLOORS: tuple[Floor, ...] = (
    *faster("flower", course=2.5, sklearn=5, torch=12),
    *within("flower", jax=2.0),
    *faster("adam", plain=3.5, sklearn=5, torch=12),
    *within("adam", jax=2.0),
    *faster("images", sklearn=1.3, torch=1.3),
    *within("images", products=1.35),
    *faster("wide", sklearn=1.7, torch=2),
    *within("wide", jax=1.3, products=1.6),
    Floor("full", ("sklearn", "torch", "jax"), "faster", 3),
    *within("full", products=1.45),
    *(floor for name in TALL for floor in faster(name, jax=1.4, torch=4, sklearn=4)),
    *(floor for name in TALL for floor in within(name, products=1.9)),
    *faster("predict", sklearn=1.5, torch=3),
    *(
        floor
        for name in ("process-flower", "process-adam")
        for floor in faster(name, sklearn=6, torch=9)
    ),
    *within("lbfgs", nnet=2.0),
    *faster("lbfgs", sklearn=1.0),
    *(Floor("lbfgs", (peer,), "loss", 1) for peer in ("nnet", "sklearn")),
)
