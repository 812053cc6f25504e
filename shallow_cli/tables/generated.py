"""Generated datasets as raw tables, with the same choice of columns as a CSV has."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.datasets import DATASETS, generate
from shallow_cli.data_config import DataConfig
from shallow_cli.errors import ConfigError, Problem
from shallow_cli.files.row_store import in_memory
from shallow_cli.tables.plan import Plan, Slot
from shallow_cli.tables.raw import RawTable

TARGET = "y"  # the features are x1, x2, …


def generated_table(config: DataConfig) -> RawTable:
    """The rows of the dataset that a config names.

    Raises:
        ConfigError: if the config names a column that the dataset does not have.
    """
    name = config.generate or ""
    drawn = as_drawn(config)
    inputs, target = generate(name, drawn.samples, drawn.noise, drawn.seed, drawn.arms)
    columns = {f"x{i}": inputs[:, i - 1] for i in range(1, inputs.shape[1] + 1)}
    features = config.features or tuple(x for x in columns if x not in config.exclude)
    unknown = {*features, *config.exclude} - columns.keys()
    if unknown or config.target not in {None, (TARGET,)} or not features:
        known = ", ".join(columns)
        raise ConfigError(
            Problem(f"{name} has the features {known} and the target {TARGET}; name these", "data")
        )
    chosen = np.column_stack([columns[x] for x in features])
    return RawTable(
        name=name,
        rows=in_memory(np.column_stack([chosen, target])),
        plan=Plan(tuple(map(Slot, features)), (Slot(TARGET),)),
        words={},
        # `np.unique` would load a part of NumPy that takes longer than a small training.
        labels={TARGET: {float(value): repr(value) for value in sorted(set(target.tolist()))}},
        sha256=hashlib.sha256(chosen.tobytes() + target.tobytes()).hexdigest(),
    )


@dataclass(frozen=True)
class Drawn:
    """How many rows are drawn, and how."""

    samples: int
    noise: float
    arms: int | None
    seed: int


def as_drawn(config: DataConfig) -> Drawn:
    """What the config says of a generated dataset, else its own; seed 1 is the course's flower."""
    dataset = DATASETS[config.generate or ""]
    return Drawn(
        dataset.samples if config.samples is None else config.samples,
        (dataset.noise or 0.0) if config.noise is None else config.noise,
        config.arms or dataset.arms,
        1 if config.seed is None else config.seed,
    )
