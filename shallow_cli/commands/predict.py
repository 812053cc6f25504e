"""`shallow predict`: a CSV in, a CSV out, row by row in the order they came."""

import contextlib
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from shallow_cli.commands.options import (
    DEFAULT_MODEL,
    ModelFile,
    Overrides,
    Threshold,
    likely_model,
    require_two_classes,
)
from shallow_cli.console.streams import say
from shallow_cli.errors import DataError, Problem, UsageError

if TYPE_CHECKING:
    from shallow_cli.answers import Wish
    from shallow_cli.model import Model


def predict_cli(  # noqa: PLR0913, PLR0917 - an argument is an option here
    model: ModelFile = DEFAULT_MODEL,
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DATA]",
            readable=False,
            help="A table; - is standard input. Its columns may be in any order.",
        ),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="A file instead of stdout.", show_default=False
        ),
    ] = Path("-"),
    proba: Annotated[
        bool, typer.Option("--proba", help="Add a column p_CLASS for every class.")
    ] = False,
    ids: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="COLUMN", help="Copy a column of DATA; may be repeated."),
    ] = None,
    threshold: Threshold = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Refuse words that no training row has, instead of a note."),
    ] = False,
    overrides: Overrides = None,
) -> None:
    """Predict the target of every row.

    Rows keep their order and their number. DATA needs the columns the model was trained on, by
    name, and no target. It is read as the training table was; --set data.delimiter, data.decimal
    and data.encoding say otherwise. A model of generated data predicts that data when DATA is
    left out.

    \b
    Example:
      shallow predict model.npz new.csv > predictions.csv
      cat new.csv | shallow predict model.npz - --proba --id name
    """
    from shallow_cli.answers import Wish
    from shallow_cli.core import metrics
    from shallow_cli.files.model_file import load_model

    if output.exists() and output.resolve() in {path.resolve() for path in (model, data) if path}:
        raise UsageError(Problem("-o names an input; it is not replaced", str(output)))
    loaded = load_model(model, f"shallow predict {likely_model(data)} {model}")
    require_two_classes(loaded, threshold)
    wish = Wish(ids or (), proba, metrics.EVEN if threshold is None else threshold, strict)
    predict(loaded, data, output, wish, overrides or ())


def predict(
    model: "Model",
    data: Path | None,
    output: Path,
    wish: "Wish",
    overrides: Sequence[str] = (),
) -> None:
    """Write the predictions for a table, batch by batch; `-` is stdin or stdout.

    Raises:
        UsageError: if the model has no probabilities, or data that is needed is not named.
        ConfigError: if `--set` says what it cannot.
        DataError: if the table cannot be read, lacks a column, or has a cell the model cannot use.
    """
    import csv

    from shallow_cli.answers import csv_answers, generated_answers
    from shallow_cli.choosing import reading_of
    from shallow_cli.console.column_notes import unseen_words
    from shallow_cli.tables.readers import Found

    if wish.proba and not model.columns.classes:
        raise UsageError(Problem("--proba: a regression has no probabilities"))
    reading, found = reading_of(model, overrides), Found()
    if data is None:
        rows = generated_answers(model, wish)
    else:
        rows = csv_answers(model, (data,), wish, reading, found)
    with _opened(output) as file:
        plain = csv.writer(file, lineterminator="\n")
        quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for batch in rows:
            # A lone carriage return would end a record for many readers, but not for csv.writer.
            risky = any("\r" in cell for row in batch for cell in row)
            (quoted if risky else plain).writerows(batch)
            file.flush()
    for line in unseen_words(found.unseen):
        say(f"warning: {line}")


@contextlib.contextmanager
def _opened(output: Path) -> Iterator[TextIO]:
    from shallow_cli.files.atomic import replacing

    if str(output) == "-":
        yield sys.stdout
        return
    with replacing(output, DataError) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        yield text
        text.detach()  # flushed, and left open for what remains to be done
