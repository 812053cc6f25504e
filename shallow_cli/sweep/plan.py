"""A sweep: every point of a grid of config keys, and every restart.

A restart is the same config with the next seed, so that each trial is one that
`shallow train --set …` repeats to the byte.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shallow_cli.config import INDIFFERENT, Config
from shallow_cli.core.rng import LARGEST_SEED
from shallow_cli.errors import ConfigError, Problem, UsageError
from shallow_cli.files.config_file import parse_config

MOST_TRIALS = 100_000
SEED = "seed"
# A value ends at a comma that is in no brackets and no quotes.
_VALUE = re.compile(r"""(?:[^,\[\]{}'"]|\[[^\]]*\]|\{[^}]*\}|'[^']*'|"[^"]*")+""")


@dataclass(frozen=True)
class Varied:
    """A key, and the values that it takes in turn, as they were written."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """One training: its values of the varied keys, its seed, and the config that they make."""

    values: tuple[str, ...]
    seed: int
    config: Config


@dataclass(frozen=True)
class Sweep:
    """A grid, and its trials: point after point, and of each point one restart after another."""

    grid: tuple[Varied, ...]
    restarts: int
    trials: tuple[Trial, ...]

    def named(self, number: int) -> dict[str, str]:
        """What tells a trial from the others: the varied keys, and the seed."""
        trial, keys = self.trials[number], (varied.key for varied in self.grid)
        return {**dict(zip(keys, trial.values, strict=True)), SEED: str(trial.seed)}

    @property
    def keys(self) -> set[str]:
        """What is varied."""
        return {varied.key for varied in self.grid}

    def point(self, number: int) -> range:
        """The numbers of the trials of a point; none behind the last."""
        start = number * self.restarts
        return range(start, min(start + self.restarts, len(self.trials)))


@dataclass(frozen=True)
class Source:
    """The text of a config, what to call it, the folder of its paths, and the --set words."""

    text: str
    name: str
    folder: Path
    overrides: tuple[str, ...] = ()

    def config(self, *words: str) -> Config:
        """The config, with words of the grid over it."""
        return parse_config(self.text, self.name, self.folder, self.overrides, words)


def read_grid(words: Sequence[str]) -> tuple[Varied, ...]:
    """What KEY=V1,V2,… words say.

    Raises:
        UsageError: with everything that is wrong with them.
    """
    grid: list[Varied] = []
    problems = []
    for word in words:
        key, equals, text = word.partition("=")
        values = tuple(value.strip() for value in _VALUE.findall(text))
        if not equals or not values or ",".join(_VALUE.findall(text)) != text:
            problems.append(f"{word}: is not KEY=V1,V2,…")
        elif key in INDIFFERENT:
            problems.append(f"{key}: does not decide the result; leave it to --set")
        elif len(set(values)) < len(values):
            problems.append(f"{word}: a value is there twice")
        elif key in {varied.key for varied in grid}:
            problems.append(f"{word}: {key} is there twice")
        grid.append(Varied(key, values))
    if problems:
        raise UsageError(*map(Problem, problems))
    return tuple(grid)


def planned(source: Source, grid: tuple[Varied, ...], restarts: int) -> Sweep:
    """All trials, the last key varying fastest, and then the seed.

    Raises:
        ConfigError: with everything that is wrong with any of their configs.
        UsageError: if there are too many, or the seed is varied and restarted.
    """
    if restarts > 1 and SEED in {varied.key for varied in grid}:
        raise UsageError(Problem("--restarts vary the seed already; take seed out of the grid"))
    n_trials = math.prod(len(varied.values) for varied in grid) * restarts
    if n_trials > MOST_TRIALS:
        raise UsageError(
            Problem(f"{n_trials} trials; {MOST_TRIALS} are the most. Take fewer values")
        )
    twice = [v.key for v in grid if v.key in {word.partition("=")[0] for word in source.overrides}]
    if twice:
        raise UsageError(*(Problem(f"{key}: is in the grid and in --set; once") for key in twice))
    trials, problems, known = [], {}, dict[str, tuple[str, ...]]()
    for values in itertools.product(*(varied.values for varied in grid)):
        words = [f"{varied.key}={value}" for varied, value in zip(grid, values, strict=True)]
        try:
            config = source.config(*words)
        except ConfigError as error:
            problems.update(dict.fromkeys(error.problems))
            continue
        alike = known.setdefault(repr(config), values)
        if alike is not values:
            says = f"{' '.join(alike)} and {' '.join(values)} are the same training; once"
            problems[Problem(says, "grid")] = None
        seeds = [(config.seed + restart) % (LARGEST_SEED + 1) for restart in range(restarts)]
        trials += [Trial(values, seed, _with_seed(config, seed)) for seed in seeds]
    if problems:
        raise ConfigError(*problems)
    return Sweep(grid, restarts, tuple(trials))


def _with_seed(config: Config, seed: int) -> Config:
    """The trials share the cores among them: each takes one."""
    return dataclasses.replace(config, seed=seed, threads=1)
