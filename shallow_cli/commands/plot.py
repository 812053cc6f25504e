"""`shallow plot`: see what a network has learned."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shallow_cli.commands.options import DEFAULT_MODEL, ModelFile, Overrides, likely_model
from shallow_cli.console.streams import say
from shallow_cli.errors import DataError, Problem, UsageError

if TYPE_CHECKING:
    from shallow_cli.plots.pictures import Pictures

Drawing = Callable[["Pictures", str], bytes]  # of a model with a name


def plot_cli(
    model: ModelFile = DEFAULT_MODEL,
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DATA]",
            readable=False,
            help="A table with the target, to draw its rows; - is stdin.",
        ),
    ] = None,
    x: Annotated[
        str | None,
        typer.Option("--x", metavar="COLUMN", help="The feature of the axis to the right."),
    ] = None,
    y: Annotated[
        str | None, typer.Option("--y", metavar="COLUMN", help="The feature of the upward axis.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Draw into a .svg, .png or .pdf file, or write a .html report.",
        ),
    ] = None,
    overrides: Overrides = None,
) -> None:
    """Draw the loss curves of a model, what it says all over a plane, and each hidden unit.

    The plane is that of two features; of more, that of --x and --y with the others at their mean,
    or the two directions in which the rows of DATA vary most. Of a regression with DATA also
    predicted against actual, and the residuals.

    A report is a page that needs nothing else: the network drawn, all these pictures with a slider
    through the training, metrics, the data, the weights and the config.

    \b
    Example:
      shallow plot model.npz
      shallow plot model.npz data.csv --x petal_length --y petal_width
      shallow plot model.npz -o model.svg
      shallow plot model.npz data.csv -o figure.pdf
      shallow plot model.npz data.csv -o report.html
    """
    plot(model, data, (x, y), output, overrides or ())


def plot(
    path: Path,
    data: Path | None,
    axes: tuple[str | None, str | None],
    output: Path | None = None,
    overrides: Sequence[str] = (),
) -> None:
    """Show the pictures of a model, or write them to a file.

    Raises:
        UsageError: if the axes are no two columns of numbers, nothing says how far they go, or the
            name of the output does not say how to draw it.
        ConfigError: if `--set` says what it cannot.
        DataError: if the table cannot be read, or does not fit the model; if the output cannot be
            written, or what draws it is not installed.
        ModelFileError: if the model cannot be read.
    """
    from shallow_cli.choosing import chosen_rows, table_of
    from shallow_cli.console.pictures import show_pictures
    from shallow_cli.files.atomic import replacing
    from shallow_cli.files.model_file import load_model
    from shallow_cli.plots.pictures import pictures_of

    draw = drawing(output) if output else None
    model = load_model(path, f"shallow plot {likely_model(data)} {path}")
    known = data is not None or overrides or model.config["data.generate"] is not None
    table = table_of(model, chosen_rows(model, data, overrides)) if known else None
    pictures = pictures_of(model, table, axes)
    if draw is None or output is None:
        show_pictures(pictures)
    else:
        picture = draw(pictures, path.name)
        with replacing(output, DataError) as file:
            file.write(picture)
    if pictures.missing:
        say(pictures.missing)


def drawing(output: Path) -> Drawing:
    """What draws a file with this name, ready to do so.

    Raises:
        DataError: if it cannot be written, or what draws it is not there.
        UsageError: if its name does not say how.
    """
    from shallow_cli.files.atomic import require_writable

    form = output.suffix.lower()
    if form not in FORMS:
        *others, last = FORMS
        what = f"-o draws {', '.join(others)} and {last} files; name one"
        raise UsageError(Problem(what, str(output)))
    require_writable(output, DataError)
    return FORMS[form](str(output))


def _svg(_name: str) -> Drawing:
    from shallow_cli.plots.svg import svg_of

    return lambda pictures, _title: svg_of(pictures).encode()


def _report(_name: str) -> Drawing:
    from shallow_cli.plots.report import report_of

    return lambda pictures, title: report_of(pictures, title).encode()


def _figure(form: str, name: str) -> Drawing:
    from shallow_cli.plots.figure import figure_bytes, require_matplotlib

    require_matplotlib(name, form)
    return lambda pictures, _title: figure_bytes(pictures, form)


# From the name of a file to what draws it.
FORMS: dict[str, Callable[[str], Drawing]] = {
    ".svg": _svg,
    ".png": partial(_figure, "png"),
    ".pdf": partial(_figure, "pdf"),
    ".html": _report,
}
