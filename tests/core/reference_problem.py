"""The problem of `gradients.json` on which PyTorch and SciPy have trained a network as well."""

import json
from pathlib import Path

import numpy as np

from shallow_cli.core.arrays import Examples, examples
from shallow_cli.core.events import Job, Settings
from shallow_cli.core.network import Network, Parameters, zeros

REFERENCES = Path(__file__).parents[1] / "references"
REFERENCE = json.loads((REFERENCES / "optimizers.json").read_text())
PROBLEM = json.loads((REFERENCES / "gradients.json").read_text())["problems"][REFERENCE["problem"]]
NETWORK = Network(len(PROBLEM["X"]), len(PROBLEM["W1"]), len(PROBLEM["Y"]), "tanh", "softmax")


def problem(dtype: type[np.generic] = np.float64) -> tuple[Examples, Parameters]:
    """Its 40 examples, and its first weights."""
    data = examples(np.transpose(PROBLEM["X"]).astype(dtype), np.transpose(PROBLEM["Y"]))
    theta = zeros(NETWORK, dtype)
    for name, block in theta.blocks().items():
        block[...] = PROBLEM[name]
    return data, theta


def training(how: Settings, dtype: type[np.generic] = np.float64) -> tuple[Job, Parameters]:
    """A training on it, and from where."""
    data, theta = problem(dtype)
    return Job(NETWORK, data, None, how), theta
