"""Trials in processes of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import active_children, get_context

from shallow_cli.config import Config
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


def run(
    sweep: Sweep,
    numbers: Iterable[int],
    jobs: int,
    interrupted: Callable[[], bool] = lambda: False,
) -> Generator[tuple[int, Values], None, None]:
    """The number and the row of each of these trials, as they come, until somebody interrupts.

    Raises:
        ConfigError: if a config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
        NoVerdictError: if a process was killed.
    """
    with interrupts_held():
        pool = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=end_with_parent)
    pending = iter(numbers)
    waiting: dict[Future[Values], int] = {}
    try:
        while not interrupted():
            more = list(islice(pending, AHEAD * jobs - len(waiting)))
            with interrupts_held():
                waiting |= {pool.submit(trained, sweep.trials[n].config): n for n in more}
            if not waiting:
                return
            done, _ = wait(waiting, LOOK_SECONDS, FIRST_COMPLETED)
            for future in sorted(done, key=waiting.__getitem__):
                yield waiting.pop(future), future.result()
    except BrokenProcessPool:
        time.sleep(LOOK_SECONDS)  # who signals us all may reach the others first
        if interrupted():
            return
        text = "a process of the sweep was killed; is there enough memory? --jobs 1 takes less"
        raise NoVerdictError(Problem(text)) from None
    finally:
        pool.shutdown(wait=not waiting, cancel_futures=True)
        if waiting:
            for child in active_children():
                child.terminate()
