"""A pass over votes in partitions: over a store on disk, or over what was read from one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError
from ..kernels.threads import Threads, thread_count
from ..votes.store.files import copy_partitions
from ..votes.store.manifest import read_manifest
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .blocks import Blocks, Cut, Expectation, cut_of
from .dask_pieces import Pieces
from .patterns import Patterns, distinct_patterns, each_its_own
from .sums import Sum, added, height_of, joined, only_height


class Partitions:
    """Votes in partitions, each of which is :class:`Blocks`, one after the other.

    The sums of partitions are added in a tree that their number alone decides. So votes that were
    read from a store into memory come to the very bits of the store. Of a store, nothing that grows
    with the votes is held: arrays are mapped for as long as their partition is at work.

    `numbers` are the partitions to go through, in a row, where these are not all of a store; what
    is kept of its patterns lies in the folder `scratch`.
    """

    def __init__(
        self,
        votes: Votes | VoteStore,
        n_classes: int,
        threads: int | None,
        *,
        numbers: Sequence[int] | None = None,
        scratch: str | None = None,
    ) -> None:
        self.votes = votes
        self.n_classes = n_classes
        self.threads = Threads(thread_count(threads, votes.n_votes))
        self.pieces = Mapped(votes, scratch) if isinstance(votes, VoteStore) else Held(votes)
        self.numbers = range(self.pieces.size) if numbers is None else numbers
        self.cuts: dict[int, Cut] = {}

    def close(self) -> None:
        """End the threads, and delete what was kept of the patterns."""
        self.threads.close()
        self.pieces.close()

    def __iter__(self) -> Iterator[Blocks]:
        """Yield the partitions."""
        for number in self.numbers:
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
        return added(self.sums(Blocks.e_step, rates, prior, hard))

    def affinity_step(self, affinity: NDArray[np.float64]) -> Expectation:
        """Count with the mean affinity of an item's answers; see :meth:`Blocks.affinity_step`."""
        return added(self.sums(Blocks.affinity_step, affinity))

    def sums(self, step: Callable[..., Expectation], *tables: Any) -> list[Sum]:
        """Take a step of :class:`Blocks` in each partition; add up as far as the tree allows."""
        steps = (step(blocks, *tables) for blocks in self)
        return joined(
            Sum(number, 1, total) for number, total in zip(self.numbers, steps, strict=True)
        )

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
        return added(self.sums(height_alone, rates, prior)).log_likelihood


def height_alone(
    blocks: Blocks, rates: NDArray[np.float64], prior: NDArray[np.float64]
) -> Expectation:
    """Return the log-likelihood of a partition as a step that counts nothing."""
    return only_height(blocks.log_likelihood_at(rates, prior))


class OnCluster(Partitions):
    """Partitions of a store, in as many runs as a Dask cluster has workers.

    Each worker goes through a run of its own, and sends back what adds up in it; the rest of the
    tree is added here. Posteriors are made here, too, a partition at a time.
    """

    def __init__(self, store: VoteStore, n_classes: int, threads: int | None) -> None:
        super().__init__(store, n_classes, threads)
        self.store = store
        self.said_threads = threads
        self.runs: Pieces | None = None

    def close(self) -> None:
        """End what is ours of the cluster, too."""
        super().close()
        if self.runs is not None:
            self.runs.close()

    def sums(self, step: Callable[..., Expectation], *tables: Any) -> list[Sum]:
        """Take a step in each partition, run by run; see :meth:`Partitions.sums`."""
        if self.runs is None:  # when it is first needed: posteriors alone need none
            store = replace(self.store, scheduler=None)
            make = partial(run_of, replace(store, folder=store.folder.absolute()), self.n_classes)
            self.runs = Pieces(
                self.store.scheduler, make, partial(runs, store.n_partitions), self.said_threads
            )
        return joined(chain.from_iterable(self.runs.each(Partitions.sums, step, *tables)))


def runs(n_partitions: int, n_workers: int) -> list[range]:
    """Cut partitions into runs of about the same number, at most so many.

    Examples
    --------
    >>> runs(8, 3)
    [range(0, 3), range(3, 5), range(5, 8)]
    """
    n_runs = min(n_workers, n_partitions)
    borders = [round(n_partitions * run / n_runs) for run in range(n_runs + 1)]
    return [range(*ends) for ends in pairwise(borders)]


def run_of(
    store: VoteStore, n_classes: int, numbers: range, *, threads: int, scratch: str
) -> Partitions:
    """Open some partitions of a store at a worker: the same store there, or copies of its own."""
    if store.copies is not None:
        folder = Path(mkdtemp(prefix="reassess-", dir=scratch))
        copy_partitions(store.copies, store.manifest, numbers, folder)
        copied = replace(store, folder=folder)
        found = Partitions(copied, n_classes, threads, numbers=numbers, scratch=scratch)
        finalize(found, rmtree, folder, ignore_errors=True)
        return found
    try:
        there = read_manifest(store.folder)
    except VoteError as error:
        raise VoteError(f"{error}; every worker opens the store at that path") from error
    if there != store.manifest:
        raise VoteError(f"{store.folder} holds another store there than here")
    return Partitions(store, n_classes, threads, numbers=numbers, scratch=scratch)


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

    def __init__(self, store: VoteStore, scratch: str | None) -> None:
        self.store = store
        self.size = store.n_partitions
        self.folder = TemporaryDirectory(prefix="reassess-", dir=scratch)
        self.shared: dict[int, bool] = {}

    def votes(self, number: int) -> Votes:
        """Return the votes of a partition."""
        return self.store.partition(number)

    def patterns(self, number: int, votes: Votes, threads: Threads) -> Patterns:
        """Return its patterns, which are looked for once."""
        if number not in self.shared:
            found = distinct_patterns(votes, threads)
            self.shared[number] = found.of_item is not None
            if not self.shared[number]:
                return found
            for path, array in zip(self.paths(number), found, strict=True):
                np.save(path, np.asarray(array))
        if not self.shared[number]:
            return each_its_own(votes)
        # may be written to, as those in memory: one kind of array is one kernel to compile
        arrays: list[Any] = [mapped(path) for path in self.paths(number)]
        return Patterns(*arrays)

    def paths(self, number: int) -> list[Path]:
        """Name the files of a partition's patterns."""
        return [Path(self.folder.name) / f"{number}-{name}.npy" for name in Patterns._fields]

    def close(self) -> None:
        """Delete the patterns."""
        self.folder.cleanup()


def mapped(path: Path) -> NDArray[Any]:
    """Map an array's file into memory; what is written to it is not kept."""
    held: NDArray[Any] = np.load(path, mmap_mode="c").view(np.ndarray)
    return held


def blocks_of(votes: Votes | VoteStore, n_classes: int, threads: int | None) -> Blocks | Partitions:
    """Cut votes into blocks, or take them partition by partition where they have some."""
    if isinstance(votes, VoteStore) and votes.scheduler is not None:
        return OnCluster(votes, n_classes, threads)
    if isinstance(votes, VoteStore) or votes.cuts is not None:
        return Partitions(votes, n_classes, threads)
    return Blocks(votes, n_classes, threads)
