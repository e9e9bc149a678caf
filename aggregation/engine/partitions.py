"""A pass over votes in partitions: over a store on disk, or over what was read from one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, pairwise
from operator import add
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, TypeVar
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError
from ..kernels.threads import Threads, thread_count
from ..votes.store.files import names_of
from ..votes.store.remote.copying import copy_files
from ..votes.store.store import VoteStore, opened
from ..votes.votes import Votes
from .blocks import Blocks, Cut, Expectation, cut_of
from .cluster.dask_pieces import Pieces
from .patterns import Patterns
from .pieces import Held, IsOpen, Mapped
from .sums import Plus, Sum, added, in_a_tree, joined

Total = TypeVar("Total")
# Rates, flat or not, and class prior.
Tables = tuple[NDArray[np.float64], NDArray[np.float64]]


class Partitions:
    """Votes in partitions, each of which is :class:`Blocks`, one after the other.

    The sums of partitions are added in a tree that their number alone decides. So votes that were
    read from a store into memory come to the very bits of the store. Of a store, nothing that grows
    with the votes is held: arrays are mapped for as long as their partition is at work.

    `numbers` are the partitions to go through, in a row, where these are not all of a store; what
    is kept of its patterns lies in the folder `scratch`. `is_open` says of which items of a store's
    partition votes are gone through; default: of all.
    """

    def __init__(
        self,
        votes: Votes | VoteStore,
        n_classes: int,
        threads: int | None,
        *,
        is_open: IsOpen | None = None,
        numbers: Sequence[int] | None = None,
        scratch: str | None = None,
    ) -> None:
        self.votes = votes
        self.n_classes = n_classes
        self.threads = Threads(thread_count(threads, votes.n_votes))
        self.pieces: Mapped | Held
        if isinstance(votes, VoteStore):
            self.pieces = Mapped(votes, is_open, scratch)
        else:
            self.pieces = Held(votes)
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
        return self.total(plus, Blocks.e_step, rates, prior, hard)

    def affinity_step(self, affinity: NDArray[np.float64]) -> Expectation:
        """Count with the mean affinity of an item's answers; see :meth:`Blocks.affinity_step`."""
        return self.total(plus, Blocks.affinity_step, affinity)

    def mean_step(self, *data: Any) -> Expectation:
        """Put items at means of their votes; see :meth:`Blocks.mean_step`, positions apart."""
        return self.total(plus, Blocks.mean_step, *data)

    def total(self, plus: Plus[Total], step: Callable[..., Total], *tables: Any) -> Total:
        """Take a step of :class:`Blocks` in each partition, and add up."""
        return added(self.sums(plus, step, *tables), plus)

    def sums(self, plus: Plus[Total], step: Callable[..., Total], *tables: Any) -> list[Sum[Total]]:
        """Take a step of :class:`Blocks` in each partition; add up as far as the tree allows."""
        steps = zip(self.numbers, (step(blocks, *tables) for blocks in self), strict=True)
        return joined((Sum(number, 1, found) for number, found in steps), plus)

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
        return float(self.total(add, Blocks.log_likelihood_at, rates, prior))


class OnCluster(Partitions):
    """Partitions of a store, in as many runs as a Dask cluster has workers.

    Each worker goes through a run of its own, and sends back what adds up in it; the rest of the
    tree is added here. Posteriors are made here, too, a partition at a time.
    """

    def __init__(
        self,
        store: VoteStore,
        n_classes: int,
        threads: int | None,
        *,
        is_open: IsOpen | None = None,
    ) -> None:
        super().__init__(store, n_classes, threads, is_open=is_open)
        self.store = store
        self.is_open = is_open
        self.said_threads = threads
        self.runs: Pieces | None = None

    def close(self) -> None:
        """End what is ours of the cluster, too."""
        super().close()
        if self.runs is not None:
            self.runs.close()

    def sums(self, plus: Plus[Total], step: Callable[..., Total], *tables: Any) -> list[Sum[Total]]:
        """Take a step in each partition, run by run; see :meth:`Partitions.sums`."""
        found = self.each(Partitions.sums, plus, step, *tables)
        return joined(chain.from_iterable(found), plus)

    def each(self, step: Callable[..., Any], *arguments: Any) -> list[Any]:
        """Take a step with each run; return what comes of it, in their order."""
        if self.runs is None:  # when it is first needed: posteriors alone need none
            make = partial(run_of, for_workers(self.store), self.n_classes, is_open=self.is_open)
            self.runs = Pieces(
                self.store.scheduler,
                make,
                partial(runs, self.store.n_partitions),
                self.said_threads,
            )
        return self.runs.each(step, *arguments)


