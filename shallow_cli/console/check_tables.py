"""A gradient check as a table, its findings in words, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from shallow_cli.console.streams import write
from shallow_cli.console.tables import show_table

if TYPE_CHECKING:
    from shallow_cli.core.gradcheck import BlockCheck


def show_checks(checks: Mapping[str, Sequence[BlockCheck]], *, in_full: bool) -> None:
    """Print the checks of each point: a row per block in full, else a row per point."""
    from shallow_cli.core.gradcheck import LIMIT

    if in_full:
        for point, blocks in checks.items():
            header = ["", "checked", "max error", "norm ratio", "rounding units", "verdict"]
            show_table(f"At {point}", header, [_block_row(block) for block in blocks])
    else:
        header = ["", "W1", "b1", "W2", "b2", "verdict"]
        rows = [_point_row(point, blocks) for point, blocks in checks.items()]
        show_table("Largest difference of each block, in rounding units", header, rows)
    every = [(point, block) for point, blocks in checks.items() for block in blocks]
    for point, block in every:
        if not block.passed:
            place = f"{point}: {block.name}{list(block.worst)}"
            write(f"{place} is {block.backprop:.10g} by backprop, {block.numeric:.10g} by the loss")
    if not all(block.decided for _, block in every):
        write("no verdict: the loss or its derivatives are not finite at these weights")
        return
    worst = max(block.rounding_units for _, block in every)
    verdict = "passed" if all(block.passed for _, block in every) else "FAILED"
    write(f"{verdict}: worst {worst:.2g} rounding units, limit {LIMIT:g}")


def _block_row(block: BlockCheck) -> list[str]:
    return [
        block.name,
        f"{block.checked}/{block.elements}",
        f"{block.max_error:.1e}",
        f"{block.norm_ratio:.1e}",
        f"{block.rounding_units:.2g}",
        _verdict([block]),
    ]


def _point_row(point: str, blocks: Sequence[BlockCheck]) -> list[str]:
    return [point, *(f"{block.rounding_units:.2g}" for block in blocks), _verdict(blocks)]


def _verdict(blocks: Sequence[BlockCheck]) -> str:
    if not all(block.decided for block in blocks):
        return "?"
    return "ok" if all(block.passed for block in blocks) else "FAIL"
