"""Work in pieces on a Dask cluster: each worker makes pieces, and keeps them between steps."""

from __future__ import annotations

import socket
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from ...errors import VoteError
from .connection import connected

if TYPE_CHECKING:
    from distributed import Future

# Seconds until a worker that died has a successor (or the last of all), and between two looks at
# whether all are there.
SUCCESSION, PATIENCE, LOOK = 5, 60, 1
# What a client raises whose scheduler is gone: not at once, while it closes, and when it has.
GONE = OSError, RuntimeError, AttributeError
# So often is one step done again: what kills every worker that tries it is not to go on for ever.
TRIES = 4


class Piece:
    """What a worker makes when it first needs it, and keeps; it travels as how it is made."""

    def __init__(self, make: Callable[..., Any], part: Any, threads: int | None) -> None:
        self.how = make, part, threads
        self.lock = Lock()
        self.made: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Piece, self.how

    def take(self, step: Callable[..., Any], *arguments: Any) -> Any:
        """Take a step with what is made."""
        from distributed import get_worker

        worker = get_worker()
        make, part, threads = self.how
        try:
            with self.lock:  # a step that is done again may meet itself
                if self.made is None:
                    n_threads = threads or worker.state.nthreads
                    self.made = make(part, threads=n_threads, scratch=worker.local_directory)
                return step(self.made, *arguments)
        except VoteError as error:
            place = f"worker {worker.address} on {socket.gethostname()}"
            raise VoteError(f"{place}: {error}") from error


class Pieces:
    """Pieces of a job on the workers of a cluster, one a worker.

    The piece of a worker that dies is made anew by another one, and the step is done again.

    Parameters
    ----------
    scheduler : str or Client
        Where the cluster is: see :func:`connected`.
    make : callable
        Makes a piece, given a part, threads and a folder for what it keeps on disk.
    parted : callable
        Cuts the job into at most so many parts.
    threads : int, optional
        Of all workers together. Default: as many as each worker has.
    """

    def __init__(
        self,
        scheduler: Any,
        make: Callable[..., Any],
        parted: Callable[[int], Sequence[Any]],
        threads: int | None,
    ) -> None:
        self.name = scheduler if isinstance(scheduler, str) else "the cluster"
        self.opened = ExitStack()
        try:
            self.client = self.opened.enter_context(connected(scheduler, threads))
            workers = sorted(self.client.sync(self.workers))
            own = None if threads is None else max(threads // len(workers), 1)
            self.plans = [(make, part, own) for part in parted(len(workers))]
            self.places = workers[: len(self.plans)]
            self.pieces = [
                self.submitted(worker, Piece, *plan)
                for worker, plan in zip(self.places, self.plans, strict=True)
            ]
        except BaseException:
            self.opened.close()
            raise

    def close(self) -> None:
        """Let the workers forget their pieces; end those of a cluster that is ours."""
        self.pieces = []
        self.opened.close()

    def each(self, step: Callable[..., Any], *arguments: Any) -> list[Any]:
        """Take a step with each piece; return what comes of it, in the order of the parts."""
        for _ in range(TRIES):
            tasks = [
                self.submitted(worker, Piece.take, piece, step, *arguments)
                for worker, piece in zip(self.places, self.pieces, strict=True)
            ]
            found: list[Any] | None = self.client.sync(self.fetched, tasks)
            if found is not None:
                return found
            self.replace_lost()
        raise VoteError(
            f"{self.name}: workers died {TRIES} times in the same step: their logs say of what; if "
            "it was for want of memory, take more workers, or a store of more partitions"
        )

    def submitted(self, worker: str, function: Callable[..., Any], *arguments: Any) -> Future:
        """Have a worker, and no other, do something once."""
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # of large tables
            return self.client.submit(function, *arguments, workers=[worker], pure=False)

    async def fetched(self, tasks: list[Future]) -> list[Any] | None:
        """Wait for tasks; return what came of them, or None if a worker has taken some with it."""
        import asyncio  # which who works without a cluster need not wait for

        from distributed import CancelledError
        from distributed.scheduler import KilledWorker

        fetching = asyncio.ensure_future(self.client.gather(tasks, asynchronous=True))
        try:  # nothing else tells of a worker that dies before its sums have come
            while not (await asyncio.wait({fetching}, timeout=LOOK))[0]:
                if not set(self.places) <= await self.workers():
                    await self.client.cancel(tasks, asynchronous=True)
            found: list[Any] = fetching.result()
            return found
        except (CancelledError, KilledWorker):
            return None
        finally:
            fetching.cancel()

    def replace_lost(self) -> None:
        """Give the pieces of workers that are gone to others, rather to those that have none."""
        # where a nanny starts a worker again, it is soon there
        for n_workers, patience in ((len(self.places), SUCCESSION), (1, PATIENCE)):
            with suppress(TimeoutError, *GONE):
                self.client.wait_for_workers(n_workers, timeout=patience)
        workers: set[str] = self.client.sync(self.workers)
        if not workers:
            raise VoteError(f"{self.name}: all workers are gone, and none came within {PATIENCE} s")
        held = Counter({worker: self.places.count(worker) for worker in sorted(workers)})
        for number, worker in enumerate(self.places):
            if worker not in workers:
                other = min(held, key=held.__getitem__)
                held[other] += 1
                self.places[number] = other
                self.pieces[number] = self.submitted(other, Piece, *self.plans[number])

    async def workers(self) -> set[str]:
        """Return the addresses of the workers that are there."""
        try:
            return set(await self.client.scheduler.ncores(workers=None))
        except GONE as error:
            raise VoteError(f"{self.name}: the scheduler is gone") from error
