"""Threads that share work; kernels release the interpreter, so they run side by side."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from numbers import Integral
from typing import Any

from ..errors import VoteError

# A thread is worth waking for so many votes.
VOTES_PER_THREAD = 20_000
# More would only wait for each other; a machine may not even start them.
MOST_THREADS = 1024


class Threads:
    """The calling thread and perhaps some others, which share work until they are closed."""

    def __init__(self, n_threads: int = 1) -> None:
        self.n_threads = n_threads
        self._others = ThreadPoolExecutor(n_threads - 1) if n_threads > 1 else None

    def close(self) -> None:
        """End the other threads."""
        if self._others is not None:
            self._others.shutdown()

    def share(self, work: Callable[[int, int], object], size: int, *, lead: float = 0) -> None:
        """Do ``work(begin, end)`` on pieces of ``range(size)``, one of them in this thread.

        The others have to be woken; `lead` is how far this one comes meanwhile.
        """
        mine = min((size + lead * (self.n_threads - 1)) / self.n_threads, size)
        theirs = (size - mine) / max(self.n_threads - 1, 1)
        borders = [0, *(round(mine + theirs * thread) for thread in range(self.n_threads))]
        first, *others = pairwise(borders)
        waiting = [
            self._others.submit(work, *piece) for piece in others if self._others is not None
        ]
        work(*first)
        for other in waiting:
            other.result()


def thread_count(threads: int | None, n_votes: int) -> int:
    """Return the number of threads: as asked for, or as many as there are processors and work."""
    if threads is None:
        available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
        threads = min(available or os.cpu_count() or 1, max(1, n_votes // VOTES_PER_THREAD))
    number: Any = threads
    if not isinstance(number, Integral) or not 1 <= int(number) <= MOST_THREADS:
        raise VoteError(
            f"threads={threads!r}: give 1 or more, up to {MOST_THREADS:,}, or None for as many as "
            "are useful"
        )
    return threads
