"""The keys of a config: each declared once, with its rule, its default and its doc line.

The check, the error message, `shallow init`, the reference page and the tests are made from
these declarations.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shallow_cli import rules
from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.datasets import DATASETS
from shallow_cli.core.initializers import INITIALIZERS
from shallow_cli.core.rng import LARGEST_SEED
from shallow_cli.rules import Rule, choice, either

SCALINGS = ("standardize", "minmax", "none")
TASKS = ("auto", "binary", "multiclass", "regression")

SEED = rules.whole(0, LARGEST_SEED)
MOST_NOISE = 1e6
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
        "a CSV file with a header; '-' is standard input",
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
        rules.number("a number from 0 to 1e6", lambda x: 0 <= x <= MOST_NOISE, bad="-1"),
        None,
        "of generated data, a standard deviation; gaussian_quantiles takes none",
        shown="0.2 for flower, moons, spiral; 0.3 for circles; 1 for blobs; 0.1 for xor, sine",
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


def _declared() -> Iterator[tuple[str, Key]]:
    for prefix, section in (("data.", DataConfig), ("", Config)):
        for field in dataclasses.fields(section):
            if "key" in field.metadata:
                yield prefix + field.name, field.metadata["key"]


KEYS: dict[str, Key] = dict(_declared())


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
