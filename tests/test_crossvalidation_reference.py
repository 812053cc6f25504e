"""Cross-validated, a network is as good as scikit-learn's, on four tables."""

import json
from typing import Any

import numpy as np
import pytest

from shallow_cli.core.arrays import Array, Examples, examples
from shallow_cli.core.events import End, Job, Settings
from shallow_cli.core.initializers import initial_parameters
from shallow_cli.core.metrics import decide
from shallow_cli.core.network import Network
from shallow_cli.core.prediction import predict
from shallow_cli.core.splitting import folds
from shallow_cli.core.training import train

from .conftest import ROOT
from .reference_tables import read_table, standardised, targets_of

REFERENCE = json.loads((ROOT / "tests/references/crossvalidation.json").read_text())
FOLDS = REFERENCE["folds"]


@pytest.mark.parametrize("name", REFERENCE["tables"])
def test_cross_validated_accuracy_is_that_of_scikit_learn(name: str) -> None:
    """Within 1.5 points, in the mean of five repeats; folds and first weights are each one's own.

    Both take all rows at once, a constant rate, no momentum, weights of one deviation.
    """
    settings = REFERENCE["tables"][name]
    repeats = range(len(settings["repeats"]))
    found = float(np.mean([mean_accuracy(name, repeat, settings) for repeat in repeats]))
    assert abs(found - settings["mean"]) < 0.015, f"{found:.4f}, not {settings['mean']:.4f}"


def mean_accuracy(name: str, repeat: int, settings: dict[str, Any]) -> float:
    """Of the folds of one repeat."""
    inputs, classes = read_table(name)
    targets, total = targets_of(classes), 0.0
    for fold, test in enumerate(folds(classes, FOLDS, seed=0, repeat=repeat)):
        training = np.setdiff1d(np.arange(len(classes)), test)
        scaled = standardised(inputs, inputs[training])
        data = examples(scaled[training], targets[training])
        held_out = examples(scaled[test], targets[test])
        A2 = trained_predictions(data, held_out.table, repeat * FOLDS + fold, settings)
        total += float(np.mean(decide(A2) == classes[test]))
    return float(total / FOLDS)


def trained_predictions(data: Examples, table: Array, seed: int, settings: dict[str, Any]) -> Array:
    """A2 for a table, from a network trained on the data."""
    n_x, n_y = data.table.shape[1] - 1, data.targets.shape[1]
    output = "softmax" if n_y > 1 else "sigmoid"
    network = Network(n_x, settings["hidden_units"], n_y, "tanh", output)
    epochs = settings["epochs"]
    job = Job(network, data, None, Settings(settings["learning_rate"], epochs, log_every=epochs))
    *_, end = train(job, initial_parameters(network, "xavier", seed))
    assert isinstance(end, End)
    assert end.last_epoch == epochs
    return predict(network, end.theta, table)
