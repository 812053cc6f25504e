"""A training that goes on from where another stood tells the same, to the last bit."""

import dataclasses
from functools import partial
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import Examples
from shallow_cli.core.events import End, Event, Job, Progress, Reason, Row, Settings, State
from shallow_cli.core.gradcheck.points import generic_examples
from shallow_cli.core.initializers import initial_parameters
from shallow_cli.core.network import Network, Parameters
from shallow_cli.core.optimizers import LBFGS, OPTIMIZERS
from shallow_cli.core.steps import learning_rates, stepping
from shallow_cli.core.training import train

from .calling import cut_small

NETWORK = Network(3, 4, 3, "tanh", "softmax")
ROWS, EPOCHS = 40, 12


def job(dtype: Any = np.float64, **how: Any) -> Job:
    """A short training, watched on other rows."""
    settings = Settings(**{"learning_rate": 0.1, "epochs": EPOCHS, "log_every": 5, **how})
    training, validation = (generic_examples(NETWORK, ROWS, seed) for seed in (0, 1))
    return Job(NETWORK, in_dtype(training, dtype), validation, settings)


def in_dtype(data: Examples, dtype: Any) -> Examples:
    return Examples(data.table.astype(dtype), data.targets.astype(dtype))


def first(how: Job) -> Parameters:
    dtype = how.training.dtype
    return initial_parameters(how.network, 0.5, 0, dtype if isinstance(dtype, type) else dtype.type)


def told(events: list[Event]) -> list[tuple[Any, ...]]:
    """Rows, and the end with every bit of its weights."""
    return [
        (e.reason, e.row, e.last_epoch, e.partial_steps, e.theta.vector.tobytes())
        if isinstance(e, End)
        else (e,)
        for e in events
        if isinstance(e, Row | End)
    ]


def states_of(how: Job) -> tuple[list[Event], list[State]]:
    """All events, and where the training stood at each progress."""
    events, states = [], []
    for event in train(how, first(how)):
        events.append(event)
        if isinstance(event, Progress):
            states.append(event.state())
    return events, states


ALL = [*OPTIMIZERS, LBFGS]
HOW: dict[str, dict[str, Any]] = {
    **{f"{name}-full": {"optimizer": name} for name in ALL},
    **{f"{name}-batches": {"optimizer": name, "batch_size": 7} for name in OPTIMIZERS},
    **{f"{name}-float32": {"optimizer": name, "dtype": np.float32} for name in ALL},
    "schedule": {"schedule": "inverse", "batch_size": 7, "decay_every": 2},
    "early-stopping": {"early_stopping": 2, "learning_rate": 3.0, "batch_size": 7},
    "early-stopping-lbfgs": {"early_stopping": 2, "optimizer": LBFGS},
    "l2": {"l2": 0.1, "optimizer": "adam"},
    "diverges": {"learning_rate": 1e200, "batch_size": 7},
    "converges": {"optimizer": LBFGS, "l2": 1.0, "epochs": 200, "log_every": 30},
    "one-batch": {"batch_size": 1000},
}


@pytest.mark.parametrize("how", HOW.values(), ids=HOW)
def test_from_wherever_it_stood_it_goes_on_to_the_same_bits(how: dict[str, Any]) -> None:
    subject = job(**how)
    events, states = states_of(subject)
    whole = told(events)
    assert states
    for state in states:
        on = told(list(train(subject, first(subject), state=state)))
        assert on == [each for each in whole if len(each) > 1 or each[0].epoch > state.row.epoch]


@pytest.mark.parametrize("batch_size", [None, 7, 25])
def test_several_blocks_and_threads_change_nothing(
    batch_size: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_small(monkeypatch, 4, 2)
    subject = job(batch_size=batch_size, optimizer="momentum", threads=3)
    events, states = states_of(subject)
    alone = dataclasses.replace(subject, settings=dataclasses.replace(subject.settings, threads=1))
    for state in states[:: len(states) // 5]:
        assert told(list(train(alone, first(alone), state=state)))[-1] == told(events)[-1]


def test_a_state_is_a_copy() -> None:
    _, states = states_of(job(optimizer="adam"))
    assert len({state.vector.tobytes() for state in states}) == len(states)
    assert len({state.remembered["sum"].tobytes() for state in states}) == len(states)


def test_what_an_optimizer_remembers_has_its_names() -> None:
    for name, optimizer in OPTIMIZERS.items():
        source = stepping(job(optimizer=name), first(job()))
        assert list(source.remembered()) == list(optimizer.remembers)
    pairs = stepping(job(optimizer=LBFGS), first(job())).remembered()
    assert {name: len(values) for name, values in pairs.items()} == {
        "x": NETWORK.n_parameters,
        "step": 0,
        "change": 0,
        "curvature": 0,
    }


def at_least(steps: list[int], number: int) -> bool:
    return steps[-1] >= number


def test_an_interrupted_training_goes_on_as_if_it_had_not_been() -> None:
    """Also where the interrupt has brought a row that the whole one does not have."""
    subject = job(batch_size=7)
    whole = told(list(train(subject, first(subject))))
    for after in range(1, 60, 7):
        stood: list[State] = []
        rows, steps = [], [0]
        interrupted = partial(at_least, steps, after)
        for event in train(subject, first(subject), interrupted):
            if isinstance(event, Progress):
                stood.append(event.state())
                steps.append(event.steps)
            elif isinstance(event, Row):
                rows.append(event)
            elif isinstance(event, End):
                assert event.reason is Reason.INTERRUPTED
        state = stood[-1]
        assert state.steps == steps[-1]
        kept = [(row,) for row in rows if row.epoch <= state.row.epoch]
        assert [*kept, *told(list(train(subject, first(subject), state=state)))] == whole


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("schedule", ["constant", "step", "inverse", "cosine"])
def test_rates_go_on(batch_size: int | None, schedule: str) -> None:
    subject = job(batch_size=batch_size, schedule=schedule, decay_every=2)
    for done in (0, 1, 5, 6, 7, 30):
        every, later = learning_rates(subject), learning_rates(subject, done)
        assert [next(later) for _ in range(20)] == [next(every) for _ in range(done + 20)][done:]


@pytest.mark.parametrize("checkpoint_every", [None, 3, 500])
def test_there_is_progress_where_a_checkpoint_is_due(checkpoint_every: int | None) -> None:
    subject = job(epochs=2000, log_every=2000, checkpoint_every=checkpoint_every)
    steps = {e.steps for e in train(subject, first(subject)) if isinstance(e, Progress)}
    assert len(steps) >= 100
    assert set(range(checkpoint_every or 2000, 2001, checkpoint_every or 2000)) <= steps


def test_there_is_progress_after_much_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shallow_cli.core.training.MOST_WORK", 5 * 8000)
    subject = job(epochs=2000, log_every=2000)
    steps = [e.steps for e in train(subject, first(subject)) if isinstance(e, Progress)]
    assert max(np.diff(steps)) < 20
