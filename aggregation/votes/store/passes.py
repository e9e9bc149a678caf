"""What takes all of a store: passes over its votes, and copying what lies elsewhere."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ...kernels.threads import Threads
from ..votes import Votes
from .manifest import StoreCounts
from .remote.origin import Origin


class StorePasses(StoreCounts):
    """A store as its partitions make it up, and where these come from."""

    origin: Origin | None

    @abstractmethod
    def partition(self, number: int) -> Votes:
        """Return the votes of one partition."""

    @abstractmethod
    def _votes(self, starts: Any, codes: Any, numbers: Sequence[int]) -> Votes:
        """Return votes on the items of some partitions."""

    def partitions(self) -> Iterator[Votes]:
        """Yield the votes of one partition after the other."""
        yield from map(self.partition, range(self.n_partitions))

    def votes(self) -> Votes:
        """Return all votes in memory, their items in the store's order."""
        parts = list(self.partitions())
        ends = np.cumsum([part.n_votes for part in parts])
        starts = [
            part.starts[1:] + (end - part.n_votes) for part, end in zip(parts, ends, strict=True)
        ]
        items = np.cumsum([0, *(part.n_items for part in parts)]).tolist()
        votes = self._votes(
            np.concatenate((np.zeros(1, dtype=np.int64), *starts)),
            np.concatenate([part.codes for part in parts]),
            range(self.n_partitions),
        )
        return replace(votes, cuts=tuple(items))

    def votes_per_rater(self, threads: Threads | None = None) -> NDArray[np.int64]:
        """Count each rater's votes, shape (n_raters,); threads, if any are at hand, share it."""
        total = np.zeros(self.n_raters, dtype=np.int64)
        for part in self.partitions():
            total += part.votes_per_rater(threads)
        return total

    def votes_per_answer(self) -> NDArray[np.int64]:
        """Count the votes for each answer, shape (n_answers,)."""
        counts = [part.votes_per_answer() for part in self.partitions()]
        return np.asarray(np.sum(counts, axis=0))

    def fetch(self, *, progress: Callable[[str, float], object] | None = None) -> Self:
        """Copy the files of a store at a URL that are not here yet, several at once.

        Parameters
        ----------
        progress : callable, optional
            Called with "fetching" and the share that is done, 0..1.

        Returns
        -------
        VoteStore
            The same.

        Raises
        ------
        VoteError
            If a file cannot be copied, or has been altered. What is copied stays for the next time.
        """
        self._need(self.manifest.files, progress)
        return self

    def _need(self, names: Iterable[str], progress: Any = None) -> None:
        if self.origin is not None:
            self.origin.fetch(self.manifest, [*names], progress)
