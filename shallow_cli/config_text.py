"""Configs as text that the strict reader takes back: resolved, or with comments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shallow_cli.config import KEYS, Config, flat

# Words that YAML, of any version, reads as nothing but themselves.
_PLAIN = re.compile(r"(?:\.{0,2}/)?[A-Za-z_][A-Za-z0-9_]*(?:[./-][A-Za-z0-9_]+)*")
_NOT_TEXT = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def config_yaml(config: Config) -> str:
    """Every key that has a value; nothing is left open."""
    values = {name: value for name, value in flat(config).items() if value not in {None, ()}}
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
        return text if plain else json.dumps(text, ensure_ascii=False)
    return repr(value)