def for_workers(store: VoteStore) -> VoteStore:
    """Return a store as workers open it: by its path, or with copies of their own.

    What was opened by its URL and is not to be copied by each of them is copied here first.
    """
    if store.copies is None and store.origin is not None:
        store.origin.fetch(store.manifest, names_of(range(store.n_partitions)))
    return replace(store, folder=store.folder.absolute(), scheduler=None, origin=None)


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
    store: VoteStore,
    n_classes: int,
    numbers: range,
    *,
    is_open: IsOpen | None,
    threads: int,
    scratch: str,
) -> Partitions:
    """Open some partitions of a store at a worker: the same store there, or copies of its own."""
    if store.copies is not None:
        folder = Path(mkdtemp(prefix="reassess-", dir=scratch))
        try:
            copy_files(store.copies, store.manifest, names_of(numbers), folder)
        except BaseException:
            rmtree(folder, ignore_errors=True)
            raise
        copied = replace(store, folder=folder, origin=None, _stamp=None)
        found = Partitions(
            copied, n_classes, threads, is_open=is_open, numbers=numbers, scratch=scratch
        )
        finalize(found, rmtree, folder, ignore_errors=True)
        return found
    try:
        there = opened(VoteStore, store.folder)  # its stamp, too, is this machine's
    except VoteError as error:
        raise VoteError(f"{error}; every worker opens the store at that path") from error
    if there.manifest != store.manifest:
        raise VoteError(f"{store.folder} holds another store there than here")
    return Partitions(there, n_classes, threads, is_open=is_open, numbers=numbers, scratch=scratch)


def blocks_of(
    votes: Votes | VoteStore,
    n_classes: int,
    threads: int | None,
    is_open: IsOpen | None = None,
) -> Blocks | Partitions:
    """Cut votes into blocks, or take them partition by partition where they have some."""
    if isinstance(votes, VoteStore) and votes.scheduler is not None:
        return OnCluster(votes, n_classes, threads, is_open=is_open)
    if isinstance(votes, VoteStore) or votes.cuts is not None:
        return Partitions(votes, n_classes, threads, is_open=is_open)
    return Blocks(votes, n_classes, threads)


def votes_per_rater(votes: Votes | VoteStore, blocks: Blocks | Partitions) -> NDArray[np.int64]:
    """Count each rater's votes, on known items, too, shape (n_raters,)."""
    if isinstance(blocks, OnCluster):
        return blocks.total(add, own_votes_per_rater)
    return votes.votes_per_rater(blocks.threads)


def own_votes_per_rater(blocks: Blocks) -> NDArray[np.int64]:
    """Count each rater's votes in a partition."""
    return blocks.votes.votes_per_rater(blocks.threads)


def still(
    blocks: Blocks | Partitions, one: Tables, other: Tables, least: float, n_groups: int = 1
) -> bool:
    """Say whether no posterior differs by more than `least` under two pairs of rates and prior.

    Of `n_groups` states that follow each other, it is their sum that counts. Where one differs,
    those of further partitions are not looked at.
    """
    if isinstance(blocks, OnCluster):
        return all(blocks.each(still, one, other, least, n_groups))
    for piece in blocks:
        rows, others = (add_up(piece.posterior(*tables)[0], n_groups) for tables in (one, other))
        if np.abs(rows - others).max(initial=0.0) > least:
            return False
    return True


def add_up(rows: NDArray[np.float64], n_groups: int) -> NDArray[np.float64]:
    """Add up so many columns that follow each other, and the next ones."""
    if n_groups == 1:
        return rows
    return np.asarray(rows.reshape(len(rows), rows.shape[1] // n_groups, n_groups).sum(axis=2))


def height_of(heights: Iterable[float]) -> float:
    """Add up log-likelihoods in the tree of the partitions."""
    return in_a_tree(heights, add)


def plus(one: Expectation, other: Expectation) -> Expectation:
    """Add two sums."""
    return Expectation(
        one.counts + other.counts,
        one.class_counts + other.class_counts,
        one.log_likelihood + other.log_likelihood,
    )
