"""Schedules: the rate of every epoch against PyTorch's, or worked by hand."""

import json
from collections import Counter
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import examples
from shallow_cli.core.events import Job, Settings
from shallow_cli.core.network import Network
from shallow_cli.core.schedules import SCHEDULES
from shallow_cli.core.steps import learning_rates

REFERENCE = json.loads((Path(__file__).parents[1] / "references/optimizers.json").read_text())
EPOCHS = 20

every_schedule = pytest.mark.parametrize("name", SCHEDULES)


def settings(name: str, decay: float = 0.5, every: int = 5, **more: Any) -> Settings:
    common = {"learning_rate": 0.2, "epochs": EPOCHS, "log_every": 1}
    return Settings(**{**common, **more}, schedule=name, decay=decay, decay_every=every)


def factors(how: Settings) -> list[float]:
    """By the number of finished epochs."""
    return [SCHEDULES[how.schedule](epoch, how) for epoch in range(how.epochs)]


def rates(how: Settings, rows: int, steps: int) -> list[float]:
    """Of the first steps of a training."""
    data = examples(np.zeros((rows, 1)), np.zeros((rows, 1)))
    return list(islice(learning_rates(Job(Network(1, 1, 1), data, None, how)), steps))


@pytest.mark.parametrize("case", REFERENCE["rates"], ids=lambda case: str(case["settings"]))
def test_rates_are_those_of_pytorch(case: dict[str, Any]) -> None:
    how = Settings(1.0, log_every=1, **case["settings"])
    np.testing.assert_allclose(factors(how), case["rates"], rtol=1e-12)


@pytest.mark.parametrize(
    ("decay", "every", "expected"),
    [
        (1.0, 1, [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
        (0.5, 1, [1, 2 / 3, 1 / 2, 2 / 5, 1 / 3]),
        (0.5, 4, [1, 8 / 9, 4 / 5, 8 / 11, 2 / 3]),
        (1.0, 100, [1, 100 / 101, 50 / 51, 100 / 103, 25 / 26]),
    ],
)
def test_inverse_is_worked_by_hand(decay: float, every: int, expected: list[float]) -> None:
    """1 / (1 + decay_rate · step / decay_steps), as Keras' InverseTimeDecay has it."""
    found = factors(settings("inverse", decay, every, epochs=5))
    np.testing.assert_allclose(found, expected, rtol=1e-15)


def test_inverse_falls_every_epoch_and_is_half_after_its_time() -> None:
    found = factors(settings("inverse", 1.0, 5))
    assert found[5] == 0.5
    assert all(b < a for a, b in pairwise(found))
    assert found[4] - found[5] > found[5] - found[6]  # ever more slowly


def test_a_constant_rate_stays() -> None:
    assert factors(settings("constant")) == [1.0] * EPOCHS


@every_schedule
def test_the_first_epoch_has_the_whole_rate_and_none_more(name: str) -> None:
    found = factors(settings(name))
    assert found[0] == 1
    assert found == sorted(found, reverse=True)
    assert found[-1] > 0


def test_each_schedule_is_another() -> None:
    assert len({tuple(factors(settings(name))) for name in SCHEDULES}) == len(SCHEDULES)


def test_a_step_comes_after_so_many_epochs_and_not_before() -> None:
    assert factors(settings("step", 0.1, 5))[:6] == [1, 1, 1, 1, 1, 0.1]
    assert factors(settings("step", 0.1, 1, epochs=3)) == pytest.approx([1, 0.1, 0.01], rel=1e-15)


def test_cosine_is_half_way_down_at_half_time() -> None:
    found = factors(settings("cosine"))
    assert found[EPOCHS // 2] == pytest.approx(0.5, rel=1e-15)
    assert SCHEDULES["cosine"](EPOCHS, settings("cosine")) == 0


@every_schedule
@pytest.mark.parametrize(
    ("batch_size", "per_epoch"), [(None, 1), (1, 10), (4, 3), (5, 2), (10, 1), (99, 1)]
)
def test_all_steps_of_an_epoch_have_its_rate(
    name: str, batch_size: int | None, per_epoch: int
) -> None:
    """The short batch too."""
    how = settings(name, every=1, batch_size=batch_size)
    expected = [0.2 * factor for factor in factors(how)[:4] for _ in range(per_epoch)]
    assert rates(how, rows=10, steps=4 * per_epoch) == expected
    if name != "constant":
        assert set(Counter(expected).values()) == {per_epoch}
