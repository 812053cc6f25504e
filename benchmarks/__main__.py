"""`python -m benchmarks`: measure, compare, and write the page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks import measuring, page, plots, results
from benchmarks.choices import measuring as choices
from benchmarks.data import ROOT
from benchmarks.judging import problems
from benchmarks.machine import machine
from benchmarks.results import Results
from benchmarks.scaling import measuring as scaling
from benchmarks.workloads import PARTS, WORKLOADS

ALL = (*WORKLOADS, *PARTS)


def main(words: Sequence[str] | None = None) -> int:
    """0 if every floor that was measured is met and all agree, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", help=f"of {', '.join(ALL)}")
    parser.add_argument("--rounds", type=int, default=7, help="of each variant (7)")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it runs")
    parser.add_argument("--out", type=Path, help="the folder for page, plots and results (docs)")
    parser.add_argument("--render", action="store_true", help="from the results that are there")
    options = parser.parse_args(words)
    chosen = [name for name in ALL if fits(name, options.only)]
    unknown = [word for word in options.only or () if not any(fits(n, [word]) for n in ALL)]
    if unknown:
        parser.error(f"--only takes {', '.join(ALL)}, not {', '.join(unknown)}")
    if options.rounds < 1:
        parser.error("--rounds takes a number from 1 up")
    if options.quick and not options.out:
        parser.error("--quick needs --out: its figures are no results")

    folder: Path = options.out or ROOT / "docs"
    file = folder / results.FILE
    new = Results(machine(), options.quick)
    found = results.read(file) if file.exists() and (options.only or options.render) else new
    if options.render and not file.exists():
        parser.error(f"--render: there is no {file}; measure first")
    if not options.render:
        if (found.machine, found.quick) != (new.machine, new.quick):
            parser.error(f"{file} has other versions, sizes or another machine: measure all anew")
        for name in chosen:
            found = measured(found, name, options.rounds)
            folder.mkdir(parents=True, exist_ok=True)
            results.write(found, file)
    return written(found, folder)


def fits(name: str, only: Sequence[str] | None) -> bool:
    """By its whole name or its beginning: tall is both of tall-float32 and tall-float64."""
    return only is None or any(name == word or name.startswith(f"{word}-") for word in only)


def measured(found: Results, name: str, rounds: int) -> Results:
    """The results with one workload, or one of the other parts, measured anew."""
    if name == "scaling":
        return replace(found, scaling=scaling.measure(rounds, quick=found.quick, tell=tell))
    if name == "choices":
        return replace(found, choices=choices.measure(rounds, quick=found.quick, tell=tell))
    outcome = measuring.measure(WORKLOADS[name], rounds, quick=found.quick, tell=tell)
    outcomes = {**found.outcomes, name: outcome}
    return replace(found, outcomes={n: outcomes[n] for n in WORKLOADS if n in outcomes})


def written(found: Results, folder: Path) -> int:
    """Write page and plots, and tell what is wrong."""
    (folder / page.FILE).write_text(page.page(found), encoding="utf-8")
    if not plots.draw(found, folder):
        tell("no plots: matplotlib is not installed")
    wrong = problems(found)
    print(*wrong, sep="\n", end="\n" if wrong else "")
    word = "failed" if wrong else "no figure means anything" if found.quick else "passed"
    print(f"{word}: {folder / page.FILE}")
    return 1 if wrong else 0


def tell(line: str) -> None:
    """Progress."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
