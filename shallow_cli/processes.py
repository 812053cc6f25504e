"""Processes that are started here: what is left to whoever has started them."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from multiprocessing import parent_process, resource_tracker
from threading import Thread


def end_with_parent() -> None:
    """In a process: end as soon as who has started it does, were it by SIGKILL."""

    def wait_for_it() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
        os._exit(1)

    Thread(target=wait_for_it, daemon=True).start()


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C and SIGHUP go to all processes of a command; who is started here leaves them to us.

    A signal that comes meanwhile is there afterwards. Where there are no masks, nothing is held.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    held = {signal.SIGINT, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    resource_tracker.ensure_running()  # which lets SIGINT through, once it is there
    signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
