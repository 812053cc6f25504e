"""The keys of a config: each declared once, with its rule, its default and its doc line.

The check, the error message, `shallow init`, the reference page and the tests are made from
these declarations.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shallow_cli import rules
from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.datasets import DATASETS
from shallow_cli.core.initializers import INITIALIZERS
from shallow_cli.core.rng import LARGEST_SEED
from shallow_cli.errors import ConfigError, Problem
from shallow_cli.rules import Refused, Rule, Scalar, Value, choice, did_you_mean, either

SCALINGS = ("standardize", "minmax", "none")
TASKS = ("auto", "binary", "multiclass", "regression")

SEED = rules.whole(0, LARGEST_SEED)
FROM_ZERO = rules.number("a number from 0 up", lambda x: x >= 0, bad="-1")


@dataclass(frozen=True)
class Key:
    """What a key may hold, what it holds by default, and what it is for.

    `example` is a legal value where the default is only words.
    """

    rule: Rule
    default: str
    says: str
    example: str | None


def key(
    rule: Rule, default: Any, says: str, *, shown: str | None = None, example: str | None = None
) -> Any:
    """A dataclass field that is a config key; `shown` is its default in words."""
    declared = Key(rule, str(default) if shown is None else shown, says, example)
    return dataclasses.field(default=default, metadata={"key": declared})


@dataclass(frozen=True)
class DataConfig:
    """The keys below `data:`."""

    csv: Path | None = key(
        rules.path(),
        None,
        "a CSV file with a header; - is standard input",
        shown="none",
        example="table.csv",
    )
    generate: str | None = key(
        choice(DATASETS),
        None,
        "a generated dataset, instead of a CSV",
        shown="none",
        example="flower",
    )
    target: tuple[str, ...] | None = key(
        rules.columns(),
        None,
        "what to predict; several columns for a regression",
        shown="the last column",
        example="price",
    )
    task: str = key(
        choice(TASKS),
        "auto",
        "auto: text means classes; so do whole numbers, at most 20 of them, each at least twice",
    )
    features: tuple[str, ...] | None = key(
        rules.columns(),
        None,
        "the columns to learn from",
        shown="all but the target",
        example="[age, income]",
    )
    exclude: tuple[str, ...] = key(
        rules.columns(), (), "columns to leave out", shown="none", example="[id, name]"
    )
    scale: str | None = key(
        choice(SCALINGS),
        None,
        "of the features, fitted on the training rows only",
        shown="standardize for a CSV, none for generated data",
        example="standardize",
    )
    scale_target: str | None = key(
        choice(SCALINGS),
        None,
        "of a regression's target; the loss is then in scaled units",
        shown="standardize for a CSV, none for generated data",
        example="standardize",
    )
    validation: float | Path = key(
        either(
            rules.number("a fraction from 0 up to 1", lambda x: 0 <= x < 1, bad="1.5"),
            rules.path(),
        ),
        0.0,
        "rows held out, as a fraction (of each class) or a CSV of their own",
        shown="0",
    )
    samples: int | None = key(
        rules.whole(10, 10_000_000),
        None,
        "rows of generated data",
        shown="400 for flower, 300 for spiral, else 200",
        example="400",
    )
    noise: float | None = key(
        FROM_ZERO,
        None,
        "of generated data, a standard deviation",
        shown="0.2 for flower, moons and spiral, 0.3 for circles, 1 for blobs, 0.1 for others",
        example="0.2",
    )
    seed: int | None = key(SEED, None, "of generated data", shown="1", example="1")


@dataclass(frozen=True)
class Config:
    """A whole config; only `data` has no default."""

    data: DataConfig
    hidden_units: int = key(rules.whole(1, 100_000), 4, "the width of the hidden layer")
    activation: str = key(choice(ACTIVATIONS), "tanh", "of the hidden units")
    leak: float = key(
        rules.number("a number from 0 to 1", lambda x: 0 <= x <= 1, bad="2"),
        0.01,
        "the slope of leaky_relu below zero",
    )
    init_scale: float | str = key(
        either(FROM_ZERO, choice(INITIALIZERS)),
        0.01,
        "the standard deviation of the first weights; xavier and he choose it by layer",
    )
    learning_rate: float = key(
        rules.number("a number above 0", lambda x: x > 0, bad="0"), 0.1, "the step size α"
    )
    epochs: int = key(rules.whole(1), 1000, "passes over the training rows")
    batch_size: int | str = key(either(choice(("full",)), rules.whole(1)), "full", "rows per step")
    seed: int = key(SEED, 0, "of the first weights, the split and the order of rows")
    l2: float = key(FROM_ZERO, 0.0, "λ of the penalty (λ/2)(‖W1‖² + ‖W2‖²)", shown="0")
    early_stopping: int | None = key(
        either(rules.none(), rules.whole(1)),
        None,
        "epochs to wait for a lower validation loss; the best weights are kept",
        shown="none",
    )
    log_every: int | str = key(
        either(choice(("auto",)), rules.whole(1)), "auto", "epochs between two rows of the table"
    )


@dataclass(frozen=True)
class Entry:
    """One key as somebody wrote it, in a file or after --set; `where` is the key's place."""

    name: str
    value: Value
    where: str


