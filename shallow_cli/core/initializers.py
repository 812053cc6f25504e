"""First weights, drawn as the course draws them: W1, then W2, biases zero."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np

from shallow_cli.core.network import Network, Parameters, parameters, zeros
from shallow_cli.core.rng import weights_stream


def xavier(fan_in: int, fan_out: int) -> float:
    """√(2 / (fan_in + fan_out)): Glorot and Bengio 2010, for tanh and sigmoid."""
    return sqrt(2 / (fan_in + fan_out))


def he(fan_in: int, _fan_out: int) -> float:
    """√(2 / fan_in): He et al. 2015, for ReLU."""
    return sqrt(2 / fan_in)


# From the units before and after a layer to the standard deviation of its weights.
INITIALIZERS: dict[str, Callable[[int, int], float]] = {"xavier": xavier, "he": he}


def initial_parameters(
    network: Network,
    init_scale: float | str,
    seed: int,
    dtype: type[np.generic] = np.float64,
) -> Parameters:
    """W ~ scale · N(0, 1); `init_scale` is that scale or a name of `INITIALIZERS`.

    The numbers are those of float64, rounded once where the dtype is shorter.
    """
    stream = weights_stream(seed)
    theta = zeros(network)
    for W in (theta.W1, theta.W2):
        fan_out, fan_in = W.shape
        scale = (
            INITIALIZERS[init_scale](fan_in, fan_out) if isinstance(init_scale, str) else init_scale
        )
        np.multiply(stream.standard_normal(W.shape), scale, out=W)
    return parameters(network, theta.vector.astype(dtype))
