"""Floors against figures."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.floors import FLOORS, Floor
from benchmarks.results import Measured, Outcome, Results

TIE = 0.15


@dataclass(frozen=True)
class Verdict:
    """A floor and the figure that was measured for it; None: it was not."""

    floor: Floor
    figure: float | None

    @property
    def met(self) -> bool | None:
        """None where there is no figure."""
        return self._within(1.0)

    @property
    def tied(self) -> bool:
        """Missed by so little that code that is easy to read is worth more."""
        return self.met is False and bool(self._within(1 - TIE))

    def _within(self, share: float) -> bool | None:
        """Whether so much of the floor is reached."""
        if self.figure is None:
            return None
        if self.floor.kind == "faster":
            return self.figure >= share * self.floor.figure
        return share * self.figure <= self.floor.figure


def verdicts(results: Results) -> list[Verdict]:
    """Of every floor."""
    return [Verdict(floor, figure(results.outcomes.get(floor.workload), floor)) for floor in FLOORS]


def figure(outcome: Outcome | None, floor: Floor) -> float | None:
    """The measured ratio; a peer that does not agree is no measure.

    Matrix products are held against shallow with as many threads, others against its fastest.
    """
    if outcome is None or outcome.ours is None:
        return None
    ours, theirs = outcome.ours, [m for m in outcome.of(*floor.peers) if m.agrees]
    if floor.peers == ("products",) and theirs:
        ours = next((m for m in outcome.of("shallow") if m.threads == theirs[0].threads), ours)
    if floor.kind == "loss":
        return losses(ours, theirs)
    return ratio_to(outcome, floor, ours.median)


def ratio_to(outcome: Outcome, floor: Floor, seconds: float) -> float | None:
    """The figure of the floor if shallow takes these seconds."""
    theirs = min((m.median for m in outcome.of(*floor.peers) if m.agrees), default=None)
    if theirs is None:
        return None
    return theirs / seconds if floor.kind == "faster" else seconds / theirs


def losses(ours: Measured, theirs: list[Measured]) -> float | None:
    """Shallow's median loss as a multiple of the largest of theirs."""
    known = [loss for m in theirs for loss in m.losses]
    return ours.loss / max(known) if known and ours.loss is not None else None


def problems(results: Results) -> list[str]:
    """Floors that are missed, and peers that came out elsewhere, in a line each.

    Floors hold at full size only.
    """
    apart = [
        f"{name} {m.peer}: differs by {m.difference:.2g}"
        for name, outcome in results.outcomes.items()
        for m in outcome.measured
        if not m.agrees
    ]
    missed = [
        f"{v.floor.workload}: {v.floor.kind} {v.floor.figure:g} "
        f"({' or '.join(v.floor.peers)}), measured {v.figure:.3g}"
        for v in verdicts(results)
        if v.met is False
    ]
    return apart + ([] if results.quick else missed)
