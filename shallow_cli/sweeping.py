"""A sweep: every point of a grid of config keys, and every restart, trained in processes.

A restart is the same config with the next seed, so that each trial is one that
`shallow train --set …` repeats to the byte.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any

from shallow_cli import __version__
from shallow_cli.config import INDIFFERENT, Config, flat
from shallow_cli.core.events import End, Reason, Row
from shallow_cli.core.measuring import measure
from shallow_cli.core.rng import LARGEST_SEED
from shallow_cli.core.training import train
from shallow_cli.errors import ConfigError, NoVerdictError, Problem, UsageError
from shallow_cli.files.config_file import parse_config
from shallow_cli.fitting import Prepared, prepare

MOST_TRIALS = 100_000
LOOK_SECONDS = 0.1  # between two looks for an interrupt
SEED = "seed"
# Keys that decide which measures there are.
OF_THE_ROWS = {"data.csv", "data.generate", "data.target", "data.task", "data.validation"}
# A value ends at a comma that is in no brackets and no quotes.
_VALUE = re.compile(r"""(?:[^,\[\]{}'"]|\[[^\]]*\]|\{[^}]*\}|'[^']*'|"[^"]*")+""")

Values = dict[str, float]  # of a loss row, by name


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
        """The config, with more --set words over it."""
        return parse_config(self.text, self.name, self.folder, [*self.overrides, *words])


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
    points = list(itertools.product(*(varied.values for varied in grid)))
    if len(points) * restarts > MOST_TRIALS:
        raise UsageError(Problem(f"more than {MOST_TRIALS} trials; take fewer values"))
    trials, problems = [], {}
    for values in points:
        words = [f"{varied.key}={value}" for varied, value in zip(grid, values, strict=True)]
        try:
            config = source.config(*words)
        except ConfigError as error:
            problems.update(dict.fromkeys(error.problems))
            continue
        seeds = [(config.seed + restart) % (LARGEST_SEED + 1) for restart in range(restarts)]
        trials += [Trial(values, seed, _with_seed(config, seed)) for seed in seeds]
    if problems:
        raise ConfigError(*problems)
    return Sweep(grid, restarts, tuple(trials))


def _with_seed(config: Config, seed: int) -> Config:
    """The trials share the cores among them: each takes one."""
    return dataclasses.replace(config, seed=seed, threads=1)


def columns_of(prepared: Prepared, sweep: Sweep) -> tuple[str, ...]:
    """Of the table: the varied keys, the seed, and what loss rows are made of.

    Where the rows are varied, that is all there is.
    """
    names = list(measure(prepared.job, prepared.theta, 0).values())
    if OF_THE_ROWS & {varied.key for varied in sweep.grid}:
        names = [field.name for field in dataclasses.fields(Row)]
    return tuple(dict.fromkeys([*(varied.key for varied in sweep.grid), SEED, *names]))


def to_row(sweep: Sweep, number: int, values: Values) -> dict[str, str]:
    """A trial and its values as text, by column."""
    return {**sweep.named(number), **{name: repr(value) for name, value in values.items()}}


def from_rows(sweep: Sweep, rows: Iterable[Mapping[str, str]]) -> dict[int, Values]:
    """The values of the trials that the rows are of, by number."""
    numbers = {tuple(sweep.named(n).items()): n for n in range(len(sweep.trials))}
    names = list(sweep.named(0))
    found = {}
    for row in rows:
        number = numbers[tuple((name, row[name]) for name in names)]
        values = {name: float(text) for name, text in row.items() if name not in names and text}
        found[number] = {**values, "epoch": int(values["epoch"])}
    return found


def description(prepared: Prepared, sweep: Sweep) -> dict[str, Any]:
    """All that decides the results, to know a sweep by."""
    first = sweep.trials[0]
    varied = {SEED, *INDIFFERENT, *(varied.key for varied in sweep.grid)}
    config = {name: str(value) for name, value in flat(first.config).items()}
    return {
        "version": __version__,
        "grid": " ".join(f"{varied.key}={','.join(varied.values)}" for varied in sweep.grid),
        "restarts": sweep.restarts,
        "first seed": first.seed,
        "rows": {name: source["sha256"] for name, source in prepared.data.sources.items()},
        **{name: value for name, value in config.items() if name not in varied},
    }


def best(results: Mapping[int, Values]) -> int | None:
    """The trial with the lowest validation loss, or without one the lowest loss; None: no trial."""
    for name in ("validation_loss", "loss"):
        found = {number: row[name] for number, row in sorted(results.items()) if name in row}
        if found:
            return min(found, key=found.__getitem__)
    return None


def trained(config: Config) -> Values:
    """The row of the weights that a training keeps; only the epoch if it ran away.

    Raises:
        ConfigError: if the config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
    """
    prepared = prepare(config)
    *_, end = train(prepared.job, prepared.theta)
    if not isinstance(end, End) or end.reason is Reason.DIVERGED:
        return {"epoch": end.last_epoch if isinstance(end, End) else 0}
    return end.row.values()


def run(
    sweep: Sweep,
    numbers: Iterable[int],
    jobs: int,
    interrupted: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[int, Values]]:
    """The number and the row of each of these trials, as they come, until somebody interrupts.

    Raises:
        ConfigError: if a config asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
        NoVerdictError: if a process was killed.
    """
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _leave_interrupts_to_the_parent)
    waiting = {pool.submit(trained, sweep.trials[number].config): number for number in numbers}
    try:
        while waiting and not interrupted():
            done, _ = wait(waiting, LOOK_SECONDS, FIRST_COMPLETED)
            for future in sorted(done, key=waiting.__getitem__):
                yield waiting.pop(future), future.result()
    except BrokenProcessPool:
        text = "a process of the sweep was killed; is there enough memory? --jobs 1 takes less"
        raise NoVerdictError(Problem(text)) from None
    finally:
        pool.shutdown(wait=not waiting, cancel_futures=True)
        if waiting:
            for child in active_children():
                child.terminate()


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
