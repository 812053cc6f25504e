"""What the bits of a result depend on beside config and data, as a model file tells it."""

from __future__ import annotations

import platform
from typing import Any

import numpy as np

from shallow_cli import __version__

# Of these a training can only go on with the same; on another kind of CPU last digits may differ.
VERSIONS = ("shallow", "numpy", "blas")


def made_with() -> dict[str, str]:
    """The versions of what computes, and the kind of CPU with the instructions that NumPy uses."""
    built: Any = np.show_config(mode="dicts") or {}
    blas = built.get("Build Dependencies", {}).get("blas", {})
    found = built.get("SIMD Extensions", {}).get("found", [])
    return {
        "shallow": __version__,
        "numpy": np.__version__,
        "blas": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(),
        "cpu": " ".join([platform.machine(), *found]),
    }
