"""A row's prediction has the same bytes wherever the row stands."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.core import prediction
from shallow_cli.core.arrays import Examples, with_ones
from shallow_cli.core.calls import run
from shallow_cli.core.network import Network, forward, parameters, workspace
from shallow_cli.core.prediction import objective, passes, predict

SIZES = [(1, 1, 1), (2, 4, 1), (13, 8, 3), (30, 32, 1), (64, 32, 10), (28, 300, 2), (100, 17, 5)]
ROWS = 700


def check_every_shape() -> None:
    """Whole, reversed, one by one and from the middle: equal bits for every network."""
    stream = np.random.RandomState(0)
    for n_x, n_h, n_y in SIZES:
        for dtype in (np.float64, np.float32):
            network = Network(n_x, n_h, n_y, "tanh", "linear")
            vector = stream.standard_normal(network.n_parameters).astype(dtype)
            theta = parameters(network, vector)
            table = with_ones(stream.standard_normal((ROWS, n_x)))
            whole = predict(network, theta, table)
            np.testing.assert_array_equal(predict(network, theta, table[::-1]), whole[::-1])
            np.testing.assert_array_equal(predict(network, theta, table[99:357]), whole[99:357])
            for row in (0, 255, 256, ROWS - 1):
                alone = predict(network, theta, table[row : row + 1])
                np.testing.assert_array_equal(alone, whole[row : row + 1])


def test_a_prediction_is_the_forward_pass_of_training(stream: np.random.RandomState) -> None:
    """With all of its weights, and over several blocks: also where a loss is taken."""
    network = Network(3, 4, 2, "tanh", "softmax")
    theta = parameters(network, stream.standard_normal(network.n_parameters))
    table, work = with_ones(stream.standard_normal((ROWS, 3))), workspace(network, ROWS)
    run(forward(network, theta, table.T, work))
    np.testing.assert_allclose(predict(network, theta, table), work.A2.T, rtol=1e-13)
    data = Examples(table, np.eye(2)[stream.randint(0, 2, ROWS)])
    for passed in passes(network, theta, data):
        np.testing.assert_allclose(passed.Z2, work.Z2[:, passed.rows], rtol=1e-12)
        np.testing.assert_allclose(passed.A2, work.A2[:, passed.rows], rtol=1e-13)
        np.testing.assert_array_equal(passed.Y, data.targets[passed.rows].T)


@pytest.mark.parametrize("chunk", [256, 512])
def test_every_chunk_counts_in_the_loss(
    chunk: int, stream: np.random.RandomState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three chunks or two, the last one short, and by hand."""
    network = Network(3, 4, 1, "tanh", "linear")
    theta = parameters(network, stream.standard_normal(network.n_parameters))
    table, targets = with_ones(stream.standard_normal((ROWS, 3))), stream.standard_normal((ROWS, 1))
    expected = ((predict(network, theta, table) - targets) ** 2).sum() / 2 / ROWS
    monkeypatch.setattr(prediction, "CHUNK_ROWS", chunk)
    found = objective(network, theta, Examples(table, targets), 0.0)
    assert found == pytest.approx(expected, rel=1e-13)


def test_rows_do_not_depend_on_their_neighbours() -> None:
    check_every_shape()


@pytest.mark.parametrize("core", ["Haswell", "SkylakeX"])
def test_nor_with_other_kernels(core: str) -> None:
    """The matrix kernels of other processors, as far as this one can run them."""
    if core == "SkylakeX" and not runs_avx512():
        pytest.skip("this processor has no AVX-512")
    code = "from tests.core.test_prediction import check_every_shape; check_every_shape()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "OPENBLAS_CORETYPE": core},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def runs_avx512() -> bool:
    """Whether the processor has the instructions of SkylakeX."""
    info = Path("/proc/cpuinfo")
    return info.exists() and "avx512dq" in info.read_text()
