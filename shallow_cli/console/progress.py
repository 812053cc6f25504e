"""A progress bar on stderr, only on a terminal and only when a run takes its time."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO, cast

from shallow_cli.console.streams import ForgivingStream, is_terminal

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

PATIENCE = 0.5  # seconds before the bar appears


class ProgressBar:
    """Shows how many of the steps are done and how long the rest will take."""

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted and is_terminal(sys.stderr)
        self._started = time.monotonic()
        self._bar: Bar | None = None

    def update(self, done: int, total: int, label: str) -> None:
        """Draw the bar anew; the first time it appears."""
        if not self._wanted:
            return
        if self._bar is None:
            if time.monotonic() - self._started < PATIENCE:
                return
            self._bar = _new_bar(total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done, description=label)

    @contextlib.contextmanager
    def hidden(self) -> Iterator[None]:
        """Take the bar away while something else is printed to the same terminal."""
        if self._bar is None:
            yield
            return
        self._bar.stop()
        yield
        self._bar.start()

    def close(self) -> None:
        """Take the bar away for good."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _new_bar(total: int) -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %", markup=False),
        TimeRemainingColumn(),
        console=Console(file=cast("TextIO", ForgivingStream(sys.stderr))),
        transient=True,
    )
    bar.add_task("", total=total)
    return bar
