"""Linear models fitted by scikit-learn 1.9.1, so that the tests do not need it.

`pip install scikit-learn && python -m tests.references.make_linear` makes them again.

Where λ stands beside a mean of m losses, scikit-learn multiplies their sum by C = 1 / (λ m);
its ridge regression has no ½ on either side and α = λ m.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

from tests.reference_tables import read_table, standardised

CASES = [  # table, standardised, λ m, weighted
    ("iris", False, 1.0, False),
    ("iris", True, 0.01, True),
    ("wine", True, 1.0, False),
    ("wine", False, 1.0, False),
    ("breast_cancer", True, 1.0, False),
    ("breast_cancer", True, 100.0, True),
    ("digits", False, 1.0, False),
    ("digits", True, 10.0, True),
    ("diabetes", False, 0.0, False),
    ("diabetes", False, 0.0, True),
    ("diabetes", True, 10.0, False),
    ("diabetes", False, 1000.0, True),
]
EVERY = 30  # so many rows apart are those whose predictions are kept


def fitted(name: str, classes: bool, strength: float, X: Any, y: Any, weights: Any) -> Any:
    """The model of the library that this table asks for."""
    if classes:
        # Newton's steps with exact Hessians go further than the others, which stop at about 1e-6.
        solver = "newton-cg" if name == "digits" else "newton-cholesky"
        model = LogisticRegression(C=1 / strength, tol=1e-12, max_iter=100_000, solver=solver)
    else:
        model = Ridge(strength, solver="svd") if strength else LinearRegression()
    return model.fit(X, y, sample_weight=weights)


def case(name: str, scaled: bool, strength: float, weighted: bool) -> dict[str, Any]:
    """How to fit, the coefficients with the intercept last, and predictions of some rows."""
    X, y = read_table(name)
    if scaled:
        X = standardised(X, X)
    m = len(y)
    weights = 1 + np.arange(m) % 3 if weighted else np.ones(m)
    classes = y.dtype.kind == "i"
    model = fitted(name, classes, strength, X, y, weights)
    predictions = model.predict_proba(X[::EVERY]) if classes else model.predict(X[::EVERY])
    found = {"table": name, "scaled": scaled, "l2": strength / m, "weighted": weighted}
    found["predictions"] = predictions.tolist()
    if name != "digits":  # hundreds of numbers, and the predictions say the same
        found["W"] = np.c_[np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_)].tolist()
    return found


def main() -> None:
    """Write `linear.json`."""
    cases = ",\n".join(json.dumps(case(*row)) for row in CASES)  # one per line
    text = f'{{"every": {EVERY}, "cases": [\n{cases}\n]}}\n'
    Path(__file__).with_name("linear.json").write_text(text)


if __name__ == "__main__":
    main()
