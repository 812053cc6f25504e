"""A model as tables: layers, columns, classes, config, data, losses, weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shallow_cli.console.streams import write
from shallow_cli.console.tables import number, show_heading, show_table
from shallow_cli.printable import one_line
from shallow_cli.tables.columns import Category, Column
from shallow_cli.yaml_text import yaml_value

if TYPE_CHECKING:
    from shallow_cli.model import Model

LAST_ROWS = 5
SHOWN_WORDS = 8


def show_model(model: Model, *, weights: bool) -> None:
    """Print what a model is."""
    _show_layers(model)
    _show_columns(model)
    said = [(name, value) for name, value in model.config.items() if value not in (None, [], ())]
    show_table("Config", ["", "value"], [[name, _text(value)] for name, value in said])
    sources = model.sources.items()
    rows = [[part, s["name"], str(s["rows"]), s["sha256"][:16]] for part, s in sources]
    show_table("Data", ["", "name", "rows", "sha256"], rows)
    show_table("Made with", ["", "version"], [list(item) for item in model.made_with.items()])
    _show_training(model)
    if model.diagnoses:
        show_heading("Diagnosis")
        for diagnosis in model.diagnoses:
            write(one_line(str(diagnosis)))
        write("")
    if weights:
        _show_weights(model)


def _show_layers(model: Model) -> None:
    network, blocks = model.network, model.theta.blocks()
    shapes = {name: f"{name} {block.shape}" for name, block in blocks.items()}
    rows = [
        ["hidden", str(network.n_h), network.activation, shapes["W1"], shapes["b1"]],
        ["output", str(network.n_y), network.output, shapes["W2"], shapes["b2"]],
    ]
    title = f"Layers, {network.n_parameters} parameters"
    show_table(title, ["", "units", "function", "weights", "biases"], rows)


def _show_columns(model: Model) -> None:
    columns = model.columns
    numbers = [("feature", f) for f in columns.features if isinstance(f, Column)]
    if not columns.classes:
        numbers += [("target", target) for target in columns.targets]
    filled = any(column.fill is not None for _, column in numbers)
    rows = [
        [column.name, role, *(f"{x:.6g}" for x in (column.offset, column.scale))]
        + [_or_dash(column.fill)] * filled
        for role, column in numbers
    ]
    title = "Columns: the network sees (x − offset) / scale"
    if rows:
        show_table(title, ["", "as", "offset", "scale"] + ["if missing"] * filled, rows)
    words = [[f.name, _words(f)] for f in columns.features if isinstance(f, Category)]
    if words:
        show_table("Categories: the network sees a 1 for the word", ["", "words"], words)
    if columns.classes:
        rows = [[label, str(number)] for number, label in enumerate(columns.classes)]
        show_table(f"Classes of {', '.join(columns.target_names)}", ["", "number"], rows)


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"


def _words(category: Category) -> str:
    shown = [word or "(missing)" for word in category.words[:SHOWN_WORDS]]
    more = len(category.words) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _show_training(model: Model) -> None:
    logged = [row.values() for row in model.history[-LAST_ROWS:]]
    labels = ["logged"] * len(logged) + ["kept"]
    rows = [
        [label, *(str(v) if name == "epoch" else number(v) for name, v in row.items())]
        for label, row in zip(labels, [*logged, model.kept.values()], strict=True)
    ]
    show_table(f"Losses ({model.ended['reason']})", ["", *model.kept.values()], rows)


def _show_weights(model: Model) -> None:
    for name, block in model.theta.blocks().items():
        header = ["", *map(str, range(block.shape[1]))]
        values = block.tolist()
        rows = [[str(i), *(f"{value:.6g}" for value in row)] for i, row in enumerate(values)]
        show_table(f"{name} {block.shape}", header, rows)


def _text(value: Any) -> str:
    return yaml_value(tuple(value) if isinstance(value, list) else value)
