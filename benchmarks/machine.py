"""The machine and the versions that a run's figures belong to."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

DISTRIBUTIONS = {
    "numpy": "NumPy",
    "scikit-learn": "scikit-learn",
    "torch": "PyTorch",
    "jax": "JAX",
}
CPUINFO = Path("/proc/cpuinfo")


def machine() -> dict[str, str]:
    """In the order in which they are shown."""
    found = {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "system": platform.system(),
        "Python": platform.python_version(),
    }
    for distribution, name in DISTRIBUTIONS.items():
        try:
            found[name] = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return found | r_version()


def processor() -> str:
    """As the system calls it."""
    if CPUINFO.exists():
        for line in CPUINFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def r_version() -> dict[str, str]:
    """Of R and of nnet, where they are."""
    program = shutil.which("Rscript")
    if program is None:
        return {}
    code = 'cat(as.character(getRversion()), as.character(packageVersion("nnet")))'
    done = subprocess.run([program, "-e", code], capture_output=True, text=True, check=False)
    return dict(zip(("R", "nnet"), done.stdout.split(), strict=False))
