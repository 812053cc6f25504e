"""Training as a stream of events."""

import numpy as np
import pytest

from shallow_cli.core.arrays import Examples, examples
from shallow_cli.core.datasets import generate
from shallow_cli.core.events import End, Job, Progress, Reason, Row, Settings
from shallow_cli.core.initializers import initial_parameters
from shallow_cli.core.measuring import measure, validation_loss
from shallow_cli.core.network import Network, parameters, zeros
from shallow_cli.core.prediction import objective
from shallow_cli.core.stopping import Best, Losses
from shallow_cli.core.training import train

NETWORK = Network(2, 4, 1)


@pytest.fixture(scope="module")
def moons() -> Examples:
    inputs, classes = generate("moons", 60, 0.2, 0)
    return examples(inputs, classes[:, None].astype(float))


@pytest.fixture(scope="module")
def held_out() -> Examples:
    inputs, classes = generate("moons", 40, 0.2, 1)
    return examples(inputs, classes[:, None].astype(float))


def settings(**changes: object) -> Settings:
    """Twenty epochs, a row every five."""
    common: dict[str, object] = {"learning_rate": 0.5, "epochs": 20, "log_every": 5}
    return Settings(**{**common, **changes})  # type: ignore[arg-type]


def run(job: Job, interrupt_after: int | None = None) -> tuple[list[Row], End]:
    """The rows and the end of a training that is interrupted after so many steps."""
    rows: list[Row] = []
    steps = [0]
    theta = initial_parameters(job.network, 0.5, 0)
    for event in train(job, theta, lambda: steps[-1] == interrupt_after):
        if isinstance(event, Row):
            rows.append(event)
        elif isinstance(event, Progress):
            steps.append(event.steps)
        elif isinstance(event, End):
            return rows, event
    raise AssertionError("no End")


@pytest.mark.parametrize(
    ("epochs", "log_every", "expected"),
    [(20, 5, [0, 5, 10, 15, 20]), (7, 3, [0, 3, 6, 7]), (1, 10, [0, 1])],
)
def test_the_first_and_the_last_row_are_always_there(
    moons: Examples, epochs: int, log_every: int, expected: list[int]
) -> None:
    rows, _ = run(Job(NETWORK, moons, None, settings(epochs=epochs, log_every=log_every)))
    assert [row.epoch for row in rows] == expected


def test_a_row_is_the_loss_of_the_weights_at_its_epoch(moons: Examples) -> None:
    """Not of the weights before the last step: the end of 5 epochs is row 5 of 20."""
    rows, _ = run(Job(NETWORK, moons, None, settings(l2=0.1)))
    _, end = run(Job(NETWORK, moons, None, settings(l2=0.1, epochs=5)))
    assert rows[1].loss == objective(NETWORK, end.theta, moons, 0.1)
    assert rows[0].loss == objective(NETWORK, initial_parameters(NETWORK, 0.5, 0), moons, 0.1)


def test_validation_loss_is_without_the_penalty(moons: Examples, held_out: Examples) -> None:
    job = Job(NETWORK, moons, held_out, settings(l2=5.0))
    theta = initial_parameters(NETWORK, 0.5, 0)
    row = measure(job, theta, 0)
    assert row.validation_loss == objective(NETWORK, theta, held_out, 0)
    assert row.loss > objective(NETWORK, theta, moons, 0).real


def test_row_names_and_their_order_are_a_contract(moons: Examples, held_out: Examples) -> None:
    classes, _ = run(Job(NETWORK, moons, held_out, settings(epochs=1)))
    numbers, _ = run(Job(Network(2, 4, 1, output="linear"), moons, None, settings(epochs=1)))
    expected = ["epoch", "loss", "accuracy", "validation_loss", "validation_accuracy"]
    assert list(classes[0].values()) == expected
    assert list(numbers[0].values()) == ["epoch", "loss", "r2"]


