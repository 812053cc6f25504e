"""The workers of a Dask cluster, behind the protocol: the only file that knows Dask.

A function is called with everything it needs, on a certain worker or, where that is gone, on
another: futures that are pinned, and actors, wait for ever for a worker that has died.
"""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

from shallow_cli.cluster.keeping import Kept
from shallow_cli.cluster.protocol import Answer, Call
from shallow_cli.cores import cores
from shallow_cli.errors import DataError, LostClusterError, Problem, UsageError
from shallow_cli.processes import interrupts_held
from shallow_cli.versions import VERSIONS, made_with

LOCAL = "local:"
PATIENCE = 10.0  # seconds for a scheduler, or for some worker
LOOK = 0.5  # seconds between two looks at whether the cluster is still there
USABLE = 0.5  # of a worker's memory limit, for the process and all that it keeps


class _Sent(NamedTuple):
    """A call that was sent to a worker, and its answer to come."""

    call: Call
    worker: str
    future: Any


class DaskWorkers:
    """The workers of a cluster that a client is connected to."""

    def __init__(self, client: Any, where: str) -> None:
        self._client, self._where = client, where

    def names(self) -> Sequence[str]:
        """The addresses of the workers that are at work now; who lacks memory pauses.

        Raises:
            LostClusterError: if there is none for a while.
        """
        left = monotonic() + PATIENCE
        with self._told():
            while not (there := self._running()):
                if monotonic() > left:
                    text = "no worker is running; they pause where memory is short, and end where "
                    text += "shallow is not installed"
                    raise LostClusterError(Problem(text, self._where))
                with contextlib.suppress(TimeoutError):
                    self._client.wait_for_workers(1, timeout=LOOK)
        return there

    def _running(self) -> list[str]:
        found = self._client.scheduler_info()["workers"].items()
        return sorted(name for name, about in found if about["status"] == "running")

    def run(self, calls: Sequence[Call]) -> list[Answer]:
        """The answers to some calls, in their order.

        Raises:
            LostClusterError: if the cluster is no longer there, or a call kills its workers.
            ShallowError: as a function has raised it.
        """
        with self._told():
            sent = [self._sent(call, call.worker) for call in calls]
            for _ in self._until_done(sent):
                names = self._look()
                for place, (call, worker, future) in enumerate(sent):
                    # Where all workers were gone at a time, Dask does not turn to those that come.
                    if worker not in names and not future.done():
                        future.cancel()
                        sent[place] = self._sent(call, names[place % len(names)])
            failed = [one.future.exception() for one in sent if one.future.status == "error"]
        if failed:
            raise self._why(failed[0]) from failed[0]
        with self._told():
            return list(self._client.gather([one.future for one in sent]))

    def _sent(self, call: Call, worker: str) -> _Sent:
        future = self._client.submit(
            _call,
            call.function,
            call.arguments,
            workers=[worker],
            allow_other_workers=True,
            pure=False,
        )
        return _Sent(call, worker, future)

    def _until_done(self, sent: Sequence[_Sent]) -> Iterator[None]:
        """Now and then, until all calls are done; who is told may send some of them anew."""
        distributed: Any = _dask()
        while True:
            with contextlib.suppress(TimeoutError), self._client.as_current():
                distributed.wait([one.future for one in sent], timeout=LOOK)
                return
            yield

    def _why(self, error: BaseException) -> BaseException:
        """What a function has raised, or that it has killed its workers."""
        from distributed import KilledWorker

        if not isinstance(error, KilledWorker):
            return error
        text = "what the workers were to do has killed them, one after the other"
        return LostClusterError(Problem(f"{text}; have they enough memory?", self._where))

    @contextlib.contextmanager
    def executor(self) -> Iterator[Executor]:
        """Whoever is free, as the standard library has it.

        Raises:
            LostClusterError: if the cluster is no longer there.
        """
        with self._told():
            yield self._client.get_executor(pure=False)

    @property
    def threads(self) -> int:
        """Of all workers together."""
        with self._told():
            return sum(self._client.nthreads().values())

    def look(self) -> None:
        """See whether the cluster is still there.

        Raises:
            LostClusterError: if it is not, or has no worker for a while.
        """
        self._look()

    def _look(self) -> Sequence[str]:
        if self._client.status != "running":
            raise LostClusterError(Problem("the scheduler is lost", self._where))
        return self.names()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """What Dask says where a cluster is lost, as our error."""
        try:
            yield
        except (CancelledError, OSError, TimeoutError, RuntimeError) as error:
            raise LostClusterError(Problem("the scheduler is lost", self._where)) from error


