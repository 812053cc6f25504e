"""The same run gives the same bytes, whatever the surroundings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT, run_process

SURROUNDINGS = {
    "blas threads": {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"},
    "time zone": {"TZ": "Pacific/Auckland"},
    "hash seed": {"PYTHONHASHSEED": "12345"},
    "locale": {"LC_ALL": "C", "PYTHONUTF8": "0"},
}


def trained(name: str, folder: Path, env: dict[str, str], *words: str) -> bytes:
    """The bytes of a model, trained from within a folder."""
    model = folder / "m.npz"
    config = ROOT / f"configs/{name}.yaml"
    done = run_process("train", config, "-q", "-o", model, *words, cwd=folder, env=env)
    assert done.returncode == 0, done.stderr
    return model.read_bytes()


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
@pytest.mark.parametrize("name", ["flower", "digits"])
def test_the_surroundings_do_not_matter(name: str, surroundings: str, tmp_path: Path) -> None:
    """Full batch and mini-batches, the second with wide layers and a split."""
    (tmp_path / "elsewhere").mkdir()
    short = ("--set", "epochs=10" if name == "digits" else "epochs=500")
    plain = trained(name, tmp_path, {}, *short)
    env = SURROUNDINGS[surroundings]
    assert trained(name, tmp_path / "elsewhere", env, *short) == plain


@pytest.mark.parametrize("batch_size", ["full", "5000"])
def test_threads_do_not_matter(batch_size: str, tmp_path: Path) -> None:
    """Nor, of the matrix libraries, what the environment says of theirs."""
    words = ["--set=data.samples=20000", f"--set=batch_size={batch_size}"]
    words += ["--set=data.validation=0.25", "--set=hidden_units=64", "--set=epochs=5"]
    one, two = (
        trained("moons", tmp_path, {"OMP_NUM_THREADS": threads}, *words, f"--set=threads={threads}")
        for threads in ("1", "2")
    )
    assert one == two


def test_the_data_may_lie_in_another_folder(tmp_path: Path) -> None:
    """The model keeps the name and the content of a table, not where it was."""
    for folder in ("a", "b/c"):
        place = tmp_path / folder
        place.mkdir(parents=True)
        (place / "iris.csv").write_bytes((ROOT / "data/iris.csv").read_bytes())
        (place / "c.yaml").write_text("data: {csv: iris.csv, validation: 0.2}\nepochs: 20\n")
        assert run_process("train", "c.yaml", "-q", cwd=place).returncode == 0
    assert (tmp_path / "a/model.npz").read_bytes() == (tmp_path / "b/c/model.npz").read_bytes()


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    words = ("--set", "epochs=5")
    plain = trained("iris", tmp_path, {}, *words)
    assert trained("iris", tmp_path, {}, *words, "--set", "seed=1") != plain


def test_the_command_overrides_the_threads_of_the_environment() -> None:
    code = (
        "import os; from shallow_cli.cli import run; run(['--version'])\n"
        "print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['OMP_NUM_THREADS'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "4"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "1 1"
