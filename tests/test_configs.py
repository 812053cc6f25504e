"""Every shipped config trains, and as well as it should."""

import json
from pathlib import Path
from statistics import median

import pytest

from shallow_cli.core.events import Row
from shallow_cli.files.config_file import load_config
from shallow_cli.fitting import fit

from .conftest import ROOT, Shallow

CONFIGS = sorted(path.stem for path in (ROOT / "configs").glob("*.yaml"))
TABLES = sorted(path.stem for path in (ROOT / "data").glob("*.csv"))


def test_every_table_has_a_config_and_a_source() -> None:
    assert set(TABLES) | {"flower", "moons", "xor", "spiral"} == set(CONFIGS)
    sources = (ROOT / "data/README.md").read_text()
    assert all(f"`{name}.csv`" in sources for name in TABLES)


@pytest.mark.parametrize("name", CONFIGS)
def test_every_config_trains_evaluates_and_predicts(name: str, shallow: Shallow) -> None:
    config = ROOT / f"configs/{name}.yaml"
    table = [ROOT / f"data/{name}.csv"] if name in TABLES else []
    shallow("train", config)
    found = json.loads(shallow("evaluate", "model.npz", *table, "--json").out)
    predicted = shallow("predict", "model.npz", *table)
    assert len(predicted.out.splitlines()) == found["rows"] + 1
    better = found["accuracy"] > 1.3 * found["baseline_accuracy"] if "accuracy" in found else True
    assert better


def kept(name: str, seed: int, *overrides: str) -> Row:
    """The measures of a config's model with another seed."""
    config = load_config(ROOT / f"configs/{name}.yaml", [f"seed={seed}", *overrides])
    return fit(config).kept


@pytest.mark.parametrize(
    ("name", "at_least"),
    [("iris", 0.93), ("wine", 0.95), ("breast_cancer", 0.95), ("digits", 0.94)],
)
def test_held_out_accuracy(name: str, at_least: float) -> None:
    """The median over five seeds, each with its own split; a fifth is held out."""
    found = [kept(name, seed).validation_accuracy or 0 for seed in range(5)]
    assert median(found) >= at_least


def test_held_out_r2_whatever_the_unit(tmp_path: Path) -> None:
    """Also with the target multiplied by a thousand, which is the same problem."""
    header, *rows = (ROOT / "data/diabetes.csv").read_text().splitlines()
    table = tmp_path / "diabetes.csv"
    times = [f"{row.rpartition(',')[0]},{row.rpartition(',')[2]}000" for row in rows]
    table.write_text("\n".join([header, *times]) + "\n")
    plain = [kept("diabetes", seed).validation_r2 or 0 for seed in range(5)]
    larger = [kept("diabetes", seed, f"data.csv={table}").validation_r2 or 0 for seed in range(5)]
    assert median(plain) >= 0.40
    assert larger == pytest.approx(plain, abs=1e-6)
