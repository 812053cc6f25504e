"""What shallow could reach if some part of it were all there is: no floor can lie beyond."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.floors import Floor
from benchmarks.judging import ratio_to
from benchmarks.results import Results
from benchmarks.workloads import WORKLOADS

# Such as "its 18 calls", of the question on a step of the workload.
CALLS = "calls"


@dataclass(frozen=True)
class Bound:
    """The figure of a floor if shallow took only the time of `what`."""

    figure: float
    what: str


def bound(results: Results, floor: Floor) -> Bound | None:
    """None where no such part was measured, or where the floor is about losses or that part."""
    found = alone(results, floor.workload)
    outcome = results.outcomes.get(floor.workload)
    if found is None or outcome is None or floor.kind == "loss" or floor.peers == ("products",):
        return None
    seconds, what = found
    figure = ratio_to(outcome, floor, seconds)
    return None if figure is None else Bound(figure, what)


def alone(results: Results, name: str) -> tuple[float, str] | None:
    """The seconds of the calls of all steps, or of the matrix products, and which it is."""
    outcome = results.outcomes.get(name)
    for option in results.choices:
        if option.question.startswith(f"a step of {name},") and option.option.endswith(CALLS):
            steps = WORKLOADS[name].sized(quick=results.quick).task.steps
            return option.median * steps, "its calls alone"
    if outcome and outcome.ours:
        for measured in outcome.of("products"):
            if measured.threads == outcome.ours.threads:
                return measured.median, "its products alone"
    return None
