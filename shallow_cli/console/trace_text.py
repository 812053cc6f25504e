"""A traced step as text: what the lecture writes on its pages, with numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from shallow_cli.console.streams import write
from shallow_cli.console.tables import show_heading, terminal_width

if TYPE_CHECKING:
    from shallow_cli.core.arrays import Array
    from shallow_cli.core.tracing import Quantity, Step

INDENT = "    "
MOST_VALUES, EDGE = 40, 3  # of an array that is shown whole, and of a row or column that is not
DIGITS = 6
UNLIMITED = 10**6


def show_step(step: Step, constants: Mapping[str, float]) -> None:
    """Print one step: forward, loss, backward, update."""
    values = [f"m = {step.rows}", *(f"{name} = {value:g}" for name, value in constants.items())]
    show_heading(f"Step {step.number}: {', '.join(values)}")
    show_heading("Forward, from left to right: X → Z1 → A1 → Z2 → A2 → J")
    for quantity in step.forward:
        _show(quantity)
    write(f"J = {step.loss_equation} = {step.loss:.6f}\n")
    show_heading("Backward, from right to left: dW1, db1 ← dZ1 ← dW2, db2 ← dZ2 ← J")
    write("dV stands for ∂J/∂V and has the shape of V. A column of dZ2 or dZ1 belongs to")
    write("the loss of that example alone.\n")
    for quantity in step.backward:
        _show(quantity)
    show_heading("Update, downhill")
    for quantity in step.update:
        _show(quantity, "←")
    if step.loss_after is None:
        write("L-BFGS looks for the length of its step along a line: there is no equation.\n")
        return
    change = step.loss_after - step.loss
    write(
        f"J is {step.loss_after:.6f} now: {abs(change):.3g} {'less' if change < 0 else 'more'}.\n"
    )


def _show(quantity: Quantity, sign: str = "=") -> None:
    head = f"{quantity.name} {sign} {quantity.equation}" if quantity.equation else quantity.name
    shape = "(" + ", ".join(map(str, quantity.values.shape)) + ")"
    flows = f"  → {', '.join(quantity.flows_to)}" if quantity.flows_to else ""
    write(f"{head}  {shape}{flows}")
    write(_values(quantity.values) + "\n")


def _values(values: Array) -> str:
    """All of a small array, the corners of a large one; in a pipe a row is a line."""
    width = terminal_width()
    text = np.array2string(
        values + 0.0,  # for which −0, the product of a ReLU's slope, is 0
        precision=DIGITS,
        threshold=MOST_VALUES,
        edgeitems=EDGE,
        max_line_width=UNLIMITED if width is None else max(20, width - len(INDENT)),
        prefix=INDENT,
    )
    return "\n".join(INDENT + line.removeprefix(INDENT) for line in text.splitlines())
