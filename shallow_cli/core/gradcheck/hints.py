"""What may be wrong, drawn from the pattern of a failed check.

The method is the lecture's: follow the gradient from right to left, and name the first quantity
that is not what the loss says. With one example alone db2 is dZ2 and db1 is dZ1, so that both
can be seen; what is right for every example alone is lost in the sum or the mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.core.gradcheck.claim import LIMIT, rounding_units, sample
from shallow_cli.core.gradcheck.derivatives import Backprop, Case, elements
from shallow_cli.core.gradcheck.rounding import Rounding, rounding
from shallow_cli.core.network import Network, Parameters, parameters

ELEMENTS = 100  # of a block
ROWS_ALONE = 8
ALIKE = 1e-6  # how equal two ratios must be
FAINT = 1e-6  # of the largest element: smaller ones tell no ratio


@dataclass(frozen=True)
class Look:
    """A gradient beside the numeric one, at some elements of every block."""

    case: Case
    theta: Parameters
    bounds: Rounding
    positions: dict[str, Array]
    ours: dict[str, Array]
    numeric: dict[str, Array]
    wrong: frozenset[str]

    def ratio(self, name: str) -> Array:
        """Backprop / numeric, where one of them is not faint."""
        ours, numeric = self.ours[name], self.numeric[name]
        size = np.maximum(np.abs(ours), np.abs(numeric))
        clear = size > FAINT * size.max(initial=0)
        ratio: Array = ours[clear] / numeric[clear]
        return ratio


def hint(case: Case, theta: Parameters, checked: Backprop) -> str:
    """One line on what may be wrong with a gradient that failed; empty if no pattern is seen."""
    with np.errstate(all="ignore"):
        together = _look(case, theta, checked)
        if not together.wrong:
            return ""  # an element or two of a large block, and none of those looked at here
        if case.l2 and not _look(replace(case, l2=0.0), theta, checked).wrong:
            return _of_penalty(together)
        case = replace(case, l2=0.0)
        rows = np.arange(min(ROWS_ALONE, len(case.data)))
        alone = [_look(case.take(rows[i : i + 1]), theta, checked) for i in rows]
        wrong_alone = frozenset().union(*(look.wrong for look in alone))
        if wrong_alone:
            return _first_wrong(alone, wrong_alone)
        without = _look(case, theta, checked)
        return _of_sums(without if without.wrong else together)


def _look(case: Case, theta: Parameters, checked: Backprop) -> Look:
    bounds, found = rounding(case, theta), checked(case, theta).vector
    places = parameters(case.network, np.arange(case.network.n_parameters)).blocks()
    positions = {name: sample(block.ravel(), ELEMENTS) for name, block in places.items()}
    numeric = {name: elements(case, theta, chosen) for name, chosen in positions.items()}
    ours = {name: found[chosen] for name, chosen in positions.items()}
    unit = rounding_units(theta, bounds)
    wrong = [
        name
        for name, chosen in positions.items()
        if not (np.abs(ours[name] - numeric[name]) <= LIMIT * unit[chosen]).all()
    ]
    return Look(case, theta, bounds, positions, ours, numeric, frozenset(wrong))


def _names(blocks: frozenset[str]) -> str:
    return ", ".join(f"d{name}" for name in ("W1", "b1", "W2", "b2") if name in blocks)


def _of_penalty(look: Look) -> str:
    """Everything is right without L2: compare what it adds with λ W."""
    names = _names(look.wrong)
    if look.wrong & {"b1", "b2"}:
        return f"L2: {names} differ by a multiple of the weights; the loss leaves biases free"
    added = {
        name: (look.ours[name] - look.numeric[name])
        / (look.case.l2 * look.theta.vector[look.positions[name]])
        for name in look.wrong
    }
    share = 1 + _common(np.concatenate(list(added.values())))
    if np.isnan(share):
        return f"L2: {names} are right without it, and with it off by no multiple of λ W"
    return f"L2: {names} differ in proportion to W; {_multiple(share, look)} λ W is added"


def _of_sums(look: Look) -> str:
    """Right for every example alone, wrong for all together: the sum, or the mean."""
    names = _names(look.wrong)
    ratios = np.concatenate([look.ratio(name) for name in sorted(look.wrong)])
    share = _common(ratios)
    if not np.isnan(share) and (len(ratios) > 1 or "(" in _multiple(share, look)):
        text = f"{names}: {_multiple(share, look)} what it should be, right for one example"
        return f"the mean over the examples: {text}; look for the division by m"
    if look.wrong <= {"b1", "b2"}:
        return f"the sum over the examples: only {names} is wrong, and right for one example alone"
    return f"the sum over the examples: {names} is right for each example alone, not for all"


def _first_wrong(alone: list[Look], wrong: frozenset[str]) -> str:
    """From right to left: dZ2, what is made of it, dZ1, what is made of that."""
    if {"W2", "b2"} <= wrong:
        return _of_output(alone)
    for name, from_, by in (("b2", "dZ2", "1"), ("W2", "dZ2", "A1ᵀ")):
        if name in wrong:
            return _of_product(alone, name, f"{from_} {by}")
    if {"W1", "b1"} <= wrong:
        return _of_slope(alone)
    name = min(wrong)
    return _of_product(alone, name, "dZ1 Xᵀ" if name == "W1" else "dZ1")


def _of_output(alone: list[Look]) -> str:
    share = _common(np.concatenate([look.ratio("b2") for look in alone]))
    if share < 0:
        return f"the sign: dZ2 is {_multiple(share, alone[0])} A2 − Y"
    if not np.isnan(share):
        return f"a factor: dZ2 is {_multiple(share, alone[0])} A2 − Y"
    A2 = np.concatenate([_units(look, "b2", look.bounds.work.A2) for look in alone])
    ours, numeric = _all(alone, "b2")
    if _equal(ours, numeric * A2 * (1 - A2)):
        return "the output: dZ2 is (A2 − Y) ∘ A2 ∘ (1 − A2); with this loss it is A2 − Y alone"
    return "the output: dZ2 = A2 − Y is the first quantity, from right to left, that is wrong"


def _of_slope(alone: list[Look]) -> str:
    share = _common(np.concatenate([look.ratio("b1") for look in alone]))
    if not np.isnan(share):
        return f"a factor: dZ1 is {_multiple(share, alone[0])} what it should be, dZ2 is right"
    Z1 = np.concatenate([_units(look, "b1", look.bounds.work.Z1) for look in alone])
    away = Z1 != 0  # at a corner a slope is a convention
    Z1, ours, numeric = Z1[away], *(values[away] for values in _all(alone, "b1"))
    for says, slope in _wrong_slopes(alone[0].case.network, Z1):
        if _equal(ours * _slope(alone[0].case.network, Z1), numeric * slope):
            return f"the slope: {says}"
    if _equal(ours[Z1 > 0], numeric[Z1 > 0]):
        return "the slope: g′(Z1) is right where z > 0 and wrong where z < 0"
    if all(_equal(look.ours["b1"], _with_reshaped_weights(look)) for look in alone):
        return "the product: dZ1 has W2 reshaped to fit dZ2; it is W2ᵀ dZ2 ∘ g′(Z1)"
    return "the slope or the product: dZ1 = W2ᵀ dZ2 ∘ g′(Z1) is the first that is wrong"


def _with_reshaped_weights(look: Look) -> Array:
    """dZ1 of one example as it comes out when W2 is reshaped, not transposed; NaN if unknown."""
    W2, dZ2 = look.theta.W2, look.numeric["b2"]
    if len(dZ2) < len(W2):
        return np.full_like(look.numeric["b1"], np.nan)
    dA1 = W2.reshape(W2.T.shape) @ dZ2[:, np.newaxis]
    return _units(look, "b1", dA1) * _slope(
        look.case.network, _units(look, "b1", look.bounds.work.Z1)
    )


def _wrong_slopes(network: Network, Z1: Array) -> Iterator[tuple[str, Array]]:
    """What people write in place of g′(Z1), and what it comes to."""
    A1 = _activation(network, Z1)
    if not ACTIVATIONS[network.activation].corner:
        yield "g′(Z1) is forgotten; dZ1 is W2ᵀ dZ2 alone", np.ones_like(Z1)
        yield "g′ in terms of A1 is given Z1", _slope_of(network, Z1)
        yield "g is applied twice before g′ is taken", _slope_of(network, _activation(network, A1))
        yield "g′(Z1) is taken as 1 − A1; a square, or a factor, is missing", 1 - A1
    else:
        yield "g′(Z1) has its two sides, z < 0 and z > 0, swapped", _slope(network, -Z1)


def _activation(network: Network, Z1: Array) -> Array:
    A1 = np.empty_like(Z1)
    ACTIVATIONS[network.activation].function(Z1, A1, network.leak)
    return A1


def _slope(network: Network, Z1: Array) -> Array:
    return _slope_of(network, _activation(network, Z1))


def _slope_of(network: Network, A1: Array) -> Array:
    slope = np.empty_like(A1)
    ACTIVATIONS[network.activation].slope(A1, slope, network.leak)
    return slope


def _of_product(alone: list[Look], name: str, product: str) -> str:
    """A block that is wrong although what it is made of is right."""
    ours, numeric = _all(alone, name)
    if not numeric.any():
        return f"the loss does not depend on {name} at all: is it left out of the forward pass?"
    if not ours.any():
        return f"a forgotten gradient: d{name} is zero"
    share = _common(np.concatenate([look.ratio(name) for look in alone]))
    if not np.isnan(share):
        return f"a factor: d{name} is {_multiple(share, alone[0])} what it should be"
    if name.startswith("b"):
        return f"the sum: d{name} of one example is its {product}; is another axis summed?"
    if all(_equal(look.ours[name], _transposed(look, name)) for look in alone):
        return f"the product: d{name} has the right values in the wrong places; it is {product}"
    return f"the product: d{name} = {product} / m is wrong though {product[:3]} is right"


def _transposed(look: Look, name: str) -> Array:
    """The derivatives where they are found by one who takes the transpose for the block."""
    network = look.case.network
    places = parameters(network, np.arange(network.n_parameters)).blocks()[name]
    return elements(look.case, look.theta, sample(places.T.ravel(), ELEMENTS))


def _all(alone: list[Look], name: str) -> tuple[Array, Array]:
    """Of every example alone: backprop and numeric."""
    ours = np.concatenate([look.ours[name] for look in alone])
    return ours, np.concatenate([look.numeric[name] for look in alone])


def _units(look: Look, name: str, values: Array) -> Array:
    """The values (units, 1) of those units whose bias was looked at."""
    chosen: Array = values[sample(np.arange(len(values)), len(look.positions[name])), 0]
    return chosen


def _equal(a: Array, b: Array) -> bool:
    return bool(np.allclose(a, b, rtol=ALIKE, atol=ALIKE * np.abs(b).max(initial=0)))


def _common(values: Array) -> float:
    """The value that all of them have, or NaN."""
    middle = float(np.median(values)) if len(values) else np.nan
    return middle if (np.abs(values - middle) <= ALIKE * max(1, abs(middle))).all() else np.nan


def _multiple(share: float, look: Look) -> str:
    m = len(look.case.data)
    names = {float(m): " (m)", 1 / m: " (1/m)"} if m > 1 else {}
    known = [text for value, text in names.items() if abs(share / value - 1) < ALIKE]
    return f"{round(share, 12) + 0.0:.3g}{''.join(known)} times"
