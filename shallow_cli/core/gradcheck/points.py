"""Where a gradient is checked: weights and examples that hide no mistake.

First weights alone would hide many: their biases are zero, and their scores all near zero.
"""

from __future__ import annotations

from itertools import islice

import numpy as np

from shallow_cli.core.arrays import Examples
from shallow_cli.core.events import Job
from shallow_cli.core.network import Network, Parameters, parameters
from shallow_cli.core.rng import check_stream
from shallow_cli.core.steps import steps

SATURATING = 30.0
BURN_IN = 20  # steps


def generic_point(network: Network, seed: int) -> Parameters:
    """Weights ~ N(0, 1) / √fan_in and biases ~ N(0, ½²): no zeros that could hide a mistake.

    Scaled by the fan-in, the scores stay near 1 whatever the width.
    """
    theta = parameters(network, check_stream(seed, "weights").standard_normal(network.n_parameters))
    theta.W1[...] /= np.sqrt(network.n_x)
    theta.W2[...] /= np.sqrt(network.n_h)
    theta.b1[...] *= 0.5
    theta.b2[...] *= 0.5
    return theta


def saturated_point(network: Network, seed: int) -> Parameters:
    """Generic weights times 30: most sigmoids and tanhs are flat there."""
    return parameters(network, SATURATING * generic_point(network, seed).vector)


def burnt_in_point(job: Job, theta: Parameters, n_steps: int = BURN_IN) -> Parameters:
    """Where some real training steps lead from `theta`, which is left as it is."""
    moved = parameters(job.network, theta.vector.copy())
    with np.errstate(all="ignore"):  # where training diverges, the check says so
        for _ in islice(steps(job, moved), n_steps):
            pass
    return moved


def generic_examples(network: Network, m: int, seed: int, *, weighted: bool = False) -> Examples:
    """Inputs ~ N(0, 1) and targets that fit the output; of several, the first is all zero.

    With zero biases its z are exactly 0, where the slope of a ReLU is a convention. Weights are
    between ½ and 2, and their mean is not 1, which the gradient must not count on.
    """
    stream = check_stream(seed, "examples")
    table = np.c_[stream.standard_normal((m, network.n_x)), np.ones(m)]
    if m > 1:
        table[0, :-1] = 0
    if network.output == "linear":
        targets = stream.standard_normal((m, network.n_y))
    elif network.output == "sigmoid":
        targets = stream.randint(0, 2, (m, network.n_y)).astype(float)
    else:
        targets = np.eye(network.n_y)[stream.randint(0, network.n_y, m)]
    return Examples(table, targets, 2 ** stream.uniform(-1, 1, m) if weighted else None)
