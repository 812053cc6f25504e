"""The course's exercise: columns are examples, a dict of parameters, a cost every iteration.

Written as its notebook asks for it, without any thought of speed.
"""

from __future__ import annotations

import copy
from time import perf_counter

import numpy as np

from benchmarks.data import Data
from benchmarks.tasks import Task
from benchmarks.timed import Timed, Trains, flat
from shallow_cli.core.arrays import Array
from shallow_cli.core.network import parameters

Arrays = dict[str, Array]


def train(task: Task, data: Data, _threads: int) -> Trains:
    """Full-batch gradient descent with tanh and sigmoid."""
    X, Y = np.ascontiguousarray(data.inputs.T), np.ascontiguousarray(data.targets.T)
    first = parameters(task.network, data.start).blocks()

    def run(epochs: int) -> Timed:
        begin = perf_counter()
        weights = {name: array.copy() for name, array in first.items()}
        for _ in range(epochs):
            A2, cache = forward_propagation(X, weights)
            compute_cost(A2, Y)
            grads = backward_propagation(weights, cache, X, Y)
            weights = update_parameters(weights, grads, task.learning_rate)
        return Timed(perf_counter() - begin, flat(**weights))

    return run


def sigmoid(z: Array) -> Array:
    """1 / (1 + e⁻ᶻ)."""
    result: Array = 1 / (1 + np.exp(-z))
    return result


def forward_propagation(X: Array, weights: Arrays) -> tuple[Array, Arrays]:
    """A2, and what the way back needs."""
    Z1 = np.dot(weights["W1"], X) + weights["b1"]
    A1 = np.tanh(Z1)
    Z2 = np.dot(weights["W2"], A1) + weights["b2"]
    A2 = sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(A2: Array, Y: Array) -> float:
    """The mean cross-entropy."""
    m = Y.shape[1]
    log_probabilities = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
    return float(np.squeeze(-np.sum(log_probabilities) / m))


def backward_propagation(weights: Arrays, cache: Arrays, X: Array, Y: Array) -> Arrays:
    """The gradient, by name."""
    m = X.shape[1]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = 1 / m * np.dot(dZ2, A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = np.dot(weights["W2"].T, dZ2) * (1 - np.power(A1, 2))
    dW1 = 1 / m * np.dot(dZ1, X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def update_parameters(weights: Arrays, grads: Arrays, learning_rate: float) -> Arrays:
    """New weights; the old ones stay as they are."""
    new = copy.deepcopy(weights)
    for name in new:
        new[name] = new[name] - learning_rate * grads[f"d{name}"]
    return new
