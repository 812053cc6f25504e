"""What may be wrong, drawn from the pattern of a failed check.

The method is the lecture's: follow the gradient from right to left, and name the first quantity
that is not what the loss says. With one example alone db2 is dZ2 and db1 is dZ1, so that both
can be seen; what is right for every example alone is lost in the sum or the mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from shallow_cli.core.activations import ACTIVATIONS
from shallow_cli.core.arrays import Array
from shallow_cli.core.gradcheck.claim import sample
from shallow_cli.core.gradcheck.derivatives import Backprop, Case
from shallow_cli.core.gradcheck.looks import (
    Look,
    common,
    common_ratio,
    equal,
    joined,
    look_at,
    times,
)
from shallow_cli.core.network import Network, Parameters

ROWS_ALONE = 8
# What each block is made of, from right to left, but for the mean over the examples.
PRODUCTS = {"b2": "dZ2", "W2": "dZ2 A1ᵀ", "b1": "dZ1", "W1": "dZ1 Xᵀ"}


def hint(case: Case, theta: Parameters, checked: Backprop) -> str:
    """One line on what may be wrong with a gradient that failed; empty if no pattern is seen."""
    with np.errstate(all="ignore"):
        together = look_at(case, theta, checked)
        if not together.wrong:
            return ""  # an element or two of a large block, and none of those looked at here
        if together.lone:
            return f"one element: all but {together.lone} is right"
        if case.l2 and not look_at(replace(case, l2=0.0), theta, checked).wrong:
            return _of_penalty(together)
        case = replace(case, l2=0.0)
        rows = sample(np.arange(len(case.data)), ROWS_ALONE)
        alone = [look_at(case.take(np.array([row])), theta, checked) for row in rows]
        wrong_alone = frozenset().union(*(look.wrong for look in alone))
        if wrong_alone:
            return _first_wrong(alone, wrong_alone)
        without = look_at(case, theta, checked)
        return _of_sums(without if without.wrong else together)


def _names(blocks: frozenset[str]) -> str:
    return ", ".join(f"d{name}" for name in ("W1", "b1", "W2", "b2") if name in blocks)


def _of_penalty(look: Look) -> str:
    """Everything is right without L2: compare what it adds with λ W."""
    names = _names(look.wrong)
    if look.wrong & {"b1", "b2"}:
        return f"L2: {names} differ by a multiple of the weights; the loss leaves biases free"
    added = [
        (look.ours[name] - look.numeric[name]) / look.theta.vector[look.positions[name]]
        for name in look.wrong
    ]
    share = 1 + common(np.concatenate(added) / look.case.l2)
    if np.isnan(share):
        return f"L2: {names} are right without it, and with it off by no multiple of λ W"
    added_is = times(share, len(look.case.data))
    return f"L2: {names} differ in proportion to W; {added_is} λ W is added"


def _of_sums(look: Look) -> str:
    """Right for every example alone, wrong for all together: the sum, or the mean."""
    names = _names(look.wrong)
    share = common_ratio([look], *sorted(look.wrong))
    is_ = times(share, len(look.case.data))
    if "m)" in is_:
        text = f"{names}: {is_} what it should be, right for one example"
        return f"the mean over the examples: {text}; look for the division by m"
    if look.wrong <= {"b1", "b2"}:
        return f"the sum over the examples: only {names} is wrong, and right for one example alone"
    return f"the sum over the examples: {names} is right for each example alone, not for all"


def _first_wrong(alone: list[Look], wrong: frozenset[str]) -> str:
    """From right to left: dZ2, what is made of it, dZ1, what is made of that."""
    if {"W2", "b2"} <= wrong:
        return _of_output(alone)
    if {"W1", "b1"} <= wrong and not wrong & {"W2", "b2"}:
        return _of_slope(alone)
    if wrong == {"b1"} and _only_at_zero(alone):
        return "the slope: g′(Z1) is wrong where z = 0; there it is taken as that of z < 0"
    return _of_product(alone, next(name for name in PRODUCTS if name in wrong))


def _of_output(alone: list[Look]) -> str:
    share = common_ratio(alone, "b2")
    ours, numeric = joined(alone, "b2")
    weights = np.concatenate([look.weights("b2") for look in alone])
    if (weights != 1).any() and equal(ours * weights, numeric):
        return "the weights: dZ2 is A2 − Y; where rows have weights it is (A2 − Y) ∘ w"
    if share == 0:
        return "a forgotten gradient: dZ2 is zero where it should be A2 − Y"
    if share < 0:
        return f"the sign: dZ2 is {times(share, 1)} A2 − Y"
    if not np.isnan(share):
        return f"a factor: dZ2 is {times(share, 1)} A2 − Y"
    A2 = np.concatenate([look.of_units("b2", look.bounds.work.A2) for look in alone])
    if equal(ours, numeric * A2 * (1 - A2)):
        return "the output: dZ2 is (A2 − Y) ∘ A2 ∘ (1 − A2); with this loss it is A2 − Y alone"
    return "the output: dZ2 = A2 − Y is the first quantity, from right to left, that is wrong"


def _of_slope(alone: list[Look]) -> str:
    share = common_ratio(alone, "b1")
    if not np.isnan(share):
        return f"a factor: dZ1 is {times(share, 1)} what it should be, dZ2 is right"
    Z1 = np.concatenate([look.of_units("b1", look.bounds.work.Z1) for look in alone])
    away = Z1 != 0  # at a corner a slope is a convention
    Z1, ours, numeric = Z1[away], *(values[away] for values in joined(alone, "b1"))
    for says, slope in _wrong_slopes(alone[0].case.network, Z1):
        if equal(ours * _slope(alone[0].case.network, Z1), numeric * slope):
            return f"the slope: {says}"
    off = np.concatenate([look.off["b1"] for look in alone])[away]
    if ACTIVATIONS[alone[0].case.network.activation].corner and not off[Z1 > 0].any():
        return "the slope: g′(Z1) is right where z > 0 and wrong where z < 0"
    if all(equal(look.ours["b1"], _with_reshaped_weights(look)) for look in alone):
        return "the product: dZ1 has W2 reshaped to fit dZ2; it is W2ᵀ dZ2 ∘ g′(Z1)"
    return "the slope or the product: dZ1 = W2ᵀ dZ2 ∘ g′(Z1) is the first that is wrong"


def _with_reshaped_weights(look: Look) -> Array:
    """dZ1 of one example as it comes out when W2 is reshaped, not transposed; NaN if unknown."""
    W2, dZ2 = look.theta.W2, look.numeric["b2"]
    if len(dZ2) < len(W2):
        return np.full_like(look.numeric["b1"], np.nan)
    dA1 = W2.reshape(W2.T.shape) @ dZ2[:, np.newaxis]
    return look.of_units("b1", dA1) * _slope(
        look.case.network, look.of_units("b1", look.bounds.work.Z1)
    )


def _wrong_slopes(network: Network, Z1: Array) -> Iterator[tuple[str, Array]]:
    """What people write in place of g′(Z1), and what it comes to."""
    g, leak = ACTIVATIONS[network.activation], network.leak
    A1 = g.of(Z1, leak)
    if not g.corner:
        yield "g′(Z1) is forgotten; dZ1 is W2ᵀ dZ2 alone", np.ones_like(Z1)
        yield "g′ in terms of A1 is given Z1", g.slope_from(Z1, leak)
        yield "g is applied twice before g′ is taken", _slope(network, A1)
        yield "g′(Z1) is taken as 1 − A1; a square, or a factor, is missing", 1 - A1
    else:
        yield "g′(Z1) has its two sides, z < 0 and z > 0, swapped", _slope(network, -Z1)


def _slope(network: Network, Z1: Array) -> Array:
    """g′(Z1) as production has it."""
    return ACTIVATIONS[network.activation].slope_at(Z1, network.leak)


def _of_product(alone: list[Look], name: str) -> str:
    """A block that is wrong although what it is made of is right."""
    product = PRODUCTS[name]
    ours, numeric = joined(alone, name)
    if name.startswith("b") and not numeric.any() and joined(alone, f"W{name[1]}")[1].any():
        return f"the loss does not depend on {name} at all: is it left out of the forward pass?"
    if not ours.any():
        return f"a forgotten gradient: d{name} is zero"
    share = common_ratio(alone, name)
    if not np.isnan(share):
        return f"a factor: d{name} is {times(share, 1)} what it should be"
    if name.startswith("b"):
        return f"the sum: d{name} of one example is its {product}; is another axis summed?"
    transposed = all(equal(look.ours[name], look.transposed(name)) for look in alone)
    if transposed and not equal(ours, numeric):
        return f"the product: d{name} has the right values in the wrong places; it is {product}"
    return f"the product: d{name} = {product} / m is wrong though {product[:3]} is right"


def _only_at_zero(alone: list[Look]) -> bool:
    """Whether db1 is wrong only where z is exactly 0."""
    off = np.concatenate([look.off["b1"] for look in alone])
    Z1 = np.concatenate([look.of_units("b1", look.bounds.work.Z1) for look in alone])
    return not Z1[off].any()
