"""`shallow predict`: a CSV in, a CSV out, row by row in the order they came."""

import contextlib
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from shallow_cli.commands.options import DEFAULT_MODEL, ModelFile, likely_model
from shallow_cli.errors import DataError, Problem, UsageError

if TYPE_CHECKING:
    from shallow_cli.model import Model


def predict_cli(
    model: ModelFile = DEFAULT_MODEL,
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DATA]",
            readable=False,
            help="A CSV; - is standard input. Its columns may be in any order.",
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
) -> None:
    """Predict the target of every row.

    Rows keep their order and their number. DATA needs the columns the model was trained on, by
    name, and no target. A model of generated data predicts that data when DATA is left out.

    \b
    Example:
      shallow predict model.npz new.csv > predictions.csv
      cat new.csv | shallow predict model.npz - --proba --id name
    """
    from shallow_cli.files.model_file import load_model

    if output.exists() and output.resolve() in {path.resolve() for path in (model, data) if path}:
        raise UsageError(Problem("-o names an input; it is not replaced", str(output)))
    loaded = load_model(model, f"shallow predict {likely_model(data)} {model}")
    predict(loaded, data, output, proba=proba, ids=ids or ())


def predict(
    model: "Model",
    data: Path | None,
    output: Path = Path("-"),
    *,
    proba: bool = False,
    ids: Sequence[str] = (),
) -> None:
    """Write the predictions for a CSV, batch by batch; `-` is stdin or stdout.

    Raises:
        UsageError: if the model has no probabilities, or data that is needed is not named.
        DataError: if the table cannot be read, lacks a column, or a feature is no number.
    """
    import csv

    from shallow_cli.answers import csv_answers, generated_answers

    if proba and not model.columns.classes:
        raise UsageError(Problem("--proba: a regression has no probabilities"))
    if data is None:
        rows = generated_answers(model, ids, proba=proba)
    else:
        rows = csv_answers(model, data, ids, proba=proba)
    with _opened(output) as file:
        plain = csv.writer(file, lineterminator="\n")
        quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for batch in rows:
            # A lone carriage return would end a record for many readers, but not for csv.writer.
            risky = any("\r" in cell for row in batch for cell in row)
            (quoted if risky else plain).writerows(batch)
            file.flush()


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
