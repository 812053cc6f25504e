"""What the programs of a workload find in their folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.data import CANCER, data_of, start_of
from benchmarks.tasks import Task
from shallow_cli.core.network import parameters

BLOCK_ROWS = 20_000  # of the large table: these are repeated


@dataclass(frozen=True)
class Place:
    """The folder of a workload, its task, and the number of the round."""

    folder: Path
    task: Task
    round: int = 0


def nothing(_place: Place) -> None:
    """Nothing."""


def write(place: Place, *lines: str) -> None:
    """The config that shallow is given."""
    (place.folder / "config.yaml").write_text("\n".join([*lines, ""]), encoding="utf-8")


def flower_config(place: Place) -> None:
    """configs/flower.yaml."""
    write(
        place,
        "data: {generate: flower, seed: 1}",
        f"hidden_units: 4\nactivation: tanh\ninit_scale: 0.01\nseed: {place.task.seed}",
        f"learning_rate: 1.2\nepochs: {place.task.epochs}",
    )


def cancer_config(place: Place) -> None:
    """Breast cancer with Adam."""
    write(
        place,
        f"data: {{csv: '{CANCER}', target: diagnosis}}",
        f"hidden_units: 32\nactivation: relu\ninit_scale: he\nseed: {place.task.seed}",
        f"optimizer: adam\nlearning_rate: 0.001\nbatch_size: 32\nepochs: {place.task.epochs}",
    )


def large_table(place: Place) -> None:
    """About 350 MB of numbers with nine decimals, and a config for them."""
    task, stream = place.task, np.random.default_rng(0)
    rows = min(BLOCK_ROWS, task.rows)
    inputs = stream.standard_normal((rows, task.network.n_x))
    block = np.c_[inputs, inputs[:, 0] > inputs[:, 1]]
    formats = ["%.9f"] * task.network.n_x + ["%d"]
    names = ",".join([*(f"x{i}" for i in range(task.network.n_x)), "y"])
    path = place.folder / "table.csv"
    with path.open("w", encoding="ascii") as file:
        np.savetxt(file, block, formats, ",", header=names, comments="")
    lines = path.read_bytes().split(b"\n", 1)[1]
    with path.open("ab") as binary:
        for _ in range(task.rows // rows - 1):
            binary.write(lines)
    write(
        place,
        "data: {csv: table.csv}",
        "hidden_units: 32\nactivation: tanh\ninit_scale: xavier\ndtype: float32",
        f"batch_size: 1024\nepochs: {place.task.epochs}",
    )


def starts_for_r(place: Place) -> None:
    """The data, and the starts of the round in the order of `nnet`: by unit, its bias first."""
    task = place.task.of_round(place.round)
    data = data_of(task)
    np.savetxt(place.folder / "data.txt", np.c_[data.inputs, data.targets])
    starts = []
    for number in range(task.starts):
        p = parameters(task.network, start_of(task, number))
        layers = [np.c_[b, W].ravel() for W, b in ((p.W1, p.b1), (p.W2, p.b2))]
        starts.append(np.concatenate(layers))
    np.savetxt(place.folder / "starts.txt", starts)
