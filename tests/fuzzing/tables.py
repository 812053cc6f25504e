"""Commands on tables, whole and damaged, as many as are wanted and no fewer."""

from __future__ import annotations

import contextlib
import gzip
import re
import zlib
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from shallow_cli.files import byte_source
from tests.conftest import Result
from tests.scale import SCALE

from .plain_reader import WHOLE_FILE
from .running import shallow as run
from .sheets import Sheet

WANTED = 5000 * SCALE
AGAIN = 1.4  # of so many some have been there before

MISSING = ("", "NA", "?", "999")
PLACE = re.compile(r"(?:t\.csv|standard input)(?::(\d+))?: \S")


def is_like_a_zip(sheet: Sheet) -> bool:
    """A table that happens to begin as zip files do, behind a mark or packed, is refused as one.

    Hypothesis finds it, since it tries the words of our own source.
    """
    raw = sheet.raw
    with contextlib.suppress(OSError, EOFError, zlib.error):
        raw = gzip.decompress(raw)
    zip_, known = b"PK\x03\x04", sheet.rows is not None
    return zip_ in raw[:8] and (known or not sheet.raw.startswith(zip_))


def fuzzed(
    strategy: st.SearchStrategy[Sheet],
    options: st.SearchStrategy[Any],
    fewest: int,
    check: Callable[[Sheet, Any], None],
) -> None:
    """Check tables, no fewer than these different ones."""
    seen: set[bytes] = set()

    @settings(
        derandomize=SCALE == 1,
        database=None,
        max_examples=int(fewest * AGAIN),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy, options)
    def each(sheet: Sheet, chosen: Any) -> None:
        assume(not is_like_a_zip(sheet))
        Path("t.csv").write_bytes(sheet.raw)
        check(sheet, chosen)
        seen.add(sheet.raw)

    each()
    assert len(seen) >= fewest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files() -> list[str]:
    """In the current folder."""
    return sorted(path.name for path in Path().iterdir())


def in_pieces(sheet: Sheet) -> Any:
    """Files are read so many bytes at a time."""
    return patch.object(byte_source, "CHUNK", sheet.pieces or byte_source.CHUNK)


def shallow(sheet: Sheet, *words: str) -> Result:
    """Run a command line; standard input is the table."""
    with in_pieces(sheet):
        return run(*words, *sheet.settings, stdin=sheet.raw)


def require_places(lines: Sequence[str], expected: Collection[int]) -> None:
    """Each line begins with the file, and one of these lines of it."""
    assert lines
    for line in lines:
        place = PLACE.match(line)
        assert place, line
        assert int(place[1] or WHOLE_FILE) in expected, (line, expected)
