"""`shallow init`: a commented starter config."""

from pathlib import Path
from typing import Annotated

import typer

from shallow_cli.console.streams import write
from shallow_cli.errors import Problem, UsageError


def init_cli(
    data: Annotated[
        Path | None,
        typer.Argument(metavar="[DATA]", readable=False, help="A CSV to write the config for."),
    ] = None,
) -> None:
    """Print a commented config that trains as it is.

    With DATA it is a short one, for the columns of that CSV; the last column is taken for the
    target. Without, it has every key there is.

    \b
    Example:
      shallow init data.csv > config.yaml
    """
    write(init(data))


def init(data: Path | None = None) -> str:
    """The text of a config for a CSV, or the reference config.

    Raises:
        UsageError: for standard input, which no config can name twice.
        DataError: if the CSV cannot be read, or a config for it could not train.
    """
    from shallow_cli.config_text import reference_yaml, starter_yaml
    from shallow_cli.files.config_file import parse_config
    from shallow_cli.tables.data import load_data
    from shallow_cli.tables.survey import survey

    if data is None:
        return reference_yaml()
    if str(data) == "-":
        raise UsageError(Problem("init needs a file: the config it writes names it"))
    text = starter_yaml(survey(data))
    load_data(parse_config(text, str(data), Path()))  # refuses what training would refuse
    return text
