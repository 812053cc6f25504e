"""`shallow export`: a model as what runs without shallow."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from shallow_cli.commands.options import DEFAULT_MODEL, ModelFile, likely_model
from shallow_cli.console.streams import say
from shallow_cli.errors import DataError, ModelFileError, Problem, UsageError

if TYPE_CHECKING:
    from shallow_cli.export.checking import Form


def export_cli(
    form: Annotated[
        Literal["python", "onnx"],
        typer.Option("--to", help="What to write: a Python program, or a graph for onnxruntime."),
    ],
    model: ModelFile = DEFAULT_MODEL,
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DATA]", readable=False, help="A table on whose rows it is checked as well."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where it goes, - for stdout; MODEL.py or MODEL.onnx without it.",
        ),
    ] = None,
) -> None:
    """Write a model as what runs without shallow.

    The program needs nothing but Python 3: it reads a CSV on standard input and writes
    predictions, with --proba the probability of each class as well. The graph is an ONNX file
    for onnxruntime, on whatever machine or in a browser, and has all that predict does to a row:
    one input per column, one output per column of predict --proba.

    Before a file is written it is asked about made-up rows, with gaps and unknown words, and
    about those of DATA: every answer must be that of the model, labels equal, numbers and
    probabilities to 9 digits.

    \b
    Example:
      shallow export model.npz --to python -o model.py
      python3 model.py < data.csv > predictions.csv
      shallow export model.npz data.csv --to onnx -o model.onnx
    """
    export(form, model, data, output)


def export(name: str, path: Path, data: Path | None, output: Path | None = None) -> None:
    """Write a model in the form of that name, if that says what the model says.

    Raises:
        UsageError: if the output is an input or somebody's file, or DATA can be read only once.
        DataError: if DATA cannot be read or does not fit the model, the output not be written,
            or a library is missing.
        ModelFileError: if the model cannot be read, or not be exported.
    """
    from shallow_cli.export.checking import ROWS, TOLERANCE, NotExportedError, exported
    from shallow_cli.export.forms import FORMS
    from shallow_cli.files.identity import are_files
    from shallow_cli.files.model_file import load_model

    form = FORMS[name]
    output = output or Path(path.with_suffix(form.suffix).name)
    if output.resolve() in {each.resolve() for each in (path, data) if each}:
        raise UsageError(Problem("-o names an input; it is not replaced", str(output)))
    form.require(output)
    require_replaceable(output, form)
    if data is not None and not are_files([data]):
        text = "can be read only once, and the answers to it are compared; write it to a file first"
        raise UsageError(Problem(text, str(data)))
    model = load_model(path, f"shallow export {likely_model(data)} {path}")
    try:
        made = exported(form, model, data)
    except NotExportedError as error:
        raise ModelFileError(Problem(f"not exported, for {error}", str(path))) from error
    with _opened(output) as file:
        file.write(made)
    where = "to standard output" if str(output) == "-" else output
    rows = f"{ROWS} made-up rows" + (f" and those of {data}" if data else "")
    say(f"wrote {where}: it answers {rows} as the model does, to {TOLERANCE:g}")


@contextlib.contextmanager
def _opened(output: Path) -> Iterator[BinaryIO]:
    """The file, or stdout, which `-` stands for."""
    from shallow_cli.files.atomic import replacing

    if str(output) == "-":
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    with replacing(output, DataError) as file:
        yield file


def require_replaceable(output: Path, form: "Form") -> None:
    """Refuse an output that is somebody's file: `model.py` may well be one.

    Raises:
        UsageError: if there is a file that was not exported in this form.
        DataError: if it cannot be written.
    """
    from shallow_cli.files.atomic import require_writable

    if str(output) == "-":
        return
    require_writable(output, DataError)
    if output.is_file() and not form.is_own(output):
        text = (
            f"is there and no exported {form.noun}; it is not replaced. Name another, or remove it"
        )
        raise UsageError(Problem(text, str(output)))
