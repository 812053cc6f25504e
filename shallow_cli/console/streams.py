"""Where text goes: the product to stdout, everything else to stderr, user text as it is."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, TextIO

from shallow_cli.printable import one_line


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at the stream."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def say(text: str) -> None:
    """One line on stderr; where it cannot be written there is nobody to tell it."""
    with contextlib.suppress(OSError):
        sys.stderr.write(one_line(text) + "\n")
        sys.stderr.flush()


class ForgivingStream:
    """A stream for what nobody needs: where it cannot be written, nothing happens."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write, if that can be."""
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, if that can be."""
        with contextlib.suppress(OSError):
            self._stream.flush()


def write(text: str) -> None:
    """Text of the product, on stdout."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def discard_stdout() -> None:
    """Nobody reads stdout any more: what is still written to it must not complain."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
