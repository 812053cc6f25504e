"""A gradient check as tables, its findings in words, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from shallow_cli.console.streams import write
from shallow_cli.console.tables import show_table, terminal_width

if TYPE_CHECKING:
    from shallow_cli.checking import Finding, Report
    from shallow_cli.core.gradcheck.check import BlockCheck, PointCheck

COURSE_LIMIT = 1e-7  # of the norm ratio
WIDE = 120  # columns of a terminal that show both values too
MOST_FAILURES = 8
BLOCKS = ("W1", "b1", "W2", "b2")
HEADER = ["", *BLOCKS, "verdict"]
COLUMNS: dict[str, Callable[[BlockCheck], str]] = {
    "checked": lambda block: f"{block.checked}/{block.elements}",
    "error": lambda block: f"{block.max_error:.1e}",
    "relative": lambda block: f"{block.max_relative_error:.1e}",
    "ratio": lambda block: f"{block.norm_ratio:.1e}",
    "units": lambda block: f"{block.units:.2g}",
    "worst": lambda block: str(list(block.worst)).replace(" ", ""),
    "backprop": lambda block: f"{block.backprop:.9g}",
    "numeric": lambda block: f"{block.numeric:.9g}",
    "kinks": lambda block: str(block.guard.kinks),
}


def show_report(report: Report, planted: str = "") -> None:
    """Print a report: of one network a table for each point, of many a row for each network."""
    if planted:
        write(f"Planted: {planted}\n")
    if any(finding.group for finding in report.findings):
        _show_networks(report.findings)
    else:
        _show_points(report.findings)
    for line in (*_failures(report.findings), *_coverage(report.findings)):
        write(line)
    if report.steps_left_out:
        why = "training ends, or a z is 0 but for rounding"
        write(f"steps left out, where {why}: {report.steps_left_out}")
    if report.hint:
        write(f"hint: {report.hint}")
    write(_verdict(report))


def _show_networks(findings: Sequence[Finding]) -> None:
    rows = []
    for group, members in groupby(findings, lambda finding: finding.group):
        checks = [finding.check for finding in members]
        rows.append([group, *_units_by_block(checks), _word(checks)])
    show_table("Largest difference in rounding units, over all points", HEADER, rows)


def _show_points(findings: Sequence[Finding]) -> None:
    for finding in findings:
        if finding.check.blocks and not finding.step:
            m = finding.check.rows
            title = f"{finding.name[:1].upper()}{finding.name[1:]}, {m} row{'s' * (m != 1)}"
            show_table(title, *_block_table(finding.check.blocks))
    rows = [
        [finding.name, *_units_by_block([finding.check]), _word([finding.check])]
        for finding in findings
        if finding.check.blocks and finding.step
    ]
    if rows:
        show_table("Training against numeric steps, in rounding units", HEADER, rows)


def _block_table(blocks: Sequence[BlockCheck]) -> tuple[list[str], list[list[str]]]:
    """Header and rows; on a narrow terminal without the two values."""
    columns, last = dict(COLUMNS), "verdict"
    if (terminal_width() or WIDE) < WIDE:
        del columns["backprop"], columns["numeric"]
        last = ""
    header = ["", *columns, last]
    return header, [
        [block.name, *(show(block) for show in columns.values()), _word([block])]
        for block in blocks
    ]


def _units_by_block(checks: Sequence[PointCheck]) -> list[str]:
    worst = [
        max((b.units for c in checks for b in c.blocks if b.name == name), default=0.0)
        for name in BLOCKS
    ]
    return [f"{units:.2g}" for units in worst]


def _word(checks: Sequence[PointCheck] | Sequence[BlockCheck]) -> str:
    if not all(check.decided for check in checks):
        return "?"
    return "ok" if all(check.passed for check in checks) else "FAIL"


def _failures(findings: Sequence[Finding]) -> Iterator[str]:
    """Where backprop and the loss differ, or nothing can be said."""
    told = [line for finding in findings for line in _failures_at(finding)]
    yield from told[:MOST_FAILURES]
    if len(told) > MOST_FAILURES:
        yield f"… and {len(told) - MOST_FAILURES} more"


def _failures_at(finding: Finding) -> Iterator[str]:
    where = ", ".join(filter(None, (finding.group, finding.name)))
    blocks = finding.check.blocks
    torn = [block.name for block in blocks if block.guard.disagreements]
    if not blocks:
        yield f"{where}: every row has a z that rounding puts on either side of a corner"
    elif torn:
        yield f"{where}: {', '.join(torn)}: complex steps and central differences disagree"
    elif not finding.check.decided:
        yield f"{where}: too large or not finite; does training diverge? Lower learning_rate"
    else:
        for block in blocks:
            if not block.passed:
                place = f"{where}: {block.name}[{block.worst[0]},{block.worst[1]}]"
                yield f"{place}: backprop {block.backprop:.10g}, numeric {block.numeric:.10g}"


def _coverage(findings: Sequence[Finding]) -> Iterator[str]:
    """What was looked at, and what was not."""
    blocks = [block for finding in findings for block in finding.check.blocks]
    if not blocks:
        return
    checked, elements = sum(b.checked for b in blocks), sum(b.elements for b in blocks)
    directions = sum(block.directions for block in blocks)
    text = f"checked: {checked} of {elements} elements and {directions} directions"
    yield f"{text}, in {len(findings)} checks"
    guards = [block.guard for block in blocks]
    compared, kinks = sum(g.compared for g in guards), sum(g.kinks for g in guards)
    unresolved = sum(g.unresolved for g in guards)
    agree = compared - sum(g.disagreements for g in guards)
    yield f"central differences: {agree} of {compared} directions agree"
    if kinks > unresolved:
        yield f"kinks: {kinks - unresolved} of them by a shorter step, clear of a corner"
    if unresolved:
        yield f"not compared: {unresolved} more directions, of which every step crosses a corner"
    checks = [finding.check for finding in findings]
    zeros, left_out = sum(c.zeros for c in checks), sum(c.rows_left_out for c in checks)
    if zeros:
        yield f"exact zeros: z = 0 in {zeros} places, where the slope is taken as that of z < 0"
    if left_out:
        yield f"rows left out, with a z that is 0 but for rounding: {left_out}"
    ratio = max((block.norm_ratio for block in blocks), default=0.0)
    if not all(block.decided for block in blocks):
        return
    yield f"norm ratio: {ratio:.1e} at worst; the course's limit is {COURSE_LIMIT:.0e}"
    if ratio >= COURSE_LIMIT and all(block.passed for block in blocks):
        yield "  (above it where the gradient itself is no larger than its rounding)"


def _verdict(report: Report) -> str:
    from shallow_cli.core.gradcheck.claim import LIMIT

    blocks = [block for finding in report.findings for block in finding.check.blocks]
    if not report.passed and not report.failed:
        if any(block.guard.disagreements for block in blocks):
            return (
                "no verdict: the two numeric methods disagree; is the loss fit for complex numbers?"
            )
        if blocks:
            return "no verdict: loss or derivatives are too large or not finite at these weights"
        return "no verdict: nothing could be checked"
    # What is not decided has no units that could be compared.
    worst = max(block.units for block in blocks if block.decided)
    verdict = "passed" if report.passed else "FAILED"
    return f"{verdict}: worst {worst:.2g} rounding units, limit {LIMIT:g}"
