"""Mistakes between a notebook and the rest: tables in memory, configs that are dicts."""

from mutation.mutant import Mutant

API, FRAMES, YAML = "api.py", "tables/frames.py", "yaml_text.py"

CALLS = (
    Mutant(
        "A01",
        "of two classes only the probability of the second is given",
        API,
        "predict",
        "return probabilities(A2)",
        "return A2",
    ),
    Mutant(
        "A02",
        "events leave the snapshots out of the model",
        API,
        "_events",
        "if not isinstance(event, Progress)",
        "if not isinstance(event, Progress | Snapshot)",
    ),
    Mutant(
        "A03",
        "a model is written over a table",
        API,
        "save",
        "require_replaceable(Path(path))",
        "pass",
    ),
    Mutant(
        "A04",
        "whatever a config holds is taken for its text, numbers of NumPy too",
        YAML,
        "config_text_of",
        "default=_plainer",
        "default=str",
    ),
    Mutant(
        "A05",
        "rows of a table in memory are counted from 0",
        FRAMES,
        "batches_of",
        "range(start + 1, stop + 1)",
        "range(start, stop)",
    ),
    Mutant(
        "A06",
        "a number of a table in memory is taken however large it is",
        FRAMES,
        "_cells",
        "if not np.any(np.abs(numbers) >= limit):",
        "if limit:",
    ),
    Mutant(
        "A07",
        "a missing cell between words is the word nan",
        FRAMES,
        "_text",
        '"" if np.isnan(cell) else repr(float(cell))',
        "repr(float(cell))",
    ),
    Mutant(
        "A08",
        "of a list of unlike cells NumPy makes text",
        FRAMES,
        "_array",
        "dtype=object if isinstance(cells, list | tuple) else None",
        "dtype=None",
    ),
)
