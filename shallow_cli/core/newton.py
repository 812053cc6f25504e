"""Truncated Newton: the minimum of a smooth convex function of one matrix, to rounding.

Each step is found by conjugate gradients from products of the Hessian with a matrix, so the
Hessian itself is never there; it is then halved until the function has fallen enough (Armijo).
Source: Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms 3.1, 5.3 and 7.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from shallow_cli.core.arrays import Array

TOLERANCE = 1e-10  # of the gradient, as a share of the first one
MOST_STEPS = 100
MOST_PRODUCTS = 100  # with the Hessian, in one step
MOST_HALVINGS = 50
ENOUGH = 1e-4  # of the fall that the slope promises
ROUNDING = 16 * np.finfo(np.float64).eps  # of the function's value


@dataclass(frozen=True)
class Local:
    """A function around one point: its gradient, and its Hessian as a product with a matrix.

    `diagonal`, the Hessian's own, makes steps independent of the units of the variables.
    """

    gradient: Array
    diagonal: Array
    product: Callable[[Array], Array]


@dataclass(frozen=True)
class Convex:
    """A convex function: its value at a point, and what it is like around one."""

    value: Callable[[Array], float]
    around: Callable[[Array], Local]


def minimise(function: Convex, start: Array) -> Array:
    """The point where the gradient is 1e-10 of that at `start`, or as near as rounding allows.

    Where there is no minimum, as of e⁻ˣ, the steps end far out with a gradient as small, or with
    their number, which is bounded.
    """
    point, value, local = start, function.value(start), function.around(start)
    first = size = float(np.linalg.norm(local.gradient))
    for _ in range(MOST_STEPS):
        if size <= TOLERANCE * first:
            break
        # Exact steps are worth their price only near the minimum.
        step = _conjugate_gradients(local, min(0.5, sqrt(size / first)) * size)
        length = _line_search(function, point, value, step, float(np.vdot(local.gradient, step)))
        if not length:
            break
        moved = point + length * step
        there, around = function.value(moved), function.around(moved)
        norm = float(np.linalg.norm(around.gradient))
        if there >= value - ROUNDING * abs(value) and norm >= size:
            break  # nothing but rounding is left
        point, value, local, size = moved, there, around, norm
    return point


def _conjugate_gradients(local: Local, enough: float) -> Array:
    """The Newton step, up to a residual of norm `enough`; always a way down."""
    step, residual = np.zeros_like(local.gradient), -local.gradient
    weights = 1 / np.where(local.diagonal > 0, local.diagonal, 1)
    direction = weights * residual
    square = np.vdot(residual, direction)
    for _ in range(MOST_PRODUCTS):
        product = local.product(direction)
        curvature = np.vdot(direction, product)
        if curvature <= 0:  # flat, to rounding
            return step if step.any() else direction
        length = square / curvature
        step += length * direction
        residual -= length * product
        if np.linalg.norm(residual) <= enough:
            break
        scaled = weights * residual
        before, square = square, np.vdot(residual, scaled)
        direction = scaled + square / before * direction
    return step


def _line_search(function: Convex, point: Array, value: float, step: Array, slope: float) -> float:
    """The largest of 1, ½, ¼, … that lowers the function enough; 0 if none does.

    Near the minimum the fall is less than the value's rounding error, which is let pass: the
    gradient decides there.
    """
    length = 1.0
    for _ in range(MOST_HALVINGS):
        allowed = value + ENOUGH * length * slope + ROUNDING * abs(value)
        if function.value(point + length * step) <= allowed:
            return length
        length /= 2
    return 0.0
