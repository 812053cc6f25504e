"""`shallow inspect`: what a model is."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shallow_cli.commands.options import DEFAULT_MODEL, Json, ModelFile
from shallow_cli.console.streams import write

if TYPE_CHECKING:
    from shallow_cli.model import Model


def inspect_cli(
    model: ModelFile = DEFAULT_MODEL,
    weights: Annotated[bool, typer.Option("--weights", help="Print every weight.")] = False,
    as_json: Json = False,
) -> None:
    """Tell what a model is.

    Layers and their shapes, parameters, columns with their scaling, classes, config, data,
    metrics and the last losses.

    \b
    Example:
      shallow inspect model.npz
      shallow inspect model.npz --weights --json
    """
    import json

    from shallow_cli.console.model_tables import show_model
    from shallow_cli.files.model_file import load_model

    loaded = load_model(model)
    if as_json:
        write(json.dumps(describe(loaded, weights=weights), ensure_ascii=False, allow_nan=False))
    else:
        show_model(loaded, weights=weights)


def describe(model: "Model", *, weights: bool = False) -> dict[str, Any]:
    """Everything a model file says, as plain values, with the shapes of its arrays."""
    from shallow_cli.files.model_header import sections_of

    blocks = model.theta.blocks()
    described = sections_of(model)
    described["network"]["parameters"] = model.network.n_parameters
    described["shapes"] = {name: list(block.shape) for name, block in blocks.items()}
    if weights:
        described["weights"] = {name: block.tolist() for name, block in blocks.items()}
    return described
