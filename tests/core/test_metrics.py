"""Metrics, worked by hand, and the split."""

import numpy as np

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


def test_ties_go_to_the_first_class() -> None:
    np.testing.assert_array_equal(metrics.decide(np.array([[0.5], [0.5000001]])), [0, 1])
    np.testing.assert_array_equal(metrics.decide(np.array([[0.4, 0.4, 0.2]])), [0])


def test_a_threshold_decides_between_two_classes_only() -> None:
    A2 = np.array([[0.2], [0.3], [0.7]])
    np.testing.assert_array_equal(metrics.decide(A2, 0.2), [0, 1, 1])
    np.testing.assert_array_equal(metrics.decide(A2, 0.7), [0, 0, 0])
    np.testing.assert_array_equal(metrics.decide(np.c_[1 - A2, A2], 0.7), [0, 0, 1])


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


def test_a_split_rounds_to_the_nearest_row() -> None:
    """A fifth of eight rows is 1.6: two."""
    assert len(split_rows(np.zeros(8), 0.2, 0)[1]) == 2
    assert len(split_rows(np.zeros(7), 0.2, 0)[1]) == 1