def _declared() -> Iterator[tuple[str, Key]]:
    for prefix, section in (("data.", DataConfig), ("", Config)):
        for field in dataclasses.fields(section):
            if "key" in field.metadata:
                yield prefix + field.name, field.metadata["key"]


KEYS: dict[str, Key] = dict(_declared())


def resolve(entries: Sequence[Entry], source: str, found: Sequence[Problem] = ()) -> Config:
    """The config that the entries say; of two entries for one key the later counts.

    Args:
        entries: what was written, in order.
        source: what to call the config in a problem that has no place of its own.
        found: what the reader of the file has found wrong already.

    Raises:
        ConfigError: with every problem there is.
    """
    given = {entry.name: entry for entry in entries}
    values, problems = read_values(given)
    problems = [*found, *problems, *_conflicts(given, values, source)]
    if problems:
        raise ConfigError(*problems)
    data = {name.removeprefix("data."): values.pop(name) for name in list(values) if "." in name}
    return Config(DataConfig(**data), **values)


def read_values(given: Mapping[str, Entry]) -> tuple[dict[str, Any], list[Problem]]:
    """What each entry says by the rule of its key, and what is wrong with the others."""
    values: dict[str, Any] = {}
    problems = []
    for name, entry in given.items():
        if name not in KEYS:
            problems.append(Problem(f"{name}: {_unknown(name)}", entry.where))
            continue
        try:
            values[name] = KEYS[name].rule.read(entry.value)
        except Refused as refusal:
            problems.append(_refusal(name, entry.value, str(refusal), entry.where))
    return values, problems


def _refusal(name: str, value: Value, more: str, where: str) -> Problem:
    if isinstance(value, Scalar):
        written, where = f"'{value.text}'" if value.text else "empty", value.where
    else:
        written = f"[{', '.join(item.text for item in value)}]"
    says = f"{name}: must be {KEYS[name].rule.says}, not {written}"
    return Problem(f"{says}; {more}" if more else says, where)


def _unknown(name: str) -> str:
    """What to say of a key that does not exist: its namesake elsewhere, or the nearest."""
    if name == "data":
        return "must be a section, with csv or generate below it"
    last = {key.rpartition(".")[2]: key for key in KEYS}
    word = name.rpartition(".")[2]
    question = f"did you mean '{last[word]}'?" if word in last else did_you_mean(name, KEYS)
    if not question and (near := did_you_mean(word, last)):
        question = near.replace(near.split("'")[1], last[near.split("'")[1]])
    return "unknown key; " + (question or "`shallow init` lists every key")


def _conflicts(given: dict[str, Entry], values: dict[str, Any], source: str) -> Iterator[Problem]:
    """What is wrong between keys; a key whose own value is wrong has been reported already."""

    def problem(name: str, text: str) -> Problem:
        return Problem(f"{name}: {text}", given[name].where)

    if "data" not in given and not {"data.csv", "data.generate"} & given.keys():
        yield Problem("data: say what to learn from, with csv or generate below it", source)
    if {"data.csv", "data.generate"} <= given.keys():
        yield problem("data.generate", "the data comes from data.csv already; keep one of the two")
    for name in ("data.samples", "data.noise", "data.seed"):
        if name in given and "data.csv" in given:
            yield problem(name, "is for generated data; a CSV has its own rows")
    if "-" in {str(values.get("data.csv"))} & {str(values.get("data.validation"))}:
        yield problem("data.validation", "standard input is data.csv already")
    dataset = DATASETS.get(values.get("data.generate", ""))
    if dataset and dataset.noise is None and "data.noise" in given:
        yield problem("data.noise", f"{values['data.generate']} takes no noise")
    no_validation = "data.validation" not in given or values.get("data.validation") == 0
    if values.get("early_stopping") and no_validation:
        yield problem("early_stopping", "needs validation rows; set data.validation, to 0.2 say")
    yield from _column_conflicts(problem, values)


def _column_conflicts(problem: Any, values: dict[str, Any]) -> Iterator[Problem]:
    targets = values.get("data.target") or ()
    features = values.get("data.features") or ()
    for name in ("data.features", "data.exclude"):
        for both in sorted(set(targets) & set(values.get(name) or ())):
            yield problem(name, f"'{both}' is the target")
    for both in sorted(set(features) & set(values.get("data.exclude") or ())):
        yield problem("data.exclude", f"'{both}' is among data.features")


def flat(config: Config) -> dict[str, Any]:
    """Every key with its value, `data.` keys first; None where nothing was said."""
    data = {f"data.{f.name}": getattr(config.data, f.name) for f in dataclasses.fields(DataConfig)}
    return data | {name: getattr(config, name) for name in KEYS if "." not in name}


def unflat(values: Mapping[str, Any]) -> Config:
    """The config of flat values, as a model keeps them; lists are tuples again."""
    kept: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
        if name in KEYS
    }
    data = {name.removeprefix("data."): kept.pop(name) for name in list(kept) if "." in name}
    for name in ("csv", "validation"):
        if isinstance(data.get(name), str):
            data[name] = Path(data[name])
    return Config(DataConfig(**data), **kept)
