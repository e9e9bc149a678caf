"""A pass over votes in partitions: over a store on disk, or over what was read from one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from tempfile import TemporaryFile, gettempdir
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError
from ..kernels.threads import Threads, thread_count
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .blocks import Blocks, Cut, Expectation, cut_of
from .patterns import Patterns, distinct_patterns, each_its_own

# Arrays begin at multiples of so many bytes of a file.
ALIGNED = 64


class Partitions:
    """Votes in partitions, each of which is :class:`Blocks`, one after the other.

    The sums of partitions are added in a tree that their number alone decides. So votes that were
    read from a store into memory come to the very bits of the store. Of a store, nothing that grows
    with the votes is held: arrays are mapped for as long as their partition is at work.
    """

    def __init__(self, votes: Votes | VoteStore, n_classes: int, threads: int | None) -> None:
        self.votes = votes
        self.n_classes = n_classes
        self.threads = Threads(thread_count(threads, votes.n_votes))
        self.pieces = Mapped(votes) if isinstance(votes, VoteStore) else Held(votes)
        self.cuts: dict[int, Cut] = {}

    def close(self) -> None:
        """End the threads, and delete what was kept of the patterns."""
        self.threads.close()
        self.pieces.close()

    def __iter__(self) -> Iterator[Blocks]:
        """Yield the partitions."""
        for number in range(self.pieces.size):
            votes = self.pieces.votes(number)
            patterns = self.pieces.patterns(number, votes, self.threads)
            if number not in self.cuts:
                self.cuts[number] = cut_of(patterns, votes.n_raters * votes.n_answers)
            cut = self.cuts[number]
            yield Blocks(votes, self.n_classes, self.threads, patterns=patterns, cut=cut)

    def every_pattern(self) -> Iterator[Patterns]:
        """Yield the patterns of one partition after the other."""
        for blocks in self:
            yield blocks.patterns

    def e_step(
        self, rates: NDArray[np.float64], prior: NDArray[np.float64], hard: bool
    ) -> Expectation:
        """Count what is expected under these parameters; see :meth:`Blocks.e_step`."""
        return added(blocks.e_step(rates, prior, hard) for blocks in self)

    def affinity_step(self, affinity: NDArray[np.float64]) -> Expectation:
        """Count with the mean affinity of an item's answers; see :meth:`Blocks.affinity_step`."""
        return added(blocks.affinity_step(affinity) for blocks in self)

    def posteriors(
        self, rates: NDArray[np.float64], prior: NDArray[np.float64]
    ) -> Iterator[tuple[Votes, NDArray[np.float64], float]]:
        """Yield each partition's votes, their items' posteriors, and the log-likelihood."""
        for blocks in self:
            yield blocks.votes, *blocks.posterior(rates, prior)

    def posterior(
        self, rates: NDArray[np.float64], prior: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], float]:
        """Posterior of each item, shape (n_items, n_classes), and the log-likelihood."""
        parts = [(part, height) for _, part, height in self.posteriors(rates, prior)]
        return np.concatenate([part for part, _ in parts]), height_of(height for _, height in parts)

    def log_likelihood_at(self, rates: NDArray[np.float64], prior: NDArray[np.float64]) -> float:
        """Log-likelihood of all votes."""
        return height_of(height for _, _, height in self.posteriors(rates, prior))


class Held:
    """Partitions of votes that are in memory."""

    def __init__(self, votes: Votes) -> None:
        assert votes.cuts is not None  # else they are no partitions
        self.parts = [between(votes, *ends) for ends in pairwise(votes.cuts)]
        self.size = len(self.parts)
        self.found: dict[int, Patterns] = {}

    def votes(self, number: int) -> Votes:
        """Return the votes of a partition."""
        return self.parts[number]

    def patterns(self, number: int, votes: Votes, threads: Threads) -> Patterns:
        """Return its patterns, which are looked for once."""
        if number not in self.found:
            self.found[number] = distinct_patterns(votes, threads)
        return self.found[number]

    def close(self) -> None:
        """Keep nothing."""
        self.found.clear()


