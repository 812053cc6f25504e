"""Trials in processes of their own, or wherever there are hands for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing import active_children, get_context

from shallow_cli.config import Config, with_absolute_paths
from shallow_cli.core.events import End, Reason
from shallow_cli.core.training import train
from shallow_cli.errors import NoVerdictError, Problem
from shallow_cli.fitting import prepare
from shallow_cli.processes import end_with_parent, interrupts_held
from shallow_cli.sweep.plan import Sweep
from shallow_cli.sweep.rows import Values

LOOK_SECONDS = 0.1  # between two looks for an interrupt
AHEAD = 2  # trials that are handed out to each process: one, and one that waits


def trained(config: Config) -> Values:
    """The row of the weights that a training keeps; only the epoch if it ran away.

    Raises:
        ConfigError: if the config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
    """
    prepared = prepare(config)
    *_, end = train(prepared.job, prepared.theta)
    if not isinstance(end, End):
        raise TypeError("a training ends with its end")
    if end.reason is Reason.DIVERGED:
        return {"epoch": end.last_epoch}
    return end.row.values()


@dataclass(frozen=True)
class Hands:
    """Who trains, how many trials at a time, and how many are handed out to each beforehand.

    `look` raises an error if they are gone, and `result` if they were killed over a trial; `end`
    is told whether they are still at work.
    """

    executor: Executor
    at_once: int
    ahead: int
    look: Callable[[], None]
    result: Callable[[Future[Values]], Values]
    end: Callable[[bool], None]


def processes(jobs: int) -> Hands:
    """So many processes of our own."""
    with interrupts_held():
        pool = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=end_with_parent)

    def end(at_work: bool) -> None:
        pool.shutdown(wait=not at_work, cancel_futures=True)
        if at_work:
            for child in active_children():
                child.terminate()

    return Hands(pool, jobs, AHEAD, lambda: None, lambda future: future.result(), end)


def run(
    sweep: Sweep,
    numbers: Iterable[int],
    hands: Hands,
    interrupted: Callable[[], bool] = lambda: False,
) -> Generator[tuple[int, Values], None, None]:
    """The number and the row of each of these trials, as they come, until somebody interrupts.

    Raises:
        ConfigError: if a config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
        NoVerdictError: if a process was killed, or a cluster is no longer there.
    """
    pending = iter(numbers)
    waiting: dict[Future[Values], int] = {}
    try:
        while not interrupted():
            hands.look()
            more = list(islice(pending, hands.ahead * hands.at_once - len(waiting)))
            with interrupts_held():
                configs = {n: with_absolute_paths(sweep.trials[n].config) for n in more}
                waiting |= {hands.executor.submit(trained, configs[n]): n for n in more}
            if not waiting:
                return
            done, _ = wait(waiting, LOOK_SECONDS, FIRST_COMPLETED)
            for future in sorted(done, key=waiting.__getitem__):
                yield waiting.pop(future), hands.result(future)
    except BrokenProcessPool:
        time.sleep(LOOK_SECONDS)  # who signals us all may reach the others first
        if interrupted():
            return
        text = "a process of the sweep was killed; is there enough memory? --jobs 1 takes less"
        raise NoVerdictError(Problem(text)) from None
    finally:
        hands.end(bool(waiting))
