"""Tallies of classes and numbers: worked by hand, in any blocks, and with numbers of any size."""

from fractions import Fraction

import numpy as np
import pytest

from shallow_cli.core.arrays import Array
from shallow_cli.core.squares import Squares
from shallow_cli.core.tallies import ClassTally, NumberTally

# Errors 1, −2, 0 around true values 1, 2, 6 with mean 3: squares 5, deviations 14.
TRUE, PREDICTED = np.array([[1.0], [2.0], [6.0]]), np.array([[2.0], [0.0], [6.0]])


def tally(true: Array, predicted: Array, block: int = 10**9) -> NumberTally:
    """Of rows that come in blocks, each with a loss of ½."""
    found = NumberTally.none(true.shape[1])
    for start in range(0, len(true), block):
        rows = slice(start, start + block)
        found = found.seen(true[rows], predicted[rows], len(true[rows]) / 2)
    return found


@pytest.mark.parametrize("block", [1, 2, 3])
def test_errors_of_numbers(block: int) -> None:
    found = tally(TRUE, PREDICTED, block)
    assert (found.rows, found.mae, found.mean_loss) == (3, 1, 0.5)
    assert found.rmse == pytest.approx((5 / 3) ** 0.5, rel=1e-15)
    assert found.baseline_rmse == pytest.approx((14 / 3) ** 0.5, rel=1e-15)
    assert found.r2 == pytest.approx(1 - 5 / 14, rel=1e-15)
    assert found.mean == pytest.approx([3])


def test_r2_is_the_mean_over_targets_and_errors_are_over_all() -> None:
    true = np.c_[TRUE, 10 * TRUE]
    found = tally(true, np.c_[PREDICTED, 10 * TRUE])
    assert found.r2 == pytest.approx((1 - 5 / 14 + 1) / 2)
    assert found.rmse == pytest.approx((5 / 6) ** 0.5)
    assert found.mae == 0.5
    assert found.baseline_rmse == pytest.approx((14 * 101 / 6) ** 0.5)


@pytest.mark.parametrize("block", [1, 2, 3])
def test_r2_needs_every_target_to_vary(block: int) -> None:
    assert tally(np.full((3, 1), 0.1), np.zeros((3, 1)), block).r2 is None
    true = np.c_[TRUE, np.full(3, 5.0)]
    assert tally(true, true, block).r2 is None


@pytest.mark.parametrize("block", [7, 256, 2000])
def test_far_from_zero_deviations_keep_their_digits(
    block: int, stream: np.random.RandomState
) -> None:
    """Against exact fractions; a sum of squares less a square would keep none."""
    true = 1e9 + stream.standard_normal((1000, 1))
    predicted = true + 0.1 * stream.standard_normal((1000, 1))
    values = [Fraction(value) for value in true[:, 0].tolist()]
    mean = sum(values) / 1000
    deviations = float(sum((value - mean) ** 2 for value in values))
    errors = float(((predicted - true) ** 2).sum())
    found = tally(true, predicted, block)
    assert found.r2 == pytest.approx(1 - errors / deviations, rel=2e-9)
    assert found.baseline_rmse == pytest.approx((deviations / 1000) ** 0.5, rel=2e-9)


@pytest.mark.parametrize("size", [1e150, 1e-200, 1.0])
@pytest.mark.parametrize("block", [1, 2, 5])
def test_squares_of_huge_and_tiny_numbers_neither_overflow_nor_vanish(
    size: float, block: int
) -> None:
    true, predicted = np.tile(TRUE, (2000, 1)), np.tile(PREDICTED, (2000, 1))
    found = tally(size * true, size * predicted, block)
    assert found.r2 == pytest.approx(1 - 5 / 14, rel=1e-11)
    assert found.rmse == pytest.approx(size * (5 / 3) ** 0.5, rel=1e-11, abs=0)
    assert found.baseline_rmse == pytest.approx(size * (14 / 3) ** 0.5, rel=1e-11, abs=0)
    assert found.mae == pytest.approx(size, rel=1e-11, abs=0)


@pytest.mark.parametrize("sizes", [[1e-170, 1e160], [1e160, 1e-170], [0.0, 1e-170]])
def test_sums_of_squares_change_their_scale_on_the_way(sizes: list[float]) -> None:
    found = Squares.none(2)
    for size in sizes:
        found = found.seen(np.array([[3 * size, size], [4 * size, size]]))
    np.testing.assert_allclose(found.over(Squares(found.total[::-1], found.unit[::-1]))[0], 12.5)
    largest = max(sizes)
    assert found.root_mean(2) == pytest.approx(largest * (27 / 4) ** 0.5, rel=1e-15, abs=0)


def test_a_prediction_that_is_infinite_has_no_finite_error() -> None:
    with np.errstate(all="ignore"):
        found = tally(TRUE, np.array([[2.0], [np.inf], [6.0]]), block=1)
        assert found.r2 == -np.inf
        assert found.rmse == np.inf
        assert np.isnan(tally(TRUE, np.array([[2.0], [np.nan], [6.0]]), block=1).rmse)


def test_counts_of_classes() -> None:
    """Rows are the true classes; the loss is what it is told."""
    true, predicted = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 0, 1])
    found = ClassTally.none(3)
    for rows in (slice(4), slice(4, 6)):
        found = found.seen(true[rows], predicted[rows], 0.75)
    np.testing.assert_array_equal(found.counts, [[2, 1, 0], [1, 1, 0], [0, 1, 0]])
    assert (found.rows, found.accuracy, found.mean_loss) == (6, 0.5, 0.25)
