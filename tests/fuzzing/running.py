"""One command line in this process, in time, and what may be said of whatever it was given."""

from __future__ import annotations

import contextlib
import io
import signal
from collections.abc import Iterator
from unittest.mock import patch

from typer.main import get_command

from shallow_cli.cli import app, run
from tests.conftest import Result

DOCUMENTED = {0, 1, 2, 3, 4}
SECONDS = 5  # that one command may take
COMMAND = get_command(app)  # which takes longer to make than most runs of it


class Hangs(BaseException):
    """What nobody takes for an error of the system, as a TimeoutError is."""


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    """What hangs fails."""

    def ring(*_: object) -> None:
        raise Hangs(f"still running after {SECONDS} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def shallow(*words: str, stdin: bytes = b"") -> Result:
    """Run a command line, which must end as documented and tell whole lines of printable text."""
    out, err = io.StringIO(newline=""), io.StringIO(newline="")
    with (
        patch("shallow_cli.cli.app", COMMAND),
        patch("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin))),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        in_time(),
    ):
        code = run(list(words))
    result = Result(code, out.getvalue(), err.getvalue())
    assert code in DOCUMENTED, result
    assert "Traceback" not in result.err
    lines_of(result)
    return result


def lines_of(result: Result) -> list[str]:
    """What was told on stderr, line by line: nothing but whole lines of printable text."""
    *lines, last = result.err.split("\n")
    assert last == "", result
    assert all(line.isprintable() for line in lines), lines
    return lines
