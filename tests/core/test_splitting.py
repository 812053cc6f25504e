"""The test sets of a cross-validation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shallow_cli.core.arrays import Array
from shallow_cli.core.splitting import folds

steady = settings(derandomize=True, max_examples=200, deadline=None)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Array, int]:
    """Class numbers of up to 60 rows, some of rare classes, and a number of folds that fits."""
    strata = np.array(draw(st.lists(st.sampled_from([0, 0, 0, 1, 1, 5, 7]), min_size=2)))
    return strata, draw(st.integers(2, len(strata)))


@steady
@given(tables(), st.integers(0, 2**32 - 1), st.integers(0, 9))
def test_every_row_is_tested_once(table: tuple[Array, int], seed: int, repeat: int) -> None:
    strata, k = table
    found = folds(strata, k, seed, repeat)
    assert len(found) == k
    np.testing.assert_array_equal(np.sort(np.concatenate(found)), np.arange(len(strata)))
    assert all((np.diff(rows) > 0).all() for rows in found)


@steady
@given(tables(), st.integers(0, 2**32 - 1))
def test_folds_are_as_alike_as_can_be(table: tuple[Array, int], seed: int) -> None:
    """Sizes differ by at most one, of whole folds and of each class in them."""
    strata, k = table
    found = folds(strata, k, seed)
    assert np.ptp([len(rows) for rows in found]) <= 1
    for stratum in np.unique(strata):
        assert np.ptp([np.sum(strata[rows] == stratum) for rows in found]) <= 1


def test_folds_are_a_function_of_seed_and_repeat() -> None:
    strata = np.repeat([0, 1], 50)
    first = folds(strata, 10, 3, 1)
    for found, same in ((folds(strata, 10, 3, 1), True), (folds(strata, 10, 3, 2), False)):
        assert all(map(np.array_equal, first, found)) is same
    assert not all(map(np.array_equal, first, folds(strata, 10, 4, 1)))
    assert all(map(np.array_equal, folds(strata, 10, 3), folds(strata, 10, 3, 0)))


def test_folds_are_dealt_by_a_stream_of_their_own() -> None:
    """So that the rows of a model's own validation are no fold."""
    stream = np.random.RandomState([3, 4, 1])
    order = np.r_[stream.permutation([0, 2, 4]), stream.permutation([1, 3])]
    expected = [np.sort(order[[0, 2, 4]]), np.sort(order[[1, 3]])]
    assert all(map(np.array_equal, folds(np.array([0, 1, 0, 1, 0]), 2, 3, 1), expected))


@pytest.mark.parametrize("k", [-1, 0, 1, 6])
def test_too_few_or_too_many_folds_are_refused(k: int) -> None:
    with pytest.raises(ValueError, match=f"5 rows cannot be divided into {k} folds"):
        folds(np.zeros(5), k, 0)
