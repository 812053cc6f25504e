"""What the tests of clusters start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from shallow_cli.core import blocks

from .tables import write_files


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are several shards and blocks."""
    monkeypatch.setattr(blocks, "MOST_ROWS", 700)
    monkeypatch.setattr(blocks, "WORTH_A_THREAD", 100_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files are."""
    found = tmp_path_factory.mktemp("files")
    write_files(found)
    return found
