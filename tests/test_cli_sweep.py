"""`shallow sweep`: the grid, the restarts, the table, the best model, and going on."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

from shallow_cli.files.config_file import load_config
from shallow_cli.files.model_file import load_model
from shallow_cli.fitting import fit
from shallow_cli.sweep.plan import Varied, read_grid
from shallow_cli.sweep.running import trained

from .conftest import ROOT, Shallow, write

FLOWER, MOONS = ROOT / "configs/flower.yaml", ROOT / "configs/moons.yaml"
# Of the course: hidden units, accuracy after 5,000 steps, and how near it must come. More units
# make longer sums, whose rounding moves a point.
COURSE = {1: (67.5, 0.25), 2: (67.25, 0.25), 3: (90.75, 0.25), 4: (90.5, 0.25), 5: (91.25, 0.25)}
COURSE |= {20: (90.5, 1.0), 50: (90.5, 1.0)}
SMALL = "data: {generate: moons, samples: 40}\nepochs: 20\n"


def rows_of(path: Path) -> list[dict[str, str]]:
    """A table as its reader sees it."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_accuracies_of_the_course(shallow: Shallow) -> None:
    units = ",".join(map(str, COURSE))
    done = shallow("sweep", FLOWER, f"hidden_units={units}", "--set", "epochs=5000")
    header, *lines = [line.split() for line in done.out.splitlines()]
    assert header == ["hidden_units", "loss", "accuracy"]
    assert [int(line[0]) for line in lines] == list(COURSE)
    for line, (published, near) in zip(lines, COURSE.values(), strict=True):
        assert abs(100 * float(line[2]) - published) <= near


def test_a_trial_is_what_a_training_gives(shallow: Shallow) -> None:
    """Every cell of the table, and every byte of the best model."""
    grid = ["hidden_units=2,3", "activation=tanh,relu", "l2=0.01"]
    words = ["--restarts", "2", "--set", "epochs=50", "--set", "seed=7"]
    done = shallow("sweep", MOONS, *grid, *words, "--out", "t.csv", "-o", "best.npz")
    rows = rows_of(Path("t.csv"))
    names = [(r["hidden_units"], r["activation"], r["l2"], r["seed"]) for r in rows]
    assert names == [
        (units, activation, "0.01", seed)
        for units in ("2", "3")
        for activation in ("tanh", "relu")
        for seed in ("7", "8")
    ]
    for row in rows:
        said = [f"{key}={row[key]}" for key in ("hidden_units", "activation", "l2", "seed")]
        settings = [word for setting in (*said, "epochs=50") for word in ("--set", setting)]
        told = json.loads(
            shallow("train", MOONS, *settings, "--format", "jsonl").out.splitlines()[-1]
        )
        assert {name: row[name] for name in told} == {n: repr(v) for n, v in told.items()}
        row["bytes"] = Path("model.npz").read_bytes().hex()
    best = min(rows, key=lambda row: float(row["validation_loss"]))
    assert Path("best.npz").read_bytes().hex() == best["bytes"]
    assert f"best: hidden_units={best['hidden_units']}" in done.err
    assert sorted(path.name for path in Path().iterdir()) == ["best.npz", "model.npz", "t.csv"]


def test_restarts_show_the_spread_that_one_seed_hides(shallow: Shallow) -> None:
    """On moons with four units the seeds come to very different losses."""
    done = shallow("sweep", MOONS, "hidden_units=4", "--restarts", "10", "--out", "t.csv")
    losses = [float(row["validation_loss"]) for row in rows_of(Path("t.csv"))]
    accuracies = [float(row["validation_accuracy"]) for row in rows_of(Path("t.csv"))]
    line = [float(cell) for cell in done.out.splitlines()[1].split()]
    expected = [4, min(losses), median(losses), max(losses) - min(losses)]
    expected += [max(accuracies), median(accuracies), max(accuracies) - min(accuracies)]
    assert line == pytest.approx(expected, abs=5e-5)
    assert "losses and scores are those of the validation rows" in done.err
    assert max(map(len, done.out.splitlines())) <= 80
    assert max(losses) > 2 * min(losses)
    assert max(accuracies) - min(accuracies) > 0.05


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_the_table_has_the_same_bytes_for_any_number_of_jobs(jobs: str, shallow: Shallow) -> None:
    write(Path("c.yaml"), SMALL)
    words = ["sweep", "c.yaml", "hidden_units=5,1,3", "--restarts", "2", "--out"]
    first = shallow(*words, "a.csv", "--jobs", "2")
    assert shallow(*words, "b.csv", "--jobs", jobs).out == first.out
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()


