"""A model as a graph: which columns go in, what is computed of them, and what comes out.

All numbers are float64. The operators are those of ONNX opset 17 of which onnxruntime has had
float64 kernels for years, and LabelEncoder of ai.onnx.ml, which turns words into numbers. A NaN
that nothing fills is passed on: a graph cannot refuse a row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np

from shallow_cli.answers import answer_names
from shallow_cli.config import unflat
from shallow_cli.core.arrays import Array
from shallow_cli.model import Model
from shallow_cli.numerals import is_number, to_numbers
from shallow_cli.tables.columns import Category, Column, Columns
from shallow_cli.tables.labels import spellings, word_keys

UNKNOWN = -1  # the number of a word that the model does not know, and of no class
NO_LABEL = ""  # of a row without an answer
DOUBLE = 11  # what ONNX calls float64


@dataclass(frozen=True)
class Node:
    """An operator, the names of what it takes and gives, and its attributes."""

    op: str
    takes: tuple[str, ...]
    gives: tuple[str, ...]
    settings: dict[str, Any]


@dataclass(frozen=True)
class Graph:
    """Inputs and outputs are columns (rows, 1); of each its name, and whether it is words.

    `taken` are the names that there are; a graph has one thing under a name.
    """

    inputs: dict[str, bool]
    outputs: dict[str, bool]
    nodes: list[Node] = field(default_factory=list)
    constants: dict[str, Array] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def add(self, op: str, *takes: str, name: str, **settings: Any) -> str:
        """Add an operator with one result; what that is called is like `name`."""
        name = self._free(name)
        self.nodes.append(Node(op, takes, (name,), settings))
        return name

    def constant(self, values: Any, name: str) -> str:
        """Add a constant; what it is called is like `name`."""
        name = self._free(name)
        self.constants[name] = np.asarray(values)
        return name

    def split(self, matrix: str, names: Sequence[str]) -> None:
        """Give the columns of a matrix (rows, n) these n names, of outputs."""
        ones = self.constant(np.ones(len(names), dtype=np.int64), "one column each")
        self.nodes.append(Node("Split", (matrix, ones), tuple(names), {"axis": 1}))

    def _free(self, name: str) -> str:
        while name in self.taken:
            name += "'"
        self.taken.add(name)
        return name


def clashes(model: Model) -> list[str]:
    """The names that would be those of two columns of the graph, which can have but one."""
    names = [*model.columns.feature_names, *_outputs(model)]
    return sorted({name for name in names if names.count(name) > 1})


def graph_of(model: Model) -> Graph:
    """What `predict --proba` does, from the columns to the answers."""
    columns, network = model.columns, model.network
    inputs = {feature.name: isinstance(feature, Category) for feature in columns.features}
    labels = columns.target_names if columns.classes else ()
    outputs = {name: name in labels for name in _outputs(model)}
    graph = Graph(inputs, outputs, taken={*inputs, *outputs})
    theta = {name: block.astype(np.float64) for name, block in model.theta.blocks().items()}
    X = _inputs(graph, model)
    Z1 = _layer(graph, X, theta["W1"], theta["b1"], "1")
    A1 = ACTIVATIONS[network.activation](graph, Z1, network.leak)
    Z2 = _layer(graph, A1, theta["W2"], theta["b2"], "2")
    A2 = OUTPUTS[network.output](graph, Z2)
    (_decide if columns.classes else _unscale)(graph, A2, columns)
    return graph


def _outputs(model: Model) -> list[str]:
    return answer_names(model, proba=bool(model.columns.classes))


def _inputs(graph: Graph, model: Model) -> str:
    """X (rows, n_x): scaled, filled and one-hot; columns of numbers side by side are one matrix."""
    data = unflat(model.config).data
    marks = [word for word in data.missing_values if is_number(word, data.decimal)]
    parts: list[str] = []
    for _, group in groupby(model.columns.features, type):
        features = list(group)
        numbers = [feature for feature in features if isinstance(feature, Column)]
        if numbers:
            parts.append(_numbers(graph, numbers, to_numbers(marks, data.decimal)))
        words = (feature for feature in features if isinstance(feature, Category))
        parts += [_one_hot(graph, each, data.missing_values) for each in words]
    return graph.add("Concat", *parts, name="X", axis=1)


def _numbers(graph: Graph, columns: Sequence[Column], marks: Array) -> str:
    """(x − offset) / scale; a NaN, or a number that means none, becomes what fills it, or NaN."""
    x = graph.add("Concat", *(column.name for column in columns), name="numbers", axis=1)
    fills = [np.nan if column.fill is None else column.fill for column in columns]
    fill = graph.constant(fills, "what fills gaps")
    for mark in marks:
        is_mark = graph.add("Equal", x, graph.constant(mark, "mark of a gap"), name="is mark")
        x = graph.add("Where", is_mark, fill, x, name="numbers")
    x = graph.add("Where", graph.add("IsNaN", x, name="is gap"), fill, x, name="numbers")
    offset = graph.constant([column.offset for column in columns], "offsets")
    scale = graph.constant([column.scale for column in columns], "scales")
    return graph.add("Div", graph.add("Sub", x, offset, name="centred"), scale, name="scaled")


def _one_hot(graph: Graph, category: Category, missing: Collection[str]) -> str:
    """1 at the word's place, else 0; a word that means nothing stands where the empty one does."""
    key = word_keys(category.words)
    known = {key(word): place for place, word in enumerate(category.words)}
    numbers = {spelt: number for word, number in known.items() for spelt in spellings(word, key)}
    numbers |= dict.fromkeys(missing, known.get("", UNKNOWN))
    encode = {"keys_strings": [*numbers], "values_int64s": [*numbers.values()]}
    says = f"word of {category.name}"
    found = graph.add("LabelEncoder", category.name, name=says, **encode, default_int64=UNKNOWN)
    places = graph.constant(np.arange(len(category.words)), f"words of {category.name}")
    is_word = graph.add("Equal", found, places, name=f"is {says}")
    return graph.add("Cast", is_word, name=f"one-hot {category.name}", to=DOUBLE)


