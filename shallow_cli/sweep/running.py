"""Trials in processes of their own."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import active_children, get_context, parent_process
from threading import Thread

from shallow_cli.config import Config
from shallow_cli.core.events import End, Reason
from shallow_cli.core.training import train
from shallow_cli.errors import NoVerdictError, Problem
from shallow_cli.fitting import prepare
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


def end_with_parent() -> None:
    """In a process of the sweep: end as soon as the sweep has, were it by SIGKILL."""

    def wait_for_it() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
        os._exit(1)

    Thread(target=wait_for_it, daemon=True).start()


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C and SIGHUP go to all processes of a sweep; who is started here leaves them to us.

    A signal that comes meanwhile is there afterwards. Where there are no masks, nothing is held.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
