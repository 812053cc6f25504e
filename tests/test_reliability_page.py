"""docs/reliability.md: its figures are those of the tests, and its commands work."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mutation.mutants import MUTANTS

from . import test_fuzz_configs, test_fuzz_headers, test_resume, test_saving
from . import test_signals as signals
from .conftest import ROOT
from .fuzzing.tables import WANTED
from .scale import SCALE
from .test_docs import blocks, checkout, in_shell

__all__ = ["checkout"]  # a fixture

PAGE = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
ROWS = [line.split(" | ") for line in PAGE.splitlines() if line.startswith("| ")][1:]
FIGURES = {
    "configs damaged": test_fuzz_configs.PARTS * test_fuzz_configs.EACH,
    "tables,": WANTED,
    "headers of": (len(test_fuzz_headers.MODELS) + 3) * test_fuzz_headers.CASES,
    "killed at a line": test_saving.KILL_POINTS,
    "the disk is full": test_saving.FULL_SIZES,
    "two writers": test_saving.SECONDS,
    "a training killed": test_resume.KILLS,
    "SIGINT": signals.NUMBER,
    "faults planted": sum(mutant.name[0] in "FR" for mutant in MUTANTS) * SCALE,
}


@pytest.mark.parametrize("what", FIGURES)
def test_the_figures_are_those_of_the_tests(what: str) -> None:
    [row] = [row for row in ROWS if row[0].startswith(f"| {what}")]
    assert re.match(r"[\d,]+", row[1])[0].replace(",", "") == str(FIGURES[what] // SCALE)  # type: ignore[index]


def test_the_cases_of_the_environment_are_counted() -> None:
    files = ["tests/test_environment.py", "tests/test_places.py"]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n0", *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    [row] = [row for row in ROWS if row[0].startswith("| surroundings")]
    found = re.findall(r"^tests/.*: (\d+)$", done.stdout, re.MULTILINE)
    assert len(found) == len(files)
    assert sum(map(int, found)) == int(row[1])


def test_the_files_are_there() -> None:
    names = re.findall(r"(?:`|tests/)([\w/]*test_\w+\.py)", PAGE)
    assert len(names) > 15
    assert all((ROOT / "tests" / name).exists() for name in names)


def test_the_commands_work(checkout: Path) -> None:
    script, *others = blocks("sh", PAGE)
    done = in_shell(script, checkout)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "killed"
    assert "the same bytes" in done.stdout.splitlines()
    assert "verified: trained twice" in done.stderr
    assert all("SHALLOW_TEST_SCALE=10 .venv/bin/python -m pytest tests/" in each for each in others)
