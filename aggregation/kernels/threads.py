"""Threads that share work; kernels release the interpreter, so they run side by side."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import pairwise
from numbers import Integral
from typing import Any

from ..errors import VoteError
from .turns import SHARED, all_done, begin_step, desk_of, send_away

# A thread is worth waking for so many votes.
VOTES_PER_THREAD = 20_000
# More would only wait for each other; a machine may not even start them.
MOST_THREADS = 1024
# How often a thread looks for the next step before it sleeps: for about half a millisecond, several
# times what lies between two E-steps of small tables.
PATIENCE = 10_000

Kernel = Callable[..., object]


class Threads:
    """The calling thread and perhaps some others, which share work until they are closed."""

    def __init__(self, n_threads: int = 1) -> None:
        self.n_threads = n_threads
        self._others = ThreadPoolExecutor(n_threads - 1) if n_threads > 1 else None
        self._turns: Turns | None = None
        # who waits without a processor of its own would only keep others off theirs
        self._patience = PATIENCE if n_threads <= n_processors() else 0

    def close(self) -> None:
        """End the other threads."""
        self._rest()
        if self._others is not None:
            self._others.shutdown()

    def share(self, work: Callable[[int, int], object], size: int) -> None:
        """Do ``work(begin, end)`` on equal pieces of ``range(size)``, one in this thread."""
        self._rest()
        borders = [round(size * thread / self.n_threads) for thread in range(self.n_threads + 1)]
        first, *others = pairwise(borders)
        waiting = [
            self._others.submit(work, *piece) for piece in others if self._others is not None
        ]
        work(*first)
        for other in waiting:
            other.result()

    def take_turns(self, kernel: Kernel, arguments: tuple[Any, ...], size: int) -> None:
        """Do ``kernel(desk, patience, *arguments)``, which takes blocks of ``range(size)``.

        Other threads wait a while for the next step, which they take part in at once if it is by
        the same kernel with the very same tuple of arguments. See :mod:`.turns`.
        """
        if self._others is None or not SHARED:
            self.share(lambda begin, end: kernel(desk_of(begin, end), 0, *arguments), size)
            return
        if self._turns is None or not self._turns.are_of(kernel, arguments):
            self._rest()
            self._turns = Turns(kernel, arguments, size)
        try:
            self._turns.step(self._others, self.n_threads - 1, self._patience)
        except BaseException:
            self._rest()  # somebody may still be at a block
            raise

    def _rest(self) -> None:
        """Have all who wait for a next step leave."""
        if self._turns is not None:
            self._turns.end()
            self._turns = None


class Turns:
    """Steps of the same kernel with the same arguments, whose blocks threads take one by one."""

    def __init__(self, kernel: Kernel, arguments: tuple[Any, ...], size: int) -> None:
        self.kernel, self.arguments = kernel, arguments
        self.desk = desk_of(size, size)
        self.helpers: list[Future[object]] = []

    def are_of(self, kernel: Kernel, arguments: tuple[Any, ...]) -> bool:
        """Say whether they are of this kernel with these very arguments."""
        return self.kernel is kernel and self.arguments is arguments

    def step(self, others: ThreadPoolExecutor, n_others: int, patience: int) -> None:
        """Take a step, with those who wait for it, and with others that are woken for it."""
        begin_step(self.desk)
        self.helpers = self._at_work()
        for _ in range(n_others - len(self.helpers)):
            work = others.submit(self.kernel, self.desk, patience, *self.arguments)
            self.helpers.append(work)
        self.kernel(self.desk, 0, *self.arguments)
        while not all_done(self.desk, PATIENCE):
            self._at_work()
            time.sleep(0)  # whoever has taken a block may be waiting for this processor

    def end(self) -> None:
        """Have who waits for the next step leave, and wait until they have."""
        send_away(self.desk)
        wait(self.helpers)

    def _at_work(self) -> list[Future[object]]:
        """Return who has not left; an error of one that has is raised."""
        for helper in self.helpers:
            if helper.done():
                helper.result()
        return [helper for helper in self.helpers if not helper.done()]


def n_processors() -> int:
    """Return how many processors this process may use."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    return available or os.cpu_count() or 1


def thread_count(threads: int | None, n_votes: int) -> int:
    """Return the number of threads: as asked for, or as many as there are processors and work."""
    if threads is None:
        threads = min(n_processors(), max(1, n_votes // VOTES_PER_THREAD))
    number: Any = threads
    if not isinstance(number, Integral) or not 1 <= int(number) <= MOST_THREADS:
        raise VoteError(
            f"threads={threads!r}: give 1 or more, up to {MOST_THREADS:,}, or None for as many as "
            "are useful"
        )
    return threads
