"""The report: one HTML file that needs nothing else, for who learns and for who is to judge."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files

from shallow_cli.model import Model
from shallow_cli.plots.diagram import Diagram, diagram_of, drawing
from shallow_cli.plots.markup import figure, paragraphs, section, table
from shallow_cli.plots.moments import Moment, kept_at, moments_of
from shallow_cli.plots.pictures import Pictures
from shallow_cli.plots.report_numbers import epoch_x, numbers_json
from shallow_cli.plots.report_tables import config_text, data, measures, weights
from shallow_cli.plots.svg import (
    CHART_HEIGHT,
    boundary,
    chart,
    legend,
    losses,
    names,
)
from shallow_cli.plots.svg_parts import BELOW, WIDTH, Part, written
from shallow_cli.plots.unit_pictures import unit_pictures

NO_SNAPSHOTS = "The network is too large for its model to keep its weights on the way."


def report_of(pictures: Pictures, name: str) -> str:
    """The whole page about a model of this name, measured on the rows that are known, if any.

    Raises:
        DataError: if a prediction is not finite.
    """
    moments, kept = moments_of(pictures.model)
    style, script = (_resource(f"report.{kind}") for kind in ("css", "js"))
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; "
        f"script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'"
    )
    moves = len(moments) > 1
    parts = [
        f"<h1>{written(name)}</h1>",
        paragraphs(_what_it_is(pictures.model)),
        _diagnosis(pictures.model),
        _controls(moments, kept) if moves else "",
        "" if pictures.model.snapshots else paragraphs([NO_SNAPSHOTS]),
        _pictures(pictures, moments[kept].epoch),
        measures(pictures),
        data(pictures.model),
        section("Weights", weights(diagram_of(pictures.model), pictures.model)),
        section("Config", f"<pre>{config_text(pictures.model)}</pre>"),
        section("Made with", table("Versions", ("", ""), pictures.model.made_with.items())),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{written(name)}</title><style>{style}</style></head>\n"
        f"<body><main>{''.join(parts)}</main>\n"
        f"{_script(numbers_json(pictures, moments), script) if moves else ''}</body></html>\n"
    )


def _script(numbers: str, script: str) -> str:
    return (
        f'<script type="application/json" id="numbers">{numbers}</script>\n'
        f"<script>{script}</script>\n"
    )


def _resource(name: str) -> str:
    return (files(__package__) / "page" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """As a content security policy names what may run. W3C, CSP 3, section 8.5."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _what_it_is(model: Model) -> Iterator[str]:
    """The network, what it learned from, and how that ended, in sentences."""
    network, columns, source = model.network, model.columns, model.sources["training"]
    targets = ", ".join(columns.target_names)
    what = {"regression": f"predicts {targets}"}.get(
        columns.task, f"tells {len(columns.classes)} classes of {targets} apart"
    )
    yield (
        f"A network of {_counted(network.n_x, 'input')}, "
        f"{_counted(network.n_h, f'{network.activation} hidden unit')} and "
        f"{_counted(network.n_y, f'{network.output} output')}, "
        f"{_counted(network.n_parameters, 'parameter')}, that {what}."
    )
    measures = ", ".join(f"{n} {v:.6g}" for n, v in model.kept.values().items() if n != "epoch")
    penalised = " The loss includes the L2 penalty." if model.config["l2"] else ""
    yield (
        f"Trained on {_counted(source['rows'], 'row')} of {source['name']}{_held_out(model)} by "
        f"{model.config['optimizer']}: "
        f"{model.ended['reason']} at epoch {model.ended['epoch']}. The weights of "
        f"{kept_at(model)} were kept: {measures}.{penalised}"
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _held_out(model: Model) -> str:
    """How validation rows came about, if there were some."""
    if "validation" in model.sources:
        other = model.sources["validation"]
        return f", validated on {_counted(other['rows'], 'row')} of {other['name']},"
    share = model.config["data.validation"]
    return f", {share:.0%} of them held out," if share else ""


def _diagnosis(model: Model) -> str:
    told = paragraphs(map(str, model.diagnoses))
    return f'<div class="diagnosis" role="note">{told}</div>' if told else ""


def _controls(moments: list[Moment], kept: int) -> str:
    return (
        '<div id="controls" hidden><button type="button" id="play">Play</button>'
        '<label for="moment">Training</label>'
        f'<input type="range" id="moment" min="0" max="{len(moments) - 1}" value="{kept}" '
        f'autocomplete="off" aria-valuetext="{moments[kept].label}">'
        f'<output id="label" for="moment" aria-live="off">{moments[kept].label}</output></div>'
    )


def _pictures(pictures: Pictures, epoch: int) -> str:
    """The network, what it says, and its losses; `epoch` is where the slider stands."""
    found = (_network(pictures), _boundary(pictures), _profile(pictures), _losses(pictures, epoch))
    missing = paragraphs(filter(None, [pictures.missing]))
    return f'<div class="pictures">{"".join(found)}</div>{missing}'


def _network(pictures: Pictures) -> str:
    diagram = diagram_of(pictures.model)
    part = drawing(diagram, pictures.model.theta, unit_pictures(pictures, diagram.units))
    says = "The network; its weights are in the table further down"
    return figure("network", [(_about(diagram), None)], part, says)


def _boundary(pictures: Pictures) -> str:
    if pictures.surface is None:
        return ""
    surface, plane = pictures.surface, pictures.surface.plane
    says = f"What the model says over {plane.x.label} to the right and {plane.y.label} upwards"
    return figure("boundary", legend(surface), boundary(surface, pictures.model.theta), says)


def _profile(pictures: Pictures) -> str:
    if pictures.profile is None:
        return ""
    part = chart(pictures.profile, WIDTH, CHART_HEIGHT)
    words = [("What it says", None), *names(pictures.profile)]
    says = f"What the model says along {pictures.profile.x.label}"
    return figure("profile", words, part, says)


def _losses(pictures: Pictures, epoch: int) -> str:
    curves = pictures.curves
    now = (
        f'<path id="now" class="now" d="M0,0V{CHART_HEIGHT - BELOW:g}" '
        f'transform="translate({epoch_x(curves.x, epoch)},0)"/>'
    )
    part = chart(curves, WIDTH, CHART_HEIGHT)
    said = ", ".join(f"{c.name} from {c.values[0]:.6g} to {c.last:.6g}" for c in curves.curves)
    part = Part(part.elements + now, part.height)
    return figure("losses", losses(curves), part, f"Loss curves: {said}")


def _about(diagram: Diagram) -> str:
    """What the lines are, and what of a large network is left out."""
    network = diagram.network
    parts = (
        (diagram.inputs, network.n_x, "inputs"),
        (diagram.units, network.n_h, "hidden units"),
        (diagram.outputs, network.n_y, "outputs"),
    )
    some = [f"{len(drawn)} of {n} {what}" for drawn, n, what in parts if len(drawn) < n]
    left_out = f" ({', '.join(some)}, those that weigh most)" if some else ""
    return (
        f"The network{left_out}: red lines are positive weights, dashed blue ones negative; each "
        "unit from its lowest output to its highest"
    )
