"""Areas under the ROC curve by scikit-learn 1.9.1, so that the tests do not need it.

`pip install scikit-learn && python tests/references/make_auc.py` makes them again.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

ROWS = [2, 7, 60, 300]
DECIMALS = [0, 1, 2, 16]  # of the scores: the fewer, the more of them are alike
SHARES = [0.1, 0.5]  # of the second class


def main() -> None:
    """Write `auc.json`: classes, scores and the area of each case."""
    stream, found = np.random.RandomState(0), []
    for rows in ROWS:
        for decimals in DECIMALS:
            for share in SHARES:
                true = stream.uniform(size=rows) < share
                true[:2] = [True, False]
                scores = (stream.uniform(size=rows) + 0.3 * true).round(decimals)
                found.append(
                    {
                        "true": true.astype(int).tolist(),
                        "scores": scores.tolist(),
                        "auc": float(roc_auc_score(true, scores)),
                    }
                )
    Path(__file__).with_name("auc.json").write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