def _layer(graph: Graph, x: str, W: Array, b: Array, number: str) -> str:
    """Z = x Wᵀ + b, rows as examples.

    −b is subtracted: runtimes up to 2024 make one operator of a product, a sum and the function
    that follows, and that has no float64 kernel.
    """
    product = graph.add("MatMul", x, graph.constant(W.T, f"W{number}ᵀ"), name=f"x W{number}ᵀ")
    return graph.add("Sub", product, graph.constant(-b.T, f"−b{number}"), name=f"Z{number}")


def _leaky(graph: Graph, Z: str, leak: float) -> str:
    """z, or leak · z where z is not above 0, NaN as well: the operator Relu may drop a NaN."""
    below = graph.add("Mul", Z, graph.constant(leak, "leak"), name="leak Z1")
    above = graph.add("Greater", Z, graph.constant(0.0, "zero"), name="Z1 above 0")
    return graph.add("Where", above, Z, below, name="A1")


ACTIVATIONS: dict[str, Callable[[Graph, str, float], str]] = {
    "sigmoid": lambda graph, Z, _: graph.add("Sigmoid", Z, name="A1"),
    "tanh": lambda graph, Z, _: graph.add("Tanh", Z, name="A1"),
    "relu": lambda graph, Z, _: _leaky(graph, Z, 0.0),
    "leaky_relu": _leaky,
    "identity": lambda _graph, Z, _leak: Z,
}


def _both(graph: Graph, Z: str) -> str:
    """The shares of two classes, from the score of the second."""
    second = graph.add("Sigmoid", Z, name="A2")
    first = graph.add("Sub", graph.constant(1.0, "one"), second, name="1 − A2")
    return graph.add("Concat", first, second, name="shares", axis=1)


OUTPUTS: dict[str, Callable[[Graph, str], str]] = {
    "sigmoid": _both,
    "softmax": lambda graph, Z: graph.add("Softmax", Z, name="shares", axis=1),
    "linear": lambda _, Z: Z,
}


def _decide(graph: Graph, shares: str, columns: Columns) -> None:
    """The label of the largest share; the first of several, so that of two ½ is not enough."""
    names = [name for name in graph.outputs if name not in columns.target_names]
    graph.split(shares, names)
    best = graph.add("ArgMax", shares, name="largest", axis=1)
    none = graph.add("IsNaN", names[0], name="no answer")
    number = graph.add("Where", none, graph.constant(UNKNOWN, "none"), best, name="class")
    decode = {"keys_int64s": [*range(len(columns.classes))], "values_strings": [*columns.classes]}
    [label] = columns.target_names
    graph.nodes.append(
        Node("LabelEncoder", (number,), (label,), decode | {"default_string": NO_LABEL})
    )


def _unscale(graph: Graph, A2: str, columns: Columns) -> None:
    """The targets in their own units."""
    scale = graph.constant([target.scale for target in columns.targets], "scales of targets")
    offset = graph.constant([target.offset for target in columns.targets], "offsets of targets")
    scaled = graph.add("Mul", A2, scale, name="stretched")
    graph.split(graph.add("Add", scaled, offset, name="targets"), columns.target_names)
