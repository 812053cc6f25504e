"""Linear models, against scikit-learn, against their own optimality, and on hard tables."""

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import Array, with_ones
from shallow_cli.core.linear import customary_l2, fit_linear, predict_linear
from shallow_cli.core.outputs import OUTPUTS
from tests.reference_tables import read_table, standardised, targets_of

REFERENCE = json.loads((Path(__file__).parents[1] / "references/linear.json").read_text())
CLASSES = {"sigmoid": 2, "softmax": 3}


def case_name(case: dict[str, Any]) -> str:
    """`iris scaled weighted λ=0.01`."""
    marks = [mark for mark in ("scaled", "weighted") if case[mark]]
    return " ".join([case["table"], *marks, f"λ={case['l2']:.2g}"])


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=case_name)
def test_models_are_those_of_scikit_learn(case: dict[str, Any]) -> None:
    inputs, last = read_table(case["table"])
    if case["scaled"]:
        inputs = standardised(inputs, inputs)
    is_classes = last.dtype.kind == "i"
    targets = targets_of(last) if is_classes else last[:, None]
    output = "linear" if not is_classes else "sigmoid" if targets.shape[1] == 1 else "softmax"
    weights = 1.0 + np.arange(len(last)) % 3 if case["weighted"] else None
    table = with_ones(inputs)
    W = fit_linear(table, targets, output, case["l2"], weights)
    if "W" in case:
        np.testing.assert_allclose(W, case["W"], rtol=1e-6, atol=1e-7)
    A2 = predict_linear(W, table, output)[:: REFERENCE["every"]]
    expected = np.reshape(case["predictions"], (len(A2), -1))[:, -A2.shape[1] :]
    np.testing.assert_allclose(A2, expected, rtol=1e-6, atol=1e-8)


def problem(output: str, stream: np.random.RandomState, m: int = 40) -> tuple[Array, Array]:
    """A table of four columns with noise enough that no classes are separable, and targets."""
    inputs = stream.standard_normal((m, 4)) * [1, 2, 0.5, 3] + [0, 5, -1, 2]
    if output == "linear":
        return with_ones(inputs), stream.standard_normal((m, 2))
    return with_ones(inputs), targets_of(np.arange(m) % CLASSES[output])


def gradient(
    W: Array, table: Array, targets: Array, output: str, l2: float, weights: Array
) -> Array:
    """Of the objective, as the head of `linear.py` has it."""
    dZ2 = predict_linear(W, table, output) - targets
    free = np.append(np.ones(W.shape[1] - 1), 0)
    return np.asarray((dZ2 * weights[:, None]).T @ table / len(table) + l2 * W * free)


