"""Ctrl-C and SIGTERM as a question that a training loop can ask."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Self

EXIT_CODE_OFFSET = 128


class Interrupts:
    """While entered, the first signal is remembered; a second one stops the program at once."""

    def __init__(self) -> None:
        self._received: int | None = None
        self._before: dict[int, signal.Handlers | int | None] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._remember)  # type: ignore[assignment]
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def __call__(self) -> bool:
        """Whether a signal has come."""
        return self._received is not None

    @property
    def exit_code(self) -> int:
        """130 after Ctrl-C, 143 after SIGTERM, 0 after neither."""
        return EXIT_CODE_OFFSET + self._received if self._received else 0

    def _remember(self, number: int, _frame: FrameType | None) -> None:
        self._received = number
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()
