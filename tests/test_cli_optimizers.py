"""Optimizers, schedules, float32 and threads from the command line."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.core import prediction

from .conftest import ROOT, Shallow, write
from .core.calling import cut_small

FLOWER, IRIS = ROOT / "configs/flower.yaml", ROOT / "configs/iris.yaml"


def sets(text: str) -> list[str]:
    """`a=1 b=2` as options."""
    return [word for setting in text.split() for word in ("--set", setting)]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("momentum=0.5", "momentum has no part in optimizer: gd"),
        ("beta2=0.5 optimizer=momentum", "beta2 has no part in optimizer: momentum"),
        ("optimizer=lbfgs", "learning_rate has no part in optimizer: lbfgs"),
        ("decay=0.1 schedule=cosine", "decay has no part in schedule: cosine"),
        ("decay_every=3", "decay_every has no part in schedule: constant"),
    ],
)
def test_a_key_without_a_part_is_told(settings: str, says: str, shallow: Shallow) -> None:
    done = shallow("train", FLOWER, *sets(f"epochs=2 {settings}"))
    assert f"warning: {says}\n" in done.err
    assert done.err.count("warning") == 1


@pytest.mark.parametrize(
    "settings",
    ["", "optimizer=nesterov momentum=0.5", "optimizer=adam beta1=0.5", "schedule=step decay=0.1"],
)
def test_a_key_with_a_part_is_not(settings: str, shallow: Shallow) -> None:
    assert "warning" not in shallow("train", FLOWER, *sets(f"epochs=2 {settings}")).err


def test_lbfgs_takes_no_batches_and_no_schedule(shallow: Shallow) -> None:
    settings = sets("optimizer=lbfgs batch_size=8 schedule=step")
    done = shallow("train", FLOWER, *settings, code=2)
    assert done.err.splitlines() == [
        "--set: batch_size: lbfgs needs all rows in every step; say full",
        "--set: schedule: lbfgs finds the length of each step; say constant",
    ]


def test_lbfgs_ends_where_nothing_is_gained(shallow: Shallow) -> None:
    done = shallow("train", FLOWER, *sets("optimizer=lbfgs epochs=10000"), "--format", "jsonl")
    last = json.loads(done.out.splitlines()[-1])
    assert 0 < last["epoch"] < 1000
    assert f"converged at epoch {last['epoch']}: no step lowers the loss any further" in done.err
    assert f"wrote model.npz: the weights of epoch {last['epoch']}, " in done.err


def test_the_passes_of_lbfgs_are_traced(shallow: Shallow) -> None:
    """Also of its models, which cannot be told to take another optimizer."""
    settings = sets("optimizer=lbfgs epochs=2")
    done = shallow("trace", FLOWER, *settings, "--row", "1", "--steps", "3")
    assert done.out.startswith("Step 1: m = 1\n")
    assert done.out.rstrip().endswith("along a line: there is no equation.")
    assert done.out.count("Step ") == 1
    shallow("train", FLOWER, *settings)
    found = json.loads(shallow("trace", "model.npz", "--json").out)
    assert "learning_rate" not in found
    assert (found["steps"][0]["update"], found["steps"][0]["loss_after"]) == ([], None)


@pytest.mark.parametrize(("optimizer", "rate"), [("gd", 0.1), ("adam", 0.001), ("nesterov", 0.1)])
def test_an_automatic_rate_is_written_down(
    optimizer: str, rate: float, shallow: Shallow, tmp_path: Path
) -> None:
    config = write(tmp_path / "c.yaml", f"data: {{generate: moons}}\noptimizer: {optimizer}\n")
    done = shallow("train", config, "--dry-run")
    assert f"learning_rate: {rate}\n" in done.out
    assert "decay_every: auto\n" in done.out
    done = shallow("train", config, "--dry-run", "--set", "schedule=step")
    assert "decay_every: 100\n" in done.out


def test_a_target_of_large_numbers_is_fitted(shallow: Shallow, tmp_path: Path) -> None:
    """In both dtypes, scaled or not: the first step of L-BFGS is long enough."""
    stream = np.random.RandomState(0)
    rows = stream.randn(100, 2)
    for size in (1e9, 1e20, 1e39):
        lines = [f"{a!r},{b!r},{(2 * a - b) * size!r}" for a, b in rows.tolist()]
        write(tmp_path / "t.csv", "\n".join(["a,b,y", *lines, ""]))
        text = "data: {csv: t.csv, task: regression}\noptimizer: lbfgs\ninit_scale: xavier\n"
        config = write(tmp_path / "c.yaml", text)
        unscaled = "data.scale_target=none"  # harder: the weights must become as large
        for words, least in (("dtype=float64", 0.99), ("dtype=float32", 0.99), (unscaled, 0.6)):
            done = shallow("train", config, *sets(words), "--format", "jsonl")
            assert json.loads(done.out.splitlines()[-1])["r2"] > least, (size, words)


def test_overflow_in_lbfgs_is_no_convergence(shallow: Shallow, tmp_path: Path) -> None:
    config = write(tmp_path / "c.yaml", "data: {generate: sine}\noptimizer: lbfgs\n")
    done = shallow("train", config, *sets("dtype=float32 l2=1e38 init_scale=1e15"), code=4)
    assert "Try --set dtype=float64, a smaller init_scale than 1e+15, or look for" in done.err
    assert not Path("model.npz").exists()


def test_a_model_of_float32_predicts_in_float64(shallow: Shallow) -> None:
    shallow("train", IRIS, *sets("dtype=float32 epochs=50"), "-o", "narrow.npz")
    shallow("train", IRIS, *sets("epochs=50"), "-o", "wide.npz")
    narrow, wide = np.load("narrow.npz"), np.load("wide.npz")
    assert narrow["W1"].dtype == np.float32
    np.testing.assert_allclose(narrow["W1"], wide["W1"], rtol=1e-4, atol=1e-5)
    table = ROOT / "data/iris.csv"
    p = [
        [float(line.split(",")[1]) for line in shallow(*words).out.splitlines()[1:]]
        for words in (("predict", f"{name}.npz", table, "--proba") for name in ("narrow", "wide"))
    ]
    np.testing.assert_allclose(p[0], p[1], atol=1e-5)
    assert any(x != float(np.float32(x)) for x in p[0])


def test_a_check_is_in_the_dtype_of_the_config_or_the_model(shallow: Shallow) -> None:
    shallow("train", IRIS, *sets("dtype=float32 epochs=5"))
    table = ["--model", "model.npz", "--data", ROOT / "data/iris.csv"]
    for words in ([IRIS, *sets("dtype=float32")], table):
        assert json.loads(shallow("gradcheck", *words, "--json").out)["dtype"] == "float32"
    wide = json.loads(shallow("gradcheck", *table, "--dtype", "float64", "--json").out)
    assert (wide["dtype"], wide["passed"]) == ("float64", True)


@pytest.mark.parametrize(
    "settings",
    ["", "optimizer=lbfgs", "dtype=float32 optimizer=adam", "batch_size=200 optimizer=momentum"],
)
def test_any_number_of_threads_gives_the_same_bytes(
    settings: str, shallow: Shallow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With rows for several blocks in a step."""
    cut_small(monkeypatch, 8, 3)
    monkeypatch.setattr(prediction, "CHUNK_ROWS", 256)
    monkeypatch.setattr(prediction, "THREADS_FROM_UNITS", 1)
    common = sets(f"data.samples=700 data.validation=0.3 l2=0.01 epochs=6 {settings}")
    models = []
    for threads in (1, 2, 5):
        shallow("train", ROOT / "configs/moons.yaml", *common, *sets(f"threads={threads}"))
        models.append(Path("model.npz").read_bytes())
    assert models[0] == models[1] == models[2]
    with zipfile.ZipFile("model.npz") as archive:
        assert "threads" not in json.loads(archive.read("model.json"))["config"]
