"""Who does the work: this machine or, with `--cluster`, the workers of a Dask cluster."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shallow_cli.config import Config
    from shallow_cli.sweep.running import Hands
    from shallow_cli.tables.loading import Load

Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Of a Dask scheduler, tcp://host:8786; local:N starts N workers here.",
    ),
]


@contextlib.contextmanager
def hands(cluster: str | None, jobs: int | None, trials: int) -> "Iterator[Hands]":
    """Who trains so many trials: processes here, or the workers of a cluster.

    Raises:
        DataError: if Dask is missing.
        LostClusterError: if no scheduler answers, or it is lost.
        UsageError: if there is no such address, or its workers are of other versions.
    """
    from shallow_cli.cores import cores
    from shallow_cli.sweep.running import Hands, processes

    trials = max(1, trials)
    if cluster is None:
        yield processes(min(jobs or cores(), trials))
        return
    from shallow_cli.cluster.connecting import connected

    with connected(cluster) as workers:
        pool, at_once = workers.executor, min(jobs or workers.threads, trials)

        def end(at_work: bool) -> None:
            pool.shutdown(wait=not at_work)

        yield Hands(pool, at_once, 1, workers.look, workers.result, end)


@contextlib.contextmanager
def loader(cluster: str | None, config: "Config", tell: Callable[[str], None]) -> "Iterator[Load]":
    """What reads the table of a config, here or on a cluster.

    Raises:
        DataError: if Dask is missing.
        LostClusterError: if no scheduler answers, or it is lost.
        UsageError: if there is no such address, or its workers are of other versions.
    """
    from shallow_cli.tables.loading import load_table

    if cluster is None:
        yield load_table
        return
    from shallow_cli.cluster.connecting import connected
    from shallow_cli.cluster.loading import loading_on, require_files_for
    from shallow_cli.console.words import counted

    require_files_for(config)
    with connected(cluster) as workers, loading_on(workers, config, tell) as load:
        tell(f"the rows are read by {counted(len(workers.names()), 'worker')} of {cluster}")
        yield load
