"""The workers of a Dask cluster, behind the protocol: calls, and what may become of them.

A function is called with everything it needs, on a certain worker or, where that is gone, on
another: futures that are pinned, and actors, wait for ever for a worker that has died.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor, Future
from itertools import chain
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple

from shallow_cli.cluster.keeping import Kept
from shallow_cli.cluster.protocol import Answer, Call
from shallow_cli.errors import DataError, LostClusterError, Problem
from shallow_cli.versions import VERSIONS, made_with

PATIENCE = 10.0  # seconds for a scheduler, or for some worker
MOST_TIMES = 3  # that a call is sent, until it is the call that kills its workers
KILLED = "what the workers were to do has killed them; have they enough memory?"
LOOK = 0.5  # seconds between two looks at whether the cluster is still there
USABLE = 0.5  # of a worker's memory limit, for the process and all that it keeps


class _Sent(NamedTuple):
    """A call that was sent to a worker, its answer to come, and how often it was sent."""

    call: Call
    worker: str
    future: Any
    times: int


class DaskWorkers:
    """The workers of a cluster that a client is connected to."""

    def __init__(self, client: Any, where: str) -> None:
        self._client, self._where = client, where

    def names(self) -> Sequence[str]:
        """The addresses of the workers that are at work now; who lacks memory pauses.

        Raises:
            LostClusterError: if the scheduler is lost, or there is none for a while.
        """
        left = monotonic() + PATIENCE
        while True:
            with self._told():
                if self._client.status != "running":
                    raise self._lost("the scheduler is lost")
                workers = self._client.scheduler_info().get("workers", {})
            there = sorted(name for name, about in workers.items() if about["status"] == "running")
            if there:
                return there
            if monotonic() > left:
                text = "no worker is running; they pause where memory is short, and end where "
                raise self._lost(text + "shallow is not installed")
            sleep(LOOK)

    def look(self) -> None:
        """See whether the cluster is still there.

        Raises:
            LostClusterError: if it is not, or has no worker for a while.
        """
        self.names()

    def run(self, calls: Sequence[Call]) -> list[Answer]:
        """The answers to some calls, in their order.

        Raises:
            LostClusterError: if the cluster is no longer there, a call kills its workers, or one
                has other versions.
            ShallowError: as a function has raised it.
        """
        with self._told():
            sent = [self._sent(call, call.worker) for call in calls]
        answers: dict[int, Answer] = {}
        while True:
            waiting = {n: one for n, one in enumerate(sent) if n not in answers}
            if not waiting:
                return [answers[number] for number in range(len(sent))]
            self._wait([one.future for one in waiting.values()])
            for number, one in waiting.items():
                answer = self._answer(one.future)
                if answer is not None:
                    answers[number] = answer
            self._send_again(sent, [number for number in waiting if number not in answers])

    def result(self, future: Future[Any]) -> Any:
        """That of a future of the executor.

        Raises:
            LostClusterError: if the cluster is no longer there, or it has killed its workers.
        """
        if future.cancelled():
            raise self._lost("the scheduler is lost")
        error = future.exception()
        if error is not None:
            raise self._why(error)
        return future.result()

    @property
    def executor(self) -> Executor:
        """Whoever is free, as the standard library has it."""
        found: Executor = self._client.get_executor(pure=False)
        return found

    @property
    def threads(self) -> int:
        """Of all workers together."""
        with self._told():
            return sum(self._client.nthreads().values())

    def _sent(self, call: Call, worker: str, times: int = 1) -> _Sent:
        future = self._client.submit(
            _call,
            call.function,
            call.arguments,
            workers=[worker],
            allow_other_workers=True,
            pure=False,
        )
        return _Sent(call, worker, future, times)

    def _wait(self, futures: Sequence[Any]) -> None:
        """Until all are done, but no longer than until the next look."""
        distributed: Any = dask()
        with self._told(), contextlib.suppress(TimeoutError), self._client.as_current():
            distributed.wait(futures, timeout=LOOK)

    def _answer(self, future: Any) -> Answer | None:
        """That of a call; none as long as there is none, or its worker dies with it."""
        with self._told():
            if future.status not in {"finished", "error"}:
                return None
            error = future.exception() if future.status == "error" else None
        if error is not None:
            raise self._why(error)
        with self._told():
            try:
                worker, versions, value = future.result(timeout=PATIENCE)
            except TimeoutError:
                return None
        self._require_same(worker, versions)
        return Answer(worker, value)

    def _send_again(self, sent: list[_Sent], numbers: Sequence[int]) -> None:
        """What nobody works on: where all workers are gone at a time, Dask turns to none that come.

        Raises:
            LostClusterError: if that was so too often.
        """
        if not numbers:
            return
        names = self.names()
        with self._told():
            processing = set(chain.from_iterable(self._client.processing().values()))
        for number in numbers:
            call, worker, future, times = sent[number]
            if worker in names or future.key in processing or future.done():
                continue
            if times == MOST_TIMES:
                raise self._lost(KILLED)
            with self._told():
                future.cancel()
                sent[number] = self._sent(call, names[number % len(names)], times + 1)

    def _require_same(self, worker: str, versions: Mapping[str, str]) -> None:
        """Refuse who may compute other bits: they would depend on who computes what."""
        here = made_with()
        for name in VERSIONS:
            if versions[name] != here[name]:
                text = f"{name} is {versions[name]} there, {here[name]} here; install the same"
                raise LostClusterError(Problem(text, f"worker {worker}"))

    def _why(self, error: BaseException) -> BaseException:
        """What a function has raised, or that it has killed its workers."""
        from distributed import KilledWorker

        return self._lost(KILLED) if isinstance(error, KilledWorker) else error

    def _lost(self, says: str) -> LostClusterError:
        return LostClusterError(Problem(says, self._where))

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """What Dask says where a cluster is lost, as our error."""
        from distributed.client import ClosedClientError

        try:
            yield
        except (CancelledError, ClosedClientError, OSError, RuntimeError) as error:
            raise self._lost("the scheduler is lost") from error


def dask() -> Any:
    """The library.

    Raises:
        DataError: if it is not installed.
    """
    try:
        import distributed
    except ImportError as error:
        text = "needs the extra 'dask': pip install 'shallow-cli[dask]'"
        raise DataError(Problem(text, "--cluster")) from error
    return distributed


def _call(
    function: Callable[..., Any], arguments: Sequence[Any]
) -> tuple[str, Mapping[str, str], Any]:
    """On a worker: call a function with what is kept there, one at a time."""
    from distributed import get_worker

    worker = get_worker()
    kept = _kept(worker)
    with kept.lock:
        return worker.address, made_with(), function(kept, *arguments)


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
