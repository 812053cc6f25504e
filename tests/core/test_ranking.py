"""The area under the ROC curve: by hand, by scikit-learn, and when there are too many scores."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.core import ranking as module
from shallow_cli.core.arrays import Array
from shallow_cli.core.ranking import MOST_SCORES, Ranking

REFERENCE = json.loads((Path(__file__).parents[1] / "references/auc.json").read_text())


def ranked(true: Any, scores: Any, block: int = 10**9, most: int = MOST_SCORES) -> Ranking:
    """A ranking of rows that come in blocks."""
    true, scores, found = np.asarray(true), np.asarray(scores, dtype=float), Ranking.none(most)
    for start in range(0, len(true), block):
        rows = slice(start, start + block)
        found = found.seen(true[rows], scores[rows])
    return found


@pytest.mark.parametrize(
    ("true", "scores", "auc"),
    [
        ([0, 1], [0.2, 0.7], 1.0),
        ([0, 1], [0.7, 0.2], 0.0),
        ([0, 1], [0.7, 0.7], 0.5),
        ([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 3 / 4),
        ([0, 0, 1, 1], [0.1, 0.4, 0.4, 0.8], 3.5 / 4),
        ([1, 0, 0, 0, 1], [-1e300, 5, 5, 7, 5], (0 + 2 / 2) / 6),
    ],
)
def test_pairs_counted_by_hand(true: list[int], scores: list[float], auc: float) -> None:
    for block in (1, 2, 5):
        assert ranked(true, scores, block).auc() == auc


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_the_area_is_that_of_scikit_learn(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where blocks are sorted in often."""
    monkeypatch.setattr(module, "FEWEST_WAITING", 5)
    assert len(REFERENCE) == 32
    assert sum(len(set(case["scores"])) < len(case["scores"]) for case in REFERENCE) >= 16
    for case in REFERENCE:
        found = ranked(case["true"], case["scores"], block).auc()
        assert found == pytest.approx(case["auc"], rel=1e-14, abs=1e-15)


def test_of_one_class_alone_there_is_no_area() -> None:
    assert Ranking.none().auc() is None
    assert ranked([1, 1], [0.2, 0.3]).auc() is None
    assert ranked([0, 0], [0.2, 0.3]).auc() is None


def test_a_block_may_be_written_over_afterwards() -> None:
    true, scores = np.array([False, True]), np.array([0.2, 0.7])
    found = Ranking.none().seen(true, scores)
    true[:], scores[:] = [True, False], [0.9, 0.1]
    assert found.auc() == 1
    assert found.seen(true, scores).auc() == 1
    assert found.auc() == 1


def exact(true: Array, scores: Array) -> float:
    """The share of pairs, of distinct scores, by the ranks of the second class."""
    place = np.argsort(np.argsort(scores))[true]
    n = int((~true).sum())
    return float((place.sum() - len(place) * (len(place) - 1) / 2) / (len(place) * n))


def stream_of(order: str, rows: int) -> tuple[Array, Array]:
    """Classes and scores, which are distinct; half of the rows crowd at one end."""
    stream = np.random.RandomState(3)
    true = stream.uniform(size=rows) < 0.3
    scores = (stream.uniform(size=rows) + 0.4 * true) ** np.where(stream.randint(0, 2, rows), 1, 9)
    orders = {
        "drawn": np.arange(rows),
        "ascending": np.argsort(scores),
        "descending": np.argsort(-scores),
        "one class first": np.argsort(true, kind="stable"),
        "outwards": np.argsort(np.abs(scores - 0.3)),
        "inwards": np.argsort(-np.abs(scores - 0.3)),
    }
    return true[orders[order]], scores[orders[order]]


@pytest.mark.parametrize(
    "order", ["drawn", "ascending", "descending", "one class first", "outwards", "inwards"]
)
def test_neighbours_share_a_score_where_there_are_too_many(
    order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FEWEST_WAITING", 64)
    true, scores = stream_of(order, 40_000)
    found = ranked(true, scores, block=50, most=256)
    whole = found.settled()
    assert 128 < len(whole.scores) <= 256
    assert (np.diff(whole.scores) > 0).all()
    assert (whole.positives.sum(), whole.negatives.sum()) == (true.sum(), (~true).sum())
    assert found.rows_waiting < 256
    assert found.auc() == pytest.approx(exact(true, scores), abs=0.5 / 256)


def test_a_score_that_many_rows_have_stays_exact() -> None:
    """It is more than its share, and has no neighbour in its group."""
    stream = np.random.RandomState(0)
    true = stream.randint(0, 2, 4000).astype(bool)
    scores = np.where(stream.uniform(size=4000) < 0.9, 0.5, stream.uniform(size=4000))
    whole = ranked(true, scores, most=64).settled()
    assert len(whole.scores) <= 64
    there = whole.scores == 0.5
    assert whole.positives[there] == (true & (scores == 0.5)).sum()
    assert whole.auc() == pytest.approx(ranked(true, scores).auc() or 0, abs=1 / 64)


def test_millions_of_scores_are_off_by_less_than_a_millionth() -> None:
    true, scores = stream_of("drawn", 2_500_000)
    found = ranked(true, scores, block=2**15)
    assert len(found.settled().scores) <= MOST_SCORES
    assert found.auc() == pytest.approx(exact(true, scores), abs=1e-6)
