"""`shallow gradcheck`: does backprop match the loss?"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from shallow_cli.commands.options import Json, Overrides, TableOption, with_table
from shallow_cli.console.streams import write
from shallow_cli.errors import ANSWER_IS_NO, NO_VERDICT, Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shallow_cli.checking import Point, Report, Sampling
    from shallow_cli.core.gradcheck.check import BlockCheck
    from shallow_cli.core.gradcheck.mistakes import Mistake

LIST = "list"


def gradcheck_cli(  # noqa: PLR0913, PLR0917 - an argument is an option here
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CONFIG]", readable=False, help="A YAML config; - is standard input."
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(metavar="MODEL", readable=False, help="Check at the weights of a model."),
    ] = None,
    data: TableOption = None,
    overrides: Overrides = None,
    rows: Annotated[
        int | None, typer.Option(min=1, help="Rows of the data to check on.", show_default="32")
    ] = None,
    dtype: Annotated[
        Literal["float64", "float32"] | None,
        typer.Option(help="In which backprop computes.", show_default="as in training"),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Of rows, weights and directions.")
    ] = 0,
    max_per_block: Annotated[
        int, typer.Option(min=1, help="Elements of each block that are looked at one by one.")
    ] = 500,
    break_: Annotated[
        str | None,
        typer.Option(
            "--break", metavar="NAME", help="Plant a textbook mistake; `list` names them all."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check backprop against derivatives of the loss, for each of W1, b1, W2 and b2.

    With CONFIG: on some of its training rows, at its first weights, at generic ones, after 20
    training steps and at saturated weights; then three update steps. With --model: at the
    trained weights. Without either: every activation, output and option, at odd sizes.

    The derivatives are complex-step ones, exact to rounding, guarded by central differences,
    and the verdict is in rounding units: up to 100 is what rounding can do, and passes.

    A pass means that the gradient is that of the loss as it is coded. It does not mean that the
    loss is the one you want, nor that training is right in other ways.

    \b
    Example:
      shallow gradcheck
      shallow gradcheck config.yaml --set activation=relu
      shallow gradcheck --model model.npz --data table.csv
      shallow gradcheck config.yaml --break no-sum
    """
    import json

    from shallow_cli.checking import QUICK, Sampling, check, every_point
    from shallow_cli.console.check_tables import show_report
    from shallow_cli.core.gradcheck.check import Budget

    if break_ == LIST:
        list_mistakes()
        return
    mistake = mistake_named(break_) if break_ is not None else None
    sampling = Sampling.of(rows, seed, dtype)
    budget = Budget(max_per_block, seed=seed)
    require_one(config, model)
    if model:
        points = points_of_model(model, data, overrides or (), sampling)
    elif config:
        points = points_of_config(config, data, overrides or (), sampling)
    else:
        refuse(data=data, set=overrides, rows=rows)
        points, budget = list(every_point(sampling)), QUICK
    if mistake:
        points = fitting_points(points, mistake, f"--break {break_}")
    report = check(points, budget, mistake)
    if as_json:
        write(
            json.dumps(
                as_values(report, dtype_of(points), break_), ensure_ascii=False, allow_nan=False
            )
        )
    else:
        show_report(report, planted=mistake.says if mistake else "")
    if not report.passed:
        raise typer.Exit(ANSWER_IS_NO if report.failed else NO_VERDICT)


def dtype_of(points: "Sequence[Point]") -> str:
    """In which backprop has computed."""
    return points[0].theta.vector.dtype.name if points else "float64"


def list_mistakes() -> None:
    """Print every mistake that can be planted, with its meaning."""
    from shallow_cli.core.gradcheck.mistakes import MISTAKES

    width = max(map(len, MISTAKES))
    for name, mistake in MISTAKES.items():
        write(f"{name:{width}}  {mistake.says}")


