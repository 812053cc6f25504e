"""What a report says in tables: how good a model is, what it saw, its weights and its config."""

from __future__ import annotations

from pathlib import PurePath

from shallow_cli.config_text import config_lines
from shallow_cli.evaluation import evaluate_table
from shallow_cli.model import Model
from shallow_cli.plots.diagram import Diagram
from shallow_cli.plots.markup import Cell, Markup, figure, section, table
from shallow_cli.plots.pictures import Pictures
from shallow_cli.plots.svg import fit_chart
from shallow_cli.plots.svg_parts import written
from shallow_cli.tables.columns import Column
from shallow_cli.yaml_text import yaml_value


def measures(pictures: Pictures) -> str:
    """Metrics, and the confusion matrix or the residuals.

    Raises:
        DataError: if a prediction is not finite.
    """
    if pictures.table is None:
        return ""
    evaluated = evaluate_table(pictures.model, pictures.table)
    parts = evaluated.parts
    rows = [
        [name, *(_number(part.metrics[name]) for part in parts.values())]
        for name in parts[""].metrics
    ]
    found = table("Metrics", ["", *(name or "all rows" for name in parts)], rows)
    which, last = list(parts.items())[-1]
    if last.confusion is not None:
        classes = pictures.model.columns.classes
        lines = [
            [label, *map(str, counts)]
            for label, counts in zip(classes, last.confusion.tolist(), strict=True)
        ]
        caption = f"Confusion, {which or 'all'} rows: true classes down, predicted across"
        found += table(caption, ["", *classes], lines)
    drawn = "".join(
        figure(
            f"fit{n}",
            [(f"{fit.name}: predicted against actual, and what is left", None)],
            fit_chart(fit),
            f"{fit.name}: predicted against actual values, and residuals by predicted value",
        )
        for n, fit in enumerate(pictures.fits)
    )
    return section(f"How good it is on {PurePath(evaluated.name).name}", found, drawn)


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.6g}"


def data(model: Model) -> str:
    """Where the rows came from, and what the network sees of them."""
    rows = [
        (part, s["name"], str(s["rows"]), s["sha256"][:16]) for part, s in model.sources.items()
    ]
    found = table("Rows", ("", "name", "rows", "SHA-256"), rows)
    numbers = [
        (feature.name, f"{feature.offset:.6g}", f"{feature.scale:.6g}")
        for feature in model.columns.features
        if isinstance(feature, Column)
    ]
    if numbers:
        caption = "Columns: the network sees (x − offset) / scale"
        found += table(caption, ("", "offset", "scale"), numbers)
    words = [
        (feature.name, ", ".join(word or "(missing)" for word in feature.words))
        for feature in model.columns.features
        if not isinstance(feature, Column)
    ]
    if words:
        found += table("Categories: the network sees a 1 for the word", ("", "words"), words)
    return section("Data", found)


def weights(diagram: Diagram, model: Model) -> str:
    """Those that are drawn and the biases, as a table that follows the slider."""
    n_x, n_h, vector = model.network.n_x, model.network.n_h, model.theta.vector

    def cell(place: int) -> Markup:
        return Markup(f'<span data-weight="{place}">{float(vector[place]):.4g}</span>')

    inputs, start = [*diagram.inputs, n_x], n_h * (n_x + 1)
    header = ["", *(diagram.input_names[n] for n in diagram.inputs), "bias"]
    first: list[list[Cell]] = [
        [f"unit {unit + 1}", *(cell(unit * (n_x + 1) + n) for n in inputs)]
        for unit in diagram.units
    ]
    second: list[list[Cell]] = [
        [diagram.output_names[k], *(cell(start + k * (n_h + 1) + j) for j in [*diagram.units, n_h])]
        for k in diagram.outputs
    ]
    units = ["", *(f"unit {unit + 1}" for unit in diagram.units), "bias"]
    tables = table("W1 and b1", header, first) + table("W2 and b2", units, second)
    return f"<details><summary>As numbers</summary>{tables}</details>"


def config_text(model: Model) -> str:
    """What decided the result, as a config has it."""
    said = {n: v for n, v in model.config.items() if v not in (None, [], ())}
    lines = {
        name: f"{name.rpartition('.')[2]}: "
        f"{yaml_value(tuple(value) if isinstance(value, list) else value)}"
        for name, value in said.items()
    }
    return written_lines(config_lines(lines))


def written_lines(text: str) -> str:
    """Several lines of text as HTML."""
    return "\n".join(map(written, text.splitlines()))
