"""Trials in processes of their own."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, get_context

from shallow_cli.config import Config
from shallow_cli.core.events import End, Reason
from shallow_cli.core.training import train
from shallow_cli.errors import NoVerdictError, Problem
from shallow_cli.fitting import prepare
from shallow_cli.sweep.plan import Sweep
from shallow_cli.sweep.rows import Values

LOOK_SECONDS = 0.1  # between two looks for an interrupt


def trained(config: Config) -> Values:
    """The row of the weights that a training keeps; only the epoch if it ran away.

    Raises:
        ConfigError: if the config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
    """
    prepared = prepare(config)
    *_, end = train(prepared.job, prepared.theta)
    if not isinstance(end, End) or end.reason is Reason.DIVERGED:
        return {"epoch": end.last_epoch if isinstance(end, End) else 0}
    return end.row.values()


def run(
    sweep: Sweep,
    numbers: Iterable[int],
    jobs: int,
    interrupted: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[int, Values]]:
    """The number and the row of each of these trials, as they come, until somebody interrupts.

    Raises:
        ConfigError: if a config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
        NoVerdictError: if a process was killed.
    """
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _leave_interrupts_to_the_parent)
    waiting = {pool.submit(trained, sweep.trials[number].config): number for number in numbers}
    try:
        while waiting and not interrupted():
            done, _ = wait(waiting, LOOK_SECONDS, FIRST_COMPLETED)
            for future in sorted(done, key=waiting.__getitem__):
                yield waiting.pop(future), future.result()
    except BrokenProcessPool:
        text = "a process of the sweep was killed; is there enough memory? --jobs 1 takes less"
        raise NoVerdictError(Problem(text)) from None
    finally:
        pool.shutdown(wait=not waiting, cancel_futures=True)
        if waiting:
            for child in active_children():
                child.terminate()


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
