"""scikit-learn: MLPClassifier and MLPRegressor, from our weights and with our batches."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier, MLPRegressor

from benchmarks.data import Data, orders, start_of
from benchmarks.tasks import BETA1, BETA2, EPSILON, MOMENTUM, Task
from benchmarks.timed import Predicts, Restarts, Timed, Trains, flat
from shallow_cli.core.arrays import Array
from shallow_cli.core.network import parameters

KINDS = {"sigmoid": MLPClassifier, "softmax": MLPClassifier, "linear": MLPRegressor}
ACTIVATIONS = {"tanh": "tanh", "relu": "relu", "sigmoid": "logistic"}
OPTIMIZERS: dict[str, dict[str, Any]] = {
    "gd": {"solver": "sgd", "momentum": 0.0},
    "momentum": {"solver": "sgd", "momentum": MOMENTUM, "nesterovs_momentum": False},
    "adam": {"solver": "adam", "beta_1": BETA1, "beta_2": BETA2, "epsilon": EPSILON},
    "lbfgs": {"solver": "lbfgs", "tol": 1e-6, "max_fun": 10**6},
}


class Orders(np.random.RandomState):
    """Makes `fit` visit the rows as shallow does: `shuffle` yields epoch after epoch.

    scikit-learn shuffles what it shuffled before, so an order is given relative to the last one.
    """

    def __init__(self, task: Task, epochs: int) -> None:
        super().__init__(0)
        self.orders = orders(task, epochs)
        self.place = np.arange(task.rows)  # where each row was in the last order

    def shuffle(self, x: Any) -> None:
        """Overwrite `x`, which holds the numbers of all rows."""
        order = next(self.orders)
        x[:] = self.place[order]
        self.place[order] = np.arange(len(order))


def train(task: Task, data: Data, _threads: int) -> Trains:
    """Timed is the loop of the solver, not what `fit` does to check and convert its input."""

    def run(epochs: int) -> Timed:
        model = new(task, epochs, data.start)
        seconds = fitted(model, data, "_fit_stochastic")
        return Timed(seconds, weights(model))

    return run


def restarts(task: Task, data: Data, _threads: int) -> Restarts:
    """The solver from every start; the best loss of them."""

    def run() -> Timed:
        seconds, losses = 0.0, []
        for number in range(task.starts):
            model = new(task, task.epochs, start_of(task, number))
            seconds += fitted(model, data, "_fit_lbfgs")
            losses.append(float(model.loss_))
        return Timed(seconds, loss=min(losses))

    return run


def predict(task: Task, data: Data, _threads: int) -> Predicts:
    """`predict_proba` of a model that has our weights."""
    few = Data(data.inputs[:100], data.targets[:100], data.start)
    model = new(task, 1, data.start, learning_rate_init=1e-300, shuffle=False, batch_size=100)
    fitted(model, few, "_fit_stochastic")

    def run() -> Timed:
        begin = perf_counter()
        answer = model.predict_proba(data.inputs)
        return Timed(perf_counter() - begin, answer[:, 1:])

    return run


def new(task: Task, epochs: int, start: Array, **changes: Any) -> Any:
    """A model that begins at `start` and does not stop early."""
    options: dict[str, Any] = {
        "hidden_layer_sizes": (task.network.n_h,),
        "activation": ACTIVATIONS[task.network.activation],
        "alpha": 0.0,
        "batch_size": task.batch or task.rows,
        "learning_rate_init": task.learning_rate,
        "max_iter": epochs,
        "shuffle": task.batch is not None,
        "random_state": Orders(task, epochs),
        "tol": 0.0,
        "n_iter_no_change": epochs + 1,
    }
    model = KINDS[task.network.output](**options | OPTIMIZERS[task.optimizer] | changes)
    p = parameters(task.network, start)
    layers = iter([(p.W1.T.copy(), p.b1.ravel().copy()), (p.W2.T.copy(), p.b2.ravel().copy())])
    model._init_coef = lambda *_: next(layers)
    return model


def fitted(model: Any, data: Data, solver: str) -> float:
    """Fit, and the seconds spent in a method of the model."""
    inner: Callable[..., None] = getattr(model, solver)
    seconds = []

    def timed(*words: Any, **more: Any) -> None:
        begin = perf_counter()
        inner(*words, **more)
        seconds.append(perf_counter() - begin)

    setattr(model, solver, timed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it has not converged
        model.fit(data.inputs, data.labels)
    return sum(seconds)


def weights(model: Any) -> Array:
    """In shallow's layout."""
    (W1, W2), (b1, b2) = model.coefs_, model.intercepts_
    return flat(W1.T, b1, W2.T, b2)
