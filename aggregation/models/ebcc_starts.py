"""Where EBCC starts: vote shares, of which an item's groups get parts by chance, or posteriors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..engine.pieces import pieces_of
from ..engine.sums import in_a_tree
from ..errors import VoteError
from ..votes.given import numbers
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .clamped import Clamped
from .own_answers import shares_of_own

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shares:
    """Mean affinity of items' answers, piece by piece; known items have their truth."""

    votes: Votes | VoteStore
    own: NDArray[np.bool_]
    clamped: Clamped | None

    def __iter__(self) -> Iterator[tuple[Votes, Array]]:
        """Yield the votes of each piece, and shares of shape (n_items, n_classes)."""
        for number, votes in enumerate(pieces_of(self.votes)):
            known = None if self.clamped is None else self.clamped.rows(number)
            yield votes, shares_of_own(votes, self.own, known)

    def sums(self) -> Array:
        """Add up the shares of each class."""
        return in_a_tree((shares.sum(axis=0) for _, shares in self), np.add)

    def starts(
        self, given: Array | None, n_groups: int, seeds: Iterable[int]
    ) -> Iterator[Iterable[tuple[Votes, Array]]]:
        """Yield the states of each start, piece by piece: those given, or drawn from each seed."""
        if given is not None and isinstance(self.votes, Votes):
            yield [(self.votes, as_states(given))]
            return
        yield from (self.drawn(n_groups, seed) for seed in seeds)

    def drawn(self, n_groups: int, seed: int) -> Iterator[tuple[Votes, Array]]:
        """Split each share among the groups at random, as the authors' code does."""
        rng = np.random.RandomState(seed)
        for votes, shares in self:
            parts = rng.dirichlet(np.ones(n_groups), shares.shape) * shares[:, :, None]
            yield votes, as_states(parts)


def checked_start(start: ArrayLike, votes: Votes | VoteStore, n_groups: int) -> Array:
    """Return posteriors of classes and groups; what is none is a VoteError."""
    given = numbers("start", start).astype(np.float64)
    if given.ndim != 3 or given.shape[::2] != (votes.n_items, n_groups):
        shape = f"({votes.n_items}, n_classes, {n_groups})"
        raise VoteError(f"start of shape {given.shape} does not fit (item, class, group) = {shape}")
    if not (given >= 0).all() or not np.allclose(given.sum(axis=(1, 2)), 1):
        raise VoteError("start: posteriors must be 0 or more and sum to 1 for each item")
    return given


def as_states(posterior: Array) -> Array:
    """Put classes and groups in one line, of states."""
    n_items, n_classes, n_groups = posterior.shape
    return posterior.reshape(n_items, n_classes * n_groups)
