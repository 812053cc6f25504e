"""`shallow export`: a model as what runs without shallow."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from shallow_cli.commands.options import DEFAULT_MODEL, ModelFile, likely_model
from shallow_cli.console.streams import say
from shallow_cli.errors import DataError, ModelFileError, Problem, UsageError


def export_cli(
    form: Annotated[
        Literal["python"], typer.Option("--to", help="What to write: a Python program.")
    ],
    model: ModelFile = DEFAULT_MODEL,
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DATA]", readable=False, help="A CSV on whose rows it is checked as well."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where it goes; MODEL.py without it."),
    ] = None,
) -> None:
    """Write a model as what runs without shallow.

    The program needs nothing but Python 3: it reads a CSV on standard input and writes
    predictions, with --proba the probability of each class as well. Before it is written it is
    run on made-up rows, with gaps and unknown words, and on those of DATA: every answer must be
    that of the model, numbers and probabilities to 9 digits.

    \b
    Example:
      shallow export model.npz --to python -o model.py
      python3 model.py < data.csv > predictions.csv
    """
    export(model, data, output or Path(model.with_suffix(SUFFIXES[form]).name))


SUFFIXES = {"python": ".py"}


def export(path: Path, data: Path | None, output: Path) -> None:
    """Write the program of a model, if it says what the model says.

    Raises:
        UsageError: if the output is an input or no program, or DATA can be read only once.
        DataError: if DATA cannot be read or does not fit the model, or the output be written.
        ModelFileError: if the model cannot be read, or would be answered otherwise.
    """
    import tempfile

    from shallow_cli.export.checking import ROWS, TOLERANCE, disagreement, made_up
    from shallow_cli.export.python import program_of
    from shallow_cli.files.atomic import replacing
    from shallow_cli.files.identity import are_files
    from shallow_cli.files.model_file import load_model

    if output.resolve() in {each.resolve() for each in (path, data) if each}:
        raise UsageError(Problem("-o names an input; it is not replaced", str(output)))
    require_replaceable(output)
    if data is not None and not are_files([data]):
        text = "can be read only once, and the answers to it are compared; write it to a file first"
        raise UsageError(Problem(text, str(data)))
    model = load_model(path, f"shallow export {likely_model(data)} {path}")
    program = program_of(model)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "made-up.csv")
        table.write_bytes(made_up(model))
        for each in (table, *([data] if data else [])):
            wrong = disagreement(model, program, each)
            if wrong:
                text = f"not exported, for its program would answer otherwise: {wrong}"
                raise ModelFileError(Problem(text, str(path)))
    with replacing(output, DataError) as file:
        file.write(program.encode())
    rows = f"{ROWS} made-up rows" + (f" and those of {data}" if data else "")
    say(f"wrote {output}: it answers {rows} as the model does, to {TOLERANCE:g}")


def require_replaceable(output: Path) -> None:
    """Refuse an output that is somebody's file: `model.py` may well be one.

    Raises:
        UsageError: if there is a file that is no exported program.
        DataError: if it cannot be written.
    """
    from shallow_cli.export.python import is_program
    from shallow_cli.files.atomic import require_writable

    require_writable(output, DataError)
    if output.is_file() and not is_program(output):
        text = "is there and no exported program; it is not replaced. Name another, or remove it"
        raise UsageError(Problem(text, str(output)))