def mistake_named(name: str) -> "Mistake":
    """The mistake of that name.

    Raises:
        UsageError: if there is none.
    """
    from shallow_cli.core.gradcheck.mistakes import MISTAKES
    from shallow_cli.rules import nearest

    if name in MISTAKES:
        return MISTAKES[name]
    meant = nearest(name, MISTAKES)
    more = f"did you mean '{meant}'?" if meant else "`--break list` names them"
    raise UsageError(Problem(f"--break {name}: no such mistake; {more}"))


def require_one(config: Path | None, model: Path | None) -> None:
    """Refuse a config and a model at once, and a model in the place of a config.

    Raises:
        UsageError: if they are.
    """
    from shallow_cli.files.model_file import is_model

    if config and model:
        raise UsageError(Problem("give a CONFIG or --model: a model keeps its own config"))
    if config and is_model(config):
        raise UsageError(Problem("a model; give it as --model", str(config)))


def points_of_config(
    config: Path, data: Path | None, overrides: Sequence[str], sampling: "Sampling"
) -> "list[Point]":
    """Where to check the network of a config.

    Raises:
        ConfigError: if the config is broken or asks for what the data cannot give.
        DataError: if the data cannot be read or trained on.
    """
    from shallow_cli.checking import config_points
    from shallow_cli.files.config_file import load_config

    return config_points(load_config(config, with_table(overrides, data)), sampling)


def points_of_model(
    model: Path, data: Path | None, overrides: Sequence[str], sampling: "Sampling"
) -> "list[Point]":
    """Where to check the network of a model, on rows of a CSV or of its generated data.

    Raises:
        UsageError: if no rows are named, or twice.
        ConfigError: if a key is set that does not choose rows.
        DataError: if the table cannot be read, or does not fit the model.
        ModelFileError: if the model cannot be read.
    """
    from shallow_cli.checking import model_points
    from shallow_cli.choosing import chosen_rows, table_of
    from shallow_cli.files.model_file import load_model

    loaded = load_model(model)
    chosen = chosen_rows(loaded, data, overrides, "--data")
    return model_points(loaded, table_of(loaded, chosen), sampling)


def refuse(**given: object) -> None:
    """Options that only go with a config or a model.

    Raises:
        UsageError: for each that is given.
    """
    problems = [Problem(f"--{name} needs a CONFIG or --model") for name in given if given[name]]
    if problems:
        raise UsageError(*problems)


def fitting_points(points: "list[Point]", mistake: "Mistake", option: str) -> "list[Point]":
    """The points where a mistake is one at all.

    Raises:
        UsageError: if there are none.
    """
    found = [point for point in points if mistake.fits(point.case)]
    if not found and mistake.need:
        raise UsageError(Problem(f"{option}: no mistake here; it needs {mistake.need.says}"))
    return found


def as_values(report: "Report", dtype: str, planted: str | None) -> dict[str, Any]:
    """The report as plain values; what is not finite is None."""
    from shallow_cli.core.gradcheck.claim import LIMIT

    return {
        "passed": report.passed,
        "failed": report.failed,
        "dtype": dtype,
        "limit": LIMIT,
        "planted": planted,
        "hint": report.hint,
        "steps_left_out": report.steps_left_out,
        "points": [
            {
                "network": finding.group,
                "point": finding.name,
                "rows": finding.check.rows,
                "rows_left_out": finding.check.rows_left_out,
                "zeros": finding.check.zeros,
                "decided": finding.check.decided,
                "passed": finding.check.passed,
            }
            for finding in report.findings
        ],
        "checks": [
            {"network": finding.group, "point": finding.name} | block_values(block)
            for finding in report.findings
            for block in finding.check.blocks
        ],
    }


def block_values(block: "BlockCheck") -> dict[str, Any]:
    """One row of the report."""
    import dataclasses
    import math

    values = dataclasses.asdict(block)
    guard = values.pop("guard")
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in {**values, **guard, "passed": block.passed}.items()
    }
