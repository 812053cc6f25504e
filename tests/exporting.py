"""What the tests of both forms of an export share."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from shallow_cli.export.checking import Form
from shallow_cli.files.model_file import load_model
from shallow_cli.model import Model

from .conftest import ROOT, Shallow, write

CONFIGS = sorted(path.stem for path in (ROOT / "configs").glob("*.yaml"))

GAPS = "a,b,c,y\n1,red,1,p\n2,,2,q\n,blue,-999,q\n4,red,3,p\n"
TORN = "missing: mean, missing_values: ['', NA, '-999'], categorical: [b]"

CASES = {
    "gaps and words": (
        "a,b,y\n1,red,p\n2,,q\n,blue,q\n4,red,p\n",
        "missing: mean, categorical: [b]",
        "b,a,z\nred,1,\ngreen,,\n,2,\n NA,999,x\n",
    ),
    "a mark that is a number": (
        "a,b,y\n1,3,p\n999,4,q\n3,5,q\n4,1,p\n",
        "missing: median, missing_values: ['', '999']",
        "a,b\n999.0,1\n2,4\n",
    ),
    "true and false": ("a,y\nTrue,1\nfalse,2\nTRUE,1.5\nFalse,2.5\n", "", "a\ntrue\nFALSE\nno\n"),
    "decimal commas": (
        "a;b;y\n1,5;2;p\n2;1,25;q\n3;3;p\n",
        "decimal: ','",
        "b;a\n1,5;2\n3;-,5e1\n",
    ),
    "no header": ("1,2,p\n2,1,q\n3,3,p\n", "header: false", "1,2\n2,2\n"),
    "several targets": ("a,y,z\n1,2,3\n2,3,5\n3,5,8\n", "target: [y, z]", "a\n1\n2.5\n"),
    "scaled target": ("a,y\n1,200\n2,300\n3,500\n", "scale_target: standardize", "a\n1\n2.5\n"),
    "one feature": ("a,y\n1,p\n2,q\n3,p\n", "", "a\n1\n2.5\n"),
    "tabs": ("a\tb\ty\n1\t2\tp\n2\t1\tq\n3\t3\tp\n", "", "a\tb\n1\t2\n"),
    "hostile names": (
        '"a""\'\\n","x\ny",y\n1,2,"""""\'"\n2,1,"#\n"\n3,3,"#\n"\n',
        "",
        '"x\ny","a""\'\\n"\n1,2\n',
    ),
    "latin-1": ("größe,y\n1,ä\n2,ö\n3,ä\n", "encoding: latin-1", "größe\n1\n2\n"),
}


def alike(text: str, expected: str) -> int:
    """Compare two tables of predictions; how many lines they have."""
    rows, wanted = (list(csv.reader(io.StringIO(each, newline=""))) for each in (text, expected))
    assert rows[0] == wanted[0]
    assert len(rows) == len(wanted)
    for row, want in zip(rows[1:], wanted[1:], strict=True):
        for cell, other in zip(row, want, strict=True):
            try:
                assert float(cell) == pytest.approx(float(other), rel=1e-9, abs=1e-9)
            except ValueError:
                assert cell == other
    return len(rows)


def shipped(name: str, shallow: Shallow) -> tuple[Model, Path]:
    """A model of a shipped config, trained for some epochs, `m.npz`, and its data."""
    shallow("train", ROOT / f"configs/{name}.yaml", "-q", "-o", "m.npz", "--set", "epochs=30")
    model = load_model(Path("m.npz"))
    if model.config["data.csv"]:
        return model, ROOT / "data" / model.config["data.csv"]
    kind = model.config["data.generate"]
    return model, write(Path("t.csv"), shallow("generate", kind, "--samples", "300").out)


def trained(table: str, how: str, shallow: Shallow, *more: str) -> Model:
    """The model of a table, `model.npz`, that is read as the config says."""
    encoding = "latin-1" if "latin" in how else "utf-8"
    Path("t.csv").write_text(table, encoding=encoding, newline="")
    data = f"csv: t.csv, validation: 0{', ' if how else ''}{how}"
    write(Path("c.yaml"), f"data: {{{data}}}\nepochs: 20\nactivation: relu\n")
    shallow("train", "c.yaml", "-q", *(word for each in more for word in ("--set", each)))
    return load_model(Path("model.npz"))


def proba(model: Model) -> list[str]:
    """With the probabilities, where there are any."""
    return ["--proba"] if model.columns.classes else []


def making(form: Form, made: bytes) -> Form:
    """The form of an export that makes this of every model."""
    return replace(form, made=lambda _: made)


def asked(graph: bytes | Path, columns: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """What onnxruntime answers to columns, by the name of the output."""
    source = str(graph) if isinstance(graph, Path) else graph
    session = onnxruntime.InferenceSession(source, providers=["CPUExecutionProvider"])
    kinds = {each.name: object if "string" in each.type else float for each in session.get_inputs()}
    assert kinds.keys() == columns.keys()
    given = {name: np.array(columns[name], dtype=kinds[name])[:, None] for name in kinds}
    found = session.run(None, given)
    assert all(each.shape == (len(next(iter(given.values()))), 1) for each in found)
    names = [each.name for each in session.get_outputs()]
    return {name: each[:, 0].tolist() for name, each in zip(names, found, strict=True)}


def as_table(answers: dict[str, list[Any]]) -> str:
    """Answers as `predict` writes them."""
    text = io.StringIO()
    csv.writer(text).writerows([answers, *zip(*answers.values(), strict=True)])
    return text.getvalue()
