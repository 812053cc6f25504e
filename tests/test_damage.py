"""Model files with every bit flipped and cut at every byte: refused, or the same weights."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shallow_cli.errors import ModelFileError
from shallow_cli.files.config_file import parse_config
from shallow_cli.files.model_file import load_model, save_model
from shallow_cli.fitting import fit

from .test_saving import Record

TEXTS = {
    "float64": "data: {generate: moons, samples: 20}\nepochs: 1\nhidden_units: 1\n",
    "float32": "data: {generate: plane, samples: 20}\nepochs: 1\nhidden_units: 2\ndtype: float32\n",
}


def damaged(raw: bytes) -> Iterator[bytes]:
    """Every truncation, and every file that differs in one bit."""
    for size in range(len(raw)):
        yield raw[:size]
    for position in range(8 * len(raw)):
        flipped = bytearray(raw)
        flipped[position // 8] ^= 1 << position % 8
        yield bytes(flipped)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_bit_and_every_length(text: str, tmp_path: Path, record_property: Record) -> None:
    path = tmp_path / "m.npz"
    save_model(fit(parse_config(text, "c.yaml", Path())), path)
    whole, cases, accepted = load_model(path), 0, 0
    for raw in damaged(path.read_bytes()):
        cases += 1
        path.write_bytes(raw)
        try:
            found = load_model(path)
        except ModelFileError:
            continue
        accepted += 1
        assert found.network == whole.network
        assert found.theta.vector.tobytes() == whole.theta.vector.tobytes()
        assert found.snapshots
        for one, other in zip(found.snapshots, whole.snapshots, strict=True):
            assert (one.epoch, one.vector.tobytes()) == (other.epoch, other.vector.tobytes())
    record_property("found", f"{cases} cases: {cases - accepted} refused, {accepted} the same")