def between(votes: Votes, first: int, last: int) -> Votes:
    """Return the votes of items `first` to `last`, the latter not included, without their names."""
    starts = votes.starts[first : last + 1]
    return replace(
        votes,
        starts=starts - starts[0],
        codes=votes.codes[starts[0] : starts[-1]],
        item_names=range(last - first),
        item_order=None,
        cuts=None,
    )


class Mapped:
    """Partitions of a store, whose patterns are kept on disk as long as they are needed."""

    def __init__(self, store: VoteStore) -> None:
        self.store = store
        self.size = store.n_partitions
        self.kept = Kept()
        self.found: dict[int, list[Place] | None] = {}

    def votes(self, number: int) -> Votes:
        """Return the votes of a partition."""
        return self.store.partition(number)

    def patterns(self, number: int, votes: Votes, threads: Threads) -> Patterns:
        """Return its patterns, which are looked for once."""
        if number not in self.found:
            found = distinct_patterns(votes, threads)
            if found.of_item is None:
                self.found[number] = None
                return found
            self.found[number] = [self.kept.add(np.asarray(array)) for array in found]
        places = self.found[number]
        if places is None:
            return each_its_own(votes)
        arrays: list[Any] = [self.kept.mapped(place) for place in places]
        return Patterns(*arrays)

    def close(self) -> None:
        """Delete the patterns."""
        self.kept.close()


class Place(NamedTuple):
    """Where an array lies in a file."""

    offset: int
    kind: np.dtype[Any]
    size: int


class Kept:
    """Arrays in a file without a name, which is gone with the process, however that ends."""

    def __init__(self) -> None:
        self.file = TemporaryFile(buffering=0)  # noqa: SIM115 (it is closed by close)
        self.end = 0

    def add(self, array: NDArray[Any]) -> Place:
        """Write an array at the end of the file.

        Raises
        ------
        VoteError
            If there is no room for it.
        """
        place = Place(-(-self.end // ALIGNED) * ALIGNED, array.dtype, array.size)
        self.end = place.offset + array.nbytes
        left = np.ascontiguousarray(array).data.cast("B") if array.size else memoryview(b"")
        self.file.seek(place.offset)
        try:
            while left:
                left = left[self.file.write(left) :]
        except OSError as error:
            raise VoteError(
                f"{gettempdir()}: patterns of votes cannot be kept there ({error.strerror}): make "
                "room, or name another folder in TMPDIR"
            ) from error
        return place

    def mapped(self, place: Place) -> NDArray[Any]:
        """Map an array into memory; what is written to it is not kept."""
        if not place.size:
            return np.empty(0, place.kind)
        # may be written to, as those in memory: one kind of array is one kernel to compile
        held = np.memmap(self.file, place.kind, "c", place.offset, place.size)
        return held.view(np.ndarray)

    def close(self) -> None:
        """Delete the file."""
        self.file.close()


def blocks_of(votes: Votes | VoteStore, n_classes: int, threads: int | None) -> Blocks | Partitions:
    """Cut votes into blocks, or take them partition by partition where they have some."""
    if isinstance(votes, VoteStore) or votes.cuts is not None:
        return Partitions(votes, n_classes, threads)
    return Blocks(votes, n_classes, threads)


def added(parts: Iterable[Expectation]) -> Expectation:
    """Add up parts two by two, the sums of these two by two, and so on.

    No more than one sum of each height of the tree is held at a time.

    Examples
    --------
    >>> parts = [Expectation(np.ones(1), np.ones(1), value) for value in (1.0, 2.0, 3.0)]
    >>> added(parts).log_likelihood  # (1 + 2) + 3
    6.0
    """
    held: list[tuple[int, Expectation]] = []
    for part in parts:
        total, height = part, 0
        while held and held[-1][0] == height:
            total, height = plus(held.pop()[1], total), height + 1
        held.append((height, total))
    _, total = held.pop()
    while held:
        total = plus(held.pop()[1], total)
    return total


def plus(one: Expectation, other: Expectation) -> Expectation:
    """Add two sums."""
    return Expectation(
        one.counts + other.counts,
        one.class_counts + other.class_counts,
        one.log_likelihood + other.log_likelihood,
    )


def height_of(heights: Iterable[float]) -> float:
    """Add up log-likelihoods in the same tree."""
    none = np.zeros(0)
    return added(Expectation(none, none, height) for height in heights).log_likelihood
