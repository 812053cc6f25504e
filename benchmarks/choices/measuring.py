"""All the options, in rounds."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks.results import Option
from benchmarks.running import run, wait_until_idle


def measure(rounds: int, *, quick: bool, tell: Callable[[str], None]) -> tuple[Option, ...]:
    """Every option of every question, with its seconds in each round."""
    found: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds):
        if not quick:
            wait_until_idle()
        words = ["--quick"] if quick else []
        ran = run([sys.executable, "-m", "benchmarks.choices.worker", *words], 1)
        for question, options in ran.said["found"].items():
            for option, seconds in options.items():
                found.setdefault((question, option), []).append(seconds)
        tell(f"choices, round {number + 1}: {ran.seconds:.3g} s")
    return tuple(Option(*names, tuple(seconds)) for names, seconds in found.items())
