"""Generated data: against scikit-learn's points and the course's recipe."""

import json
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.core.datasets import DATASETS, generate

REFERENCE = json.loads((Path(__file__).parents[1] / "references/datasets.json").read_text())
NOISE = {"moons": 0.2, "circles": 0.3, "blobs": 1.0, "gaussian_quantiles": 0.0}


@pytest.mark.parametrize("case", REFERENCE)
def test_points_are_those_of_scikit_learn(case: str) -> None:
    name, samples, seed = case.split()
    inputs, classes = generate(name, int(samples), NOISE[name], int(seed))
    np.testing.assert_allclose(inputs, REFERENCE[case]["inputs"], rtol=1e-14, atol=1e-14)
    np.testing.assert_array_equal(classes, REFERENCE[case]["classes"])


def test_the_flower_follows_the_courses_recipe() -> None:
    """For class j: t and then r, from one stream, as the course's notebook loads it."""
    stream = np.random.RandomState(1)
    expected = np.zeros((400, 2))
    for j in range(2):
        rows = slice(200 * j, 200 * (j + 1))
        t = np.linspace(j * 3.12, (j + 1) * 3.12, 200) + stream.randn(200) * 0.2
        r = 4 * np.sin(4 * t) + stream.randn(200) * 0.2
        expected[rows] = np.c_[r * np.sin(t), r * np.cos(t)]
    inputs, classes = generate("flower", 400, 0.2, 1)
    np.testing.assert_array_equal(inputs, expected)
    np.testing.assert_array_equal(classes, np.repeat([0, 1], 200))
    np.testing.assert_allclose(inputs[0], [1.20444229, 3.57611415], rtol=1e-8)


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("samples", [10, 31])
def test_a_dataset_is_a_function_of_its_seed(name: str, samples: int) -> None:
    inputs, targets = generate(name, samples, 0.1, 5)
    again, _ = generate(name, samples, 0.1, 5)
    other, _ = generate(name, samples, 0.1, 6)
    assert inputs.shape[0] == len(targets) == samples
    np.testing.assert_array_equal(inputs, again)
    assert not np.array_equal(inputs, other)


@pytest.mark.parametrize("name", DATASETS)
def test_the_table_says_what_a_dataset_makes(name: str) -> None:
    dataset = DATASETS[name]
    _, targets = generate(name, dataset.samples, dataset.noise or 0.0, 1)
    distinct = len(np.unique(targets))
    assert distinct == (dataset.classes or len(targets))


def test_the_spiral_follows_its_recipe() -> None:
    """Three arms of r from 0 to 1, the angle from 4j to 4(j + 1) with noise."""
    stream = np.random.RandomState(3)
    inputs, classes = generate("spiral", 30, 0.2, 3)
    for j in range(3):
        r = np.linspace(0, 1, 10)
        t = np.linspace(4 * j, 4 * (j + 1), 10) + stream.randn(10) * 0.2
        np.testing.assert_array_equal(inputs[classes == j], np.c_[r * np.sin(t), r * np.cos(t)])


@pytest.mark.parametrize("arms", [2, 4, 7])
def test_arms_of_the_spiral_are_spread_evenly(arms: int) -> None:
    inputs, classes = generate("spiral", 10 * arms, 0.0, 3, arms)
    ends = [inputs[classes == j][-1] for j in range(arms)]
    angles = np.unwrap([np.arctan2(x, y) for x, y in ends])
    np.testing.assert_allclose(np.diff(angles) % (2 * np.pi), 2 * np.pi / arms, rtol=1e-12)
    np.testing.assert_allclose([np.hypot(x, y) for x, y in ends], 1, rtol=1e-12)
    assert np.bincount(classes).tolist() == [10] * arms


def test_gauss_is_two_clouds_around_two_points() -> None:
    inputs, classes = generate("gauss", 20_001, 0.5, 3)
    for label, center in ((0, -2.0), (1, 2.0)):
        cloud = inputs[classes == label]
        assert len(cloud) == 10_000 + label
        np.testing.assert_allclose(cloud.mean(axis=0), [center, center], atol=0.02)
        np.testing.assert_allclose(np.cov(cloud.T), 0.25 * np.identity(2), atol=0.02)


def test_the_plane_is_the_mean_of_the_coordinates() -> None:
    inputs, y = generate("plane", 1000, 0.0, 3)
    np.testing.assert_allclose(y, (inputs[:, 0] + inputs[:, 1]) / 2, rtol=1e-15)
    assert abs(inputs).max() <= 1
    noisy = generate("plane", 1000, 0.1, 3)[1] - y
    assert 0.09 < noisy.std() < 0.11


def test_sine_and_xor_are_what_they_are_called() -> None:
    x, y = generate("sine", 50, 0.0, 3)
    np.testing.assert_allclose(y, np.sin(x[:, 0]), rtol=1e-15)
    assert abs(x).max() > 2.5
    inputs, classes = generate("xor", 50, 0.0, 3)
    np.testing.assert_array_equal(classes, inputs[:, 0] * inputs[:, 1] < 0)
