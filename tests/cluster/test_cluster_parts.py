"""How rows are cut into parts, and taken from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shallow_cli.cluster import parts
from shallow_cli.cluster.loading import loading_on
from shallow_cli.core import blocks
from shallow_cli.core.network import Network
from shallow_cli.fitting import prepare
from shallow_cli.tables.raw import CHUNK_ROWS

from .pretending import cluster_of, here, on
from .tables import SIZES, config_of


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


def test_rows_are_taken_at_any_positions(folder: Path, tmp_path: Path) -> None:
    config = config_of(folder)
    one = prepare(config)
    wanted = np.random.RandomState(1).permutation(sum(SIZES))[:3000]
    with loading_on(cluster_of(tmp_path), config, print) as load:
        two = prepare(config, load=load)
        np.testing.assert_array_equal(
            two.job.training.take(wanted).table, one.job.training.take(wanted).table
        )
