"""Ctrl-C, SIGTERM, and nobody who reads any more, as a question that a training loop can ask."""

from __future__ import annotations

import errno
import signal
import threading
from types import FrameType
from typing import Any, Self

from shallow_cli.errors import CLOSED_PIPE, DataError, Problem, StoppedError

EXIT_CODE_OFFSET = 128
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # a terminal that is closed hangs up


def is_closed_terminal(error: OSError) -> bool:
    """Whether it says of a terminal that it has been closed."""
    return error.errno == errno.EIO


class Interrupts:
    """While entered, the first signal is remembered; a second one stops at once.

    `failure` is why stdout cannot be written, where that is no more than a lack of readers.
    """

    def __init__(self) -> None:
        self._received: int | None = None
        self._code = 0
        self.failure: OSError | None = None
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
        """Whether a signal has come, or stdout is lost."""
        return self._code != 0

    @property
    def exit_code(self) -> int:
        """130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP, 141 without readers, 3 where
        stdout cannot be written, else 0.
        """
        return self._code

    def by_lost_output(self, error: OSError) -> None:
        """Stdout cannot be written: as good as a signal, unless one has come.

        Where a terminal is gone, SIGHUP is on its way; who has it ignored wants to go on without.
        """
        if is_closed_terminal(error) and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
            return
        if isinstance(error, BrokenPipeError):
            code = CLOSED_PIPE
        elif is_closed_terminal(error):
            code = EXIT_CODE_OFFSET + signal.SIGHUP
        else:
            code, self.failure = DataError.exit_code, error
        self._code = self._code or code

    def _remember(self, number: int, _frame: FrameType | None) -> None:
        if self._received is not None:
            text = "stopped at once by a second signal; nothing is half-written"
            raise StoppedError(EXIT_CODE_OFFSET + number, Problem(text))
        self._received, self._code = number, EXIT_CODE_OFFSET + number
