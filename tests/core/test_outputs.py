"""Outputs and their losses, against reference values of mpmath."""

import json
from pathlib import Path

import numpy as np
import pytest

from shallow_cli.core.arrays import Array
from shallow_cli.core.calls import run
from shallow_cli.core.outputs import OUTPUTS, cross_entropy, half_squared_error, log_loss, softmax

REFERENCE = json.loads((Path(__file__).parents[1] / "references/losses.json").read_text())


@pytest.mark.parametrize("row", REFERENCE["sigmoid"], ids=lambda row: str(row["z"]))
@pytest.mark.parametrize("y", [0, 1])
def test_log_loss(row: dict[str, float], y: int) -> None:
    loss = log_loss(np.array([[row["z"]]]), np.array([[float(y)]]))
    assert loss == pytest.approx(row[f"loss_{y}"], rel=1e-15, abs=1e-300)


@pytest.mark.parametrize("row", REFERENCE["softmax"], ids=lambda row: str(row["z"]))
def test_softmax_and_cross_entropy(row: dict[str, list[float]]) -> None:
    Z2 = np.array(row["z"])[:, None]
    A2 = np.empty_like(Z2)
    run(softmax(Z2, A2))
    np.testing.assert_allclose(A2[:, 0], row["p"], rtol=1e-13, atol=1e-300)
    for position, expected in enumerate(row["losses"]):
        loss = cross_entropy(Z2, np.eye(3)[:, [position]])
        assert loss == pytest.approx(expected, rel=1e-13, abs=1e-16)


def test_half_squared_error_sums_over_targets() -> None:
    Z2, Y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 2.0], [5.0, 1.0]])
    np.testing.assert_array_equal(half_squared_error(Z2, Y), [(1 + 4) / 2, (0 + 9) / 2])


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_slope_of_the_loss_is_A2_minus_Y(name: str, stream: np.random.RandomState) -> None:
    """For every score, small or at ±1e4, by a complex step."""
    Z2 = stream.standard_normal((3, 8)) * np.array([0.1, 1, 3, 10, 40, 700, 1e4, 0])
    Y = np.eye(3)[:, stream.randint(0, 3, 8)]
    A2 = np.empty_like(Z2)
    with np.errstate(over="ignore"):
        run(OUTPUTS[name].function(Z2, A2))
        slopes = np.array([[step(name, Z2, Y, k, i) for i in range(8)] for k in range(3)])
    np.testing.assert_allclose(slopes, A2 - Y, rtol=1e-12, atol=1e-15)


def step(name: str, Z2: Array, Y: Array, k: int, i: int) -> float:
    """The derivative of the loss by one score."""
    stepped = Z2.astype(np.complex128)
    stepped[k, i] += 1e-100j
    return float(OUTPUTS[name].loss(stepped, Y).sum().imag / 1e-100)


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize(("dtype", "summed"), [("f4", "f8"), ("f8", "f8"), ("c16", "c16")])
def test_losses_are_of_the_examples_and_wide(name: str, dtype: str, summed: str) -> None:
    """So that whoever adds them up does not do it in float32."""
    Z2 = np.array([[1.0, 2.0, 3.0], [0.0, -1.0, 4.0]], dtype=dtype)
    Y = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]], dtype=np.dtype(dtype).type(0).real.dtype)
    losses = OUTPUTS[name].loss(Z2, Y)
    assert (losses.shape, losses.dtype) == ((3,), np.dtype(summed))
    for i in range(3):
        [alone] = OUTPUTS[name].loss(Z2[:, [i]], Y[:, [i]])
        assert alone == losses[i]


@pytest.mark.parametrize("name", OUTPUTS)
def test_shapes_are_checked_before_they_broadcast(name: str) -> None:
    with pytest.raises(ValueError, match=r"Y has shape \(4, 1\), not \(1, 4\)"):
        OUTPUTS[name].loss(np.zeros((1, 4)), np.zeros((4, 1)))
