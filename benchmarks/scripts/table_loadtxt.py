"""NumPy reads the large table and does nothing with it: FOLDER."""

import sys
from pathlib import Path

import numpy as np

np.loadtxt(Path(sys.argv[1]) / "table.csv", dtype=np.float32, delimiter=",", skiprows=1)
