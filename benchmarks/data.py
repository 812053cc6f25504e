"""The data and the first weights of a task, drawn from seeds."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.tasks import Task
from shallow_cli.core.arrays import Array
from shallow_cli.core.datasets import generate
from shallow_cli.core.initializers import initial_parameters
from shallow_cli.core.rng import epoch_orders

ROOT = Path(__file__).resolve().parent.parent
CANCER = ROOT / "data" / "breast_cancer.csv"
SEED = 1


@dataclass(frozen=True)
class Data:
    """Inputs (rows, n_x), targets (rows, n_y), and first weights as one vector.

    `labels` (rows,) are the targets as others want them: class numbers, or the values.
    """

    inputs: Array
    targets: Array
    start: Array

    @property
    def labels(self) -> Array:
        """(rows,)."""
        one_hot = self.targets.shape[1] > 1
        return self.targets.argmax(axis=1) if one_hot else self.targets[:, 0]


def data_of(task: Task) -> Data:
    """Inputs, targets and first weights in the dtype of the task."""
    inputs, targets = SOURCES[task.data](task)
    start = start_of(task, 0)
    return Data(*(np.ascontiguousarray(a, task.dtype) for a in (inputs, targets, start)))


def start_of(task: Task, number: int) -> Array:
    """The first weights of one of several starts, in float64."""
    return initial_parameters(task.network, task.init_scale, task.seed + number).vector


def orders(task: Task, epochs: int) -> Iterator[Array]:
    """The rows of each epoch (rows,), in shallow's order: drawn when they are asked for."""
    return islice(epoch_orders(task.seed, task.rows), epochs)


def flower(task: Task) -> tuple[Array, Array]:
    """The course's planar dataset."""
    inputs, classes = generate("flower", task.rows, 0.2, SEED)
    return inputs, classes[:, np.newaxis]


def cancer(task: Task) -> tuple[Array, Array]:
    """Thirty measures of cell nuclei, standardized; malignant or benign."""
    with CANCER.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1 : 1 + task.rows]
    inputs = np.array([row[:-1] for row in rows], dtype=float)
    classes = np.array([row[-1] == "malignant" for row in rows])
    return (inputs - inputs.mean(axis=0)) / inputs.std(axis=0), classes[:, np.newaxis]


def normal(task: Task) -> tuple[Array, Array]:
    """Standard normal inputs; the targets follow from a random projection of them."""
    n_x, n_y = task.network.n_x, task.network.n_y
    stream = np.random.default_rng(SEED)
    inputs = stream.standard_normal((task.rows, n_x), dtype=np.float32)
    projected = inputs @ stream.standard_normal((n_x, n_y), dtype=np.float32)
    return inputs, TARGETS[task.network.output](projected)


SOURCES: dict[str, Callable[[Task], tuple[Array, Array]]] = {
    "flower": flower,
    "cancer": cancer,
    "normal": normal,
}
# From a projection (rows, n_y) to the targets of an output.
TARGETS: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda z: z > 0,
    "softmax": lambda z: z == z.max(axis=1, keepdims=True),
    "linear": np.tanh,
}
