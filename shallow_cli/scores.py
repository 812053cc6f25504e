"""Metrics of predictions, whoever made them, from one block of rows after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from shallow_cli.core import metrics
from shallow_cli.core.arrays import AnyExamples, Array, in_memory
from shallow_cli.core.floating_point import FloatingPointErrors, counting
from shallow_cli.core.linear import predict_linear
from shallow_cli.core.network import Network, Parameters
from shallow_cli.core.outputs import OUTPUTS
from shallow_cli.core.prediction import passes
from shallow_cli.core.ranking import Ranking
from shallow_cli.core.tallies import ClassTally, NumberTally
from shallow_cli.tables.columns import Columns, unscaled

# Metrics of which more is better: those that a script can ask a minimum of.
MORE_IS_BETTER = ("accuracy", "f1", "precision", "recall", "auc", "r2")


class Scored(NamedTuple):
    """Some rows: what is true of them, what was said, and the summed loss.

    `true` and `said` are class numbers (k,) and probabilities (k, n_y), or both targets (k, n_y)
    in their own units.
    """

    rows: slice
    true: Array
    said: Array
    loss: float


@dataclass(frozen=True)
class Evaluation:
    """The metrics that apply, by name (None: no value), and for classes their counts."""

    metrics: dict[str, float | int | None]
    confusion: Array | None = None  # (K, K), row = true class, column = predicted class


def network_scored(
    network: Network, theta: Parameters, columns: Columns, data: AnyExamples, threads: int = 1
) -> Iterator[Scored]:
    """What a network says of examples, block by block; what overflows is not finite."""
    scored = (
        _scored(
            passed.rows, passed.Y.T, passed.A2.T, columns, float(passed.summed_loss(network).real)
        )
        for passed in passes(network, theta, data, threads)
    )
    return counting(scored, FloatingPointErrors())  # whoever asks looks at the scores


def linear_scored(output: str, W: Array, columns: Columns, data: AnyExamples) -> Iterator[Scored]:
    """What a linear model W (n_y, n_x + 1) says of examples."""
    whole = in_memory(data)
    loss = float(OUTPUTS[output].loss(W @ whole.table.T, whole.targets.T).sum())
    A2 = predict_linear(W, whole.table, output)
    yield _scored(slice(0, len(whole)), whole.targets, A2, columns, loss)


def _scored(rows: slice, Y: Array, A2: Array, columns: Columns, loss: float) -> Scored:
    if columns.classes:
        return Scored(rows, metrics.decide(Y), A2, loss)
    return Scored(rows, unscaled(columns.targets, Y), unscaled(columns.targets, A2), loss)


def scores_of(
    parts: Iterable[Scored], columns: Columns, threshold: float = metrics.EVEN
) -> Evaluation:
    """The metrics of predictions for the targets of these columns."""
    if columns.classes:
        return class_scores(parts, len(columns.classes), threshold)
    return number_scores(parts, columns.n_y)


def class_scores(parts: Iterable[Scored], n_classes: int, threshold: float) -> Evaluation:
    """Of predictions of classes; with two of them also the area under the ROC curve."""
    tally, ranking = ClassTally.none(n_classes), Ranking.none()
    for part in parts:
        tally = tally.seen(part.true, metrics.decide(part.said, threshold), part.loss)
        if n_classes == 2:  # noqa: PLR2004
            ranking = ranking.seen(part.true == 1, part.said[:, 0])
    counts = tally.counts
    scores = metrics.precision_recall_f1(counts)
    occurs = counts.sum(axis=0) + counts.sum(axis=1) > 0
    # Of two classes that of the second; else the plain mean over the classes that occur.
    f1, precision, recall = (
        float(score[1] if n_classes == 2 else score[occurs].mean())  # noqa: PLR2004
        for score in (scores[2], scores[0], scores[1])
    )
    values: dict[str, float | int | None] = {
        "rows": tally.rows,
        "accuracy": tally.accuracy,
        "log_loss": tally.mean_loss,
        "f1": f1,
        "precision": precision,
        "recall": recall,
    }
    if n_classes == 2:  # noqa: PLR2004
        values["auc"] = ranking.auc()
    values["baseline_accuracy"] = float(counts.sum(axis=1).max() / tally.rows)
    return Evaluation(values, counts)


def number_scores(parts: Iterable[Scored], n_y: int) -> Evaluation:
    """Of predictions of numbers."""
    tally = NumberTally.none(n_y)
    for part in parts:
        tally = tally.seen(part.true, part.said, part.loss)
    return Evaluation(
        {
            "rows": tally.rows,
            "rmse": tally.rmse,
            "mae": tally.mae,
            "r2": tally.r2,
            "baseline_rmse": tally.baseline_rmse,
        }
    )
