"""Ctrl-C and SIGTERM as a question that a training loop can ask."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any, Self

from shallow_cli.errors import CLOSED_PIPE, Problem, StoppedError

EXIT_CODE_OFFSET = 128
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # a terminal that is closed hangs up


class Interrupts:
    """While entered, the first signal is remembered; a second one stops at once."""

    def __init__(self) -> None:
        self._received: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:  # `trap '' INT` is a wish
                    self._before[number] = signal.signal(number, self._remember)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def __call__(self) -> bool:
        """Whether a signal has come."""
        return self._received is not None

    @property
    def exit_code(self) -> int:
        """130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP, 141 without readers, else 0."""
        return 0 if self._received is None else EXIT_CODE_OFFSET + self._received

    def by_closed_pipe(self) -> None:
        """Nobody reads what is written: as good as a signal, unless one has come."""
        self._received = self._received or CLOSED_PIPE - EXIT_CODE_OFFSET

    def _remember(self, number: int, _frame: FrameType | None) -> None:
        if self._received is not None:
            text = "stopped at once by a second signal; no model was written"
            raise StoppedError(EXIT_CODE_OFFSET + number, Problem(text))
        self._received = number
