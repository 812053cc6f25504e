"""`shallow evaluate`: metrics beside a baseline, and a gate for scripts."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shallow_cli.commands.options import (
    DEFAULT_MODEL,
    Json,
    Overrides,
    Threshold,
    likely_model,
    require_two_classes,
)
from shallow_cli.console.streams import say, write
from shallow_cli.errors import (
    ANSWER_IS_NO,
    NoVerdictError,
    Problem,
    UsageError,
)

if TYPE_CHECKING:
    from shallow_cli.scores import Evaluation


def evaluate_cli(  # noqa: PLR0913, PLR0917 - an argument is an option here
    subject: Annotated[
        Path,
        typer.Argument(
            metavar="[MODEL|CONFIG]",
            readable=False,
            help="A model file, or with --folds a config.",
            show_default=False,
        ),
    ] = DEFAULT_MODEL,
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DATA]", readable=False, help="A table with the target; - is standard input."
        ),
    ] = None,
    overrides: Overrides = None,
    threshold: Threshold = None,
    folds: Annotated[
        int | None,
        typer.Option(
            "--folds",
            metavar="K",
            min=2,
            help="Cross-validate a CONFIG: train K times, in turn "
            "without one K-th of the rows, and measure on that.",
        ),
    ] = None,
    repeats: Annotated[
        int | None,
        typer.Option(
            "--repeats",
            metavar="N",
            min=1,
            help="Divide the rows N times anew, and begin with other weights.",
        ),
    ] = None,
    as_json: Json = False,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC=VALUE",
            help="Exit with 1 if METRIC (accuracy, f1, precision, recall, auc, r2) is below VALUE; "
            "may be repeated.",
        ),
    ] = None,
) -> None:
    """Measure a model on rows whose targets are known, beside a baseline.

    The baseline always answers the most frequent class of these rows, or their mean. When DATA is
    the file that the model was trained on, training and validation rows are also given apart,
    as training_... and validation_...; of a pipe nobody can know. Without DATA, a model of
    generated data is measured on that data; --set data.seed=7 draws new rows.

    With --folds, the network of a CONFIG is cross-validated, beside a linear model (logistic or
    linear regression) and a constant that learn from the same rows. Everything is fitted within
    each fold.

    \b
    Example:
      shallow evaluate model.npz test.csv
      shallow evaluate model.npz test.csv --json --fail-under accuracy=0.9
      shallow evaluate config.yaml --folds 10 --repeats 5
    """
    import json

    if folds is None:
        if repeats is not None:
            raise UsageError(Problem("--repeats goes with --folds"))
        values, show = measured(subject, data, overrides or (), threshold)
    else:
        if data or threshold is not None:
            raise UsageError(Problem("--folds takes a CONFIG, and neither DATA nor --threshold"))
        values, show = validated(subject, overrides or (), folds, repeats or 1, fail_under or ())
    limits = read_limits(fail_under or (), values)
    if as_json:
        write(json.dumps(values, allow_nan=False))
    else:
        show()
    if below(limits, values):
        raise typer.Exit(ANSWER_IS_NO)


Values = dict[str, Any]
Show = Callable[[], None]


def measured(
    path: Path, data: Path | None, overrides: Sequence[str], threshold: float | None
) -> tuple[Values, Show]:
    """The metrics of a model as one flat object, and who shows them as tables.

    Raises:
        UsageError: if no rows are named, or a threshold where there are not two classes, or the
            model is a config.
        ConfigError: if `--set` says what it cannot.
        DataError: if the table cannot be read, or does not fit the model.
        ModelFileError: if the model cannot be read.
    """
    from shallow_cli.choosing import chosen_rows
    from shallow_cli.console.evaluation_tables import show_evaluation, told
    from shallow_cli.core.metrics import EVEN
    from shallow_cli.evaluation import evaluate
    from shallow_cli.files.model_file import load_model

    if path.suffix in {".yaml", ".yml"}:
        raise UsageError(Problem("a config, not a model; --folds 10 cross-validates it", str(path)))
    model = load_model(path, f"shallow evaluate {likely_model(data)} {path}")
    require_two_classes(model, threshold)
    chosen = chosen_rows(model, data, overrides)
    found = evaluate(model, chosen, EVEN if threshold is None else threshold)
    for line in (*told(found), *map(str, model.diagnoses)):
        say(line)
    return as_values(found.parts), partial(show_evaluation, model, found)


def validated(
    path: Path, overrides: Sequence[str], folds: int, repeats: int, limits: Sequence[str] = ()
) -> tuple[Values, Show]:
    """A cross-validation as one flat object, and who shows it as tables.

    The `limits` are words of `--fail-under`: a wrong one is told before anything is trained.

    Raises:
        UsageError: if there is a model instead of a config, or a limit is none.
        ConfigError: if the config is broken or asks for what the table cannot give.
        DataError: if the table cannot be read or trained on.
        DivergedError: if a training ran away.
    """
    from shallow_cli.console.fold_tables import show_folds, verdict
    from shallow_cli.console.progress import ProgressBar
    from shallow_cli.crossvalidation import cross_validate, prepare_study, values_of
    from shallow_cli.files.config_file import load_config
    from shallow_cli.files.model_file import is_model

    if is_model(path):
        raise UsageError(Problem("--folds trains anew: name a config, not a model", str(path)))
    study = prepare_study(load_config(path, overrides), folds, repeats)
    read_limits(limits, dict.fromkeys((*study.metrics, *map("linear_{}".format, study.metrics)), 0))
    results = []
    with contextlib.closing(ProgressBar(wanted=True)) as bar:
        for fold in cross_validate(study):
            results.append(fold)
            bar.update(len(results), folds * repeats, f"fold {fold.fold} of repeat {fold.repeat}")
    values = values_of(study, results)
    for line in verdict(study, values):
        say(line)
    return values, partial(show_folds, study, results, values)


def as_values(results: Mapping[str, "Evaluation"]) -> Values:
    """One flat object: the metrics of all rows, then those of the parts with a prefix."""
    values: Values = {}
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
    from shallow_cli.numerals import is_number
    from shallow_cli.scores import MORE_IS_BETTER

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
