"""Threads that share work; kernels release the interpreter, so they run side by side."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from numbers import Integral
from typing import TYPE_CHECKING, Any

from ..errors import VoteError

if TYPE_CHECKING:
    from .turns import Turns

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
        if size <= 1:  # nobody else has anything to do, and may go on to wait for a next step
            work(0, size)
            return
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
        from .turns import SHARED, Turns, desk_of  # with Numba, which kernels need anyway

        n_others = min(self.n_threads, size) - 1
        if self._others is None or n_others < 1 or not SHARED:
            self.share(lambda begin, end: kernel(desk_of(begin, end), 0, *arguments), size)
            return
        if self._turns is None or not self._turns.are_of(kernel, arguments):
            self._rest()
            self._turns = Turns(kernel, arguments, size)
        try:
            self._turns.step(self._others, n_others, self._patience)
        except BaseException:
            self._rest()  # somebody may still be at a block
            raise

    def _rest(self) -> None:
        """Have all who wait for a next step leave."""
        if self._turns is not None:
            self._turns.end()
            self._turns = None


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
