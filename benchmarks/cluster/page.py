"""docs/scale.md, from what was measured."""

from __future__ import annotations

from typing import Any

PAGE, RESULTS = "scale.md", "scale.json"


def page(found: dict[str, Any]) -> str:
    """The page."""
    return str(found)
