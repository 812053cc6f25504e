"""Tasks done in order, here or by a few threads; whoever does them, the results are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

Item = TypeVar("Item")
Room = TypeVar("Room")
Result = TypeVar("Result")


@contextmanager
def pool_of(threads: int) -> Iterator[Executor | None]:
    """Helpers for whoever works here, so that there are so many in all; none for one."""
    if threads < 2:  # noqa: PLR2004 - one is here already
        yield None
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads - 1) as pool:
        yield pool


def in_order(
    task: Callable[[Item, Room], Result],
    items: Iterable[Item],
    rooms: Sequence[Room],
    pool: Executor | None,
) -> Iterator[Result]:
    """The results of task(item, room), in the order of the items.

    As many items as there are rooms are worked on at a time, the first of them here. A result
    may live in its room, which is used again: use it before the next.
    """
    waiting = iter(items)
    for first in waiting:
        others = []
        if pool is not None:
            some = zip(rooms[1:], waiting)  # noqa: B905 - rooms first: no item is lost
            # What is to be done about overflow is a part of the context.
            others = [pool.submit(copy_context().run, task, item, room) for room, item in some]
        yield task(first, rooms[0])
        for other in others:
            yield other.result()
