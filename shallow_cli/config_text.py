"""Configs as text that the strict reader takes back: resolved, or with comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shallow_cli.config import Config, flat

# Words that YAML, of any version, reads as nothing but themselves.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[./-][A-Za-z0-9_]+)*")
_NOT_TEXT = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def config_yaml(config: Config) -> str:
    """Every key that has a value; without a comment, since nothing is left open."""
    values = {name: value for name, value in flat(config).items() if value not in {None, ()}}
    return "\n".join(lines(values))


def lines(values: Mapping[str, Any], comments: Mapping[str, str] | None = None) -> Iterable[str]:
    """YAML lines of dotted keys, with a comment behind those that have one."""
    section = ""
    for name, value in values.items():
        head, _, key = name.rpartition(".")
        if head and head != section:
            yield f"{head}:"
            section = head
        line = f"{'  ' if head else ''}{key}: {yaml_value(value)}"
        comment = (comments or {}).get(name)
        yield f"{line:<32} # {comment}" if comment else line


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
