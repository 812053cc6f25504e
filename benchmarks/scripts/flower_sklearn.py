"""A scikit-learn user trains the flower: FOLDER EPOCHS. Stands alone: its imports are timed."""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

folder, epochs = Path(sys.argv[1]), int(sys.argv[2])
warnings.simplefilter("ignore", ConvergenceWarning)

stream = np.random.RandomState(1)
X, y = np.empty((400, 2)), np.repeat([0, 1], 200)
for label in (0, 1):
    t = np.linspace(label * 3.12, (label + 1) * 3.12, 200) + stream.randn(200) * 0.2
    r = 4 * np.sin(4 * t) + stream.randn(200) * 0.2
    X[y == label] = np.c_[r * np.sin(t), r * np.cos(t)]

model = MLPClassifier(
    (4,),
    activation="tanh",
    solver="sgd",
    momentum=0,
    alpha=0,
    learning_rate_init=1.2,
    batch_size=400,
    shuffle=False,
    max_iter=1,
    tol=0,
    n_iter_no_change=epochs + 1,
    warm_start=True,
)
model.fit(X, y)  # to have weights that can be replaced by the course's
stream = np.random.RandomState(2)
model.coefs_ = [stream.randn(4, 2).T.copy() * 0.01, stream.randn(1, 4).T.copy() * 0.01]
model.intercepts_ = [np.zeros(4), np.zeros(1)]
model.max_iter = epochs
model.fit(X, y)

np.savez(folder / "sklearn.npz", *model.coefs_, *model.intercepts_)
print(json.dumps({"loss": log_loss(y, model.predict_proba(X))}))
