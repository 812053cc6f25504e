"""Options that several commands share, and the last lines of every --help."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shallow_cli.errors import Problem, UsageError

if TYPE_CHECKING:
    from shallow_cli.model import Model

DEFAULT_MODEL = Path("model.npz")

Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Set a config key for this run; may be repeated, the last one counts.",
        show_default=False,
    ),
]
ModelFile = Annotated[
    Path,
    typer.Argument(metavar="[MODEL]", readable=False, help="A model file.", show_default=False),
]
TableOption = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="CSV", readable=False, help="Take the rows from this table; - is stdin."
    ),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold",
        metavar="P",
        min=0.0,
        max=1.0,
        help="Of two classes the positive one is meant above this probability; 0.5 without it.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

EXIT_CODES = """\b
Exit codes:
  0    done
  1    the answer is no: gradient check failed, metric below --fail-under
  2    usage or config error        3    data or model file error
  4    no verdict, or diverged      70   a bug in shallow
  130  interrupted   143  terminated   129  hung up   141  closed pipe"""


def with_table(overrides: Sequence[str], data: Path | None) -> list[str]:
    """The overrides, and `data.csv` for a table that --data names."""
    import json

    if data is None:
        return list(overrides)
    # Quoted, since the words of --set are read as YAML.
    word = "-" if str(data) == "-" else json.dumps(str(data), ensure_ascii=False)
    return [*overrides, f"data.csv={word}"]


def likely_model(data: Path | None) -> Path:
    """What the model may be when the first argument turned out to be a table."""
    return DEFAULT_MODEL if data is None or str(data) == "-" else data


def require_two_classes(model: "Model", threshold: float | None) -> None:
    """Refuse a threshold where there is nothing to divide by it.

    Raises:
        UsageError: if the model does not have two classes.
    """
    if threshold is not None and model.columns.task != "binary":
        n = len(model.columns.classes)
        what = f"has {n} classes" if n else "predicts numbers"
        raise UsageError(Problem(f"--threshold is for two classes; this model {what}"))