def _call(function: Callable[..., Any], arguments: Sequence[Any]) -> Answer:
    """On a worker: call a function with what is kept there."""
    from distributed import get_worker

    worker = get_worker()
    return Answer(worker.address, function(_kept(worker), *arguments))


def _kept(worker: Any) -> Kept:
    """What this worker keeps for us, as long as it lives."""
    if not hasattr(worker, "kept_by_shallow"):
        from distributed.system import MEMORY_LIMIT

        limit = worker.memory_manager.memory_limit or MEMORY_LIMIT
        free = max(0, int(USABLE * limit) - worker.monitor.get_process_memory())
        folder, threads = Path(worker.local_directory), worker.state.nthreads
        worker.kept_by_shallow = Kept(free, folder, threads)
    kept: Kept = worker.kept_by_shallow
    return kept


@contextlib.contextmanager
def connected(address: str) -> Iterator[DaskWorkers]:
    """The workers at an address, or so many processes here: `local:N`.

    Raises:
        DataError: if Dask is missing.
        LostClusterError: if nobody answers there, or there is no worker.
        UsageError: if that is no address, or a worker would compute other bits.
    """
    distributed: Any = _dask()
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
        require_same_versions(workers)
        yield workers


def _dask() -> Any:
    try:
        import distributed
    except ImportError as error:
        text = "needs the extra 'dask': pip install 'shallow-cli[dask]'"
        raise DataError(Problem(text, "--cluster")) from error
    return distributed


@contextlib.contextmanager
def _processes(address: str) -> Iterator[Any]:
    """As many workers as `local:N` says, in processes of their own, which share the cores."""
    distributed: Any = _dask()
    number = address.removeprefix(LOCAL)
    if not number.isdecimal() or not int(number):
        text = "local:N is for N processes, from 1 on"
        raise UsageError(Problem(text, f"--cluster {address}"))
    with interrupts_held():
        cluster = distributed.LocalCluster(
            n_workers=int(number),
            threads_per_worker=max(1, cores() // int(number)),
            dashboard_address=None,
            silence_logs=logging.CRITICAL + 1,
        )
    try:
        yield cluster
    finally:
        with contextlib.suppress(OSError, TimeoutError, RuntimeError):
            cluster.close(timeout=PATIENCE)


def _close(client: Any) -> None:
    with contextlib.suppress(OSError, TimeoutError, RuntimeError):
        client.close(timeout=LOOK)


def require_same_versions(workers: DaskWorkers) -> None:
    """Refuse workers whose sums may be others: that would depend on who computes what.

    Raises:
        UsageError: if some version is another, or shallow is not there.
    """
    here = {name: made_with()[name] for name in VERSIONS}
    try:
        answers = workers.run([Call(name, _versions, ()) for name in workers.names()])
    except (ImportError, AttributeError, RuntimeError) as error:
        text = f"the scheduler and the workers need shallow {here['shallow']}, as it is here"
        raise UsageError(Problem(f"{text}: {' '.join(str(error).split())}", "--cluster")) from error
    for worker, there in answers:
        for name, version in here.items():
            if there[name] != version:
                text = f"{name} is {there[name]} there, {version} here; install the same"
                raise UsageError(Problem(text, f"worker {worker}"))


def _versions(_kept: Kept) -> dict[str, str]:
    return made_with()
