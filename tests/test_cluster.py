"""Training where the rows are: the same bytes as on one machine, whoever works and whoever dies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.cluster import keeping, parts
from shallow_cli.cluster.loading import loading_on, require_files_for
from shallow_cli.config import Config
from shallow_cli.core import blocks
from shallow_cli.core.arrays import Array
from shallow_cli.core.network import Network
from shallow_cli.core.training import train
from shallow_cli.errors import DataError, LostClusterError, UsageError
from shallow_cli.files.checkpoint_file import load_checkpoint
from shallow_cli.files.config_file import parse_config
from shallow_cli.files.row_store import RowStore
from shallow_cli.fitting import end_of, prepare
from shallow_cli.resuming import kept
from shallow_cli.tables.loading import load_table
from shallow_cli.tables.raw import CHUNK_ROWS

from .clusters import Pretended, cluster_of, here, on
from .conftest import ROOT

SIZES = (2500, 1, 5200, 3)  # rows of the files: no chunk and no block ends where a file does
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


def write_files(folder: Path, sizes: tuple[int, ...] = SIZES) -> None:
    """A table in several files, with numbers, words, gaps, weights and three kinds of target."""
    stream = np.random.RandomState(7)
    for number, m in enumerate(sizes):
        a, b, c = stream.standard_normal((3, m))
        known = ["red", "green", "blue", "", f"only in {number}"]
        words = np.array(known)[stream.randint(5, size=m)]
        y = np.where(a * b > 0.3, "no", np.where(c > 1, "maybe", "yes"))
        kind = (a > b).astype(int)
        gap = stream.random_sample(m) < 0.02
        columns = (a, b, c, words, kind, stream.random_sample(m), y, gap)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        lines = [f"{'' if cut else x},{','.join(map(str, rest))}\n" for x, *rest, cut in rows]
        (folder / f"{number}.csv").write_text("a,b,c,word,kind,w,y\n" + "".join(lines))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are several shards and blocks."""
    monkeypatch.setattr(blocks, "MOST_ROWS", 700)
    monkeypatch.setattr(blocks, "WORTH_A_THREAD", 100_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files are."""
    found = tmp_path_factory.mktemp("files")
    write_files(found)
    return found


def config_of(folder: Path, *words: str) -> Config:
    """Of the files in a folder."""
    plain = ["data.missing=mean", "data.target=y", "epochs=4", "hidden_units=6", *words]
    text = "data:\n  csv: '*.csv'\nlearning_rate: 0.5\n"
    return parse_config(text, "config.yaml", folder, plain)


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


def dies_at(number: int) -> Callable[[Pretended, int], None]:
    """A worker is gone when so many calls were made, with everything it had."""

    def before(cluster: Pretended, calls: int) -> None:
        if calls == number:
            cluster.workers.pop("b", None)

    return before


@pytest.mark.parametrize("number", [2, 5, 8, 12, 15, 20, 22, 25])
def test_a_worker_that_dies_changes_no_byte(number: int, folder: Path, tmp_path: Path) -> None:
    config = config_of(folder, "data.validation=0.2")
    cluster = cluster_of(tmp_path)
    cluster.before = dies_at(number)
    found = on(cluster, config)
    assert cluster.names() == ["a"]
    assert found.model == here(config).model


def test_it_is_told_that_rows_are_read_again(folder: Path, tmp_path: Path) -> None:
    cluster = cluster_of(tmp_path)
    cluster.before = dies_at(20)
    [told] = on(cluster, config_of(folder)).told
    assert told == "the workers have changed: 2 of 4 parts of the rows are read again"


def test_who_comes_later_gets_a_share(folder: Path, tmp_path: Path) -> None:
    shares: list[set[str]] = []

    def before(cluster: Pretended, calls: int) -> None:
        if calls == 20:
            cluster.add("new")
        shares.append({name for name, kept in cluster.workers.items() if kept.held})

    cluster = cluster_of(tmp_path)
    cluster.before = before
    config = config_of(folder, "epochs=10")
    assert on(cluster, config).model == here(config).model
    assert {"a", "b", "new"} in shares


def test_workers_that_forget_everything_are_given_up(folder: Path, tmp_path: Path) -> None:
    def before(cluster: Pretended, calls: int) -> None:
        if calls > 12:
            cluster.workers.clear()
            cluster.add(f"worker {calls}")

    cluster = cluster_of(tmp_path)
    cluster.before = before
    with pytest.raises(LostClusterError, match="come and go"):
        on(cluster, config_of(folder))


def test_every_file_is_counted_once_and_every_worker_loads_once(
    folder: Path, tmp_path: Path
) -> None:
    cluster = cluster_of(tmp_path)
    on(cluster, config_of(folder))
    assert cluster.asked["counted"] == len(SIZES)
    assert cluster.asked["load"] == len(cluster.workers)


def test_a_file_that_changes_in_between_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path)

    def before(_cluster: Pretended, calls: int) -> None:
        if calls == len(SIZES) + 1:
            (tmp_path / "2.csv").write_text("a,b,c,word,kind,w,y\n1,2,3,red,1,1,yes\n")

    cluster = cluster_of(tmp_path)
    cluster.before = before
    with pytest.raises(DataError, match=r"2.csv: has changed since its rows were counted"):
        on(cluster, config_of(tmp_path))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("2.csv", ",red,", ",red,red,"),
        ("1.csv", "a,b,c", "a,b,x"),
        ("3.csv", "\n", "\nx,1,1,red,1,1,yes\n"),
        ("0.csv", "\n", "\nx,1,1,red,1,1,yes\n"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_as_on_one_machine(
    name: str, old: str, new: str, tmp_path: Path
) -> None:
    write_files(tmp_path)
    text = (tmp_path / name).read_text()
    (tmp_path / name).write_text(text.replace(old, new, 1))
    config = config_of(tmp_path)
    with pytest.raises(DataError) as expected:
        here(config)
    with pytest.raises(DataError) as found:
        on(cluster_of(tmp_path), config)
    assert str(found.value) == str(expected.value)
    assert found.value.problems == expected.value.problems


def test_too_many_words_in_all_files_are_as_many_as_in_one(tmp_path: Path) -> None:
    for number in range(3):
        rows = [f"w{n},{n % 2}\n" for n in range(400 * number, 400 * number + 400)]
        (tmp_path / f"{number}.csv").write_text("word,y\n" + "".join(rows))
    config = parse_config(
        "data:\n  csv: '*.csv'\n", "config.yaml", tmp_path, ["data.categorical=word"]
    )
    with pytest.raises(DataError, match=r"2.csv: word: more than 1000 different words") as expected:
        here(config)
    with pytest.raises(DataError) as found:
        on(cluster_of(tmp_path), config)
    assert str(found.value) == str(expected.value)


def test_a_training_that_overflows_counts_as_much_of_it(folder: Path, tmp_path: Path) -> None:
    config = config_of(folder, "data.target=b", "data.exclude=kind", "learning_rate=1e200")
    one = prepare(config)
    expected = end_of(list(train(one.job, one.theta)))
    with loading_on(cluster_of(tmp_path), config, print) as load:
        two = prepare(config, load=load)
        found = end_of(list(train(two.job, two.theta)))
    assert expected.overflow
    assert (found.overflow, found.invalid) == (expected.overflow, expected.invalid)


def test_rows_are_taken_at_any_positions(folder: Path, tmp_path: Path) -> None:
    config = config_of(folder)
    one = prepare(config)
    wanted = np.random.RandomState(1).permutation(sum(SIZES))[:3000]
    with loading_on(cluster_of(tmp_path), config, print) as load:
        two = prepare(config, load=load)
        np.testing.assert_array_equal(
            two.job.training.take(wanted).table, one.job.training.take(wanted).table
        )


def test_blocks_are_few_enough_for_a_network() -> None:
    network = Network(28, 300, 1)
    found = blocks.block_slices(network, 10**9)
    assert len(found) == blocks.MOST_BLOCKS
    assert found[-1][-1].stop == 10**9


def test_parts_are_cut_between_blocks_and_hold_whole_chunks() -> None:
    m, network = 100_000, Network(3, 6, 1)
    edges = parts.edges_of_blocks(network, m, 5)
    starts = {block[0].start for block in blocks.block_slices(network, m)}
    assert {*edges} <= {*starts, m}
    found = parts.cut("x", range(m), edges)
    chunks = [slice(p.start + c.start, p.start + c.stop) for p in found for c in p.chunks]
    expected = [slice(at, min(at + CHUNK_ROWS, m)) for at in range(0, m, CHUNK_ROWS)]
    assert chunks == expected


def test_a_part_takes_its_rows_from_whatever_comes(stream: np.random.RandomState) -> None:
    positions = np.flatnonzero(stream.random_sample(20_000) < 0.5)
    values = np.arange(20_000.0)[:, np.newaxis]
    for part in parts.cut("x", positions, [0, 1, 5000, len(positions)]):
        found = [part.of(at, values[at : at + 777]) for at in range(0, 20_000, 777)]
        np.testing.assert_array_equal(np.concatenate(found)[:, 0], positions[part.start : part.end])


@pytest.mark.parametrize("text", ["data:\n  generate: moons\n", "data:\n  csv: '-'\n"])
def test_rows_that_are_in_no_file_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="reads the rows from files that all its workers see"):
        require_files_for(parse_config(text, "config.yaml", ROOT))


def test_where_a_cluster_is_lost_its_training_goes_on_from(folder: Path, tmp_path: Path) -> None:
    config, checkpoint = config_of(folder, "checkpoint_every=1000"), tmp_path / "m.npz.ckpt"
    cluster = cluster_of(tmp_path)

    def gone(_cluster: Pretended, calls: int) -> None:
        if calls == 20:
            raise LostClusterError

    cluster.before = gone
    with loading_on(cluster, config, print) as load:
        prepared = prepare(config, load=load)
        events = kept(train(prepared.job, prepared.theta), prepared, checkpoint, print)
        with pytest.raises(LostClusterError):
            list(events)
        cluster.before = dies_at(0)
    prepared = prepare(config)
    state = load_checkpoint(checkpoint).state
    expected = end_of(list(train(prepared.job, prepared.theta)))
    assert state.steps > 0
    assert end_of(list(train(prepared.job, prepared.theta, state=state))).row == expected.row


def test_what_a_lost_worker_had_is_shared_by_the_others(folder: Path, tmp_path: Path) -> None:
    shares: list[list[int]] = []

    def before(cluster: Pretended, calls: int) -> None:
        if calls == 20:
            del cluster.workers["b"]
        shares.append([len(kept.held) for kept in cluster.workers.values()])

    cluster = cluster_of(tmp_path, "a", "b", "c")
    cluster.before = before
    on(cluster, config_of(folder, "epochs=10"))
    assert [2, 2, 2] in shares
    assert [3, 3] in shares
    assert max(map(max, shares)) == 3


def test_parts_are_cut_anew_where_the_inputs_make_other_blocks(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "WORTH_A_THREAD", 600_000)
    config, cluster = config_of(folder), cluster_of(tmp_path, "a", "b", "c")
    network = prepare(config).job.network
    likely = Network(6, 6, 1)
    assert blocks.block_count(likely, sum(SIZES)) != blocks.block_count(network, sum(SIZES))
    assert on(cluster, config).model == here(config).model
    assert cluster.asked["load"] > len(cluster.workers)


def test_no_part_keeps_rows_of_others_in_memory(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A view of no rows would keep the whole batch that it is of."""
    lengths: list[int] = []
    add = RowStore.add

    def recorded(store: RowStore, values: Array) -> None:
        lengths.append(len(values))
        add(store, values)

    monkeypatch.setattr(RowStore, "add", recorded)
    on(cluster_of(tmp_path), config_of(folder))
    assert lengths
    assert all(lengths)


@pytest.mark.parametrize("missing", ["mean", "drop"])
def test_what_is_found_in_the_files_is_what_one_process_finds(
    missing: str, folder: Path, tmp_path: Path
) -> None:
    config = config_of(folder, f"data.missing={missing}")
    expected = load_table(config.data)
    with loading_on(cluster_of(tmp_path), config, print) as load:
        found = load(config.data, None)
    assert (found.header, found.survey) == (expected.header, expected.survey)
    assert replace(found.table, rows=expected.table.rows) == expected.table
    assert sum(found.table.missing.values()) > 1


def test_rows_that_nobody_asks_about_for_long_are_dropped(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who wanted them may have been killed; if not, he has them read again."""
    config, cluster, now = config_of(folder), cluster_of(tmp_path), [0.0]
    monkeypatch.setattr(keeping, "monotonic", lambda: now[0])
    with loading_on(cluster, config, print) as load:
        first = prepare(config, load=load)
        there = set(cluster.workers["a"].held)
        now[0] += keeping.OLD + 1
        prepare(config, load=load)
        assert there
        assert not there & set(cluster.workers["a"].held)
        assert end_of(list(train(first.job, first.theta))).row == here(config).rows[-1]
    assert not any(kept.held or kept.asked for kept in cluster.workers.values())


def test_a_training_that_has_ended_on_a_cluster_leaves_a_checkpoint(
    folder: Path, tmp_path: Path
) -> None:
    """Its model still needs the cluster, for what is wrong with it."""
    config, checkpoint = config_of(folder), tmp_path / "m.npz.ckpt"
    with loading_on(cluster_of(tmp_path), config, print) as load:
        prepared = prepare(config, load=load)
        list(kept(train(prepared.job, prepared.theta), prepared, checkpoint, print))
    assert load_checkpoint(checkpoint).state.row == here(config).rows[-1]
