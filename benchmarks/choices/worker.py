"""Time every option once: `python -m benchmarks.choices.worker [--quick]`.

Prints one line of JSON: from question to option to seconds a call. One thread, so the options
take turns in one process.
"""

from __future__ import annotations

import argparse
import json
from statistics import median
from time import perf_counter

from benchmarks.choices import limits, options
from benchmarks.choices.options import Todo

ENOUGH_SECONDS, TURNS = 2e-3, 5


def main() -> None:
    """Measure all options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.choices.worker")
    parser.add_argument("--quick", action="store_true")
    words = parser.parse_args()
    enough, turns = (0.0, 1) if words.quick else (ENOUGH_SECONDS, TURNS)
    found = {
        question: in_turns(ways, enough, turns)
        for question, ways in (options.questions(quick=words.quick) | limits.questions()).items()
    }
    print(json.dumps({"found": found}))


def in_turns(options: dict[str, Todo], enough: float, turns: int) -> dict[str, float]:
    """The median of each option's seconds a call."""
    times = {
        name: max(1, round(enough / max(1e-7, seconds(todo, 1)))) for name, todo in options.items()
    }
    taken: dict[str, list[float]] = {name: [] for name in options}
    for _ in range(turns):
        for name, todo in options.items():
            taken[name].append(seconds(todo, times[name]))
    return {name: median(of) for name, of in taken.items()}


def seconds(todo: Todo, times: int) -> float:
    """Of one call in so many."""
    begin = perf_counter()
    for _ in range(times):
        todo()
    return (perf_counter() - begin) / times


if __name__ == "__main__":
    main()
