"""Steps, rates and minima from PyTorch 2.13.0 and SciPy 1.17.1, so that the tests need neither.

`pip install torch scipy && python tests/references/make_optimizers.py` makes them again, after
`make_gradients.py`, whose problems are trained here.

PyTorch multiplies what it remembers by the learning rate, and this project what it adds to it:
momentum and nesterov are the same at a constant rate, and compared at no other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.optimize import minimize, rosen, rosen_der
from torch.nn import functional
from torch.optim import lr_scheduler

Settings = dict[str, Any]

STEPS, EPOCHS, SEED, L2 = 8, 9, 4, 0.1
# Of the five weights: ordinary, steep, so flat that Adam's ε matters, ordinary, without any.
SIZES = [1.0, 1e3, 1e-7, 1e-1, 0.0]
OPTIMIZERS: list[Settings] = [
    {"optimizer": "gd", "learning_rate": 0.1},
    {"optimizer": "momentum", "learning_rate": 0.1, "momentum": 0.9},
    {"optimizer": "momentum", "learning_rate": 0.3, "momentum": 0.5},
    {"optimizer": "nesterov", "learning_rate": 0.1, "momentum": 0.9},
    {"optimizer": "nesterov", "learning_rate": 0.3, "momentum": 0.5},
    {"optimizer": "adam", "learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999},
    {"optimizer": "adam", "learning_rate": 0.1, "beta1": 0.5, "beta2": 0.8},
    {"optimizer": "adam", "learning_rate": 0.1, "beta1": 0.0, "beta2": 0.9},
]
SCHEDULES: list[Settings] = [
    {"schedule": "step", "decay": 0.5, "decay_every": 4, "epochs": 13},
    {"schedule": "step", "decay": 0.9, "decay_every": 1, "epochs": 13},
    {"schedule": "step", "decay": 0.1, "decay_every": 5, "epochs": 13},
    {"schedule": "cosine", "epochs": 13},
    {"schedule": "cosine", "epochs": 4},
    {"schedule": "cosine", "epochs": 1},
]
TRAININGS: list[Settings] = [
    {"optimizer": "gd", "learning_rate": 0.5},
    {"optimizer": "momentum", "learning_rate": 0.1, "momentum": 0.9},
    {"optimizer": "nesterov", "learning_rate": 0.1, "momentum": 0.9},
    {"optimizer": "adam", "learning_rate": 0.05, "beta1": 0.9, "beta2": 0.99},
    {"optimizer": "gd", "learning_rate": 0.5, "schedule": "step", "decay": 0.5, "decay_every": 2},
    {"optimizer": "adam", "learning_rate": 0.05, "schedule": "cosine"},
]
BATCH_SIZES = [None, 16]  # of 40 rows: the last batch of an epoch has 8
PROBLEM = "softmax 11-13-3"
BLOCKS = ["W1", "b1", "W2", "b2"]


def optimizer_of(how: Settings, tensors: list[torch.Tensor]) -> torch.optim.Optimizer:
    """PyTorch's own."""
    if how["optimizer"] == "adam":
        betas = (how.get("beta1", 0.9), how.get("beta2", 0.999))
        return torch.optim.Adam(tensors, how["learning_rate"], betas)
    nesterov, momentum = how["optimizer"] == "nesterov", how.get("momentum", 0.0)
    return torch.optim.SGD(tensors, how["learning_rate"], momentum, nesterov=nesterov)


def scheduler_of(how: Settings, optimizer: torch.optim.Optimizer) -> Any:
    """PyTorch's own, to be stepped once an epoch."""
    if how.get("schedule") == "step":
        return lr_scheduler.StepLR(optimizer, how["decay_every"], how["decay"])
    if how.get("schedule") == "cosine":
        return lr_scheduler.CosineAnnealingLR(optimizer, how["epochs"], eta_min=0)
    return lr_scheduler.ConstantLR(optimizer, factor=1.0)


def steps() -> dict[str, Any]:
    """The same gradients for each optimizer, and where it is after each of them."""
    stream = np.random.RandomState(0)
    start = stream.standard_normal(len(SIZES)).round(3)
    gradients = stream.standard_normal((STEPS, len(SIZES))).round(3) * SIZES
    cases = []
    for how in OPTIMIZERS:
        theta = torch.tensor(start, requires_grad=True)
        optimizer, path = optimizer_of(how, [theta]), []
        for gradient in gradients:
            theta.grad = torch.tensor(gradient)
            optimizer.step()
            path.append(theta.detach().tolist())
        cases.append({"settings": how, "path": path})
    return {"start": start.tolist(), "gradients": gradients.tolist(), "cases": cases}


