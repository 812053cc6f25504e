"""Cross-validation: how good the networks of a config are on rows they were not trained on.

In every fold all is fitted anew, scaling and words included, and beside the network a linear
model and a constant are fitted to the same rows and measured on the same rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

import numpy as np

from shallow_cli.config import Config
from shallow_cli.core.arrays import Array, Examples, in_memory
from shallow_cli.core.events import End, Job, Reason
from shallow_cli.core.initializers import initial_parameters
from shallow_cli.core.linear import customary_l2, fit_linear
from shallow_cli.core.network import Network, Parameters
from shallow_cli.core.rng import LARGEST_SEED
from shallow_cli.core.splitting import folds
from shallow_cli.core.training import train
from shallow_cli.errors import ConfigError, DivergedError, Problem
from shallow_cli.fitting import network_of, settings_of, slower_than
from shallow_cli.scores import Scored, linear_scored, network_scored, scores_of
from shallow_cli.tables.data import decided, divided, fitted_encoding, held_out, strata
from shallow_cli.tables.encoding import Encoding, encoded
from shallow_cli.tables.fitted import with_weights
from shallow_cli.tables.loading import load_table
from shallow_cli.tables.raw import RawTable

RAREST = 1e-12  # the probability that a constant gives a class it has never seen


@dataclass(frozen=True)
class Study:
    """What is validated: a table, a config without open choices, and how often."""

    table: RawTable
    config: Config
    classes: tuple[str, ...]
    strata: Array  # (m,)
    n_folds: int
    repeats: int

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of those that are compared, the decisive one first."""
        if not self.classes:
            return ("rmse", "r2")
        return ("accuracy", "log_loss", "auc")[: 3 if len(self.classes) == 2 else 2]  # noqa: PLR2004

    @property
    def rare(self) -> dict[str, int]:
        """The rows of those classes that cannot be in every test set."""
        counts = np.bincount(self.strata, minlength=len(self.classes)).tolist()
        rows = zip(self.classes, counts, strict=False)  # a regression has one stratum, unnamed
        return {name: count for name, count in rows if count < self.n_folds}


@dataclass(frozen=True)
class Fold:
    """The metrics on the rows of one fold: of the network, the linear model and the constant."""

    repeat: int
    fold: int
    rows: int
    network: dict[str, float | None]
    linear: dict[str, float | None]
    baseline: dict[str, float | None]


def prepare_study(config: Config, n_folds: int, repeats: int) -> Study:
    """Read the table that a config names.

    Raises:
        ConfigError: if the config asks for what the table cannot give, or there are too few rows.
        DataError: if the table cannot be read or trained on.
    """
    table = load_table(config.data).table
    config, classes = decided(config, table)
    if n_folds > len(table):
        raise ConfigError(Problem(f"--folds {n_folds}: there are only {len(table)} rows"))
    if isinstance(config.data.validation, tuple) and config.early_stopping:
        text = "early_stopping: in a fold its validation rows are a fraction, not a file"
        raise ConfigError(Problem(text))
    return Study(table, config, classes, strata(table, classes), n_folds, repeats)


def cross_validate(study: Study) -> Iterator[Fold]:
    """Train and measure, fold after fold.

    Raises:
        ConfigError: if early stopping has no rows to look at.
        DataError: if a fold has nothing to learn from.
        DivergedError: if a training ran away.
    """
    everything = np.arange(len(study.table))
    for repeat in range(study.repeats):
        divided = folds(study.strata, study.n_folds, study.config.seed, repeat)
        for number, test in enumerate(divided):
            training = np.setdiff1d(everything, test)
            yield _fold(study, repeat, number, training, test)


