"""A table in files, as a cluster reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from shallow_cli.config import Config
from shallow_cli.files.config_file import parse_config

SIZES = (2500, 1, 5200, 3)  # rows of the files: no chunk and no block ends where a file does


def write_files(folder: Path, sizes: tuple[int, ...] = SIZES) -> None:
    """A table in several files, with numbers, words, gaps, weights and three kinds of target."""
    stream = np.random.RandomState(7)
    for number, m in enumerate(sizes):
        a, b, c = stream.standard_normal((3, m))
        known = ["red", "green", "blue", "", f"only in {number}"]
        words = np.array(known)[stream.randint(5, size=m)]
        y = np.where(a * b > 0.3, "no", np.where(c > 1, "maybe", "yes"))
        kind = (a > b).astype(int)
        gap = stream.random_sample(m) < 0.02
        columns = (a, b, c, words, kind, stream.random_sample(m), y, gap)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        lines = [f"{'' if cut else x},{','.join(map(str, rest))}\n" for x, *rest, cut in rows]
        (folder / f"{number}.csv").write_text("a,b,c,word,kind,w,y\n" + "".join(lines))


def config_of(folder: Path, *words: str) -> Config:
    """Of the files in a folder."""
    plain = ["data.missing=mean", "data.target=y", "epochs=4", "hidden_units=6", *words]
    text = "data:\n  csv: '*.csv'\nlearning_rate: 0.5\n"
    return parse_config(text, "config.yaml", folder, plain)
