"""`shallow evaluate`: metrics beside a baseline, and a gate for scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shallow_cli.commands.options import DEFAULT_MODEL, Json, ModelFile, Overrides
from shallow_cli.console.streams import say, write
from shallow_cli.errors import (
    ANSWER_IS_NO,
    NoVerdictError,
    Problem,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shallow_cli.config import DataConfig
    from shallow_cli.evaluation import Evaluation
    from shallow_cli.model import Model
    from shallow_cli.tables.cells import Cells

# The keys that choose rows; everything else was decided when the model was trained.
ROW_KEYS = ("data.csv", "data.generate", "data.samples", "data.noise", "data.seed")


def evaluate_cli(
    model: ModelFile = DEFAULT_MODEL,
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DATA]", readable=False, help="A CSV with the target; - is standard input."
        ),
    ] = None,
    overrides: Overrides = None,
    as_json: Json = False,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC=VALUE",
            help="Exit with 1 if METRIC (accuracy, f1 or r2) is below VALUE; may be repeated.",
        ),
    ] = None,
) -> None:
    """Measure a model on rows whose targets are known, beside a baseline.

    The baseline answers always the same: the most frequent class, or the mean. When DATA is
    the file that the model was trained on, training and validation rows are also given apart,
    as training_... and validation_.... Without DATA, a model of generated data is measured on
    that data; --set data.seed=7 draws new rows.

    \b
    Example:
      shallow evaluate model.npz test.csv
      shallow evaluate model.npz test.csv --json --fail-under accuracy=0.9
    """
    import json

    from shallow_cli.console.evaluation_tables import show_evaluation
    from shallow_cli.files.model_file import load_model

    loaded = load_model(model, f"shallow evaluate {data or DEFAULT_MODEL} {model}")
    cells = choose_rows(loaded, data, overrides or ())
    results = evaluate(loaded, cells)
    limits = read_limits(fail_under or (), as_values(results))
    if as_json:
        write(json.dumps(as_values(results), allow_nan=False))
    else:
        show_evaluation(loaded, cells.name, results)
    if below(limits, as_values(results)):
        raise typer.Exit(ANSWER_IS_NO)


def evaluate(model: Model, cells: Cells) -> dict[str, Evaluation]:
    """The metrics on all rows under "", then on "training" and "validation" rows if known.

    Raises:
        DataError: if a target is missing, no number, or of a class the model does not know.
    """
    from shallow_cli.evaluation import evaluate_rows, parts

    results = {"": evaluate_rows(model, cells)}
    for name, rows in parts(model, cells).items():
        results[name] = evaluate_rows(model, cells.take(rows))
    return results


def choose_rows(model: Model, data: Path | None, overrides: Sequence[str] = ()) -> Cells:
    """The rows of a CSV, or the generated data of the model, or what `--set` makes of it.

    Raises:
        UsageError: if no rows are named, or by DATA and `--set` both.
        ConfigError: if a key is set that does not choose rows.
        DataError: if the table cannot be read.
    """
    from shallow_cli.tables.cells import csv_cells, generated_cells

    columns = model.columns
    if data and overrides:
        raise UsageError(Problem("--set chooses the rows, and so does DATA; give one of the two"))
    config = row_config(model, overrides)
    path = data or config.csv
    if path is not None and (data or overrides):
        return csv_cells(path, columns.feature_names, columns.target_names)
    if config.generate is None:
        needed = ", ".join([*columns.feature_names, *columns.target_names])
        raise UsageError(Problem(f"name a CSV to evaluate on, with the columns {needed}"))
    return generated_cells(config)


def row_config(model: Model, overrides: Sequence[str]) -> DataConfig:
    """The model's own `data` section with `--set` over it, by the same rules as in training.

    Raises:
        ConfigError: if a key is set that does not choose rows, or its value breaks its rule.
    """
    import dataclasses

    from shallow_cli.config import KEYS, unflat
    from shallow_cli.files.config_file import read_overrides
    from shallow_cli.resolving import Entry, resolve

    own = unflat(model.config).data
    found = list(read_overrides(overrides))
    entries = {item.name: item for item in found if isinstance(item, Entry)}
    problems = [item for item in found if isinstance(item, Problem)]
    for name, entry in entries.items():
        if name in KEYS and name not in ROW_KEYS:
            text = f"{name}: was decided when the model was trained; train again to change it"
            problems.append(Problem(text, entry.where))
    source = "data.generate" if own.generate else "data.csv"
    if not {"data.csv", "data.generate"} & entries.keys():
        own_words = [f"{source}={model.config[source]}"]
        entries |= {e.name: e for e in read_overrides(own_words) if isinstance(e, Entry)}
    said = resolve(list(entries.values()), "--set", problems).data
    if said.generate != own.generate:
        return dataclasses.replace(said, features=own.features, target=own.target)
    kept = {name: getattr(said, name) for name in ("samples", "noise", "seed")}
    return dataclasses.replace(own, **{name: v for name, v in kept.items() if v is not None})


def as_values(results: Mapping[str, Evaluation]) -> dict[str, Any]:
    """One flat object: the metrics of all rows, then those of the parts with a prefix."""
    values: dict[str, Any] = {}
    for part, result in results.items():
        prefix = f"{part}_" if part else ""
        values |= {prefix + name: value for name, value in result.metrics.items()}
        if result.confusion is not None:
            values[f"{prefix}confusion"] = result.confusion.tolist()
    return values


def read_limits(words: Sequence[str], values: Mapping[str, Any]) -> dict[str, float]:
    """The `--fail-under METRIC=VALUE` words.

    Raises:
        UsageError: if a word is not of that form, or the metric is none of these rows'.
        NoVerdictError: if the metric has no value on these rows.
    """
    from shallow_cli.evaluation import MORE_IS_BETTER
    from shallow_cli.numerals import is_number

    known = [name for name in values if name.endswith(MORE_IS_BETTER) and "baseline" not in name]
    limits = {}
    for word in words:
        name, _, limit = word.partition("=")
        if name not in known or not is_number(limit):
            text = f"--fail-under {word}: must be METRIC=VALUE, METRIC one of {', '.join(known)}"
            raise UsageError(Problem(text))
        if values[name] is None:
            raise NoVerdictError(Problem(f"{name} has no value on these rows"))
        limits[name] = float(limit)
    return limits


def below(limits: Mapping[str, float], values: Mapping[str, Any]) -> bool:
    """Whether a metric is below its limit; each is told on stderr."""
    missed = {name: limit for name, limit in limits.items() if values[name] < limit}
    for name, limit in missed.items():
        say(f"{name} {values[name]:.6f} is below {limit:g}")
    return bool(missed)
