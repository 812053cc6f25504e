"""Training where the rows are: the same bytes as in one process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shallow_cli.cluster.loading import loading_on
from shallow_cli.core.events import Progress
from shallow_cli.core.training import train
from shallow_cli.files.config_file import parse_config
from shallow_cli.fitting import end_of, prepare

from .pretending import Pretended, cluster_of, here, on
from .tables import SIZES, config_of

HOW = {
    "all rows": [],
    "two classes, weights": ["data.target=kind", "data.exclude=c", "class_weight=balanced"],
    "regression": ["data.target=b", "data.exclude=kind", "data.missing_target=drop"],
    "two targets": ["data.target=[b, c]", "data.missing=drop"],
    "filled with the mean": ["data.missing=mean"],
    "filled with the median": ["data.missing=median", "data.scale=minmax"],
    "dropped": ["data.missing=drop"],
    "weighted": ["data.weight=w"],
    "a part for validation": ["data.validation=0.3", "early_stopping=2", "epochs=6"],
    "mini-batches": ["batch_size=700"],
    "large batches": ["batch_size=5000", "data.validation=0.1"],
    "momentum": ["optimizer=momentum"],
    "Adam": ["optimizer=adam", "schedule=cosine"],
    "L-BFGS": ["optimizer=lbfgs", "l2=0.01", "init_scale=xavier"],
    "float32": ["dtype=float32"],
    "many units": ["hidden_units=700", "activation=relu", "init_scale=he", "epochs=2"],
    "no learning": ["init_scale=0"],
}


@pytest.mark.parametrize("how", HOW)
def test_rows_and_model_are_those_of_one_process(how: str, folder: Path, tmp_path: Path) -> None:
    config = config_of(folder, *HOW[how])
    expected = here(config)
    found = on(cluster_of(tmp_path, "a", "b", "c"), config)
    assert found.rows == expected.rows
    assert found.model == expected.model
    assert not found.told


@pytest.mark.parametrize("memory", [0, 1 << 17, 1 << 30])
def test_how_much_fits_a_worker_changes_nothing(memory: int, folder: Path, tmp_path: Path) -> None:
    config = config_of(folder)
    cluster = Pretended(tmp_path, memory=memory).add("a", "b")
    assert on(cluster, config).model == here(config).model


def test_parquet_in_a_folder_is_read_as_well(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet needs the extra data")
    arrow = pytest.importorskip("pyarrow")
    stream, place = np.random.RandomState(0), tmp_path / "rows"
    place.mkdir()
    for number, m in enumerate(SIZES):
        columns = {name: stream.standard_normal(m) for name in "abc"}
        parquet.write_table(arrow.table(columns), place / f"{number}.parquet")
    text = f"data:\n  csv: {place}\nepochs: 3\n"
    config = parse_config(text, "config.yaml", tmp_path)
    assert on(cluster_of(tmp_path), config).model == here(config).model


def test_a_training_that_overflows_counts_as_much_of_it(folder: Path, tmp_path: Path) -> None:
    config = config_of(folder, "data.target=b", "data.exclude=kind", "learning_rate=1e200")
    one = prepare(config)
    expected = end_of(list(train(one.job, one.theta)))
    with loading_on(cluster_of(tmp_path), config, print) as load:
        two = prepare(config, load=load)
        found = end_of(list(train(two.job, two.theta)))
    assert expected.overflow
    assert (found.overflow, found.invalid) == (expected.overflow, expected.invalid)


@pytest.mark.parametrize("how", ["all rows", "L-BFGS", "Adam", "a part for validation"])
def test_a_training_goes_on_on_a_cluster(how: str, folder: Path, tmp_path: Path) -> None:
    """From a checkpoint of one process, to the same bytes."""
    config = config_of(folder, *HOW[how])
    one = prepare(config)
    told = list(train(one.job, one.theta))
    state = next(
        event.state() for event in train(one.job, one.theta) if isinstance(event, Progress)
    )
    with loading_on(cluster_of(tmp_path), config, print) as load:
        two = prepare(config, load=load)
        end = end_of(list(train(two.job, two.theta, state=state)))
    assert end.row == end_of(told).row
    assert end.theta.vector.tobytes() == end_of(told).theta.vector.tobytes()
