"""Tables that were read before, from `data.cache`: by the bytes of their files and by how.

What depends on neither the split nor the scaling is kept: raw rows, and what was found in them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from shallow_cli import __version__
from shallow_cli.data_config import DataConfig
from shallow_cli.files.identity import are_files, sha256_of
from shallow_cli.files.paths import expanded
from shallow_cli.files.row_cache import read_cache, write_cache
from shallow_cli.files.row_store import Rows
from shallow_cli.tables.plan import Plan, Slot
from shallow_cli.tables.raw import Loaded, RawTable
from shallow_cli.tables.survey import ColumnSurvey, Survey, Word

# What of a `data` section has no part in how its table is read.
INDIFFERENT = ("csv", "cache", "validation", "scale", "scale_target", "positive")


def cached(config: DataConfig, read: Callable[[], Loaded]) -> Loaded:
    """The table from the cache, or read and kept there.

    Raises:
        DataError: if a file cannot be read, or the cache cannot be written.
    """
    if config.cache is None or not are_files(config.csv or ()):
        return read()
    sha256 = sha256_of(config.csv or ())
    key = _key(config, sha256)
    found = read_cache(config.cache, key)
    if found is not None:
        rows, about = found
        return _from_plain(rows, about)
    loaded = read()
    if loaded.table.sha256 == sha256:  # else somebody has changed a file since
        write_cache(config.cache, key, loaded.table.rows, _as_plain(loaded))
    return loaded


def _key(config: DataConfig, sha256: str) -> str:
    """Of the bytes of the files, where each ends, and everything that decides what is read."""
    files = [(path.name, path.stat().st_size) for path in expanded(config.csv or ())]
    said = {
        name: value for name, value in dataclasses.asdict(config).items() if name not in INDIFFERENT
    }
    parts = [__version__, sha256, files, said]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _as_plain(loaded: Loaded) -> dict[str, Any]:
    table = loaded.table
    kept = ("name", "words", "sha256", "n_bytes", "width", "missing", "dropped")
    return {
        **{name: getattr(table, name) for name in kept},
        "labels": {name: list(found.items()) for name, found in table.labels.items()},
        "plan": dataclasses.asdict(table.plan),
        "header": loaded.header,
        "survey": dataclasses.asdict(loaded.survey) if loaded.survey else None,
    }


def _from_plain(rows: Rows, about: dict[str, Any]) -> Loaded:
    plan = about["plan"]
    table = RawTable(
        name=about["name"],
        rows=rows,
        plan=Plan(
            **{
                **plan,
                "features": tuple(Slot(**slot) for slot in plan["features"]),
                "targets": tuple(Slot(**slot) for slot in plan["targets"]),
                "missing_words": tuple(plan["missing_words"]),
            }
        ),
        words={name: tuple(words) for name, words in about["words"].items()},
        labels={name: dict(map(tuple, found)) for name, found in about["labels"].items()},
        sha256=about["sha256"],
        n_bytes=about["n_bytes"],
        width=about["width"],
        missing=Counter(about["missing"]),
        dropped=Counter(about["dropped"]),
    )
    return Loaded(table, tuple(about["header"]), _survey_from(about["survey"]))


def _survey_from(found: dict[str, Any]) -> Survey:
    columns = {
        name: ColumnSurvey(**{**column, "words": tuple(Word(**word) for word in column["words"])})
        for name, column in found["columns"].items()
    }
    return Survey(**{**found, "columns": columns})
