"""Configs as text that the strict reader takes back: resolved, or with comments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shallow_cli.config import KEYS, Config, flat
from shallow_cli.tables.columns import class_labels
from shallow_cli.tables.survey import Survey
from shallow_cli.tables.targets import choose_task

# Words that YAML, of any version, reads as nothing but themselves.
_PLAIN = re.compile(r"(?:\.{0,2}/)?[A-Za-z_][A-Za-z0-9_]*(?:[./-][A-Za-z0-9_]+)*")
SHOWN_CLASSES = 10
FEWEST_TO_HOLD_OUT = 20
_NOT_TEXT = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def config_yaml(config: Config) -> str:
    """Every key that has a value; nothing is left open."""
    values = {name: value for name, value in flat(config).items() if value not in {None, ()}}
    for name, value in values.items():
        if isinstance(value, Path) and str(value) != "-":
            values[name] = value.absolute()  # wherever the text is saved
    return config_lines({name: f"{_key(name)}: {yaml_value(v)}" for name, v in values.items()})


def reference_yaml() -> str:
    """Every key with what it is for and its default; it trains as it is."""
    texts = {}
    for name, key in KEYS.items():
        off = "# " if key.example and name != "data.generate" else ""
        texts[name] = (
            f"# {key.says}\n# {key.rule.says}; default: {key.default}\n"
            f"{off}{_key(name)}: {key.example or key.default}"
        )
    return config_lines(texts)


def starter_yaml(found: Survey) -> str:
    """A short config for the columns of a CSV."""
    task = choose_task(found.target_cells)
    about = "the target is a number"
    if task != "regression":
        labels = class_labels(found.target_cells)
        about = f"{len(labels)} classes: {', '.join(labels[:SHOWN_CLASSES])}"
        about += ", …" * (len(labels) > SHOWN_CLASSES)
    left_out = [f"  #   {_comment(f'{name}: {why}')}" for name, why in found.unusable.items()]
    if left_out:
        left_out.insert(0, "  # left out, since only numbers can be learned from so far:")
        left_out.append(f"  exclude: {yaml_value(tuple(found.unusable))}")
    held_out = 0.2 if found.rows >= FEWEST_TO_HOLD_OUT else 0
    return "\n".join(
        [
            f"# {_comment(found.name)}: {found.rows} rows. `shallow init` alone lists every key.",
            "data:",
            f"  csv: {yaml_value(found.name)}  # relative to this file",
            f"  target: {yaml_value(found.target)}  # the last column; any other will do",
            f"  task: {task}  # {_comment(about)}",
            *left_out,
            f"  # features: {_comment(yaml_value(found.features))}",
            "  scale: standardize  # mean 0 and deviation 1; or minmax, none",
            f"  validation: {held_out}  # of the rows, held out to measure the rest by",
            "hidden_units: 8",
            "activation: tanh  # or sigmoid, relu, leaky_relu",
            "init_scale: xavier  # or he (for relu), or a number such as 0.01",
            "learning_rate: 0.3  # smaller if the loss jumps, larger if it crawls",
            "epochs: 1000",
            "l2: 0.001  # a penalty on large weights, against overfitting",
            "seed: 0",
        ]
    )


def _comment(text: str) -> str:
    """Text that cannot leave its comment: no line break, nothing that YAML forbids."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def config_lines(texts: Mapping[str, str]) -> str:
    """The lines of each dotted key, below the line of its section."""
    lines: list[str] = []
    section = ""
    for name, text in texts.items():
        head = name.rpartition(".")[0]
        if head and head != section:
            lines.append(f"{head}:")
            section = head
        lines += ["  " * bool(head) + line for line in text.splitlines()]
    return "\n".join(lines)


def _key(name: str) -> str:
    return name.rpartition(".")[2]


def yaml_value(value: Any) -> str:
    """A value as YAML; text is quoted unless it can be nothing but text."""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return yaml_value(value[0]) if len(value) == 1 else f"[{', '.join(map(yaml_value, value))}]"
    if isinstance(value, str | Path):
        text = str(value)
        plain = _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT
        return text if plain else _quoted(text)
    return repr(value)


def _quoted(text: str) -> str:
    """A YAML string; what does not print is escaped, which JSON alone would not do for all."""
    return "".join(
        c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\U{ord(c):08x}"  # noqa: PLR2004
        for c in json.dumps(text, ensure_ascii=False)
    )
