"""What tells whether files are the same as others: their size, and the sum of their bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shallow_cli.files.byte_source import Fingerprint, raw_bytes
from shallow_cli.files.paths import expanded


def are_files(paths: Sequence[Path]) -> bool:
    """Whether all that the paths mean can be read twice: no pipe, no standard input."""
    return all(str(path) != "-" and path.is_file() for path in expanded(paths))


def size_of(paths: Sequence[Path]) -> int:
    """The bytes of all files that the paths mean.

    Raises:
        DataError: if a path means no file.
    """
    return sum(path.stat().st_size for path in expanded(paths))


def sha256_of(paths: Sequence[Path]) -> str:
    """The SHA-256 of the files as a model has it.

    Raises:
        DataError: if one cannot be read.
    """
    fingerprint = Fingerprint()
    for path in expanded(paths):
        with raw_bytes(path, fingerprint) as chunks:
            for _ in chunks:
                pass
    return fingerprint.hexdigest()
