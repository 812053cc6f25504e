"""From what a config names to a raw table whose rows are on the workers of a cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from shallow_cli.cluster.protocol import Workers
from shallow_cli.cluster.rows import RowsElsewhere
from shallow_cli.cluster.scanning import Scan, scanned
from shallow_cli.config import Config
from shallow_cli.core.network import Network
from shallow_cli.data_config import DataConfig
from shallow_cli.errors import LostClusterError, Problem, UsageError
from shallow_cli.files.identity import are_files
from shallow_cli.files.paths import expanded
from shallow_cli.files.table_file import open_table
from shallow_cli.tables.loading import Load, planned
from shallow_cli.tables.plan import format_of
from shallow_cli.tables.raw import Loaded, raw_table, require_rows


@contextlib.contextmanager
def loading_on(workers: Workers, config: Config, tell: Callable[[str], None]) -> Iterator[Load]:
    """What loads the table of a config on a cluster; in the end the workers forget it."""
    tables: list[RowsElsewhere] = []

    def load(data: DataConfig, _scratch: Path | None) -> Loaded:
        loaded, rows = _loaded(workers, config, data, tell)
        tables.append(rows)
        return loaded

    try:
        yield load
    finally:
        with contextlib.suppress(LostClusterError):
            for rows in tables:
                rows.forget()


def require_files_for(config: Config) -> None:
    """Refuse data that workers cannot read for themselves.

    Raises:
        DataError: if a file is not there.
        UsageError: if it is generated, or can be read only once.
    """
    paths = config.data.csv
    if paths is None or not are_files(paths):
        what = "data.csv names none" if paths is None else f"{paths[0]} can be read only once"
        text = f"a cluster reads the rows from files that all its workers see, and {what}"
        raise UsageError(Problem(f"{text}; train without --cluster"))


def _loaded(
    workers: Workers, config: Config, data: DataConfig, tell: Callable[[str], None]
) -> tuple[Loaded, RowsElsewhere]:
    files = [path.absolute() for path in expanded(data.csv or ())]
    with open_table(
        files, format_of(data), as_text=data.categorical, unwanted=data.exclude
    ) as table:
        looked, _, plan = planned(table, data)
    scan = Scan(str(files[0]), table.header, plan, data.categorical, data.exclude)
    formats = [table.format, *[format_of(data)] * (len(files) - 1)]
    found = scanned(workers, scan, files, formats)
    require_rows(table.name, found.found, found.read, found.source.rows, advice=True)
    likely = Network(len(plan.features), config.hidden_units, len(plan.targets))
    rows = RowsElsewhere(workers, found.source, likely, tell)
    raw = raw_table(table, plan, found.found, rows, found.sha256, found.n_bytes)
    return Loaded(raw, table.header, looked), rows
