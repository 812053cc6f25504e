"""The area under the ROC curve, of scores that come block by block."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from shallow_cli.core.arrays import Array, require_shape

MOST_SCORES = 2**20
FEWEST_WAITING = 2**14  # rows, before it is worth while to sort them in


@dataclass(frozen=True)
class Ranking:
    """How many rows of either class have each score: `scores` ascend, and none is there twice.

    Exact for up to `most` distinct scores. Where there are more, neighbours that are together
    about a `most`-th of the rows share their mean as score, and the memory stays the same. Pairs
    with one score count ½, which makes the area wrong by 1/`most` (about a millionth) if all of
    these are the wrong way round, and by far less if, as is usual, some are and some are not.
    `waiting` are blocks that are not sorted in yet.
    """

    scores: Array  # (n,)
    positives: Array  # (n,)
    negatives: Array  # (n,)
    most: int = MOST_SCORES
    waiting: tuple[tuple[Array, Array], ...] = ()
    rows_waiting: int = 0

    @classmethod
    def none(cls, most: int = MOST_SCORES) -> Ranking:
        """Of no rows yet."""
        return cls(np.zeros(0), np.zeros(0), np.zeros(0), most)

    def seen(self, positive: Array, scores: Array) -> Ranking:
        """With more rows: whether they are of the second class, and their scores (rows,)."""
        require_shape("scores", scores, positive.shape)
        waiting = (*self.waiting, (scores.copy(), positive.astype(bool)))
        more = replace(self, waiting=waiting, rows_waiting=self.rows_waiting + len(scores))
        # As many as there are already: so a row is sorted in a few times, not once a block.
        enough = max(FEWEST_WAITING, len(self.scores))
        return more.settled() if more.rows_waiting >= enough else more

    def settled(self) -> Ranking:
        """The same with nothing waiting."""
        if not self.waiting:
            return self
        new_scores, positive = map(np.concatenate, zip(*self.waiting, strict=True))
        scores, place = np.unique(np.r_[self.scores, new_scores], return_inverse=True)
        positives, negatives = (
            np.bincount(place, np.r_[counts, mask], len(scores))
            for counts, mask in ((self.positives, positive), (self.negatives, ~positive))
        )
        found = Ranking(scores, positives, negatives, self.most)
        return found if len(scores) <= self.most else found.coarser()

    def coarser(self) -> Ranking:
        """With one score for neighbours that together are about a `most`-th of the rows.

        Of the rows of either class alike: Σ pᵢ nᵢ over the groups bounds the pairs in question.
        No group of several scores has as much as two `most`-ths, so that a score that many rows
        have stays alone, and exact.
        """
        p, n = self.positives, self.negatives
        share = (p / max(p.sum(), 1) + n / max(n.sum(), 1)) / 2
        middle = np.cumsum(share) - share / 2
        group = np.floor(middle * self.most)
        first = np.flatnonzero(np.diff(group, prepend=-1))
        rows = np.add.reduceat(p + n, first)
        scores = np.add.reduceat(self.scores * (p + n), first) / rows
        p, n = np.add.reduceat(p, first), np.add.reduceat(n, first)
        return Ranking(scores, p, n, self.most)

    def auc(self) -> float | None:
        """The share of pairs, one row of either class, of which the second scores higher.

        Ties count ½, as in the statistic of Mann and Whitney. None where a class is absent.
        """
        whole = self.settled()
        p, n = whole.positives, whole.negatives
        pairs = p.sum() * n.sum()
        below = np.cumsum(n) - n / 2
        return float(p @ below / pairs) if pairs else None
