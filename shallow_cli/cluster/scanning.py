"""The files of a table, each read once by some worker: how many rows there are, and of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from shallow_cli.cluster.keeping import Kept, require_unchanged, stamp_of
from shallow_cli.cluster.parts import File, Source
from shallow_cli.cluster.protocol import Call, Workers
from shallow_cli.errors import DataError
from shallow_cli.files.batch import Format
from shallow_cli.files.byte_source import joined_sha256
from shallow_cli.files.headers import require_same_names
from shallow_cli.files.table_file import Table, open_table
from shallow_cli.tables.plan import Plan
from shallow_cli.tables.readers import Found
from shallow_cli.tables.reading import raw_batches


@dataclass(frozen=True)
class Scan:
    """How the files of a table are to be read; `name` is the first, which has this header."""

    name: str
    header: tuple[str, ...]
    plan: Plan
    as_text: tuple[str, ...]
    unwanted: tuple[str, ...]


@dataclass(frozen=True)
class Counted:
    """A file that has been read to its end."""

    read: int
    kept: int
    found: Found
    format: Format
    sha256: str
    n_bytes: int
    stamp: tuple[int, int]


@dataclass(frozen=True)
class Scanned:
    """All files of a table: how to read them again, and what was found in them together."""

    source: Source
    found: Found
    read: int
    sha256: str
    n_bytes: int


def scanned(
    workers: Workers, scan: Scan, files: Sequence[Path], formats: Sequence[Format]
) -> Scanned:
    """Read all files once; what is wrong is what one machine would find wrong, file after file.

    Raises:
        DataError: if a file cannot be read or has other columns, or a column too many words.
        LostClusterError: if the cluster is no longer there.
    """
    asked = zip(cycle(workers.names()), files, formats, strict=False)
    calls = [Call(worker, counted, (path, form, scan)) for worker, path, form in asked]
    found, each, first = Found(), [], 0
    for path, (_, one) in zip(files, workers.run(calls), strict=True):
        if isinstance(one, DataError):
            raise one
        found.add(one.found, str(path))
        each.append((File(path, first, one.kept, one.stamp), one))
        first += one.kept
    source = Source(
        files=[file for file, _ in each],
        formats=[one.format for _, one in each],
        header=scan.header,
        as_text=scan.as_text,
        plan=scan.plan,
        words=found.words,
    )
    return Scanned(
        source,
        found,
        read=sum(one.read for _, one in each),
        sha256=joined_sha256([one.sha256 for _, one in each]),
        n_bytes=sum(one.n_bytes for _, one in each),
    )


def counted(_kept: Kept, path: Path, form: Format, scan: Scan) -> Counted | DataError:
    """Read one file; returns what is wrong with it, for that of an earlier one counts first."""
    found, read, kept = Found(), 0, 0
    wanted = [name for name in scan.header if name not in scan.unwanted]
    try:
        stamp = stamp_of(path)
        with open_table([path], form, wanted=wanted, as_text=scan.as_text) as table:
            _require_same(table, scan)
            for raw in raw_batches(table.batches, scan.plan, found):
                read, kept = read + len(raw.batch), kept + len(raw.values)
        require_unchanged(path, stamp)
    except DataError as error:
        return error
    sums = table.fingerprint
    return Counted(read, kept, found, table.format, sums.hexdigest(), sums.bytes_read, stamp)


def _require_same(table: Table, scan: Scan) -> None:
    if table.name != scan.name:
        require_same_names(table.header, scan.header, table.where, scan.name)
