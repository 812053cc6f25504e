"""Reference points from scikit-learn 1.9.1, so that the tests do not need it.

`pip install scikit-learn && python tests/references/make_datasets.py` makes them again.
"""

from __future__ import annotations

import json
from pathlib import Path

from sklearn import datasets

CASES = [(24, 0), (25, 7)]  # samples and seed, even and odd


def main() -> None:
    """Write `datasets.json`: inputs and classes by name, samples and seed."""
    found = {}
    for samples, seed in CASES:
        common = {"n_samples": samples, "random_state": seed}
        made = {
            "moons": datasets.make_moons(noise=0.2, **common),
            "circles": datasets.make_circles(factor=0.5, noise=0.3, **common),
            "blobs": datasets.make_blobs(n_features=2, centers=6, **common),
            "gaussian_quantiles": datasets.make_gaussian_quantiles(
                cov=0.5, n_features=2, n_classes=2, **common
            ),
        }
        for name, (inputs, classes) in made.items():
            found[f"{name} {samples} {seed}"] = {
                "inputs": inputs.tolist(),
                "classes": (classes % 2 if name == "blobs" else classes).tolist(),
            }
    Path(__file__).with_name("datasets.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
