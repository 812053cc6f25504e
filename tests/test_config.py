"""Configs: every key refuses what breaks its rule, and every legal value changes something."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from shallow_cli.config import FOR_TABLES, INDIFFERENT, KEYS, flat, unflat
from shallow_cli.config_text import config_yaml, reference_yaml
from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.datasets import DATASETS
from shallow_cli.core.optimizers import LBFGS, OPTIMIZERS
from shallow_cli.core.schedules import SCHEDULES
from shallow_cli.errors import ConfigError
from shallow_cli.files.config_file import load_config, read_overrides
from shallow_cli.fitting import fit, log_stride, prepare
from shallow_cli.resolving import Entry
from shallow_cli.yaml_text import yaml_value

from .conftest import ROOT, write


def problems(path: Path, overrides: Sequence[str] = ()) -> list[str]:
    """What is wrong with a config, one line each."""
    with pytest.raises(ConfigError) as caught:
        load_config(path, overrides)
    return [str(problem) for problem in caught.value.problems]


def minimal(folder: Path, text: str = "") -> Path:
    """A config of a small generated dataset, and more lines."""
    return write(folder / "c.yaml", f"data: {{generate: moons, samples: 20}}\nepochs: 3\n{text}")


@pytest.mark.parametrize("name", KEYS)
def test_every_key_refuses_the_value_that_breaks_its_rule(name: str, tmp_path: Path) -> None:
    key = KEYS[name]
    found = problems(minimal(tmp_path), [f"{name}={key.rule.bad}"])
    assert any(line.startswith(f"--set: {name}: must be {key.rule.says}") for line in found)


@pytest.mark.parametrize("name", KEYS)
def test_every_key_says_what_it_is_for(name: str) -> None:
    assert KEYS[name].says
    assert KEYS[name].default or name == "data.exclude"


BASE = "data.samples=40 data.validation=0.25 epochs=6 log_every=3 seed=1".split()  # noqa: SIM905

# Every legal word of every choice, and for other keys one or more values beside the default.
CHANGES = {
    "data.csv": ["data.csv=iris.csv data.samples= "],
    "class_weight": ["data.samples=41 class_weight=balanced", "class_weight={'0':3}"],
    "data.positive": ["data.positive=0"],
    "data.generate": [f"data.generate={name}" for name in DATASETS if name != "moons"],
    "data.target": ["data.target=sepal_length"],
    "data.task": ["data.task=multiclass", "data.task=regression"],
    "data.features": ["data.features=x1"],
    "data.exclude": ["data.exclude=x1"],
    "data.scale": ["data.scale=standardize", "data.scale=minmax"],
    "data.scale_target": [
        "data.generate=sine data.scale_target=standardize",
        "data.generate=sine data.scale_target=minmax",
    ],
    "data.validation": ["data.validation=0.5", "data.validation=0"],
    "data.samples": ["data.samples=41"],
    "data.noise": ["data.noise=0.3"],
    "data.arms": ["data.generate=spiral data.arms=2", "data.generate=spiral data.arms=9"],
    "data.seed": ["data.seed=2"],
    "hidden_units": ["hidden_units=3"],
    "activation": [f"activation={name}" for name in ACTIVATIONS if name != "tanh"],
    "leak": ["activation=leaky_relu leak=0.5", "activation=leaky_relu leak=0"],
    "init_scale": ["init_scale=xavier", "init_scale=he", "init_scale=0.5", "init_scale=0"],
    "learning_rate": ["learning_rate=1e-3"],
    "epochs": ["epochs=7"],
    "batch_size": ["batch_size=8", "batch_size=30"],
    "optimizer": [f"optimizer={name}" for name in (*OPTIMIZERS, LBFGS) if name != "gd"],
    "momentum": ["optimizer=momentum momentum=0.5", "optimizer=nesterov momentum=0"],
    "beta1": ["optimizer=adam beta1=0.5"],
    "beta2": ["optimizer=adam beta2=0.9"],
    "schedule": [f"schedule={name}" for name in SCHEDULES if name != "constant"],
    "decay": ["schedule=step decay=0.25", "schedule=inverse decay=1"],
    "decay_every": ["schedule=step decay_every=2", "schedule=inverse decay_every=5"],
    "dtype": ["dtype=float32"],
    "seed": ["seed=2", "seed=4294967295"],
    "l2": ["l2=0.1"],
    "early_stopping": ["learning_rate=50 early_stopping=1"],
    "log_every": ["log_every=2", "log_every=auto"],
}


# These keys are for tables, whose tests try them.
ELSEWHERE = {"data.csv", "data.target", *FOR_TABLES, *INDIFFERENT}


@pytest.mark.parametrize("name", [name for name in KEYS if name not in ELSEWHERE])
def test_every_legal_value_changes_the_result(name: str, tmp_path: Path) -> None:
    """The rows or the weights; against the same config without the last of the settings."""
    config = write(tmp_path / "c.yaml", "data: {generate: moons}\n")
    for change in CHANGES[name]:
        *common, last = change.split()
        with_it = load_config(config, [*BASE, *common, last])
        without = load_config(config, [*BASE, *common])
        changed, plain = fit(with_it), fit(without)
        same_rows = changed.history == plain.history
        same_weights = changed.theta.vector.tolist() == plain.theta.vector.tolist()
        assert not (same_rows and same_weights), change


def test_every_choice_is_among_the_values_that_are_tried() -> None:
    tried = {setting for changes in CHANGES.values() for c in changes for setting in c.split()}
    for name, key in KEYS.items():
        if name in FOR_TABLES:
            continue
        for word in key.rule.choices:
            default = {"data.generate": "moons", "data.scale": "none", "data.scale_target": "none"}
            if word not in {key.default, default.get(name), "binary"}:
                assert f"{name}={word}" in tried


def test_csv_and_target_choose_the_columns(tmp_path: Path) -> None:
    table = ROOT / "data/iris.csv"
    config = write(tmp_path / "c.yaml", f"data: {{csv: {table}}}\n")
    assert prepare(load_config(config)).data.columns.target_names == ("species",)
    other = load_config(config, ["data.target=[sepal_length, sepal_width]", "data.exclude=species"])
    columns = prepare(other).data.columns
    assert columns.target_names == ("sepal_length", "sepal_width")
    assert columns.feature_names == ("petal_length", "petal_width")
    assert columns.task == "regression"


def test_all_problems_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    path = write(
        tmp_path / "c.yaml",
        """\
