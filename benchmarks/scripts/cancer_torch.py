"""A PyTorch user trains on a table: FOLDER EPOCHS. Stands alone: its imports are timed."""

import json
import sys
from pathlib import Path

import numpy as np
import torch

folder, epochs = Path(sys.argv[1]), int(sys.argv[2])
table = Path(__file__).parents[2] / "data" / "breast_cancer.csv"
X = np.loadtxt(table, delimiter=",", skiprows=1, usecols=range(30))
y = np.loadtxt(table, delimiter=",", skiprows=1, usecols=30, dtype=str) == "malignant"
X = (X - X.mean(axis=0)) / X.std(axis=0)
inputs, targets = torch.from_numpy(X), torch.from_numpy(y[:, None]).double()

torch.manual_seed(0)
model = torch.nn.Sequential(
    torch.nn.Linear(30, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1)
).double()
stream = np.random.RandomState(2)
with torch.no_grad():
    for layer, n_h, n_x in ((model[0], 32, 30), (model[2], 1, 32)):
        layer.weight.copy_(torch.from_numpy(stream.randn(n_h, n_x) * np.sqrt(2 / n_x)))
        layer.bias.zero_()
loss_of = torch.nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)
for _ in range(epochs):
    for rows in torch.randperm(len(X)).split(32):
        optimizer.zero_grad()
        loss_of(model(inputs[rows]), targets[rows]).backward()
        optimizer.step()

torch.save(model.state_dict(), folder / "torch.pt")
with torch.no_grad():
    print(json.dumps({"loss": loss_of(model(inputs), targets).item()}))