def test_values_that_hold_commas() -> None:
    [found] = read_grid(["data.features=[x1, x2],[x1],'a,b'"])
    assert found == Varied("data.features", ("[x1, x2]", "[x1]", "'a,b'"))


def test_restarts_alone(shallow: Shallow) -> None:
    write(Path("c.yaml"), SMALL)
    done = shallow("sweep", "c.yaml", "--restarts", "3")
    assert done.out.split()[:2] == ["best", "loss"]
    assert len(done.out.splitlines()) == 2


def test_a_config_from_standard_input(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shallow_cli", "sweep", "-", "hidden_units=1,2", "-q"],
        cwd=tmp_path,
        input=SMALL,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert len(done.stdout.splitlines()) == 3
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "problems"),
    [
        (["hidden_units"], ["hidden_units: is not KEY=V1,V2,…"]),
        (["hidden_units=1,,2"], ["hidden_units=1,,2: is not KEY=V1,V2,…"]),
        (["hidden_units="], ["hidden_units=: is not KEY=V1,V2,…"]),
        (["l2=1,1", "l2=2"], ["l2=1,1: a value is there twice", "l2=2: l2 is there twice"]),
        (["threads=1,2"], ["threads: does not decide the result; leave it to --set"]),
        (
            ["hidden_units=0,two", "sed=1"],
            [
                "grid: hidden_units: must be a whole number from 1 to 100000, not '0'",
                "grid: sed: unknown key; did you mean 'seed'?",
                "grid: hidden_units: must be a whole number from 1 to 100000, not 'two'",
            ],
        ),
        (["hidden_units=4,04"], ["grid: 4 and 04 are the same training; once"]),
        (
            ["hidden_units=1,2", "--set", "hidden_units=3"],
            ["hidden_units: is in the grid and in --set; once"],
        ),
        (
            [f"{key}={','.join(map(str, range(1, 60)))}" for key in ("l2", "epochs", "seed")],
            ["205379 trials; 100000 are the most. Take fewer values"],
        ),
        (
            ["seed=1,2", "--restarts", "2"],
            ["--restarts vary the seed already; take seed out of the grid"],
        ),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_trained(
    words: list[str], problems: list[str], shallow: Shallow
) -> None:
    write(Path("c.yaml"), SMALL)
    done = shallow("sweep", "c.yaml", *words, "--out", "t.csv", code=2)
    assert done.err.splitlines() == problems
    assert not Path("t.csv").exists()


def test_a_varied_seed_has_one_column(shallow: Shallow) -> None:
    write(Path("c.yaml"), SMALL)
    shallow("sweep", "c.yaml", "seed=1,1e1", "--out", "t.csv")
    assert [row["seed"] for row in rows_of(Path("t.csv"))] == ["1", "10"]


def test_who_diverges_has_an_empty_loss_and_is_counted(shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {generate: sine}\nepochs: 200\n")
    done = shallow("sweep", "c.yaml", "learning_rate=0.1,100", "--out", "t.csv")
    small, large = rows_of(Path("t.csv"))
    assert small["loss"]
    assert (large["loss"], large["r2"]) == ("", "")
    assert int(large["epoch"]) > 0
    assert "warning: 1 trial diverged: learning_rate=100 seed=0" in done.err.splitlines()
    assert done.out.splitlines()[-1].split() == ["100", "-", "-"]
    assert "best: learning_rate=0.1 seed=0: " in done.err


def test_no_verdict_where_all_diverge(shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {generate: sine}\nepochs: 200\n")
    done = shallow("sweep", "c.yaml", "learning_rate=100,1000", "-o", "m.npz", code=4)
    assert done.err.splitlines()[-1] == "every trial diverged; try a smaller learning_rate"
    assert not Path("m.npz").exists()


def test_rows_that_are_varied_have_all_columns(shallow: Shallow) -> None:
    write(Path("c.yaml"), SMALL)
    shallow("sweep", "c.yaml", "data.generate=moons,sine", "--out", "t.csv")
    moons, sine = rows_of(Path("t.csv"))
    assert (bool(moons["accuracy"]), bool(moons["r2"])) == (True, False)
    assert (bool(sine["accuracy"]), bool(sine["r2"])) == (False, True)


def test_a_point_shows_the_measures_that_its_trials_have(shallow: Shallow) -> None:
    write(Path("c.yaml"), SMALL)
    done = shallow("sweep", "c.yaml", "data.generate=moons,sine", "--restarts", "2")
    header, *lines = done.out.splitlines()
    assert " ".join(header.split()[1:]) == "best loss median spread best score median spread"
    assert all("-" not in line.split() for line in lines)
    assert "of the validation rows" not in done.err


@pytest.mark.parametrize(
    ("text", "grid", "said"),
    [
        (SMALL, ["l2=0,0.1"], "best by accuracy: "),
        (SMALL, ["class_weight=none,balanced"], "best by accuracy: "),
        (SMALL, ["data.generate=moons,sine"], "no trial is the best: "),
        (SMALL, ["hidden_units=1,2"], "best: hidden_units="),
        (f"{SMALL}\nl2: 0.1\n", ["hidden_units=1,2"], "best: hidden_units="),
        (SMALL.replace("40", "40, validation: 0.5"), ["l2=0,0.1"], "best: l2="),
        (SMALL, ["data.validation=0,0.5"], "best by accuracy: "),
        ("data: {generate: sine, samples: 40}\nepochs: 9\n", ["data.noise=0,1"], "best by r2: "),
    ],
)
def test_the_best_is_chosen_by_what_can_be_compared(
    text: str, grid: list[str], said: str, shallow: Shallow
) -> None:
    write(Path("c.yaml"), text)
    assert any(line.startswith(said) for line in shallow("sweep", "c.yaml", *grid).err.splitlines())


def test_no_model_where_no_trial_is_the_best(shallow: Shallow) -> None:
    write(Path("c.yaml"), SMALL)
    words = ["sweep", "c.yaml", "data.generate=moons,sine", "--out", "t.csv", "-o", "m.npz"]
    assert shallow(*words, code=4).err.splitlines()[-1].endswith("; no model was written")
    assert sorted(path.name for path in Path().iterdir()) == ["c.yaml", "t.csv"]


def test_a_file_that_is_something_else_is_not_replaced(shallow: Shallow) -> None:
    write(Path("c.yaml"), SMALL)
    write(Path("data.csv"), "a,b\n1,2\n")
    done = shallow("sweep", "c.yaml", "l2=0", "--out", "data.csv", code=2)
    assert "is there already, and not replaced" in done.err
    assert Path("data.csv").read_text(encoding="utf-8") == "a,b\n1,2\n"
    done = shallow("sweep", "c.yaml", "l2=0", "-o", "data.csv", code=2)
    assert "is there and not a model" in done.err


def test_data_that_cannot_be_read_is_told_at_once(shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {csv: gone.csv}\n")
    assert "gone.csv" in shallow("sweep", "c.yaml", "l2=0,1", "--out", "t.csv", code=3).err


def test_the_row_is_that_of_the_kept_weights() -> None:
    """With early stopping the last epoch is not the best."""
    config = load_config(MOONS, ["learning_rate=20", "early_stopping=5", "epochs=200"])
    model = fit(config)
    assert trained(config) == model.kept.values()
    assert model.kept.epoch < model.ended["epoch"]


def test_a_model_is_trained_with_the_best_settings(shallow: Shallow) -> None:
    write(Path("c.yaml"), SMALL)
    shallow("sweep", "c.yaml", "hidden_units=1,6", "--set", "epochs=300", "-o", "m.npz")
    assert load_model(Path("m.npz")).network.n_h == 6