def _fold(study: Study, repeat: int, number: int, training: Array, test: Array) -> Fold:
    table, config = study.table, study.config
    plain = fitted_encoding(table, training, config, study.classes)
    network, unseen = network_of(config, plain.columns), encoded(plain, table, test)
    known = _known(study, plain, training)
    theta = _trained(study, plain, known, training, repeat, number)
    linear, constant = _linear(network, known), _constant(network, known)
    threads = settings_of(config).threads

    def measured(scored: Iterator[Scored]) -> dict[str, float | None]:
        values = scores_of(scored, plain.columns).metrics
        return {name: _finite(values[name]) for name in study.metrics}

    return Fold(
        repeat + 1,
        number + 1,
        len(test),
        measured(network_scored(network, theta, plain.columns, unseen, threads)),
        measured(linear_scored(network.output, linear, plain.columns, unseen)),
        measured(linear_scored(network.output, constant, plain.columns, unseen)),
    )


def _known(study: Study, plain: Encoding, rows: Array) -> Examples:
    """The examples to learn from."""
    weighted = with_weights(plain, study.table, rows, study.config.class_weight)
    return in_memory(encoded(weighted, study.table, rows, study.config.scalar))


def _trained(
    study: Study, plain: Encoding, known: Examples, rows: Array, repeat: int, number: int
) -> Parameters:
    """The weights that training keeps; each repeat begins with other ones.

    Rows are held out of the training only where early stopping looks at them.
    """
    config, settings = study.config, settings_of(study.config)
    fraction = config.data.validation if config.early_stopping else 0.0
    training, validation = known, None
    if isinstance(fraction, float) and fraction:
        inner, outer = divided(study.strata[rows], fraction, config.seed)
        training = _known(study, plain, rows[inner])
        validation = in_memory(held_out(plain, study.table, rows[outer]))
    network = network_of(config, plain.columns)
    seed = (config.seed + repeat) % (LARGEST_SEED + 1)
    theta = initial_parameters(network, config.init_scale, seed, config.scalar)
    *_, end = train(Job(network, training, validation, settings), theta)
    if not isinstance(end, End) or end.reason is Reason.DIVERGED:
        text = f"training diverged in fold {number + 1} of repeat {repeat + 1}"
        raise DivergedError(Problem(f"{text}; try {slower_than(config)}"))
    return end.theta


def _linear(network: Network, known: Examples) -> Array:
    l2 = customary_l2(network.output, len(known))
    return fit_linear(known.table, known.targets, network.output, l2, known.weights)


def _constant(network: Network, known: Examples) -> Array:
    """A linear model that says the same of every row: how often the classes are, or the mean."""
    W = np.zeros((network.n_y, network.n_x + 1))
    mean = known.targets.mean(axis=0)
    if network.output != "linear":
        mean = np.clip(mean, RAREST, 1 - RAREST)
        mean = np.log(mean) - (np.log(1 - mean) if network.output == "sigmoid" else 0)
    W[:, -1] = mean
    return W


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def values_of(study: Study, results: Sequence[Fold]) -> dict[str, Any]:
    """One flat object: means and deviations over the folds, and each fold."""
    each = [_flat(fold) for fold in results]
    values: dict[str, Any] = {
        "rows": len(study.table),
        "folds": study.n_folds,
        "repeats": study.repeats,
    }
    for prefix in ("", "linear_", "baseline_"):
        for metric in study.metrics:
            name = prefix + metric
            mean, deviation = summary([fold[name] for fold in each])
            values |= {name: mean, f"{name}_std": deviation}
    return {**values, "each": each}


def _flat(fold: Fold) -> dict[str, Any]:
    return {
        "repeat": fold.repeat,
        "fold": fold.fold,
        "rows": fold.rows,
        **fold.network,
        **{f"linear_{name}": value for name, value in fold.linear.items()},
        **{f"baseline_{name}": value for name, value in fold.baseline.items()},
    }


def summary(values: Sequence[float | None]) -> tuple[float | None, float | None]:
    """Mean and standard deviation over the folds that have a value; None where none has."""
    known = [value for value in values if value is not None]
    if not known:
        return None, None
    return fmean(known), stdev(known) if len(known) > 1 else None
