"""Workers that die or come later, a cluster that is lost: no byte changes, nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from shallow_cli.cluster import keeping
from shallow_cli.cluster.loading import loading_on
from shallow_cli.core.training import train
from shallow_cli.errors import DataError, LostClusterError
from shallow_cli.files.checkpoint_file import load_checkpoint
from shallow_cli.fitting import end_of, prepare
from shallow_cli.resuming import kept

from .pretending import Pretended, cluster_of, dies_at, here, on
from .tables import config_of, write_files


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


def test_workers_that_forget_everything_are_given_up(folder: Path, tmp_path: Path) -> None:
    def before(cluster: Pretended, calls: int) -> None:
        if calls > 12:
            cluster.workers.clear()
            cluster.add(f"worker {calls}")

    cluster = cluster_of(tmp_path)
    cluster.before = before
    with pytest.raises(LostClusterError, match="come and go"):
        on(cluster, config_of(folder))


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


def test_a_training_that_has_ended_on_a_cluster_leaves_a_checkpoint(
    folder: Path, tmp_path: Path
) -> None:
    """Its model still needs the cluster, for what is wrong with it."""
    config, checkpoint = config_of(folder), tmp_path / "m.npz.ckpt"
    with loading_on(cluster_of(tmp_path), config, print) as load:
        prepared = prepare(config, load=load)
        list(kept(train(prepared.job, prepared.theta), prepared, checkpoint, print))
    assert load_checkpoint(checkpoint).state.row == here(config).rows[-1]


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


def test_rows_that_can_no_longer_be_read_leave_a_checkpoint(tmp_path: Path) -> None:
    """A file has changed when it is to be read again, for its worker has died."""
    write_files(tmp_path)
    config, checkpoint = config_of(tmp_path, "epochs=20"), tmp_path / "m.npz.ckpt"
    cluster = cluster_of(tmp_path)

    def before(cluster: Pretended, calls: int) -> None:
        if calls == 30:
            (tmp_path / "2.csv").write_text("a,b,c,word,kind,w,y\n")
            del cluster.workers["b"]

    cluster.before = before
    with loading_on(cluster, config, print) as load:
        prepared = prepare(config, load=load)
        events = kept(train(prepared.job, prepared.theta), prepared, checkpoint, print)
        with pytest.raises(DataError, match="has changed since its rows were counted"):
            list(events)
    assert load_checkpoint(checkpoint).state.steps > 0


def test_a_part_that_moves_is_dropped_where_it_was(folder: Path, tmp_path: Path) -> None:
    shares: list[int] = []

    def before(cluster: Pretended, calls: int) -> None:
        if calls == 20:
            cluster.add("new")
        shares.append(sum(len(kept.held) for kept in cluster.workers.values()))

    cluster = cluster_of(tmp_path)
    cluster.before = before
    on(cluster, config_of(folder, "epochs=10"))
    assert "new" in cluster.workers
    assert set(shares[40:-4]) == {4}
