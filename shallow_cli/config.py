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

from shallow_cli import rules, table_rules
from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import DTYPES
from shallow_cli.core.initializers import INITIALIZERS
from shallow_cli.core.optimizers import LBFGS, OPTIMIZERS
from shallow_cli.core.schedules import DECAYING, SCHEDULES
from shallow_cli.data_config import DataConfig
from shallow_cli.keys import SEED, Key, key
from shallow_cli.rules import choice, either

FROM_ZERO = rules.number("a number from 0 up", bad="-1", minimum=0)
SHARE = rules.number("a number from 0 to below 1", bad="1", minimum=0, exclusiveMaximum=1)
AUTO = choice(("auto",))


@dataclass(frozen=True)
class Config:
    """A whole config; only `data` has no default."""

    data: DataConfig
    hidden_units: int = key(rules.whole(1, 100_000), 4, "the width of the hidden layer")
    activation: str = key(choice(ACTIVATIONS), "tanh", "of the hidden units")
    leak: float = key(
        rules.number("a number from 0 to 1", bad="2", minimum=0, maximum=1),
        0.01,
        "the slope of leaky_relu below zero",
    )
    init_scale: float | str = key(
        either(FROM_ZERO, choice(INITIALIZERS)),
        0.01,
        "the standard deviation of the first weights; xavier and he choose it by layer",
    )
    optimizer: str = key(
        choice((*OPTIMIZERS, LBFGS)), "gd", "who makes a step of the gradient; see docs/training.md"
    )
    learning_rate: float | str = key(
        either(AUTO, rules.number("a number above 0", bad="0", exclusiveMinimum=0)),
        "auto",
        "the step size α; auto: 0.1, for adam 0.001",
    )
    momentum: float = key(SHARE, 0.9, "μ of momentum and nesterov: how much of a step goes on")
    beta1: float = key(SHARE, 0.9, "β₁ of adam: how much of the mean gradient stays")
    beta2: float = key(SHARE, 0.999, "β₂ of adam: how much of the mean square stays")
    schedule: str = key(choice(SCHEDULES), "constant", "how the learning rate falls, by epochs")
    decay: float = key(
        rules.number("a number above 0, and 1 at the most", bad="0", exclusiveMinimum=0, maximum=1),
        0.5,
        "step: the factor; inverse: 1 / (1 + decay · epoch / decay_every)",
    )
    decay_every: int | str = key(
        either(AUTO, rules.whole(1)), "auto", "epochs of a decay; auto: a tenth of all"
    )
    epochs: int = key(rules.whole(1), 1000, "passes over the training rows; lbfgs: iterations")
    batch_size: int | str = key(either(choice(("full",)), rules.whole(1)), "full", "rows per step")
    seed: int = key(SEED, 0, "of the first weights, the split and the order of rows")
    l2: float = key(FROM_ZERO, 0.0, "λ of the penalty (λ/2)(‖W1‖² + ‖W2‖²)", shown="0")
    class_weight: str | dict[str, float] | None = key(
        either(either(rules.none(), choice(("balanced",))), table_rules.weights()),
        None,
        "how much each class counts in the loss; balanced: rare ones more, all the same in sum",
        shown="none",
        example="{a: 1, b: 2.5}",
    )
    early_stopping: int | None = key(
        either(rules.none(), rules.whole(1)),
        None,
        "epochs to wait for a lower validation loss; the best weights are kept",
        shown="none",
    )
    log_every: int | str = key(
        either(AUTO, rules.whole(1)), "auto", "how many epochs lie between two rows of the table"
    )
    checkpoint_every: int | str = key(
        either(AUTO, rules.whole(1)),
        "auto",
        "epochs between two checkpoints, for train --resume; auto: about 30 seconds",
    )
    dtype: str = key(choice(DTYPES), "float64", "of the numbers in training; float32 is faster")
    threads: int | str = key(
        either(AUTO, rules.whole(1, 1024)),
        "auto",
        "how many work on many rows; auto: one a core; the result is the same to the last bit",
    )

    @property
    def scalar(self) -> type[Any]:
        """The dtype as NumPy has it."""
        return DTYPES[self.dtype]


def _declared() -> Iterator[tuple[str, Key]]:
    for prefix, section in (("data.", DataConfig), ("", Config)):
        for field in dataclasses.fields(section):
            if "key" in field.metadata:
                yield prefix + field.name, field.metadata["key"]


KEYS: dict[str, Key] = dict(_declared())
# Keys that do not decide the result; a model does not keep them.
INDIFFERENT = ("data.cache", "threads", "checkpoint_every")
# Keys that say how a table is written or read.
FOR_TABLES = tuple(
    f"data.{name}"
    for name in (
        *("categorical", "weight", "missing", "missing_target", "missing_values"),
        *("delimiter", "decimal", "encoding", "header", "cache"),
    )
)
# Keys that only some choices of another key look at.
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "learning_rate": ("optimizer", tuple(OPTIMIZERS)),
    **{
        key: ("optimizer", tuple(name for name, o in OPTIMIZERS.items() if key in o.settings))
        for key in ("momentum", "beta1", "beta2")
    },
    **dict.fromkeys(("decay", "decay_every"), ("schedule", DECAYING)),
}
PATHS = ("data.csv", "data.validation")  # whose values are, or may be, files


def flat(config: Config) -> dict[str, Any]:
    """Every key with its value, `data.` keys first; None where nothing was said."""
    data = {f"data.{f.name}": getattr(config.data, f.name) for f in dataclasses.fields(DataConfig)}
    return data | {name: getattr(config, name) for name in KEYS if "." not in name}


def has_part(config: Config, key: str) -> bool:
    """Whether the choices of a config look at a key."""
    chooser, choices = PARTS.get(key, ("", ("",)))
    return getattr(config, chooser, "") in choices


def unflat(values: Mapping[str, Any]) -> Config:
    """The config of flat values, as a model keeps them; lists are tuples again."""
    kept: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
        if name in KEYS
    }
    for name in PATHS:
        if isinstance(found := kept.get(name), str | tuple):
            kept[name] = tuple(map(Path, (found,) if isinstance(found, str) else found))
    data = {name.removeprefix("data."): kept.pop(name) for name in list(kept) if "." in name}
    return Config(DataConfig(**data), **kept)


def with_absolute_paths(config: Config) -> Config:
    """The same for somebody who works in another folder."""
    there = {name.removeprefix("data."): flat(config)[name] for name in PATHS}
    absolute: dict[str, Any] = {
        name: tuple(path.absolute() for path in paths)
        for name, paths in there.items()
        if isinstance(paths, tuple)
    }
    if config.data.cache:
        absolute["cache"] = config.data.cache.absolute()
    return dataclasses.replace(config, data=dataclasses.replace(config.data, **absolute))
