"""Graphs as ONNX files, and what onnxruntime answers when it runs one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shallow_cli import __version__
from shallow_cli.answers import Rows
from shallow_cli.config import unflat
from shallow_cli.core.arrays import Array
from shallow_cli.errors import DataError, Problem
from shallow_cli.export.checking import NotExportedError
from shallow_cli.export.graph import Graph, Node, clashes, graph_of
from shallow_cli.files.table_file import Batch, open_table
from shallow_cli.model import Model
from shallow_cli.tables.cells import sort_out
from shallow_cli.tables.columns import Category, Feature
from shallow_cli.tables.plan import format_of
from shallow_cli.tables.readers import texts

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto, ValueInfoProto

FATAL = 4  # of what onnxruntime logs
ML = "ai.onnx.ml"
# Said outright, not what the installed onnx makes by default: runtimes since 2022 load these.
OPSET, OPSET_ML, IR_VERSION = 17, 3, 8
MOST_BYTES = 2**31 - 2**20  # of the constants: a file holds 2 GiB, its nodes need little
PRODUCER = "shallow"
FIRST = b"\x08\x08\x12\x07" + PRODUCER.encode()  # IR version and producer, the first two fields
REFUSALS = (  # of onnxruntime, which cannot load a graph, or not run it
    *("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NotImplemented"),
    "RuntimeException",
)


def require_onnx(output: Path) -> None:
    """Refuse a graph that cannot be written and tried, before the work is done.

    Raises:
        DataError: if onnx or onnxruntime is not there.
    """
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
    except ImportError as error:
        what = "ONNX needs onnx and onnxruntime: pip install 'shallow-cli[onnx]'"
        raise DataError(Problem(what, str(output))) from error


def onnx_of(model: Model) -> bytes:
    """The ONNX file of a model; the same bytes for the same model.

    Raises:
        NotExportedError: if there can be no such file.
    """
    _require_names(model)
    graph = graph_of(model)
    _require_room(graph)
    return _bytes(graph, {"classes": json.dumps(model.columns.classes)})


def _require_names(model: Model) -> None:
    """Refuse a model that a graph has no names for: inputs and outputs share them."""
    twice = clashes(model)
    if twice:
        names = ", ".join(map(repr, twice))
        what = "two columns of its graph, which need different names"
        raise NotExportedError(f"{names} would be {what}; rename a column or a class")


def _require_room(graph: Graph) -> None:
    """Refuse a graph that is too large for a file."""
    n_bytes = sum(values.nbytes for values in graph.constants.values())
    if n_bytes > MOST_BYTES:
        raise NotExportedError(f"an ONNX file holds 2 GiB, and its numbers are {n_bytes} bytes")


def _bytes(graph: Graph, says: dict[str, str]) -> bytes:
    from onnx import helper

    made = helper.make_model(
        helper.make_graph(
            [_node(node, place) for place, node in enumerate(graph.nodes)],
            PRODUCER,
            [_column(*each) for each in graph.inputs.items()],
            [_column(*each) for each in graph.outputs.items()],
            [_tensor(*each) for each in graph.constants.items()],
        ),
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(ML, OPSET_ML)],
        producer_name=PRODUCER,
        producer_version=__version__,
    )
    helper.set_model_props(made, says)
    return bytes(made.SerializeToString(deterministic=True))


def is_onnx(path: Path) -> bool:
    """Whether a file is one that `onnx_of` has made, or nothing yet.

    Raises:
        OSError: if it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(len(FIRST))
    return start in {b"", FIRST}


def _node(node: Node, place: int) -> NodeProto:
    from onnx import helper

    domain = ML if node.op == "LabelEncoder" else ""
    name = f"{place} {node.op}"
    return helper.make_node(node.op, node.takes, node.gives, name, domain=domain, **node.settings)


def _column(name: str, is_words: bool) -> ValueInfoProto:
    """As many rows as there are."""
    from onnx import TensorProto, helper

    kind = TensorProto.STRING if is_words else TensorProto.DOUBLE
    return helper.make_tensor_value_info(name, kind, ["rows", 1])


def _tensor(name: str, values: Array) -> TensorProto:
    from onnx import numpy_helper

    return numpy_helper.from_array(values, name)


def answers_of_onnx(model: Model, graph: bytes, data: Path) -> Rows:
    """What onnxruntime answers to a table: the names of the outputs, then the cells of each row.

    Raises:
        DataError: if the table cannot be read.
        NotExportedError: if onnxruntime refuses the graph.
    """
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    options = onnxruntime.SessionOptions()
    options.log_severity_level = FATAL  # what it says comes with its errors as well
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(graph, options, ["CPUExecutionProvider"])
        rows = [[output.name for output in session.get_outputs()]]
        for columns in _columns(model, data):
            found = session.run(None, columns)
            cells = [map(_cell, column[:, 0].tolist()) for column in found]
            rows += map(list, zip(*cells, strict=True))
    except tuple(getattr(state, name) for name in REFUSALS) as error:
        raise NotExportedError(" ".join(str(error).split())) from error
    return rows


def _cell(value: str | float) -> str:
    return value if isinstance(value, str) else repr(value)


def _columns(model: Model, data: Path) -> Iterator[dict[str, Array]]:
    """The inputs for one batch of the rows of a table after the other."""
    features, config = model.columns.features, unflat(model.config).data
    names = model.columns.feature_names
    with open_table([data], format_of(config), wanted=names) as table:
        for batch in table.batches:
            yield {feature.name: _input(feature, batch)[:, None] for feature in features}


def _input(feature: Feature, batch: Batch) -> Array:
    """The cells of a column (rows,): what is no number is NaN, the rest the graph must know."""
    if isinstance(feature, Category):
        return np.array(texts(batch, feature.name), dtype=object)
    return sort_out(batch.columns[feature.name], (), batch.decimal).numbers