def test_the_first_weights_are_left_alone(moons: Examples) -> None:
    theta = initial_parameters(NETWORK, 0.5, 0)
    before = theta.vector.copy()
    list(train(Job(NETWORK, moons, None, settings()), theta))
    np.testing.assert_array_equal(theta.vector, before)


def test_mini_batches_learn(moons: Examples) -> None:
    rows, end = run(Job(NETWORK, moons, None, settings(batch_size=7, epochs=60)))
    assert end.reason is Reason.FINISHED
    assert rows[-1].loss < rows[0].loss / 2


def test_early_stopping_keeps_the_best_weights(held_out: Examples) -> None:
    """Learning noise by heart: the validation loss turns, and the lowest is kept."""
    stream = np.random.RandomState(5)
    noise = examples(stream.standard_normal((30, 2)), stream.randint(0, 2, (30, 1)).astype(float))
    network = Network(2, 30, 1, "relu")
    job = Job(network, noise, held_out, settings(epochs=500, log_every=1, early_stopping=15))
    rows, end = run(job)
    lowest = min(rows, key=lambda row: row.validation_loss or 0)
    assert end.reason is Reason.STOPPED_EARLY
    assert end.row == lowest
    assert end.last_epoch == lowest.epoch + 15 == rows[-1].epoch
    assert objective(network, end.theta, held_out, 0) == lowest.validation_loss


def test_early_stopping_needs_validation_rows(moons: Examples) -> None:
    with pytest.raises(ValueError, match="needs validation examples"):
        run(Job(NETWORK, moons, None, settings(early_stopping=3)))


def test_an_interrupted_run_has_finished_its_step(moons: Examples) -> None:
    """Three batches make an epoch: eight steps are two epochs and two steps."""
    job = Job(NETWORK, moons, None, settings(batch_size=20))
    _, end = run(job, interrupt_after=8)
    assert (end.reason, end.last_epoch, end.partial_steps) == (Reason.INTERRUPTED, 2, 2)
    assert end.row.loss == objective(NETWORK, end.theta, moons, 0)


def test_an_interrupted_epoch_end_is_the_short_run(moons: Examples) -> None:
    rows, end = run(Job(NETWORK, moons, None, settings()), interrupt_after=7)
    _, short = run(Job(NETWORK, moons, None, settings(epochs=7)))
    np.testing.assert_array_equal(end.theta.vector, short.theta.vector)
    assert rows[-1] == end.row == short.row


def test_a_run_that_overflows_has_diverged(moons: Examples) -> None:
    network = Network(2, 4, 1, "relu", "linear")
    rows, end = run(Job(network, moons, None, settings(learning_rate=1e6, epochs=500)))
    assert end.reason is Reason.DIVERGED
    assert end.last_epoch < 500
    assert all(np.isfinite(row.loss) for row in rows)


def test_first_weights_that_overflow_give_no_row(moons: Examples) -> None:
    network = Network(2, 4, 1, "relu", "linear")
    theta = parameters(network, np.full(network.n_parameters, 1e200))
    events = list(train(Job(network, moons, None, settings()), theta))
    assert [type(event) for event in events] == [End]
    assert isinstance(events[0], End)
    assert (events[0].reason, events[0].last_epoch) == (Reason.DIVERGED, 0)


@pytest.mark.parametrize(
    ("losses", "diverged"),
    [
        ([1, 5000, 5000, 5000], True),
        ([1, 5000, 5000], False),
        ([1, 5000, 5000, 1], False),  # not three rows on end
        ([1, 0.001, 0.9, 0.9, 0.9], False),  # 900 times the best, but below the first
        ([1, 0.001, 11, 11, 11], True),
    ],
)
def test_divergence_is_judged_by_the_first_and_the_best(
    losses: list[float], diverged: bool
) -> None:
    seen = Losses(losses[0], losses[0])
    for loss in losses[1:]:
        seen = seen.seen(loss)
    assert seen.diverged is diverged


