"""`shallow inspect`: what a model is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from shallow_cli.commands.options import DEFAULT_MODEL, Json, ModelFile
from shallow_cli.console.streams import write

if TYPE_CHECKING:
    from shallow_cli.model import Model

LAST_ROWS = 5


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

    from shallow_cli.files.model_file import load_model

    loaded = load_model(model)
    if as_json:
        write(json.dumps(describe(loaded, weights=weights), ensure_ascii=False, allow_nan=False))
    else:
        show(loaded, weights=weights)


def describe(model: Model, *, weights: bool = False) -> dict[str, Any]:
    """Everything a model file says, as plain values."""
    import dataclasses

    blocks = model.theta.blocks()
    network = dataclasses.asdict(model.network)
    return {
        "network": network | {"parameters": model.network.n_parameters},
        "shapes": {name: list(block.shape) for name, block in blocks.items()},
        "columns": dataclasses.asdict(model.columns),
        "config": model.config,
        "sources": model.sources,
        "ended": model.ended,
        "kept": model.kept.values(),
        "history": [row.values() for row in model.history],
        **({"weights": {n: block.tolist() for n, block in blocks.items()}} if weights else {}),
    }


def show(model: Model, *, weights: bool) -> None:
    """Print the description as tables."""
    from shallow_cli.console.tables import show_table

    network, columns = model.network, model.columns
    blocks = model.theta.blocks()
    layers = [
        ["hidden", str(network.n_h), network.activation, _shapes(model, "W1", "b1")],
        ["output", str(network.n_y), network.output, _shapes(model, "W2", "b2")],
    ]
    show_table("Layers", ["", "units", "function", "parameters"], layers)
    show_table(
        "Columns: the network sees (x − offset) / scale",
        ["", "as", "offset", "scale"],
        [
            [column.name, role, f"{column.offset:.6g}", f"{column.scale:.6g}"]
            for role, group in (("feature", columns.features), ("target", columns.targets))
            for column in group
        ],
    )
    if columns.classes:
        counted = enumerate(columns.classes)
        show_table("Classes", ["", "number"], [[label, str(i)] for i, label in counted])
    said = [[name, _text(value)] for name, value in model.config.items() if value not in (None, [])]
    show_table("Config", ["", "value"], said)
    where = [
        [part, source["name"], str(source["rows"]), (source["sha256"] or "-")[:16]]
        for part, source in model.sources.items()
    ]
    show_table("Data", ["", "name", "rows", "sha256"], where)
    rows = [row.values() for row in (*model.history[-LAST_ROWS:], model.kept)]
    labels = ["logged"] * (len(rows) - 1) + [f"kept ({model.ended['reason']})"]
    cells = [
        [label, *(str(v) if n == "epoch" else f"{v:.6f}" for n, v in row.items())]
        for label, row in zip(labels, rows, strict=True)
    ]
    show_table("Training", ["", *model.kept.values()], cells)
    if weights:
        for name, block in blocks.items():
            header = ["", *map(str, range(block.shape[1]))]
            show_table(
                f"{name} {block.shape}",
                header,
                [[str(i), *(f"{v:.6g}" for v in row)] for i, row in enumerate(block.tolist())],
            )


def _shapes(model: Model, *names: str) -> str:
    return "  ".join(f"{name} {model.theta.blocks()[name].shape}" for name in names)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
