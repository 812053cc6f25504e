"""Cross-validated, a network is as good as scikit-learn's, on four tables."""

import json
from pathlib import Path

import pytest

from .conftest import ROOT, Shallow, write

REFERENCE = json.loads((ROOT / "tests/references/crossvalidation.json").read_text())
POINTS = 0.015


@pytest.mark.parametrize("name", REFERENCE["tables"])
def test_cross_validated_accuracy_is_that_of_scikit_learn(name: str, shallow: Shallow) -> None:
    """Within 1.5 points, in the mean of five repeats; folds and first weights are each one's own.

    Both take all rows at once, a constant rate, no momentum, weights of one deviation.
    """
    theirs = REFERENCE["tables"][name]
    same = "".join(f"{k}: {theirs[k]}\n" for k in ("hidden_units", "learning_rate", "epochs"))
    table = f"data: {{csv: {ROOT}/data/{name}.csv, scale: standardize}}\n"
    write(Path("c.yaml"), f"{table}activation: tanh\ninit_scale: xavier\n{same}")
    how = ["--folds", str(REFERENCE["folds"]), "--repeats", str(len(theirs["repeats"]))]
    ours = json.loads(shallow("evaluate", "c.yaml", *how, "--json").out)
    assert len(ours["each"]) == 50
    assert abs(ours["accuracy"] - theirs["mean"]) < POINTS, f"{ours['accuracy']:.4f}"
