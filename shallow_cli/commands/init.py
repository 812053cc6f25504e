"""`shallow init`: a commented starter config."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from shallow_cli.commands.options import Overrides, with_table
from shallow_cli.console.streams import write
from shallow_cli.errors import Problem, UsageError


def init_cli(
    data: Annotated[
        Path | None,
        typer.Argument(metavar="[DATA]", readable=False, help="A table to write the config for."),
    ] = None,
    overrides: Overrides = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of configs, for editors.")
    ] = False,
) -> None:
    """Print a commented config that trains as it is.

    With DATA it is a short one, for the columns of that table: the last one is taken for the
    target, dates and ids are left out, and gaps are filled. --set says otherwise, also how the
    table is written. Without DATA, it has every key there is.

    With --schema it is what editors complete and check a config by, once its first line is
    # yaml-language-server: $schema=shallow.schema.json

    \b
    Example:
      shallow init data.csv > config.yaml
      shallow init data.csv --set data.target=price --set data.encoding=cp1252
      shallow init --schema > shallow.schema.json
    """
    if schema:
        write(schema_alone(data, overrides or ()))
    else:
        write(init(data, overrides or ()))


def schema_alone(data: Path | None, overrides: Sequence[str]) -> str:
    """The JSON Schema, which is the same for every table.

    Raises:
        UsageError: if a table or a key is named as well.
    """
    from shallow_cli.schema import schema_text

    if data is not None or overrides:
        raise UsageError(Problem("--schema is the same for all; leave DATA and --set out"))
    return schema_text()


def init(data: Path | None = None, overrides: Sequence[str] = ()) -> str:
    """The text of a config for a table, or the reference config.

    Raises:
        UsageError: for standard input, which no config can name twice, or keys of no table.
        ConfigError: if what was set cannot be.
        DataError: if the table cannot be read, or a config for it could not train.
    """
    from shallow_cli.config_text import reference_yaml, starter_yaml
    from shallow_cli.files.config_file import parse_config
    from shallow_cli.tables.suggesting import HOLD_OUT, suggest

    if data is None:
        if overrides:
            raise UsageError(Problem("--set is about DATA, and no table is named"))
        return reference_yaml()
    if str(data) == "-":
        raise UsageError(Problem("init needs a file: the config it writes names it"))
    if others := [word for word in overrides if not word.startswith("data.")]:
        text = f"--set {others[0]}: only keys of data matter here; change the others in the text"
        raise UsageError(Problem(text))
    said = [f"data.validation={HOLD_OUT}", *overrides]
    given = parse_config("", str(data), Path(), with_table(said, data))
    return starter_yaml(suggest(given))
