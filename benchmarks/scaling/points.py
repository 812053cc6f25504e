"""The sizes at which a step is timed: rows, features and hidden units, each grown alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shallow_cli.core.network import Network


@dataclass(frozen=True)
class Size:
    """A full batch and a network of ReLU with one sigmoid output."""

    series: str
    rows: int = 4096
    n_x: int = 32
    n_h: int = 64

    @property
    def network(self) -> Network:
        """With that many inputs and hidden units."""
        return Network(self.n_x, self.n_h, 1, "relu", "sigmoid")


GROWN = {
    "rows": tuple(4**k for k in range(2, 10)),  # to 262,144
    "n_x": tuple(4**k for k in range(1, 7)),  # to 4,096
    "n_h": tuple(4**k for k in range(1, 6)),  # to 1,024
}
NAMES = {"rows": "rows", "n_x": "features", "n_h": "hidden units"}


def sizes(*, quick: bool) -> list[Size]:
    """All of them; quick: the small ones."""
    return [
        replace(Size(key), **{key: value})
        for key, values in GROWN.items()
        for value in (values[:2] if quick else values)
    ]


def multiplications(rows: int, network: Network) -> int:
    """Of one step: forward, dW2, dA1 and dW1, biases as columns of ones.

    Z1 = [W1|b1] X and dW1 = dZ1 Xᵀ:  n_h (n_x + 1) m each
    Z2 = [W2|b2] A1 and dW2 = dZ2 A1ᵀ: n_y (n_h + 1) m each
    dA1 = W2ᵀ dZ2:                     n_y n_h m
    """
    n_x, n_h, n_y = network.n_x, network.n_h, network.n_y
    return rows * (2 * n_h * (n_x + 1) + 2 * n_y * (n_h + 1) + n_y * n_h)
