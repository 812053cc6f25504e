"""Four times the rows take no more memory: in training from a map, in prediction, in measuring."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from .conftest import write
from .test_size import driven

ROWS, COLUMNS = 40_000, 10
MORE = 1.1  # at most


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of so many rows and of four times as many, a config and a model of each."""
    folder = tmp_path_factory.mktemp("large")
    cells = np.random.RandomState(0).standard_normal((ROWS // 25, COLUMNS))
    lines = "".join(
        ",".join(f"{x:.6f}" for x in row) + f",{'ja' if row[0] > row[1] else 'nein'}\n"
        for row in cells
    )
    header = ",".join([*(f"x{i}" for i in range(COLUMNS)), "y"])
    for name, times in ("some", 1), ("few", 25), ("many", 100):
        write(folder / f"{name}.csv", f"{header}\n{lines * times}")
        write(folder / f"{name}.yaml", f"data: {{csv: {name}.csv}}\nepochs: 1\nhidden_units: 200\n")
        peak(folder, "train", f"{name}.yaml", "-o", f"{name}.npz")
    return folder


def peak(folder: Path, *words: str) -> int:
    """Of a command line, in kB."""
    done = subprocess.run(driven(*words), cwd=folder, capture_output=True, check=True, timeout=60)
    return int(done.stderr.split()[-1])


@pytest.mark.parametrize(
    "words",
    [
        ["train", "few.yaml", "-o", "other.npz"],
        ["train", "few.yaml", "-o", "other.npz", "--set", "batch_size=64"],
        # A last shard that is shorter than the others needs buffers of its own: here both have one.
        ["train", "few.yaml", "-o", "other.npz", "--set", "data.validation=0.26"],
        ["predict", "some.npz", "few.csv"],
        ["evaluate", "some.npz", "few.csv"],
        ["evaluate", "few.npz", "few.csv"],  # known, and therefore taken apart
    ],
)
def test_four_times_the_rows_take_no_more_memory(words: list[str], folder: Path) -> None:
    """A process may come out some MB smaller or larger by chance: each is measured twice."""
    more = [word.replace("few", "many") for word in words]
    few = max(peak(folder, *words) for _ in range(2))
    many = min(peak(folder, *more) for _ in range(2))
    print(f"{' '.join(words)}: {few} kB, {many} kB, {many / few - 1:+.1%}")  # noqa: T201
    assert many < few * MORE