def rates() -> list[dict[str, Any]]:
    """The share of the first learning rate in every epoch of each schedule."""
    cases = []
    for how in SCHEDULES:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0)
        scheduler, found = scheduler_of(how, optimizer), []
        for _ in range(how["epochs"]):
            found.append(scheduler.get_last_lr()[0])
            optimizer.step()
            scheduler.step()
        cases.append({"settings": how, "rates": found})
    return cases


def first_weights(problem: dict[str, Any]) -> list[torch.Tensor]:
    """W1, b1, W2, b2 of the problem."""
    return [torch.tensor(problem[name], dtype=torch.float64) for name in BLOCKS]


def loss_of(
    problem: dict[str, Any], weights: list[torch.Tensor], rows: Any = slice(None)
) -> torch.Tensor:
    """The objective of a tanh network with a softmax, over some of the rows."""
    W1, b1, W2, b2 = weights
    X, Y = (torch.tensor(problem[name], dtype=torch.float64)[:, rows] for name in "XY")
    Z2 = W2 @ torch.tanh(W1 @ X + b1) + b2
    return functional.cross_entropy(Z2.T, Y.T) + L2 / 2 * ((W1**2).sum() + (W2**2).sum())


def batches(rows: int, batch_size: int | None, epoch: int) -> Iterator[Any]:
    """The rows of each step of an epoch, in the order that this project promises."""
    if batch_size is None:
        yield slice(None)
        return
    order = np.random.RandomState([SEED, 2, epoch]).permutation(rows)
    for start in range(0, rows, batch_size):
        yield torch.tensor(order[start : start + batch_size])


def trainings(problem: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The objective before the first and after each epoch of whole trainings."""
    rows = len(problem["X"][0])
    for batch_size in BATCH_SIZES:
        for chosen in TRAININGS:
            how = {**chosen, "epochs": EPOCHS, "batch_size": batch_size, "l2": L2, "seed": SEED}
            weights = [W.requires_grad_() for W in first_weights(problem)]
            optimizer = optimizer_of(how, weights)
            scheduler, losses = scheduler_of(how, optimizer), [loss_of(problem, weights).item()]
            for epoch in range(1, EPOCHS + 1):
                for chosen_rows in batches(rows, batch_size, epoch):
                    optimizer.zero_grad()
                    loss_of(problem, weights, chosen_rows).backward()
                    optimizer.step()
                scheduler.step()
                losses.append(loss_of(problem, weights).item())
            yield {"settings": how, "losses": losses}


def network_function(problem: dict[str, Any]) -> Callable[[Any], tuple[float, Any]]:
    """The objective and its gradient, of one vector, W1, b1, W2, b2 one after the other."""
    shapes = [W.shape for W in first_weights(problem)]
    ends = np.cumsum([0, *(shape.numel() for shape in shapes)])

    def function(x: Any) -> tuple[float, Any]:
        vector = torch.tensor(x, requires_grad=True)
        parts = [vector[a:b] for a, b in pairwise(ends)]
        loss = loss_of(problem, [p.reshape(s) for p, s in zip(parts, shapes, strict=True)])
        loss.backward()
        assert vector.grad is not None
        return loss.item(), vector.grad.numpy()

    return function


def minima(problem: dict[str, Any]) -> list[dict[str, Any]]:
    """What SciPy's L-BFGS-B, with as many pairs as here, finds, and after how many calls."""
    first = np.concatenate([W.numpy().ravel() for W in first_weights(problem)])
    cases: list[tuple[str, Any, Any, Any]] = [
        ("rosenbrock", rosen, rosen_der, np.array([-1.2, 1.0])),
        ("rosenbrock", rosen, rosen_der, np.tile([-1.2, 1.0], 5)),
        (PROBLEM, network_function(problem), True, first),
    ]
    found = []
    for name, function, jac, start in cases:
        # Until the value stops falling: the limits of both tests are out of reach.
        options = {"maxcor": 10, "maxiter": 10_000, "ftol": 0.0, "gtol": 1e-9}
        result = minimize(function, start, jac=jac, method="L-BFGS-B", options=options)
        n, calls = len(start), int(result.nfev)
        found.append({"function": name, "n": n, "value": float(result.fun), "calls": calls})
    return found


def main() -> None:
    """Write `optimizers.json`."""
    folder = Path(__file__).parent
    problem = json.loads((folder / "gradients.json").read_text())["problems"][PROBLEM]
    values = {
        "steps": steps(),
        "rates": rates(),
        "problem": PROBLEM,
        "trainings": list(trainings(problem)),
        "minima": minima(problem),
    }
    text = json.dumps(values, indent=1)
    # One row of a matrix per line.
    text = re.sub(r"\[([^][{}]*)\]", lambda row: f"[{' '.join(row[1].split())}]", text)
    (folder / "optimizers.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
