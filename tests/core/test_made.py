"""Examples that are made when needed give the same bits as those in memory, a few at a time."""

import dataclasses
import tracemalloc
from itertools import islice

import numpy as np
import pytest

from shallow_cli.core import prediction
from shallow_cli.core.arrays import Array, Examples, MadeExamples
from shallow_cli.core.events import End, Event, Job, Settings
from shallow_cli.core.gradcheck.check import Budget
from shallow_cli.core.gradcheck.points import generic_examples, generic_point
from shallow_cli.core.gradcheck.updates import check_updates, short_job
from shallow_cli.core.measuring import measure, validation_loss
from shallow_cli.core.network import Network
from shallow_cli.core.prediction import objective, passes
from shallow_cli.core.tracing import trace
from shallow_cli.core.training import train

from .calling import cut_small
from .gradcheck.cases import OUTPUT_SIZES

M, HELD_OUT = 690, 300
SHARD, CHUNK = 30, 512


@pytest.fixture(autouse=True)
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """25 shards in five blocks, and two chunks of predictions, both with a short last one."""
    cut_small(monkeypatch, SHARD, 5)
    monkeypatch.setattr(prediction, "CHUNK_ROWS", CHUNK)


def made(data: Examples, asked: list[int] | None = None) -> MadeExamples:
    """The same examples, made when needed; how many are asked for at a time is noted."""

    def fill(positions: Array | slice, out: Examples) -> None:
        assert (out.table[:, -1] == 1).all()
        assert out.table.flags.c_contiguous
        assert out.targets.flags.c_contiguous
        assert len(out) == len(data.targets[positions])
        out.table[:, :-1] = data.table[positions, :-1]
        out.targets[...] = data.targets[positions]
        assert (out.weights is None) == (data.weights is None)
        if out.weights is not None and data.weights is not None:
            out.weights[...] = data.weights[positions]
        if asked is not None:
            asked.append(len(out))

    return MadeExamples(len(data), data.n_x, data.n_y, data.weighted, fill)


def jobs(
    output: str, batch_size: int | None, asked: list[int] | None = None, *, weighted: bool
) -> tuple[Job, Job]:
    """The same training on rows in memory and on made ones."""
    network = Network(4, 5, OUTPUT_SIZES[output], "tanh", output)
    training = generic_examples(network, M, 0, weighted=weighted)
    validation = generic_examples(network, HELD_OUT, 1, weighted=weighted)
    settings = Settings(0.3, 12, 3, batch_size, l2=0.01, early_stopping=2, seed=5)
    job = Job(network, training, validation, settings)
    there = dataclasses.replace(
        job, training=made(training, asked), validation=made(validation, asked)
    )
    return job, there


def events(job: Job) -> tuple[list[Event], Array]:
    """All but the last event, and what there is in that: its weights apart."""
    *others, end = train(job, generic_point(job.network, 2))
    assert isinstance(end, End)
    return [*others, dataclasses.replace(end, theta=job.network)], end.theta.vector  # type: ignore[arg-type]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("batch_size", [None, 64, 330, M, 10**6])
@pytest.mark.parametrize("output", OUTPUT_SIZES)
def test_training_has_the_same_bits(output: str, batch_size: int | None, weighted: bool) -> None:
    """Rows of the loss table, progress, early stopping, and the weights at the end.

    Batches of 64 are of one block, those of 330 of three, and the short last one is of one again.
    """
    job, there = jobs(output, batch_size, weighted=weighted)
    (expected, theta), (found, theta_there) = events(job), events(there)
    assert len(expected) > 5
    assert found == expected
    np.testing.assert_array_equal(theta_there, theta)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("output", OUTPUT_SIZES)
def test_measures_have_the_same_bits(output: str, weighted: bool) -> None:
    job, there = jobs(output, None, weighted=weighted)
    theta = generic_point(job.network, 2)
    assert measure(there, theta, 3) == measure(job, theta, 3)
    assert validation_loss(there, theta) == validation_loss(job, theta)
    losses = [objective(job.network, theta, data, 0.1) for data in (there.training, job.training)]
    assert losses[0] == losses[1]


