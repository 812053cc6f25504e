"""Connections to Dask clusters: that of somebody else, or one that is started here."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator
from typing import Any

from shallow_cli import __version__
from shallow_cli.cluster.dask_workers import LOOK, PATIENCE, DaskWorkers, dask
from shallow_cli.cluster.keeping import Kept
from shallow_cli.cluster.protocol import Call
from shallow_cli.cores import cores
from shallow_cli.errors import LostClusterError, Problem, UsageError
from shallow_cli.processes import interrupts_held

LOCAL = "local:"


@contextlib.contextmanager
def connected(address: str) -> Iterator[DaskWorkers]:
    """The workers at an address, or so many processes here: `local:N`.

    Raises:
        DataError: if Dask is missing.
        LostClusterError: if nobody answers there, there is no worker, or one of other versions.
        UsageError: if that is no address, or shallow is not installed there.
    """
    distributed: Any = dask()
    with contextlib.ExitStack() as stack:
        logging.disable()  # what Dask says of its workers, it says to those who run them
        stack.callback(logging.disable, logging.NOTSET)
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        place: Any = address
        if address.startswith(LOCAL):
            place = stack.enter_context(_processes(address))
        try:
            client = distributed.Client(place, timeout=PATIENCE, set_as_default=False)
        except ValueError as error:
            text = f"is no address: {error}; it is tcp://HOST:PORT, or local:N for N processes"
            raise UsageError(Problem(text, f"--cluster {address}")) from error
        except (OSError, TimeoutError) as error:
            text = f"no scheduler answers there within {PATIENCE:g} seconds"
            raise LostClusterError(Problem(text, f"--cluster {address}")) from error
        stack.callback(_close, client)
        workers = DaskWorkers(client, f"--cluster {address}")
        require_shallow(workers)
        yield workers


@contextlib.contextmanager
def _processes(address: str) -> Iterator[Any]:
    """As many workers as `local:N` says, in processes of their own, which share the cores."""
    distributed: Any = dask()
    number = address.removeprefix(LOCAL)
    if not number.isdecimal() or not int(number):
        text = "local:N is for N processes, from 1 on"
        raise UsageError(Problem(text, f"--cluster {address}"))
    try:
        with interrupts_held():
            cluster = distributed.LocalCluster(
                n_workers=int(number),
                threads_per_worker=max(1, cores() // int(number)),
                dashboard_address=None,
                silence_logs=logging.CRITICAL + 1,
            )
    except (OSError, TimeoutError, RuntimeError) as error:
        text = f"the workers cannot be started: {error}"
        raise LostClusterError(Problem(text, f"--cluster {address}")) from error
    try:
        yield cluster
    finally:
        with contextlib.suppress(OSError, TimeoutError, RuntimeError):
            cluster.close(timeout=PATIENCE)


def _close(client: Any) -> None:
    with contextlib.suppress(OSError, TimeoutError, RuntimeError):
        client.close(timeout=LOOK)


def require_shallow(workers: DaskWorkers) -> None:
    """Refuse machines where shallow, or Dask, is another.

    Raises:
        LostClusterError: if some version is another.
        UsageError: if shallow is not there.
    """
    try:
        workers.run([Call(name, _nothing, ()) for name in workers.names()])
    except (ImportError, AttributeError, RuntimeError) as error:
        text = f"the scheduler and the workers need shallow {__version__}, as it is here"
        raise UsageError(Problem(f"{text}: {' '.join(str(error).split())}", "--cluster")) from error


def _nothing(_kept: Kept) -> None:
    """To see who answers."""
