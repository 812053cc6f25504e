"""`python -m benchmarks.cluster`: measure what a cluster costs, and write docs/scale.md."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cluster.measuring import QUICK, Sizes, measured
from benchmarks.cluster.page import PAGE, RESULTS, page
from benchmarks.data import ROOT
from benchmarks.machine import machine


def main(words: Sequence[str] | None = None) -> int:
    """Measure, unless the page is only to be written from the results that are there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rows, to see that it runs")
    parser.add_argument("--out", type=Path, help="the folder for page and results (docs)")
    parser.add_argument("--render", action="store_true", help="from the results that are there")
    options = parser.parse_args(words)
    if options.quick and not options.out:
        parser.error("--quick needs --out: its figures are no results")
    folder: Path = options.out or ROOT / "docs"
    results = folder / RESULTS
    if not options.render:
        with tempfile.TemporaryDirectory() as place:
            found = measured(QUICK if options.quick else Sizes(), Path(place))
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"machine": machine(), **found}, indent=1, sort_keys=True)
        results.write_text(text + "\n", encoding="utf-8")
    found = json.loads(results.read_text(encoding="utf-8"))
    (folder / PAGE).write_text(page(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