@pytest.mark.parametrize(("init_scale", "spread"), [("xavier", (2 / 1200) ** 0.5), ("he", 0.05)])
def test_initializers_choose_their_scale_by_layer(init_scale: str, spread: float) -> None:
    theta = initial_parameters(Network(800, 400, 1), init_scale, 0)
    assert np.std(theta.W1) == pytest.approx(spread, rel=0.01)
    assert not theta.b1.any()
    assert not theta.b2.any()


def test_weights_are_drawn_as_the_course_draws_them() -> None:
    """`np.random.seed(2)`, then W1, then W2, each `randn(…) * 0.01`."""
    theta = initial_parameters(Network(2, 4, 1), 0.01, 2)
    np.testing.assert_allclose(theta.W1[0], [-0.00416758, -0.00056267], rtol=1e-5)
    np.testing.assert_allclose(theta.W2, [[-0.01057952, -0.00909008, 0.00551454, 0.02292208]], 1e-5)


def test_the_first_weights_can_be_the_best(moons: Examples, held_out: Examples) -> None:
    """A rate that makes everything worse at once: epoch 0 is kept, as it was drawn."""
    network = Network(2, 4, 1, "relu")
    job = Job(network, moons, held_out, settings(learning_rate=30, early_stopping=2))
    rows, end = run(job)
    assert end.row == rows[0]
    np.testing.assert_array_equal(end.theta.vector, initial_parameters(network, 0.5, 0).vector)


def test_only_whole_epochs_are_kept_by_early_stopping(held_out: Examples, moons: Examples) -> None:
    """Also when an epoch has several steps, and when the run is interrupted within one."""
    changes = {"batch_size": 7, "epochs": 60, "log_every": 1, "early_stopping": 3}
    job = Job(NETWORK, moons, held_out, settings(learning_rate=3, **changes))
    rows, end = run(job)
    assert end.row == rows[end.row.epoch]
    _, interrupted = run(job, interrupt_after=12)
    assert interrupted.partial_steps == 0
    assert interrupted.row == rows[interrupted.row.epoch]


def test_patience_counts_the_loss_without_its_penalty(moons: Examples, held_out: Examples) -> None:
    job = Job(NETWORK, moons, held_out, settings(l2=3.0))
    theta = initial_parameters(NETWORK, 0.5, 0)
    assert validation_loss(job, theta) == objective(NETWORK, theta, held_out, 0)


def test_a_training_that_converges_ends_with_a_row_and_logs_none_twice(moons: Examples) -> None:
    of = settings(optimizer="lbfgs", epochs=10_000, log_every=1)
    rows, end = run(Job(Network(2, 1, 1), moons, None, of))
    assert end.reason is Reason.CONVERGED
    assert [row.epoch for row in rows] == list(range(end.last_epoch + 1))
    assert end.row == rows[-1]
    assert end.row.loss < rows[0].loss / 2


def test_a_minimum_is_where_training_stays() -> None:
    flat = examples(np.ones((3, 2)), np.zeros((3, 1)))
    job = Job(Network(2, 4, 1, output="linear"), flat, None, settings(optimizer="lbfgs"))
    *rows, end = train(job, zeros(job.network))
    assert [row for row in rows if isinstance(row, Row)] == [Row(0, 0.0)]
    assert isinstance(end, End)
    assert (end.reason, end.last_epoch) == (Reason.CONVERGED, 0)


def test_an_equal_loss_is_no_better() -> None:
    best = Best(np.zeros(1), 0, 1.0).seen(np.ones(1), 1, 1.0)
    assert best.epoch == 0


def test_an_initializer_looks_at_the_fans_of_each_layer() -> None:
    theta = initial_parameters(Network(10, 400, 300), "xavier", 0)
    assert np.std(theta.W1) == pytest.approx((2 / 410) ** 0.5, rel=0.05)
    assert np.std(theta.W2) == pytest.approx((2 / 700) ** 0.5, rel=0.01)
