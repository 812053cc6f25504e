"""Cross-validated accuracies of scikit-learn's network, so that the tests do not need it.

`pip install scikit-learn && python -m tests.references.make_crossvalidation` makes them again.

Its network trains as `shallow` does: gradient descent on all rows at once, a constant rate, no
momentum, no penalty, so many epochs. Weights are drawn uniformly within √(6 / (fan_in + fan_out))
for tanh (`MLPClassifier._init_coef` of 1.9.1), whose deviation, a √3rd of that, is the √(2 / …)
of `xavier`; biases are drawn within the same bound there and start at 0 here. Folds, weights and
hence accuracies differ by chance; their means over 5 × 10 folds are to be compared.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tests.reference_tables import read_table

FOLDS, REPEATS = 10, 5
SETTINGS = {  # stable and near each table's best, and cheap
    "iris": {"hidden_units": 8, "learning_rate": 0.5, "epochs": 600},
    "wine": {"hidden_units": 8, "learning_rate": 0.3, "epochs": 200},
    "breast_cancer": {"hidden_units": 8, "learning_rate": 0.3, "epochs": 200},
    "digits": {"hidden_units": 32, "learning_rate": 1.0, "epochs": 150},
}


def network(rows: int, seed: int, settings: Any) -> MLPClassifier:
    """A network that trains as `shallow` does, on so many rows and for all its epochs."""
    return MLPClassifier(
        hidden_layer_sizes=(settings["hidden_units"],),
        activation="tanh",
        solver="sgd",
        alpha=0,
        batch_size=rows,
        learning_rate="constant",
        learning_rate_init=settings["learning_rate"],
        max_iter=settings["epochs"],
        momentum=0,
        nesterovs_momentum=False,
        tol=0,
        n_iter_no_change=settings["epochs"] + 1,
        random_state=seed,
    )


def accuracies(name: str) -> dict[str, Any]:
    """The settings, the mean accuracy of each repeat, and the mean of these."""
    settings = SETTINGS[name]
    inputs, classes = read_table(name)
    repeats = []
    for repeat in range(REPEATS):
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=repeat)
        found = 0.0
        for fold, (training, test) in enumerate(folds.split(inputs, classes)):
            seed = repeat * FOLDS + fold
            model = make_pipeline(StandardScaler(), network(len(training), seed, settings))
            model.fit(inputs[training], classes[training])
            found += model.score(inputs[test], classes[test])
        repeats.append(round(found / FOLDS, 6))
    return {**settings, "repeats": repeats, "mean": round(sum(repeats) / REPEATS, 6)}


def main() -> None:
    """Write `crossvalidation.json`."""
    found = {
        "scikit-learn": sklearn.__version__,
        "folds": FOLDS,
        "tables": {name: accuracies(name) for name in SETTINGS},
    }
    text = json.dumps(found, indent=1)
    Path(__file__).with_name("crossvalidation.json").write_text(text + "\n")


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)  # all epochs are the point
    main()
