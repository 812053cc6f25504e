"""A network drawn: inputs, hidden units and outputs, and between them the weights as lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shallow_cli.core.network import Network, Parameters
from shallow_cli.model import Model
from shallow_cli.plots.colours import LINES
from shallow_cli.plots.pictures import weightiest
from shallow_cli.plots.svg_parts import WIDTH, Part, hexadecimal, written

MOST_UNITS, MOST_INPUTS, MOST_OUTPUTS = 12, 12, 12
ROW, HALF, RADIUS = 60.0, (40.0, 25.0), 6.0  # from unit to unit, half a map, a unit without one
INPUT_X, UNIT_X, OUTPUT_X = 150.0, WIDTH / 2, WIDTH - 150.0
THINNEST, WIDEST = 0.4, 7.0  # lines
NEGATIVE, POSITIVE = LINES[:2]
LETTERS = 17  # of a name that there is room for


@dataclass(frozen=True)
class Weight:
    """A weight that is drawn: its place in the vector of all, its name and its two ends."""

    place: int
    name: str
    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True)
class Diagram:
    """Which inputs, hidden units and outputs are drawn of a network, by number."""

    network: Network
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    inputs: list[int]
    units: list[int]
    outputs: list[int]

    @property
    def height(self) -> float:
        """Of the drawing."""
        return ROW * max(map(len, (self.inputs, self.units, self.outputs)))

    def heights(self, drawn: Sequence[int]) -> list[tuple[int, float]]:
        """The middle of each of a column, from above."""
        step = self.height / len(drawn)
        return [(number, (place + 0.5) * step) for place, number in enumerate(drawn)]

    def layers(self) -> tuple[list[Weight], list[Weight]]:
        """The weights of the two layers that are drawn."""
        wide = self.network.n_x + 1
        ends = [(unit, (UNIT_X, y)) for unit, y in self.heights(self.units)]
        first = [
            Weight(
                unit * wide + n,
                f"{self.input_names[n]} → unit {unit + 1}",
                (INPUT_X + RADIUS, y),
                (end[0] - HALF[0], end[1]),
            )
            for n, y in self.heights(self.inputs)
            for unit, end in ends
        ]
        start = self.network.n_h * wide
        second = [
            Weight(
                start + n * (self.network.n_h + 1) + unit,
                f"unit {unit + 1} → {self.output_names[n]}",
                (begin[0] + HALF[0], begin[1]),
                (OUTPUT_X - RADIUS, y),
            )
            for n, y in self.heights(self.outputs)
            for unit, begin in ends
        ]
        return first, second


def diagram_of(model: Model) -> Diagram:
    """The whole network, or of a large one the units that weigh most and their largest inputs."""
    theta, columns = model.theta, model.columns
    units = sorted(weightiest(theta, MOST_UNITS))
    lengths = np.linalg.norm(theta.W1[units], axis=0)
    inputs = sorted(int(n) for n in np.argsort(-lengths, kind="stable")[:MOST_INPUTS])
    outputs = list(range(min(columns.n_y, MOST_OUTPUTS)))
    names = columns.input_names, columns.output_names
    return Diagram(model.network, *names, inputs, units, outputs)


def drawing(diagram: Diagram, theta: Parameters, pictures: Mapping[int, str]) -> Part:
    """The network; `pictures` has what is drawn of each unit, where there is anything to draw."""
    lines = [line for layer in diagram.layers() for line in _lines(layer, theta)]
    elements = [*lines, *_inputs(diagram), *_units(diagram, pictures), *_outputs(diagram)]
    return Part("".join(elements), diagram.height)


def _lines(layer: Sequence[Weight], theta: Parameters) -> Iterator[str]:
    """Of a layer; the largest weight that is drawn is as wide as a line gets."""
    values = theta.vector[[weight.place for weight in layer]].tolist()
    widest = max(map(abs, values)) or 1.0
    for weight, value in zip(layer, values, strict=True):
        yield _line(weight, value, widest)


def _line(weight: Weight, value: float, widest: float) -> str:
    (x, y), (to_x, to_y) = weight.start, weight.end
    middle = (x + to_x) / 2
    width = THINNEST + (WIDEST - THINNEST) * min(1.0, abs(value) / widest)
    colour = hexadecimal(NEGATIVE if value < 0 else POSITIVE)
    dashes = ' stroke-dasharray="5 3"' if value < 0 else ""
    name = written(weight.name)
    return (
        f'<path class="weight" data-weight="{weight.place}" data-name="{name}" '
        f'data-widest="{widest!r}" d="M{x:g},{y:.1f}C{middle:g},{y:.1f} {middle:g},{to_y:.1f} '
        f'{to_x:g},{to_y:.1f}" stroke="{colour}" stroke-width="{width:.2f}"{dashes}>'
        f"<title>{name}: {value:.4g}</title></path>"
    )


def _inputs(diagram: Diagram) -> Iterator[str]:
    for n, y in diagram.heights(diagram.inputs):
        yield f'<circle class="node" cx="{INPUT_X:g}" cy="{y:.1f}" r="{RADIUS:g}"/>'
        yield _name(diagram.input_names[n], INPUT_X - 2 * RADIUS, y, "end")


def _outputs(diagram: Diagram) -> Iterator[str]:
    for n, y in diagram.heights(diagram.outputs):
        yield f'<circle class="node" cx="{OUTPUT_X:g}" cy="{y:.1f}" r="{RADIUS:g}"/>'
        yield _name(diagram.output_names[n], OUTPUT_X + 2 * RADIUS, y, "start")


def _units(diagram: Diagram, pictures: Mapping[int, str]) -> Iterator[str]:
    w, h = HALF
    for unit, y in diagram.heights(diagram.units):
        yield (
            f'<g class="unit" data-unit="{unit}" transform="translate({UNIT_X - w:g},{y - h:.1f})">'
            f'<rect class="node" width="{2 * w:g}" height="{2 * h:g}"/>{pictures.get(unit, "")}'
            f'<rect class="frame" width="{2 * w:g}" height="{2 * h:g}"/>'
            f'<text x="3" y="13" class="number">{unit + 1}</text></g>'
        )


def _name(text: str, x: float, y: float, anchor: str) -> str:
    shown = text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"
    return (
        f'<text x="{x:g}" y="{y + 4:.1f}" text-anchor="{anchor}">{written(shown)}'
        f"<title>{written(text)}</title></text>"
    )
