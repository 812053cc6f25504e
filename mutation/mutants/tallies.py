"""Mistakes of what is counted and summed block by block to say how good predictions are."""

from mutation.mutant import Mutant

RANKING, TALLIES = "core/ranking.py", "core/tallies.py"


def _numbers(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, TALLIES, "NumberTally.joined", old, new)


def _ranking(name: str, says: str, function: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, RANKING, f"Ranking.{function}", old, new)


MEASURES = (
    _numbers(
        "P43",
        "deviations are those from the mean of each block",
        "deviations.seen(apart[np.newaxis])",
        "deviations",
    ),
    _numbers(
        "P44",
        "the mean of two blocks is that of their means, however long they are",
        "between * (other.rows / rows)",
        "between * (1 if self.rows == 0 else 0.5)",
    ),
    Mutant(
        "P45",
        "a sum of squares keeps its total when its unit grows",
        "core/squares.py",
        "Squares.joined",
        "each.total * (each.unit / unit) ** 2",
        "each.total * 1.0",
    ),
    Mutant(
        "P46",
        "confusion counts have the predicted class in their rows",
        "core/metrics.py",
        "confusion",
        "true * n_classes + predicted",
        "predicted * n_classes + true",
    ),
    Mutant(
        "P47",
        "the threshold between two classes is ½, whatever was asked for",
        "core/metrics.py",
        "decide",
        "> threshold",
        "> 0.5",
    ),
    Mutant(
        "P48",
        "a row of the loss table has the loss of the last block only",
        TALLIES,
        "ClassTally.joined",
        "self.loss + other.loss",
        "other.loss",
    ),
)

AREAS = (
    _ranking("P49", "pairs with one score count 1, not ½", "auc", "- n / 2", ""),
    _ranking(
        "P50",
        "the area is that of the second class below the first",
        "auc",
        "np.cumsum(n) - n / 2",
        "n.sum() - np.cumsum(n) + n / 2",
    ),
    _ranking(
        "P51",
        "scores that wait to be sorted in are kept by reference, and go on changing",
        "seen",
        "scores.copy()",
        "scores",
    ),
    _ranking(
        "P52",
        "scores that are sorted in replace those before them",
        "settled",
        "np.r_[counts, mask]",
        "np.r_[0 * counts, mask]",
    ),
    _ranking(
        "P53",
        "neighbouring scores are joined in pairs, however many rows they have",
        "coarser",
        "np.floor(middle * self.most)",
        "np.arange(len(n)) // 2",
    ),
    _ranking(
        "P54",
        "the memory of a ranking grows with the number of scores",
        "settled",
        "len(scores) <= self.most",
        "True",
    ),
)

TALLY = (*MEASURES, *AREAS)
