"""Losses and gradients from PyTorch 2.13.0 and scikit-learn 1.9.1, so that the tests need neither.

`pip install torch scikit-learn && python tests/references/make_gradients.py` makes them again.
Columns are examples: X (n_x, m), Y (n_y, m), W1 (n_h, n_x), b1 (n_h, 1), W2 (n_y, n_h),
b2 (n_y, 1).
Losses are means over the examples of sums over the outputs, plus (λ/2)(‖W1‖² + ‖W2‖²).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier, MLPRegressor
from torch.nn import functional

Arrays = dict[str, NDArray[Any]]

LEAK = 0.1
L2 = [0.0, 0.1]
WEIGHTS = ["W1", "b1", "W2", "b2"]
PROBLEMS = [  # output, n_x, n_h, n_y, m
    ("sigmoid", 4, 5, 1, 7),
    ("softmax", 4, 5, 3, 7),
    ("linear", 4, 5, 2, 7),
    ("softmax", 11, 13, 3, 40),
]
TORCH_ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": partial(functional.leaky_relu, negative_slope=LEAK),
}
SKLEARN_ACTIVATIONS = {"sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}
SKLEARN_OUTPUTS = {
    "sigmoid": (MLPClassifier, "logistic"),
    "softmax": (MLPClassifier, "softmax"),
    "linear": (MLPRegressor, "identity"),
}


def draw(output: str, n_x: int, n_h: int, n_y: int, m: int) -> Arrays:
    """Weights with biases that are not zero, and examples.

    Three decimals are short to write, and in binary as long as any.
    """
    stream = np.random.RandomState(0)
    values = {
        "W1": stream.standard_normal((n_h, n_x)) / np.sqrt(n_x),
        "b1": stream.standard_normal((n_h, 1)) / 2,
        "W2": stream.standard_normal((n_y, n_h)) / np.sqrt(n_h),
        "b2": stream.standard_normal((n_y, 1)) / 2,
        "X": stream.standard_normal((n_x, m)),
        "Y": stream.standard_normal((n_y, m)),
    }
    if output == "sigmoid":
        values["Y"] = stream.randint(0, 2, (n_y, m))
    if output == "softmax":
        values["Y"] = np.eye(n_y, dtype=int)[:, stream.randint(0, n_y, m)]
    return {name: value.round(3) for name, value in values.items()}


def torch_gradient(output: str, activation: str, l2: float, values: Arrays) -> dict[str, Any]:
    """The loss, and its gradient by autograd, in float64."""
    tensors = {k: torch.tensor(v, dtype=torch.float64) for k, v in values.items()}
    W1, b1, W2, b2 = (tensors[name].requires_grad_() for name in WEIGHTS)
    Z2 = W2 @ TORCH_ACTIVATIONS[activation](W1 @ tensors["X"] + b1) + b2
    rows, targets = Z2.T, tensors["Y"].T  # PyTorch takes one example per row
    if output == "sigmoid":
        total = functional.binary_cross_entropy_with_logits(rows, targets, reduction="sum")
    elif output == "softmax":
        total = functional.cross_entropy(rows, targets, reduction="sum")
    else:
        total = functional.mse_loss(rows, targets, reduction="sum") / 2
    loss = total / len(rows) + l2 / 2 * ((W1**2).sum() + (W2**2).sum())
    gradient = torch.autograd.grad(loss, (W1, b1, W2, b2))
    blocks = {f"d{name}": d.tolist() for name, d in zip(WEIGHTS, gradient, strict=True)}
    return {"loss": loss.item(), **blocks}


def sklearn_gradient(output: str, activation: str, l2: float, values: Arrays) -> dict[str, Any]:
    """The loss and the gradient of a multi-layer perceptron's own backprop.

    Its penalty is alpha/2 (‖W1‖² + ‖W2‖²) / m, hence alpha = λ m. Its squared error is a mean
    over the targets as well, but its gradient is that of the sum over them: only the loss is
    converted, and of the loss only the part without the penalty.
    """
    n_y, m = values["Y"].shape
    loss, weights, biases = sklearn_backprop(output, activation, l2 * m, values)
    if output == "linear":
        loss += (n_y - 1) * sklearn_backprop(output, activation, 0.0, values)[0]
    blocks = {
        "dW1": weights[0].T.tolist(),
        "db1": biases[0][:, None].tolist(),
        "dW2": weights[1].T.tolist(),
        "db2": biases[1][:, None].tolist(),
    }
    return {"loss": float(loss), **blocks}


def sklearn_backprop(output: str, activation: str, alpha: float, values: Arrays) -> Any:
    """Loss, gradients of the weights, gradients of the biases; everything transposed."""
    kind, out_activation = SKLEARN_OUTPUTS[output]
    model = kind(activation=SKLEARN_ACTIVATIONS[activation], alpha=alpha)
    # What `fit` would set before it calls the backprop.
    model.n_layers_ = 3
    model.out_activation_ = out_activation
    model.coefs_ = [values["W1"].T, values["W2"].T]
    model.intercepts_ = [values["b1"][:, 0], values["b2"][:, 0]]
    X, Y = values["X"].T, values["Y"].T
    return model._backprop(X, Y, None, [X, None, None], [None] * 2, [None] * 2, [None] * 2)


def main() -> None:
    """Write `gradients.json`: the problems by name, and the cases."""
    libraries = [
        ("torch", torch_gradient, list(TORCH_ACTIVATIONS)),
        ("sklearn", sklearn_gradient, list(SKLEARN_ACTIVATIONS)),
    ]
    problems, cases = {}, []
    for output, *sizes in PROBLEMS:
        name = f"{output} {'-'.join(map(str, sizes[:3]))}"
        values = draw(output, *sizes)
        problems[name] = {"output": output, **{k: v.tolist() for k, v in values.items()}}
        for library, gradient, activations in libraries:
            for activation, l2 in product(activations, L2):
                case = {"library": library, "problem": name, "activation": activation, "l2": l2}
                cases.append(case | gradient(output, activation, l2, values))
    text = json.dumps({"leak": LEAK, "problems": problems, "cases": cases}, indent=1)
    # One row of a matrix per line.
    text = re.sub(r"\[([^][]*)\]", lambda row: f"[{' '.join(row[1].split())}]", text)
    Path(__file__).with_name("gradients.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
