"""A scikit-learn user trains on a table: FOLDER EPOCHS. Stands alone: its imports are timed."""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

folder, epochs = Path(sys.argv[1]), int(sys.argv[2])
warnings.simplefilter("ignore", ConvergenceWarning)
table = Path(__file__).parents[2] / "data" / "breast_cancer.csv"
X = np.loadtxt(table, delimiter=",", skiprows=1, usecols=range(30))
y = np.loadtxt(table, delimiter=",", skiprows=1, usecols=30, dtype=str)
X = StandardScaler().fit_transform(X)

model = MLPClassifier(
    (32,),
    alpha=0,
    learning_rate_init=0.001,
    batch_size=32,
    max_iter=1,
    tol=0,
    n_iter_no_change=epochs + 1,
    warm_start=True,
    random_state=0,
)
model.fit(X, y)  # to have weights that can be replaced
stream = np.random.RandomState(2)
he = (stream.randn(32, 30) * np.sqrt(2 / 30), stream.randn(1, 32) * np.sqrt(2 / 32))
model.coefs_ = [W.T.copy() for W in he]
model.intercepts_ = [np.zeros(32), np.zeros(1)]
model.max_iter = epochs
model.fit(X, y)

np.savez(folder / "sklearn.npz", *model.coefs_, *model.intercepts_)
print(json.dumps({"loss": log_loss(y, model.predict_proba(X))}))
