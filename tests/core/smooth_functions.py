"""Functions with published minima, and one that counts its calls."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from shallow_cli.core.arrays import Array

Function = Callable[[Array], tuple[float, Array]]


@dataclass
class Counted:
    """A function that notes where it is called."""

    function: Function
    points: list[Array] = field(default_factory=list)

    def __call__(self, x: Array) -> tuple[float, Array]:
        self.points.append(x.copy())
        assert len(self.points) < 5000, "no end"
        value, gradient = self.function(x)
        return float(value), gradient


def rosenbrock(x: Array) -> tuple[float, Array]:
    """Σ 100 (x₂ − x₁²)² + (1 − x₁)² over neighbours: 0 at (1, …, 1) (Rosenbrock 1960)."""
    off, gradient = x[1:] - x[:-1] ** 2, np.zeros_like(x)
    gradient[:-1] = -400 * x[:-1] * off - 2 * (1 - x[:-1])
    gradient[1:] += 200 * off
    return float((100 * off**2 + (1 - x[:-1]) ** 2).sum()), gradient


def beale(x: Array) -> tuple[float, Array]:
    """0 at (3, ½): Moré, Garbow and Hillstrom 1981, problem 5."""
    powers, y = x[1] ** np.arange(1, 4), np.array([1.5, 2.25, 2.625])
    off = y - x[0] * (1 - powers)
    by_x1 = x[0] * np.arange(1, 4) * x[1] ** np.arange(3)
    return float(off @ off), np.array([-2 * off @ (1 - powers), 2 * off @ by_x1])


def powell(x: Array) -> tuple[float, Array]:
    """Powell's singular function, 0 at 0, where its Hessian is singular: problem 13 there."""
    a, b, c, d = x[0] + 10 * x[1], x[2] - x[3], x[1] - 2 * x[2], x[0] - x[3]
    by_a, by_b, by_c, by_d = 2 * a, 10 * b, 4 * c**3, 40 * d**3
    gradient = [by_a + by_d, 10 * by_a + by_c, by_b - 2 * by_c, -by_b - by_d]
    return float(a**2 + 5 * b**2 + c**4 + 10 * d**4), np.array(gradient)


def quadratic(scales: Array) -> Function:
    """½ Σ scale (x − 1)², least at (1, …, 1)."""
    return lambda x: (float(scales @ (x - 1) ** 2 / 2), scales * (x - 1))


SMOOTH: dict[str, tuple[Function, list[float], list[float]]] = {
    "rosenbrock 2": (rosenbrock, [-1.2, 1.0], [1.0] * 2),
    "rosenbrock 10": (rosenbrock, [-1.2, 1.0] * 5, [1.0] * 10),
    "beale": (beale, [1.0, 1.0], [3.0, 0.5]),
    "powell": (powell, [3.0, -1.0, 0.0, 1.0], [0.0] * 4),
    "quadratic": (quadratic(np.logspace(0, 4, 30)), [0.0] * 30, [1.0] * 30),
}
