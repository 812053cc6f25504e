"""`shallow evaluate`: metrics beside a baseline, and a gate for scripts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shallow_cli.commands.options import DEFAULT_MODEL, Json, ModelFile, Overrides, likely_model
from shallow_cli.console.streams import say, write
from shallow_cli.errors import (
    ANSWER_IS_NO,
    NoVerdictError,
    Problem,
    UsageError,
)

if TYPE_CHECKING:
    from shallow_cli.evaluation import Evaluation


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
            help="Exit with 1 if METRIC (accuracy, f1, precision, recall, r2) is below VALUE; "
            "may be repeated.",
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
    from shallow_cli.evaluation import choose_rows, evaluate
    from shallow_cli.files.model_file import load_model

    loaded = load_model(model, f"shallow evaluate {likely_model(data)} {model}")
    cells = choose_rows(loaded, data, overrides or ())
    results = evaluate(loaded, cells)
    limits = read_limits(fail_under or (), as_values(results))
    if as_json:
        write(json.dumps(as_values(results), allow_nan=False))
    else:
        show_evaluation(loaded, cells.name, results)
    if below(limits, as_values(results)):
        raise typer.Exit(ANSWER_IS_NO)


def as_values(results: Mapping[str, "Evaluation"]) -> dict[str, Any]:
    """One flat object: the metrics of all rows, then those of the parts with a prefix."""
    values: dict[str, Any] = {}
    for part, result in results.items():
        prefix = f"{part}_" if part else ""
        values |= {prefix + name: value for name, value in result.metrics.items()}
        if result.confusion is not None:
            values[f"{prefix}confusion"] = result.confusion.tolist()
    return values


def read_limits(words: Sequence[str], values: Mapping[str, Any]) -> list[tuple[str, float]]:
    """The `--fail-under METRIC=VALUE` words.

    Raises:
        UsageError: if a word is not of that form, or the metric is none of these rows'.
        NoVerdictError: if the metric has no value on these rows.
    """
    from shallow_cli.evaluation import MORE_IS_BETTER
    from shallow_cli.numerals import is_number

    known = [name for name in values if name.endswith(MORE_IS_BETTER) and "baseline" not in name]
    limits = []
    for word in words:
        name, _, limit = word.partition("=")
        if name not in known or not is_number(limit):
            text = f"--fail-under {word}: must be METRIC=VALUE, METRIC one of {', '.join(known)}"
            raise UsageError(Problem(text))
        if values[name] is None:
            raise NoVerdictError(Problem(f"{name} has no value on these rows"))
        limits.append((name, float(limit)))
    return limits


def below(limits: Sequence[tuple[str, float]], values: Mapping[str, Any]) -> bool:
    """Whether a metric is below its limit; each is told on stderr."""
    missed = [(name, limit) for name, limit in limits if not values[name] >= limit]
    for name, limit in missed:
        say(f"{name} {values[name]:.6f} is below {limit:g}")
    return bool(missed)
