"""A pass over votes in partitions: over a store on disk, or over what was read from one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernels.threads import Threads, thread_count
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .blocks import Blocks, Cut, Expectation, cut_of
from .patterns import Patterns, distinct_patterns, each_its_own
from .pieces import in_a_tree, pieces_of

# Which items of a partition are open, shape (n_items,), by its number.
IsOpen = Callable[[int], NDArray[np.bool_]]


class Partitions:
    """Votes in partitions, each of which is :class:`Blocks`, one after the other.

    The sums of partitions are added in a tree that their number alone decides. So votes that were
    read from a store into memory come to the very bits of the store. Of a store, nothing that grows
    with the votes is held: arrays are mapped for as long as their partition is at work.

    `is_open` says of which items of a store's partition votes are gone through; default: of all.
    """

    def __init__(
        self,
        votes: Votes | VoteStore,
        n_classes: int,
        threads: int | None,
        *,
        is_open: IsOpen | None = None,
    ) -> None:
        self.votes = votes
        self.n_classes = n_classes
        self.threads = Threads(thread_count(threads, votes.n_votes))
        self.pieces = Mapped(votes, is_open) if isinstance(votes, VoteStore) else Held(votes)
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

    def mean_step(self, *data: Any) -> Expectation:
        """Put items at means of their votes; see :meth:`Blocks.mean_step`, positions apart."""
        return added(blocks.mean_step(*data) for blocks in self)

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
        self.parts = list(pieces_of(votes))
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


class Mapped:
    """Partitions of a store, whose patterns are kept on disk as long as they are needed."""

    def __init__(self, store: VoteStore, is_open: IsOpen | None) -> None:
        self.store = store
        self.is_open = is_open
        self.size = store.n_partitions
        self.folder = TemporaryDirectory(prefix="reassess-")
        # which arrays of a partition's patterns are kept: none where they are the votes themselves
        self.kept: dict[int, list[str]] = {}

    def votes(self, number: int) -> Votes:
        """Return the votes of a partition, on all its items."""
        return self.store.partition(number)

    def patterns(self, number: int, votes: Votes, threads: Threads) -> Patterns:
        """Return the patterns of its open items, which are looked for once."""
        if number not in self.kept:
            chosen = self.open_votes(number, votes)
            found = distinct_patterns(chosen, threads)
            own = chosen is votes and found.of_item is None
            arrays = {} if own else {k: v for k, v in found._asdict().items() if v is not None}
            self.kept[number] = list(arrays)
            for name, array in arrays.items():
                np.save(self.path(number, name), array)
            if own:
                return found
        if not self.kept[number]:
            return each_its_own(votes)
        # may be written to, as those in memory: one kind of array is one kernel to compile
        held: dict[str, Any] = {name: mapped(self.path(number, name)) for name in self.kept[number]}
        return Patterns(**({"of_item": None} | held))

    def open_votes(self, number: int, votes: Votes) -> Votes:
        """Return the votes on the open items of a partition."""
        chosen = None if self.is_open is None else self.is_open(number)
        if chosen is None or chosen.all():
            return votes
        return replace(votes, item_names=range(votes.n_items)).select(chosen)

    def path(self, number: int, name: str) -> Path:
        """Name the file of an array of a partition's patterns."""
        return Path(self.folder.name) / f"{number}-{name}.npy"

    def close(self) -> None:
        """Delete the patterns."""
        self.folder.cleanup()


def mapped(path: Path) -> NDArray[Any]:
    """Map an array's file into memory; what is written to it is not kept."""
    held: NDArray[Any] = np.load(path, mmap_mode="c").view(np.ndarray)
    return held


def blocks_of(
    votes: Votes | VoteStore,
    n_classes: int,
    threads: int | None,
    is_open: IsOpen | None = None,
) -> Blocks | Partitions:
    """Cut votes into blocks, or take them partition by partition where they have some."""
    if isinstance(votes, VoteStore) or votes.cuts is not None:
        return Partitions(votes, n_classes, threads, is_open=is_open)
    return Blocks(votes, n_classes, threads)


def added(parts: Iterable[Expectation]) -> Expectation:
    """Add up the sums of partitions; see :func:`in_a_tree`.

    Examples
    --------
    >>> parts = [Expectation(np.ones(1), np.ones(1), value) for value in (1.0, 2.0, 3.0)]
    >>> added(parts).log_likelihood  # (1 + 2) + 3
    6.0
    """
    return in_a_tree(parts, plus)


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
