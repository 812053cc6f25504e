"""Metrics, worked by hand, and the split."""

import numpy as np
import pytest

from shallow_cli.core import metrics
from shallow_cli.core.splitting import split_rows

TRUE = np.array([0, 0, 0, 1, 1, 2])
PREDICTED = np.array([0, 0, 1, 1, 0, 1])


def test_confusion_has_the_true_class_in_its_rows() -> None:
    counts = metrics.confusion(TRUE, PREDICTED, 3)
    np.testing.assert_array_equal(counts, [[2, 1, 0], [1, 1, 0], [0, 1, 0]])
    assert metrics.accuracy(counts) == 3 / 6


def test_precision_recall_and_f1() -> None:
    """Class 0: 2 of 3 predicted, 2 of 3 true. Class 1: 1 of 3, 1 of 2. Class 2: none."""
    precision, recall, f1 = metrics.precision_recall_f1(metrics.confusion(TRUE, PREDICTED, 3))
    np.testing.assert_allclose(precision, [2 / 3, 1 / 3, 0])
    np.testing.assert_allclose(recall, [2 / 3, 1 / 2, 0])
    np.testing.assert_allclose(f1, [2 / 3, 0.4, 0])


def test_errors_of_numbers() -> None:
    """Errors 1, −2, 0 around true values 1, 2, 6 with mean 3: squares 5, deviations 14."""
    true, predicted = np.array([[1.0], [2.0], [6.0]]), np.array([[2.0], [0.0], [6.0]])
    assert metrics.rmse(true, predicted) == pytest.approx((5 / 3) ** 0.5)
    assert metrics.mae(true, predicted) == 1
    assert metrics.r2(true, predicted) == pytest.approx(1 - 5 / 14)


def test_r2_is_the_mean_over_targets() -> None:
    true = np.array([[1.0, 10.0], [2.0, 20.0], [6.0, 60.0]])
    predicted = np.array([[2.0, 10.0], [0.0, 20.0], [6.0, 60.0]])
    assert metrics.r2(true, predicted) == pytest.approx((1 - 5 / 14 + 1) / 2)


def test_r2_of_a_constant_target_has_no_value() -> None:
    assert metrics.r2(np.full((3, 1), 0.1), np.zeros((3, 1))) is None


def test_ties_go_to_the_first_class() -> None:
    np.testing.assert_array_equal(metrics.decide(np.array([[0.5], [0.5000001]])), [0, 1])
    np.testing.assert_array_equal(metrics.decide(np.array([[0.4, 0.4, 0.2]])), [0])


def test_a_split_takes_the_fraction_of_every_class() -> None:
    strata = np.repeat([0, 1, 2], [50, 30, 20])
    training, validation = split_rows(strata, 0.2, seed=0)
    np.testing.assert_array_equal(np.bincount(strata[validation]), [10, 6, 4])
    np.testing.assert_array_equal(np.sort(np.r_[training, validation]), np.arange(100))


def test_a_split_never_takes_the_last_row_of_a_class() -> None:
    training, validation = split_rows(np.array([0, 0, 0, 0, 1]), 0.9, seed=0)
    assert 4 in training
    assert len(validation) == 3


def test_another_seed_is_another_split() -> None:
    strata = np.zeros(100)
    assert not np.array_equal(split_rows(strata, 0.2, 0)[1], split_rows(strata, 0.2, 1)[1])


def test_r2_needs_every_target_to_vary() -> None:
    true = np.array([[1.0, 5.0], [2.0, 5.0]])
    assert metrics.r2(true, true) is None


def test_a_split_rounds_to_the_nearest_row() -> None:
    """A fifth of eight rows is 1.6: two."""
    assert len(split_rows(np.zeros(8), 0.2, 0)[1]) == 2
    assert len(split_rows(np.zeros(7), 0.2, 0)[1]) == 1
