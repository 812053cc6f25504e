"""`shallow train`: the table, the files, the exit codes."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from shallow_cli.files.model_file import load_model

from .conftest import ROOT, Shallow, write

FLOWER = ROOT / "configs/flower.yaml"

# The course's published costs, at epochs 0, 1000, … 7000.
PUBLISHED = "0.693048 0.288083 0.254385 0.233864 0.226792 0.222644 0.219731 0.217504".split()  # noqa: SIM905
# From here gradient descent at this rate is chaotic: the last digits depend on the processor.
CHAOTIC = [0.2195, 0.2186, 0.2179]


def test_the_flower_has_the_published_costs(shallow: Shallow) -> None:
    done = shallow("train", FLOWER)
    header, *rows = [line.split() for line in done.out.splitlines()]
    assert header == ["epoch", "loss", "accuracy"]
    assert [row[0] for row in rows] == [str(epoch) for epoch in range(0, 10001, 1000)]
    assert [row[1] for row in rows[:8]] == PUBLISHED
    assert [float(row[1]) for row in rows[8:]] == pytest.approx(CHAOTIC, abs=2e-4)
    assert float(rows[-1][2]) == pytest.approx(0.905, abs=0.005)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    text = "data: {generate: moons, samples: 40, validation: 0.25}\nepochs: 4\nlog_every: 2\n"
    return write(tmp_path / "moons.yaml", text)


def test_the_table_goes_to_stdout_and_the_rest_to_stderr(shallow: Shallow, config: Path) -> None:
    done = shallow("train", config)
    assert done.out == (
        "epoch        loss    accuracy  validation_loss  validation_accuracy\n"
        "    0    0.693117    0.733333         0.693085             0.800000\n"
        "    2    0.693103    0.733333         0.693066             0.800000\n"
        "    4    0.693088    0.733333         0.693047             0.700000\n"
    )
    assert done.err == (
        "y: binary, 2 classes (0, 1); data.task: regression overrides\n"
        "30 training rows, 10 validation rows, 2 features, 17 parameters\n"
        "wrote model.npz: the weights of epoch 4, loss 0.693088, validation_loss 0.693047\n"
    )


def test_csv_and_json_lines_are_the_same_rows_in_full(shallow: Shallow, config: Path) -> None:
    as_csv = shallow("train", config, "--format", "csv", "-q")
    as_json = shallow("train", config, "--format", "jsonl", "-q")
    rows = [json.loads(line) for line in as_json.out.splitlines()]
    assert as_json.err == as_csv.err == ""
    parsed = list(csv.DictReader(io.StringIO(as_csv.out)))
    assert [list(row) for row in rows] == [list(row) for row in parsed]
    assert [{k: float(v) for k, v in row.items()} for row in parsed] == rows
    assert rows == [row.values() for row in load_model(Path("model.npz")).history]


def test_quiet_says_nothing_but_the_rows(shallow: Shallow, config: Path) -> None:
    assert shallow("train", config, "-q").err == ""


def test_dry_run_writes_nothing_and_prints_a_config(shallow: Shallow, config: Path) -> None:
    done = shallow("train", config, "--dry-run", "--set", "hidden_units=3")
    assert list(Path().iterdir()) == [Path(config.name)]
    assert done.out.splitlines()[-3:] == [
        "# X (2, 30)  Y (1, 30)",
        "# W1 (3, 2)  b1 (3, 1)  W2 (1, 3)  b2 (1, 1): 13 parameters",
        "# 30 training rows, 10 validation rows",
    ]
    write(Path("resolved.yaml"), done.out)
    assert "warning" not in shallow("train", "resolved.yaml", "-o", "a.npz").err
    shallow("train", config, "--set", "hidden_units=3", "-o", "b.npz")
    assert Path("a.npz").read_bytes() == Path("b.npz").read_bytes()


def test_a_config_from_standard_input(
    shallow: Shallow, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = io.TextIOWrapper(io.BytesIO(config.read_bytes()))
    monkeypatch.setattr("sys.stdin", text)
    shallow("train", "-")
    assert Path("model.npz").exists()


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (["train"], 2, "Missing argument"),
        (["train", "c.yaml", "--nonsense"], 2, "No such option"),
        (["train", "c.yaml", "--format", "xml"], 2, "'xml' is not one of"),
        (["train", "missing.yaml"], 2, "missing.yaml: cannot be read: No such file or directory"),
        (["train", "c.yaml", "--set", "epochs=-1"], 2, "--set: epochs: must be a whole number"),
        (["train", "c.yaml", "-o", "-"], 2, "stdout is the loss table"),
        (["train", "c.yaml", "--set", "data.generate=", "--set", "data.csv=t.csv"], 2, "must be"),
        (["train", "t.csv"], 2, "t.csv"),
        (["tran", "c.yaml"], 2, "No such command 'tran'"),
        (["train", "missing_table.yaml"], 3, "nowhere.csv: cannot be read: No such file"),
    ],
)
def test_what_cannot_be_done(
    words: list[str], code: int, expected: str, shallow: Shallow, tmp_path: Path
) -> None:
    write(tmp_path / "c.yaml", "data: {generate: xor}\nepochs: 1\n")
    write(tmp_path / "t.csv", "a,b\n1,2\n")
    write(tmp_path / "missing_table.yaml", "data: {csv: nowhere.csv}\n")
    done = shallow(*words, code=code)
    assert expected in done.err
    assert done.out == ""
    assert not Path("model.npz").exists()


def test_a_diverged_run_writes_no_model_and_suggests_a_rate(
    shallow: Shallow, tmp_path: Path
) -> None:
    config = write(tmp_path / "c.yaml", "data: {generate: sine}\nlearning_rate: 50\n")
    shallow("train", config, "--set", "learning_rate=0.1", "--set", "epochs=1")
    good = Path("model.npz").read_bytes()
    done = shallow("train", config, code=4)
    assert "training diverged at epoch" in done.err
    *_, told, operations = done.err.splitlines()
    assert told.endswith("no model was written. Try --set learning_rate=1 (it is 50)")
    assert re.fullmatch(r"operations that overflowed: \d+, that were invalid: [1-9]\d*", operations)
    assert Path("model.npz").read_bytes() == good
    assert "nan" not in done.out
    assert "inf" not in done.out


def test_overflow_without_divergence_is_told_in_one_line(shallow: Shallow, tmp_path: Path) -> None:
    """L-BFGS steps back from a trial whose loss is no number."""
    config = write(tmp_path / "c.yaml", "data: {generate: sine}\noptimizer: lbfgs\nepochs: 3\n")
    done = shallow("train", config, "--set", "init_scale=1e76", "--set", "activation=identity")
    (told,) = [line for line in done.err.splitlines() if "overflowed" in line]
    assert re.fullmatch(
        r"warning: operations that overflowed: [1-9]\d*, that were invalid: \d+; "
        r"look for numbers far beyond the others",
        told,
    )


def test_a_bounded_loss_that_explodes_has_diverged_too(shallow: Shallow, tmp_path: Path) -> None:
    """Log loss from scores never becomes infinite; it only becomes absurd."""
    config = write(
        tmp_path / "c.yaml",
        "data: {generate: moons, noise: 0.5}\nactivation: relu\ninit_scale: he\n"
        "learning_rate: 1e4\nepochs: 30\nlog_every: 1\n",
    )
    assert "diverged" in shallow("train", config, code=4).err


def test_zero_weights_are_allowed_and_said_to_be_alike(shallow: Shallow, config: Path) -> None:
    done = shallow("train", config, "--set", "init_scale=0")
    assert "warning: init_scale 0 makes all hidden units alike" in done.err
    model = load_model(Path("model.npz"))
    assert (model.theta.W1[0] == model.theta.W1).all()


def test_a_scaled_target_is_said(shallow: Shallow, tmp_path: Path) -> None:
    config = write(tmp_path / "c.yaml", f"data: {{csv: {ROOT}/data/diabetes.csv}}\nepochs: 1\n")
    done = shallow("train", config)
    assert "the loss is that of the scaled target (data.scale_target: standardize)" in done.err


def test_early_stopping_says_what_was_kept(shallow: Shallow, tmp_path: Path) -> None:
    config = write(
        tmp_path / "c.yaml",
        "data: {generate: moons, noise: 1, samples: 60, validation: 0.5}\nhidden_units: 40\n"
        "init_scale: he\nactivation: relu\nlearning_rate: 1\nearly_stopping: 10\n",
    )
    done = shallow("train", config)
    model = load_model(Path("model.npz"))
    stopped, kept = model.ended["epoch"], model.kept.epoch
    assert stopped == kept + 10
    assert f"stopped at epoch {stopped}" in done.err
    assert f"wrote model.npz: the weights of epoch {kept}, loss" in done.err


@pytest.mark.parametrize("name", ["c.yaml", "t.csv", "link"])
def test_an_output_that_is_no_model_is_not_replaced(name: str, shallow: Shallow) -> None:
    """Its own config and its own table, for example, also through a link."""
    write(Path("t.csv"), "a,y\n1,x\n2,z\n")
    write(Path("c.yaml"), "data: {csv: t.csv}\nepochs: 1\n")
    Path("link").symlink_to("t.csv")
    before = Path(name).read_bytes()
    done = shallow("train", "c.yaml", "-o", name, code=2)
    text = "is there and not a model; it is not replaced. Name another, or remove it"
    assert done.err == f"{name}: {text}\n"
    assert Path(name).read_bytes() == before


@pytest.mark.parametrize("form", ["table", "csv", "jsonl"])
def test_weights_that_overflow_at_once_give_no_row(form: str, shallow: Shallow) -> None:
    write(Path("c.yaml"), "data: {generate: sine}\nactivation: relu\ninit_scale: 1e200\n")
    done = shallow("train", "c.yaml", "-q", "--format", form, code=4)
    assert done.out == ""
    assert "no finite loss; try a smaller init_scale than 1e+200" in done.err


def test_a_held_out_row_may_be_too_far_beyond_the_others(shallow: Shallow) -> None:
    """Its loss is in units of the training rows."""
    write(Path("t.csv"), "a,b,y\n0,0,0\n0,0,1\n0,0,2.2250738585072014e-308\n")
    write(Path("c.yaml"), "data: {csv: t.csv, validation: 0.3}\n")
    done = shallow("train", "c.yaml", "-q", code=4)
    assert done.err == (
        "the first weights give no finite loss; try a smaller init_scale than 0.01, "
        "or look for numbers far beyond the others\n"
        "operations that overflowed: 1, that were invalid: 0\n"
    )


def test_large_losses_keep_to_their_column(shallow: Shallow) -> None:
    settings = "learning_rate: 20\nepochs: 5\nlog_every: 1\n"
    write(Path("c.yaml"), f"data: {{generate: sine}}\nactivation: relu\n{settings}")
    out = shallow("train", "c.yaml", "--set", "init_scale=3", code=4).out
    assert "e+" in out
    assert max(map(len, out.splitlines())) < 40


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("batch_size=30", ""),
        ("batch_size=31", "warning: batch_size 31 is more than the 30 training rows"),
        ("init_scale=0", "warning: init_scale 0 makes all hidden units alike"),
    ],
)
def test_warnings(settings: str, expected: str, shallow: Shallow, config: Path) -> None:
    err = shallow("train", config, "--set", settings).err
    assert ("warning" in err) == bool(expected)
    assert expected in err


def test_a_header_of_numbers_is_warned_about(shallow: Shallow) -> None:
    write(Path("t.csv"), "1,2,y\n1,2,x\n2,1,z\n")
    write(Path("c.yaml"), "data: {csv: t.csv}\nepochs: 1\n")
    warning = "warning: there are numbers among the column names (1, 2); no header?"
    assert warning in shallow("train", "c.yaml").err


def test_dry_run_can_be_saved_anywhere(shallow: Shallow) -> None:
    Path("sub/other").mkdir(parents=True)
    write(Path("sub/t.csv"), "a,y\n1,x\n2,z\n")
    write(Path("sub/c.yaml"), "data: {csv: t.csv}\nepochs: 1\n")
    write(Path("sub/other/d.yaml"), shallow("train", "sub/c.yaml", "--dry-run").out)
    shallow("train", "sub/other/d.yaml", "-o", "a.npz")
    shallow("train", "sub/c.yaml", "-o", "b.npz")
    assert Path("a.npz").read_bytes() == Path("b.npz").read_bytes()
