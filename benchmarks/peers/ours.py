"""`shallow` itself, called as its own command calls it."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from benchmarks.data import Data, start_of
from benchmarks.tasks import BETA1, BETA2, MOMENTUM, Task
from benchmarks.timed import Predicts, Restarts, Timed, Trains
from shallow_cli.core import prediction
from shallow_cli.core.arrays import Array, examples, with_ones
from shallow_cli.core.events import End, Job, Progress, Row, Settings
from shallow_cli.core.network import parameters
from shallow_cli.core.training import train as train_events


def train(task: Task, data: Data, threads: int) -> Trains:
    """Timed are the steps: from the row of epoch 0 to the progress after the last step.

    `whole` is all of `train`: also the row of epoch 0, the last row, and that of the end.
    """
    training = examples(data.inputs, data.targets)

    def run(epochs: int) -> Timed:
        job = Job(task.network, training, None, settings(task, epochs, threads))
        return timed(job, data.start)

    return run


def restarts(task: Task, data: Data, _threads: int) -> Restarts:
    """All of `train` from every start; the best loss of them."""
    training = examples(data.inputs, data.targets)
    job = Job(task.network, training, None, settings(task, task.epochs, 1))

    def run() -> Timed:
        runs = [timed(job, start_of(task, number)) for number in range(task.starts)]
        return Timed(sum(r.whole or 0 for r in runs), loss=min(r.loss or 0 for r in runs))

    return run


def predict(task: Task, data: Data, threads: int) -> Predicts:
    """From the plain inputs: the copy with its column of ones is made in the time."""
    theta = parameters(task.network, data.start)

    def run() -> Timed:
        begin = perf_counter()
        answer = prediction.predict(task.network, theta, with_ones(data.inputs), threads)
        return Timed(perf_counter() - begin, answer)

    return run


def settings(task: Task, epochs: int, threads: int) -> Settings:
    """Those of the task; the only rows are the first and the last."""
    return Settings(
        task.learning_rate,
        epochs,
        log_every=epochs,
        batch_size=task.batch,
        seed=task.seed,
        optimizer=task.optimizer,
        momentum=MOMENTUM,
        beta1=BETA1,
        beta2=BETA2,
        threads=threads,
    )


def timed(job: Job, start: Array) -> Timed:
    """Train from `start`, with a look at the clock at every event."""
    theta = parameters(job.network, np.ascontiguousarray(start, job.training.dtype))
    first = last = begin = perf_counter()
    for event in train_events(job, theta):
        now = perf_counter()
        match event:
            case Row(epoch=0):
                first = now
            case Progress():
                last = now
            case End():
                return Timed(last - first, event.theta.vector, event.row.loss, now - begin)
    raise AssertionError("a training ends with an End")
