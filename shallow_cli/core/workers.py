"""Tasks done in order, here or by a few threads; whoever does them, the results are the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

Item = TypeVar("Item")
Room = TypeVar("Room")
Result = TypeVar("Result")


@contextmanager
def pool_of(threads: int) -> Iterator[Executor | None]:
    """So many threads; none where one is enough."""
    if threads < 2:  # noqa: PLR2004 - one is here already
        yield None
        return
    from concurrent.futures import ThreadPoolExecutor

    # Overflow is found by whoever looks at the numbers; NumPy's switch is one for each thread.
    with ThreadPoolExecutor(threads, initializer=lambda: np.seterr(all="ignore")) as pool:
        yield pool


def rooms_for(threads: int) -> int:
    """How many rooms keep so many threads busy while results wait for their turn."""
    return 1 if threads < 2 else threads + 1  # noqa: PLR2004 - as above


def in_order(
    task: Callable[[Item, Room], Result],
    items: Iterable[Item],
    rooms: Sequence[Room],
    pool: Executor | None,
) -> Iterator[Result]:
    """The results of task(item, room), in the order of the items.

    A result may live in its room, which is used again: use it before the next.
    """
    if pool is None:
        for item in items:
            yield task(item, rooms[0])
        return
    waiting: deque[Future[Result]] = deque()
    for item, room in zip(items, cycle(rooms)):
        if len(waiting) == len(rooms):
            yield waiting.popleft().result()
        waiting.append(pool.submit(task, item, room))
    while waiting:
        yield waiting.popleft().result()