data:
  csv: iris.csv
  noise: 3
  target: species
hiden_units: 16
activation: tahn
learning_rate: fast
epochs: 10
epochs: 20
data.seed: x
batch_size: [1, 2]
l2:
csv: iris.csv
""",
    )
    assert problems(path, ["sed=1", "epochs=0"]) == [
        f"{path}:9:1: epochs: given twice, first on line 8",
        f"{path}:5:1: hiden_units: unknown key; did you mean 'hidden_units'?",
        f"{path}:6:13: activation: must be one of sigmoid, tanh, relu, leaky_relu, identity, "
        "not 'tahn'; did you mean 'tanh'?",
        f"{path}:7:16: learning_rate: must be auto, or a number above 0, not 'fast'",
        "--set: epochs: must be a whole number from 1 up, not '0'",
        f"{path}:10:12: data.seed: must be a whole number from 0 to 4294967295, not 'x'",
        f"{path}:11:1: batch_size: must be full, or a whole number from 1 up, not [1, 2]",
        f"{path}:12:4: l2: must be a number from 0 up, not empty",
        f"{path}:13:1: csv: unknown key; did you mean 'data.csv'?",
        "--set: sed: unknown key; did you mean 'seed'?",
        f"{path}:3:3: data.noise: is for generated data; a CSV has its own rows",
        f"{path}:10:1: data.seed: is for generated data; a CSV has its own rows",
    ]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (
            "data.validation=1",
            "must be a fraction from 0 up to 1, or the path of a file or a list of them, not '1'",
        ),
        ("epochs= ", "epochs: must be a whole number from 1 up, not empty"),
        ("data.exclude=#x", "data.exclude: must be the name of a column"),
        ("epochs=1e30", "must be a whole number from 1 up, not '1e30'; and not beyond 10000000"),
        (f"epochs={'9' * 350}", "must be a whole number from 1 up"),
        (f"learning_rate={'9' * 350}", "must be auto, or a number above 0"),
        ("batch_size=ful", "did you mean 'full'?"),
        ("init_scale=Xavier", "did you mean 'xavier'?"),
        ("data.exclude=[a, a]", "not [a, a]; 'a' is there twice"),
        ("data.csv=http://example.com/t.csv", "nothing is fetched from the network"),
        ('data.csv="a\\0b"', "must be the path of a file"),
        ("optimizer=adamw", "did you mean 'adam'?"),
        ("checkpoint_ever=3", "checkpoint_ever: unknown key; did you mean 'checkpoint_every'?"),
    ],
)
def test_values_that_are_nearly_right(setting: str, expected: str, tmp_path: Path) -> None:
    assert any(expected in line for line in problems(minimal(tmp_path), [setting]))


def test_standard_input_is_read_for_one_thing_only(tmp_path: Path) -> None:
    path = write(tmp_path / "c.yaml", "data: {csv: '-', validation: '-'}")
    assert problems(path) == [f"{path}:1:18: data.validation: standard input is data.csv already"]


@pytest.mark.parametrize(
    ("epochs", "stride"),
    [(1, 1), (19, 1), (20, 2), (38, 2), (39, 5), (1000, 100), (10000, 1000), (9500, 500)],
)
def test_log_every_auto_gives_at_most_twenty_rows(epochs: int, stride: int) -> None:
    assert log_stride(epochs) == stride


def test_the_reference_names_every_key_and_trains_as_it_is(tmp_path: Path) -> None:
    text = reference_yaml()
    for name, key in KEYS.items():
        assert f"{name.rpartition('.')[2]}: " in text
        assert key.says in text
    config = load_config(write(tmp_path / "c.yaml", text))
    defaults = load_config(write(tmp_path / "d.yaml", "data: {generate: flower}"))
    assert prepare(config).config == prepare(defaults).config


@pytest.mark.parametrize("name", KEYS)
def test_every_example_and_default_in_the_reference_is_legal(name: str) -> None:
    """The line of each key, without its comment sign, breaks no rule."""
    section, _, last = name.rpartition(".")
    top, _, below = reference_yaml().partition("\nhidden_units: ")
    part = top if section else f"\nhidden_units: {below}"
    line = next(x for x in part.splitlines() if x.lstrip("# ").startswith(f"{last}: "))
    text = line.lstrip("# ").partition(": ")[2]
    [entry] = read_overrides([f"{name}={text}"])
    assert isinstance(entry, Entry)
    KEYS[name].rule.read(entry.value)


def test_the_resolved_config_is_a_config(tmp_path: Path) -> None:
    table = write(tmp_path / "no.csv", "no,1e3,a b\n" + "1,2,x\n2,1,y\n" * 5)
    path = write(tmp_path / "c.yaml", "data: {csv: no.csv, validation: 0.2}\nbatch_size: 3")
    resolved = prepare(load_config(path)).config
    again = load_config(write(tmp_path / "again.yaml", config_yaml(resolved)))
    assert table.exists()
    assert prepare(again).config == resolved


@pytest.mark.parametrize(
    "value",
    ["no", "a b", "1e3", "x: y", "#1", "", "null", "é", "[red]", "'", '"', "a\nb", "-", "~"],
)
def test_written_text_is_read_back_by_any_yaml(value: str) -> None:
    assert yaml.safe_load(yaml_value(value)) == value


def test_flat_and_back(tmp_path: Path) -> None:
    config = load_config(minimal(tmp_path))
    assert unflat(flat(config)) == config
    assert set(flat(config)) == set(KEYS)


def test_a_config_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_config(minimal(tmp_path)).epochs = 5  # type: ignore[misc]
