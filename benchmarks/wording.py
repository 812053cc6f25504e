"""Names and numbers as the page and the plots show them."""

from __future__ import annotations

from math import floor, log10

NAMES = {
    "shallow": "shallow",
    "course": "the course's code",
    "plain": "straightforward NumPy",
    "products": "the matrix products alone",
    "sklearn": "scikit-learn",
    "torch": "PyTorch",
    "jax": "JAX, compiled",
    "nnet": "R nnet",
    "loadtxt": "numpy.loadtxt, reading only",
    "imports": "imports of NumPy, Typer and YAML, and no more",
    "modules": "imports of shallow's modules as well",
}
MILLION = 1e6
UNITS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))


def significant(value: float, digits: int = 3) -> str:
    """With so many significant digits, never as a power of ten."""
    if value == 0:
        return "0"
    return f"{value:,.{max(0, digits - 1 - floor(log10(abs(value))))}f}"


def seconds(value: float) -> str:
    """In the unit that fits."""
    unit, size = next(((u, s) for u, s in UNITS if value >= s), UNITS[-1])
    return f"{significant(value / size)} {unit}"


def plural(number: int, word: str) -> str:
    """Such as 1 thread or 2 threads."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def times(value: float) -> str:
    """A ratio."""
    return f"{significant(value)} ×"


def count(value: float) -> str:
    """A large number, to two digits."""
    if value >= MILLION:
        return f"{significant(value / MILLION, 2)} million"
    step = 10 ** max(0, floor(log10(value)) - 1)
    return f"{round(value / step) * step:,}"