def test_passes_come_in_order_with_the_same_rows() -> None:
    job, there = jobs("softmax", None, weighted=True)
    theta, start = generic_point(job.network, 2), 0
    for ours, theirs in zip(
        passes(job.network, theta, there.training),
        passes(job.network, theta, job.training),
        strict=True,
    ):
        assert ours.rows == theirs.rows
        assert ours.rows.start == start
        start = ours.rows.stop
        for name in ("Y", "w", "Z2", "A2"):
            np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    assert start == M


@pytest.mark.parametrize(
    ("batch_size", "steps"), [(None, {28, 18}), (10, {640, 50}), (64, {M}), (330, {112, 106, 30})]
)
def test_a_little_is_asked_for_at_a_time(batch_size: int | None, steps: set[int]) -> None:
    """A shard, some batches, or a block of the training; a chunk of predictions."""
    asked: list[int] = []
    events(jobs("softmax", batch_size, asked, weighted=False)[1])
    assert set(asked) == {*steps, CHUNK, M % CHUNK, HELD_OUT}


def test_a_short_table_needs_no_more_room_than_itself() -> None:
    asked: list[int] = []
    network = Network(4, 5, 3, "tanh", "softmax")
    few = made(generic_examples(network, 7, 0), asked)
    list(train(Job(network, few, None, Settings(0.3, 2, 1)), generic_point(network, 0)))
    assert set(asked) == {7}


def test_some_rows_are_taken_into_memory() -> None:
    data = generic_examples(Network(4, 5, 2, output="linear"), 20, 0, weighted=True)
    rows = np.array([19, 3, 3, 0])
    found, expected = made(data).take(rows), data.take(rows)
    assert len(made(data)) == 20
    np.testing.assert_array_equal(found.table, expected.table)
    np.testing.assert_array_equal(found.targets, expected.targets)
    assert found.weights is not None
    np.testing.assert_array_equal(found.weights, expected.weights)


@pytest.mark.parametrize("batch_size", [None, 8])
def test_steps_on_made_rows_are_checked_and_traced(batch_size: int | None) -> None:
    job, _ = jobs("softmax", batch_size, weighted=True)
    few = job.training.take(np.arange(SHARD))
    theta = generic_point(job.network, 2)
    here, there = (
        dataclasses.replace(job, training=data, validation=None) for data in (few, made(few))
    )
    checked = list(check_updates(there, theta, Budget(directions=1, guards=0)))
    assert [step.passed for step in checked] == [True, True, True]
    short = short_job(there, there.training)
    assert len(short.training) == (SHARD if batch_size is None else 12)
    ours, theirs = (next(islice(trace(job, theta), 1, None)) for job in (there, here))
    assert ours.loss == theirs.loss
    for ours_is, theirs_is in zip(ours.backward, theirs.backward, strict=True):
        np.testing.assert_array_equal(ours_is.values, theirs_is.values)


@pytest.mark.parametrize("output", OUTPUT_SIZES)
def test_measuring_needs_as_much_memory_for_ten_times_the_rows(output: str) -> None:
    network = Network(4, 5, OUTPUT_SIZES[output], "tanh", output)
    few = generic_examples(network, 5000, 0, weighted=True)
    many = few.take(np.tile(np.arange(5000), 10))
    theta, settings = generic_point(network, 2), Settings(0.3, 1, 1, l2=0.01)

    def peak(data: Examples | MadeExamples) -> int:
        job = Job(network, data, data, settings)
        measure(job, theta, 0)  # what is made only once is there then
        tracemalloc.start()
        measure(job, theta, 0)
        validation_loss(job, theta)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    for kind in (made, lambda data: data):
        assert peak(kind(many)) - peak(kind(few)) < 4096  # a byte a row would be 45,000
