"""Straightforward NumPy: rows are examples, dicts of arrays, new arrays wherever it is easiest.

A ReLU network for two classes, trained by Adam on mini-batches.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np

from benchmarks.data import Data, orders
from benchmarks.tasks import BETA1, BETA2, EPSILON, Task
from benchmarks.timed import Timed, Trains, flat
from shallow_cli.core.arrays import Array
from shallow_cli.core.network import parameters

Arrays = dict[str, Array]


def train(task: Task, data: Data, _threads: int) -> Trains:
    """Mini-batches in the order of shallow."""
    first = parameters(task.network, data.start).blocks()
    batch = task.batch or task.rows

    def run(epochs: int) -> Timed:
        begin = perf_counter()
        weights = {name: array.T.copy() for name, array in first.items()}
        m = {name: np.zeros_like(array) for name, array in weights.items()}
        v = {name: np.zeros_like(array) for name, array in weights.items()}
        step = 0
        for order in orders(task, epochs):
            for start in range(0, task.rows, batch):
                rows = order[start : start + batch]
                step += 1
                grads = gradient(weights, data.inputs[rows], data.targets[rows])
                adam(weights, grads, m, v, task.learning_rate, step)
        seconds = perf_counter() - begin
        return Timed(seconds, flat(**{name: array.T for name, array in weights.items()}))

    return run


def gradient(weights: Arrays, x: Array, y: Array) -> Arrays:
    """Of the mean cross-entropy."""
    z1 = x @ weights["W1"] + weights["b1"]
    a1 = np.maximum(z1, 0)
    a2 = 1 / (1 + np.exp(-(a1 @ weights["W2"] + weights["b2"])))
    dz2 = (a2 - y) / len(x)
    dz1 = (dz2 @ weights["W2"].T) * (z1 > 0)
    return {
        "W1": x.T @ dz1,
        "b1": dz1.sum(axis=0, keepdims=True),
        "W2": a1.T @ dz2,
        "b2": dz2.sum(axis=0, keepdims=True),
    }


def adam(weights: Arrays, grads: Arrays, m: Arrays, v: Arrays, rate: float, step: int) -> None:
    """Kingma and Ba 2015, Algorithm 1."""
    for name, grad in grads.items():
        m[name] = BETA1 * m[name] + (1 - BETA1) * grad
        v[name] = BETA2 * v[name] + (1 - BETA2) * grad**2
        m_hat = m[name] / (1 - BETA1**step)
        v_hat = v[name] / (1 - BETA2**step)
        weights[name] = weights[name] - rate * m_hat / (np.sqrt(v_hat) + EPSILON)
