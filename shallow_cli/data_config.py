"""The keys below `data:` in a config: where rows come from, and what is made of their columns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shallow_cli import rules, table_rules
from shallow_cli.core.datasets import DATASETS
from shallow_cli.keys import SEED, key
from shallow_cli.rules import choice, either

SCALINGS = ("standardize", "minmax", "none")
MISSING = ("error", "mean", "median", "drop")
# Words that stand for an empty cell where nobody says otherwise.
MISSING_WORDS = ("", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "?", "#N/A", "<NA>")
DEFAULT_DECIMAL = "."
TASKS = ("auto", "binary", "multiclass", "regression")
MOST_NOISE = 1e6
MOST_ARMS = 20


@dataclass(frozen=True)
class DataConfig:
    """The keys below `data:`."""

    csv: tuple[Path, ...] | None = key(
        table_rules.paths(),
        None,
        "a table, a pattern such as part-*.csv, or a list of them; '-' is standard input",
        shown="none",
        example="table.csv",
    )
    generate: str | None = key(
        choice(DATASETS),
        None,
        "a generated dataset, instead of a CSV",
        shown="none",
        example="flower",
    )
    target: tuple[str, ...] | None = key(
        table_rules.columns(),
        None,
        "what to predict; several columns for a regression",
        shown="the last column",
        example="price",
    )
    task: str = key(
        choice(TASKS),
        "auto",
        "auto: text means classes; so do whole numbers, at most 20 of them, each at least twice",
    )
    features: tuple[str, ...] | None = key(
        table_rules.columns(),
        None,
        "the columns to learn from",
        shown="all but the target",
        example="[age, income]",
    )
    exclude: tuple[str, ...] = key(
        table_rules.columns(), (), "columns to leave out", shown="none", example="[id, name]"
    )
    categorical: tuple[str, ...] = key(
        table_rules.columns(),
        (),
        "columns of numbers that are names of something, as a zip code is",
        shown="none; columns of words are anyway",
        example="[zip]",
    )
    weight: str | None = key(
        rules.text("the name of a column"),
        None,
        "how much each row counts in the loss: a column of numbers from 0 up",
        shown="none",
        example="weight",
    )
    positive: str | None = key(
        rules.text("the name of a class"),
        None,
        "of two classes the one that probabilities and scores are about",
        shown="the second in sorted order",
        example="'yes'",
    )
    missing: str = key(
        choice(MISSING),
        "error",
        "of a missing number: what takes its place, from the training rows, or its row is dropped; "
        "a missing word is a category of its own",
    )
    missing_target: str = key(
        choice(("error", "drop")), "error", "what becomes of a row without a target"
    )
    missing_values: tuple[str, ...] = key(
        table_rules.words(),
        MISSING_WORDS,
        "what stands for a missing value, beside an empty cell; a number is meant by its value",
        shown=f"[{', '.join(repr(word) for word in MISSING_WORDS if word)}]",
        example="['-', '999']",
    )
    scale: str | None = key(
        choice(SCALINGS),
        None,
        "of the features, fitted on the training rows only",
        shown="standardize for a CSV, none for generated data",
        example="standardize",
    )
    scale_target: str | None = key(
        choice(SCALINGS),
        None,
        "of a regression's target; the loss is then in scaled units",
        shown="standardize for a CSV, none for generated data",
        example="standardize",
    )
    delimiter: str | None = key(
        table_rules.delimiter(),
        None,
        "between the cells of a text table",
        shown="whichever of comma, semicolon, tab and | divides it evenly",
        example="';'",
    )
    decimal: str = key(table_rules.decimal(), DEFAULT_DECIMAL, "the sign in 1.5", shown="'.'")
    encoding: str = key(table_rules.encoding(), "utf-8", "of a text table, as Python calls it")
    header: bool = key(
        rules.boolean(),
        True,
        "whether the first row has the names; if not: c1, c2, …",
        shown="true",
    )
    cache: Path | None = key(
        table_rules.folder(),
        None,
        "a folder to keep the numbers of the table in, so that the next run starts at once",
        shown="none",
        example="cache",
    )
    validation: float | tuple[Path, ...] = key(
        either(
            rules.number("a fraction from 0 up to 1", bad="1.5", minimum=0, exclusiveMaximum=1),
            table_rules.paths(),
        ),
        0.0,
        "rows held out, as a fraction (of each class) or a CSV of their own",
        shown="0",
    )
    samples: int | None = key(
        rules.whole(10, 10_000_000),
        None,
        "rows of generated data",
        shown="400 for flower, 300 for spiral, else 200",
        example="400",
    )
    noise: float | None = key(
        rules.number("a number from 0 to 1e6", bad="-1", minimum=0, maximum=MOST_NOISE),
        None,
        "of generated data, a standard deviation; gaussian_quantiles takes none",
        shown="0.2 for flower, moons, spiral; 0.3 for circles; 1 for blobs, gauss; else 0.1",
        example="0.2",
    )
    arms: int | None = key(
        rules.whole(2, MOST_ARMS), None, "of the spiral, one class each", shown="3", example="3"
    )
    seed: int | None = key(SEED, None, "of generated data", shown="1", example="1")
