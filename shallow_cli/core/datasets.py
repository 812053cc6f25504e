"""Generated datasets, by name: a number of samples, a noise and a stream in; rows out.

`moons`, `circles`, `blobs` and `gaussian_quantiles` draw as scikit-learn's `make_…` functions
do, so that the same seed gives the same points; `flower` is the planar dataset of the course.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.arrays import Array
from shallow_cli.core.rng import dataset_stream

Stream = np.random.RandomState
Points = tuple[Array, Array]  # inputs (m, n_x), and one class number or target per row (m,)


@dataclass(frozen=True)
class Dataset:
    """A generator, its defaults, and what it makes; a noise or arms of None: it takes none."""

    make: Callable[..., Points]  # of samples, noise and a stream, and of arms where it takes some
    samples: int
    noise: float | None
    says: str
    classes: int = 2  # 0: a regression
    arms: int | None = None


def generate(name: str, samples: int, noise: float, seed: int, arms: int | None = None) -> Points:
    """Inputs (samples, n_x), and class numbers or targets (samples,)."""
    dataset = DATASETS[name]
    more = () if dataset.arms is None else (arms or dataset.arms,)
    return dataset.make(samples, noise, dataset_stream(seed), *more)


def _even(samples: int, parts: int) -> list[int]:
    """The sizes of so many parts, the first ones larger by one if need be."""
    return [samples // parts + (i < samples % parts) for i in range(parts)]


def _halves(samples: int) -> tuple[int, int]:
    return samples // 2, samples - samples // 2


def _shuffled(inputs: Array, classes: Array, stream: Stream) -> Points:
    order = np.arange(len(inputs))
    stream.shuffle(order)
    return inputs[order], classes[order]


def flower(samples: int, noise: float, stream: Stream) -> Points:
    """Two classes of petals: r = 4 sin 4t, each class on its own half turn of t."""
    inputs, classes = np.empty((samples, 2)), np.empty(samples, dtype=int)
    start = 0
    for label, size in enumerate(_halves(samples)):
        t = np.linspace(label * 3.12, (label + 1) * 3.12, size) + stream.randn(size) * noise
        r = 4 * np.sin(4 * t) + stream.randn(size) * noise
        inputs[start : start + size] = np.c_[r * np.sin(t), r * np.cos(t)]
        classes[start : start + size] = label
        start += size
    return inputs, classes


def moons(samples: int, noise: float, stream: Stream) -> Points:
    """Two interleaving half circles."""
    outer, inner = _halves(samples)
    t, s = np.linspace(0, np.pi, outer), np.linspace(0, np.pi, inner)
    upper = np.c_[np.cos(t), np.sin(t)]
    lower = np.c_[1 - np.cos(s), 1 - np.sin(s) - 0.5]
    return _two_curves(upper, lower, noise, stream)


def circles(samples: int, noise: float, stream: Stream) -> Points:
    """A circle inside another of twice its radius."""
    outer, inner = _halves(samples)
    t = np.linspace(0, 2 * np.pi, outer, endpoint=False)
    s = np.linspace(0, 2 * np.pi, inner, endpoint=False)
    return _two_curves(
        np.c_[np.cos(t), np.sin(t)], np.c_[np.cos(s), np.sin(s)] * 0.5, noise, stream
    )


def _two_curves(first: Array, second: Array, noise: float, stream: Stream) -> Points:
    classes = np.repeat([0, 1], [len(first), len(second)])
    inputs, classes = _shuffled(np.r_[first, second], classes, stream)
    return inputs + stream.normal(scale=noise, size=inputs.shape), classes


def blobs(samples: int, noise: float, stream: Stream) -> Points:
    """Six round clouds; as in the course, the class is the number of the cloud modulo 2."""
    centers = stream.uniform(-10, 10, size=(6, 2))
    sizes = _even(samples, 6)
    clouds = [
        stream.normal(loc=center, scale=noise, size=(size, 2))
        for center, size in zip(centers, sizes, strict=True)
    ]
    inputs, cloud = _shuffled(np.concatenate(clouds), np.repeat(range(6), sizes), stream)
    return inputs, cloud % 2


def gaussian_quantiles(samples: int, _noise: float, stream: Stream) -> Points:
    """One round cloud of variance ½: the inner half of the points is class 0, the outer 1."""
    inputs = stream.multivariate_normal(np.zeros(2), 0.5 * np.identity(2), (samples,))
    inputs = inputs[np.argsort((inputs**2).sum(axis=1))]
    return _shuffled(inputs, np.repeat([0, 1], _halves(samples)), stream)


def xor(samples: int, noise: float, stream: Stream) -> Points:
    """Points of a square; class 1 where the coordinates have different signs."""
    inputs = stream.uniform(-1, 1, size=(samples, 2))
    classes = (inputs[:, 0] * inputs[:, 1] < 0).astype(int)
    return inputs + stream.normal(scale=noise, size=inputs.shape), classes


def gauss(samples: int, noise: float, stream: Stream) -> Points:
    """Two round clouds around (−2, −2) and (2, 2), one class each."""
    sizes = _halves(samples)
    centers = np.repeat([-2.0, 2.0], sizes)[:, np.newaxis]
    inputs = centers + stream.normal(scale=noise, size=(samples, 2))
    return inputs, np.repeat([0, 1], sizes)


def spiral(samples: int, noise: float, stream: Stream, arms: int) -> Points:
    """Arms around the origin, one class each; the noise is in the angle.

    Each turns by 4 from the center to the edge. Of three, the second begins where the first
    ends, as in the course CS231n; any other number is spread evenly.
    """
    sizes = _even(samples, arms)
    apart = 4 if arms == 3 else 2 * np.pi / arms  # noqa: PLR2004
    rows = []
    for arm, size in enumerate(sizes):
        r = np.linspace(0, 1, size)
        t = np.linspace(arm * apart, arm * apart + 4, size) + stream.randn(size) * noise
        rows.append(np.c_[r * np.sin(t), r * np.cos(t)])
    return np.concatenate(rows), np.repeat(range(arms), sizes)


def plane(samples: int, noise: float, stream: Stream) -> Points:
    """Points of a square and the mean of their coordinates, for regression: no unit is needed."""
    inputs = stream.uniform(-1, 1, size=(samples, 2))
    return inputs, inputs.mean(axis=1) + stream.normal(scale=noise, size=samples)


def sine(samples: int, noise: float, stream: Stream) -> Points:
    """One period of the sine, for regression."""
    x = stream.uniform(-np.pi, np.pi, size=(samples, 1))
    return x, np.sin(x[:, 0]) + stream.normal(scale=noise, size=samples)


DATASETS = {
    "flower": Dataset(flower, 400, 0.2, "two classes of petals, the course's planar data"),
    "moons": Dataset(moons, 200, 0.2, "two interleaving half circles"),
    "circles": Dataset(circles, 200, 0.3, "a circle inside a circle"),
    "blobs": Dataset(blobs, 200, 1.0, "six clouds, alternately of two classes"),
    "gaussian_quantiles": Dataset(gaussian_quantiles, 200, None, "a disc inside a ring"),
    "gauss": Dataset(gauss, 200, 1.0, "two round clouds, one class each"),
    "xor": Dataset(xor, 200, 0.1, "four quarters of a square, opposite ones alike"),
    "spiral": Dataset(spiral, 300, 0.2, "arms around the center, a class each", classes=3, arms=3),
    "sine": Dataset(sine, 200, 0.1, "one period of the sine, a regression", classes=0),
    "plane": Dataset(plane, 200, 0.1, "a tilted plane, a regression", classes=0),
}
