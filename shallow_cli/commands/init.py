"""`shallow init`: a commented starter config."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shallow_cli.console.streams import write

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN_CLASSES = 10


def init_cli(
    data: Annotated[
        Path | None, typer.Argument(metavar="[DATA]", help="A CSV to write the config for.")
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
        DataError: if the CSV cannot be read, or has no column to learn from.
    """
    from shallow_cli.config_text import reference_yaml

    return reference_yaml() if data is None else "\n".join(_starter(data))


def _starter(data: Path) -> Iterator[str]:
    from shallow_cli.columns import choose_task, class_labels
    from shallow_cli.config_text import yaml_value
    from shallow_cli.survey import survey

    found = survey(data)
    task = choose_task(found.target_cells)
    labels = class_labels(found.target_cells)
    yield f"# {found.rows} rows of {found.name}. `shallow init` alone lists every key."
    yield "data:"
    yield f"  csv: {yaml_value(data)}"
    yield f"  target: {yaml_value(found.target)}  # the last column; any other will do"
    if task == "regression":
        yield "  task: regression  # the target is a number"
    else:
        shown = ", ".join(labels[:SHOWN_CLASSES]) + (" …" if len(labels) > SHOWN_CLASSES else "")
        yield f"  task: {task}  # {len(labels)} classes: {shown}"
    if found.unusable:
        yield "  # left out, since only numbers can be learned from so far:"
        for name, why in found.unusable.items():
            yield f"  #   {name}: {why}"
        yield f"  exclude: {yaml_value(tuple(found.unusable))}"
    yield f"  # features: {yaml_value(found.features)}"
    yield "  scale: standardize  # mean 0 and deviation 1, by the training rows; or minmax, none"
    yield "  validation: 0.2  # of the rows, held out to see how well the rest was learned"
    yield "hidden_units: 8"
    yield "activation: tanh  # or sigmoid, relu, leaky_relu"
    yield "init_scale: xavier  # or he (for relu), or a number such as 0.01"
    yield "learning_rate: 0.3  # smaller if the loss jumps, larger if it crawls"
    yield "epochs: 1000"
    yield "l2: 0.001  # a penalty on large weights, against overfitting"
    yield "seed: 0"
