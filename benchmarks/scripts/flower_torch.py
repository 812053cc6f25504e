"""A PyTorch user trains the flower: FOLDER EPOCHS. Stands alone: its imports are timed."""

import json
import sys
from pathlib import Path

import numpy as np
import torch

folder, epochs = Path(sys.argv[1]), int(sys.argv[2])

stream = np.random.RandomState(1)
X, y = np.empty((400, 2)), np.repeat([0, 1], 200)
for label in (0, 1):
    t = np.linspace(label * 3.12, (label + 1) * 3.12, 200) + stream.randn(200) * 0.2
    r = 4 * np.sin(4 * t) + stream.randn(200) * 0.2
    X[y == label] = np.c_[r * np.sin(t), r * np.cos(t)]
inputs, targets = torch.from_numpy(X), torch.from_numpy(y[:, None]).double()

model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1)).double()
stream = np.random.RandomState(2)
with torch.no_grad():
    for layer, shape in ((model[0], (4, 2)), (model[2], (1, 4))):
        layer.weight.copy_(torch.from_numpy(stream.randn(*shape) * 0.01))
        layer.bias.zero_()
loss_of = torch.nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=1.2)
for _ in range(epochs):
    optimizer.zero_grad()
    loss_of(model(inputs), targets).backward()
    optimizer.step()

torch.save(model.state_dict(), folder / "torch.pt")
with torch.no_grad():
    print(json.dumps({"loss": loss_of(model(inputs), targets).item()}))
