"""A case to check, as most tests here want it."""

from shallow_cli.core.gradcheck.check import BlockCheck, Budget, PointCheck
from shallow_cli.core.gradcheck.derivatives import Backprop, Case, backprop
from shallow_cli.core.gradcheck.points import generic_examples
from shallow_cli.core.network import Network, Parameters

OUTPUT_SIZES = {"sigmoid": 1, "softmax": 3, "linear": 2}
BRIEF = Budget(directions=1, guards=1)


def case(activation: str = "tanh", output: str = "softmax", l2: float = 0.1, m: int = 7) -> Case:
    """4 inputs, 5 hidden units, 7 examples."""
    network = Network(4, 5, OUTPUT_SIZES[output], activation, output, leak=0.1)
    return Case(network, generic_examples(network, m, seed=1), l2)


def plus(name: str, place: tuple[int, int], by: float) -> Backprop:
    """The production gradient with something added to one element."""

    def mistaken(case: Case, theta: Parameters) -> Parameters:
        gradient = backprop(case, theta)
        gradient.blocks()[name][place] += by
        return gradient

    return mistaken


def block(check: PointCheck, name: str) -> BlockCheck:
    """One of the four."""
    return {found.name: found for found in check.blocks}[name]


def failed(check: PointCheck) -> set[str]:
    """The names of the blocks that did not pass."""
    return {found.name for found in check.blocks if not found.passed}
