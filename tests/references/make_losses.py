"""Losses and probabilities to four hundred digits by mpmath, rounded to float64 once.

`pip install mpmath && python tests/references/make_losses.py` makes them again.
"""

from __future__ import annotations

import json
from pathlib import Path

from mpmath import exp, log, mp, mpf

mp.dps = 400
SCORES = [0.0, 1e-300, -1e-300, 0.3, -1.0, 2.5, 17.0, -17.0, 37.0, -37.0, 89.0, 709.0, -709.0]
SCORES += [1e4, -1e4]
TRIPLES = [[0.1, -0.2, 0.3], [1e4, -1e4, 0.0], [700.0, 699.0, 0.0], [-40.0, 0.0, 40.0]]


def main() -> None:
    """Write `losses.json`."""
    sigmoid = [
        {
            "z": z,
            "p": float(1 / (1 + exp(-mpf(z)))),
            "loss_0": float(log(1 + exp(mpf(z)))),
            "loss_1": float(log(1 + exp(-mpf(z)))),
        }
        for z in SCORES
    ]
    softmax = []
    for z in TRIPLES:
        total = sum(exp(mpf(x)) for x in z)
        softmax.append(
            {
                "z": z,
                "p": [float(exp(mpf(x)) / total) for x in z],
                "losses": [float(log(total) - mpf(x)) for x in z],
            }
        )
    values = {"sigmoid": sigmoid, "softmax": softmax}
    Path(__file__).with_name("losses.json").write_text(json.dumps(values, indent=1) + "\n")


if __name__ == "__main__":
    main()
