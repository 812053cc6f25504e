"""Values as YAML that any reader takes back as they are."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shallow_cli.errors import ConfigError, Problem

# Words that YAML, of any version, reads as nothing but themselves.
_PLAIN = re.compile(r"(?:\.{0,2}/)?[A-Za-z_][A-Za-z0-9_]*(?:[./-][A-Za-z0-9_]+)*")
_NOT_TEXT = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def yaml_value(value: Any) -> str:
    """A value as YAML; text is quoted unless it can be nothing but text."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return f"{{{', '.join(f'{yaml_value(k)}: {yaml_value(v)}' for k, v in value.items())}}}"
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


def config_text_of(config: Mapping[str, Any], name: str) -> str:
    """A config in nested mappings as text: JSON is YAML, in which text and numbers stay apart.

    Arrays of NumPy and columns of a DataFrame are lists, paths are text. `name` is what problems
    call it.

    Raises:
        ConfigError: if a value is of no kind that YAML has.
    """
    try:
        return json.dumps(config, default=_plainer)
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigError(Problem(f"no config: {error}", name)) from error


def _plainer(value: Any) -> Any:
    """What JSON has for a value that it does not know.

    Raises:
        TypeError: if it has nothing.
    """
    if isinstance(value, Mapping):
        return dict(value)
    return value.tolist() if hasattr(value, "tolist") else os.fspath(value)
