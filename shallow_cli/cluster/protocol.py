"""What training on a cluster needs of a cluster: to have functions called on its workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol


class Call(NamedTuple):
    """A function of what a worker keeps and of these arguments, for a worker or whoever else.

    Whoever does it, and however often: the answer must be the same.
    """

    worker: str
    function: Callable[..., Any]
    arguments: Sequence[Any]


class Answer(NamedTuple):
    """What a function has returned, and on which worker."""

    worker: str
    value: Any


class Workers(Protocol):
    """The workers of a cluster."""

    def names(self) -> Sequence[str]:
        """Those that are there now, in a fixed order.

        Raises:
            LostClusterError: if there is none for a while.
        """

    def run(self, calls: Sequence[Call]) -> list[Answer]:
        """The answers to some calls, in their order.

        Raises:
            LostClusterError: if the cluster is no longer there.
            ShallowError: as a function has raised it.
        """