@pytest.mark.parametrize("l2", [0.0, 0.01, 10.0])
@pytest.mark.parametrize("output", OUTPUTS)
def test_the_gradient_is_zero_at_the_answer(
    output: str, l2: float, stream: np.random.RandomState
) -> None:
    table, targets = problem(output, stream)
    weights = stream.uniform(0, 2, len(table))
    W = fit_linear(table, targets, output, l2, weights)
    assert W.shape == (targets.shape[1], 5)
    assert np.abs(W).max() > 0.01
    np.testing.assert_allclose(gradient(W, table, targets, output, l2, weights), 0, atol=1e-9)


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_weight_is_so_many_equal_rows(output: str, stream: np.random.RandomState) -> None:
    """Also none at all; the mean is over more rows then, and λ changes with it."""
    table, targets = problem(output, stream)
    table[5] *= 1e3  # an outlier that must not count
    weights = np.arange(40) % 4
    weights[5] = 0
    W = fit_linear(table, targets, output, 0.1, weights.astype(float))
    rows = np.repeat(np.arange(40), weights)
    again = fit_linear(table[rows], targets[rows], output, 0.1 * 40 / len(rows))
    np.testing.assert_allclose(W, again, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("output", OUTPUTS)
def test_constant_and_collinear_columns_are_harmless(
    output: str, l2: float, stream: np.random.RandomState
) -> None:
    """0.1 has no exact mean; a column of one-hot levels is one minus the sum of the others."""
    table, targets = problem(output, stream)
    levels = np.eye(3)[stream.randint(0, 3, 40)]
    inputs = np.c_[table[:, :-1], levels, np.full((40, 2), [0.1, 0])]
    W = fit_linear(with_ones(inputs), targets, output, l2)
    assert np.abs(W).max() < 20
    assert not W[:, 7:9].any()
    weights = np.ones(40)
    slopes = gradient(W, with_ones(inputs), targets, output, l2, weights)
    np.testing.assert_allclose(slopes, 0, atol=1e-9)
    if l2 == 0:
        fewer = np.delete(with_ones(inputs), [6, 7, 8], axis=1)
        np.testing.assert_allclose(
            predict_linear(W, with_ones(inputs), output),
            predict_linear(fit_linear(fewer, targets, output, 0), fewer, output),
            atol=1e-8,
        )


@pytest.mark.parametrize("output", OUTPUTS)
def test_without_a_penalty_no_unit_and_no_origin_matters(
    output: str, stream: np.random.RandomState
) -> None:
    table, targets = problem(output, stream)
    other = table.copy()
    other[:, :-1] = table[:, :-1] * [1e6, 1e-6, 1, 1e3] + [0, 0, 1e6, 1e6]
    expected = predict_linear(fit_linear(table, targets, output, 0), table, output)
    found = predict_linear(fit_linear(other, targets, output, 0), other, output)
    np.testing.assert_allclose(found, expected, atol=1e-7)


@pytest.mark.parametrize("output", CLASSES)
def test_inputs_in_millions(output: str, stream: np.random.RandomState) -> None:
    """With a penalty: λ on weights a millionth as large is 1e12 λ on the others."""
    table, targets = problem(output, stream)
    other = with_ones(table[:, :-1] * 1e6)
    expected = fit_linear(table, targets, output, 0.01)
    found = fit_linear(other, targets, output, 0.01 * 1e12)
    np.testing.assert_allclose(found * [1e6, 1e6, 1e6, 1e6, 1], expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("first", "last"), [(0.0, 29.0), (0.0, 1e6), (-1e6, 29.0)])
@pytest.mark.parametrize("l2", [0.0, 1e-3])
@pytest.mark.parametrize("output", CLASSES)
def test_separable_classes(output: str, l2: float, first: float, last: float) -> None:
    """One feature that tells all, maybe with an outlier, whose scores are in the millions.

    Without a penalty there is no answer, only a direction.
    """
    x = np.concatenate([[first], np.arange(1.0, 29), [last]])[:, None]
    classes = np.arange(30) * CLASSES[output] // 30
    W = fit_linear(with_ones(x), targets_of(classes), output, l2)
    A2 = predict_linear(W, with_ones(x), output)
    found = A2.argmax(axis=1) if output == "softmax" else A2[:, 0] > 0.5
    np.testing.assert_array_equal(found, classes)
    assert np.isfinite(W).all()
    assert bool(np.abs(A2 - targets_of(classes)).max() < 1e-4) is (l2 == 0)


@pytest.mark.parametrize("output", CLASSES)
def test_mixed_units_with_a_penalty(output: str, stream: np.random.RandomState) -> None:
    """Columns for which λ is nothing beside some for which it is all."""
    units = 10.0 ** np.arange(-9, 10)
    classes = np.arange(200) % CLASSES[output]
    table = with_ones(stream.standard_normal((200, len(units))) * units)
    targets = targets_of(classes)
    W = fit_linear(table, targets, output, 0.1)
    slopes = gradient(W, table, targets, output, 0.1, np.ones(200))
    np.testing.assert_allclose(slopes[:, :-1] / units, 0, atol=1e-9)
    np.testing.assert_allclose(slopes[:, -1], 0, atol=1e-9)


@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_a_class_without_rows_gets_no_probability(l2: float, stream: np.random.RandomState) -> None:
    """The others share it all: a softmax of two is a sigmoid of the difference, whose square is
    twice what the penalty counts.
    """
    table, _ = problem("softmax", stream)
    targets = np.eye(3)[np.arange(40) % 2]
    A2 = predict_linear(fit_linear(table, targets, "softmax", l2), table, "softmax")
    assert A2[:, 2].max() < 1e-8
    two = fit_linear(table, targets[:, 1:2], "sigmoid", l2 / 2)
    np.testing.assert_allclose(A2[:, 1:2], predict_linear(two, table, "sigmoid"), atol=1e-7)


def test_the_rows_of_a_softmax_sum_to_zero(stream: np.random.RandomState) -> None:
    """Of the many W with the same probabilities, the one that scikit-learn gives as well."""
    table, targets = problem("softmax", stream)
    np.testing.assert_allclose(fit_linear(table, targets, "softmax", 0).sum(axis=0), 0, atol=1e-12)


def test_a_table_without_columns_gives_the_shares_of_the_classes() -> None:
    targets = np.eye(3)[[0, 0, 0, 1, 1, 2]]
    A2 = predict_linear(
        fit_linear(np.ones((6, 1)), targets, "softmax", 1), np.ones((2, 1)), "softmax"
    )
    np.testing.assert_allclose(A2, [[3 / 6, 2 / 6, 1 / 6]] * 2, rtol=1e-9)


@pytest.mark.parametrize("output", OUTPUTS)
def test_extreme_numbers_stay_numbers(output: str, stream: np.random.RandomState) -> None:
    table, targets = problem(output, stream)
    table[:, :-1] *= [1e200, 1e-200, 1e-320, 1]
    W = fit_linear(table, targets, output, 0.1)
    assert np.isfinite(W).all()
    assert np.isfinite(predict_linear(W, table, output)).all()


def test_digits_take_well_under_a_second() -> None:
    """64 columns, some constant, and ten classes: 0.1 s when this was written."""
    inputs, digits = read_table("digits")
    table, targets = with_ones(inputs[:1600]), np.eye(10)[digits[:1600]]
    start = time.process_time()
    W = fit_linear(table, targets, "softmax", customary_l2("softmax", 1600))
    assert time.process_time() - start < 1
    assert (predict_linear(W, table, "softmax").argmax(axis=1) == digits[:1600]).mean() > 0.99


def test_the_customary_penalty_is_scikit_learns() -> None:
    """C = 1 as in the references, where λ = 1 / (C m)."""
    [iris] = [case for case in REFERENCE["cases"] if case_name(case).startswith("iris λ")]
    assert customary_l2("softmax", 150) == customary_l2("sigmoid", 150) == iris["l2"]
    assert customary_l2("linear", 150) == 0


def test_what_does_not_fit_is_refused() -> None:
    table, targets = np.ones((4, 2)), np.zeros((4, 1))
    with pytest.raises(ValueError, match="targets has shape"):
        fit_linear(table, targets[:3], "sigmoid", 0)
    with pytest.raises(ValueError, match="weights has shape"):
        fit_linear(table, targets, "sigmoid", 0, np.ones(3))
    with pytest.raises(ValueError, match="no row has a weight"):
        fit_linear(table, targets, "sigmoid", 0, np.zeros(4))
