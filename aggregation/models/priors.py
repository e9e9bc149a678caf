"""Dirichlet priors of raters and classes, as counts that a user gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import MOST_COUNT
from ..errors import VoteError
from ..votes.given import numbers

# A Dirichlet count below this would have probabilities too small for doubles.
LEAST_COUNT = 0.01


@dataclass(frozen=True)
class Priors:
    """Counts of the Dirichlet priors; what cannot be used is a VoteError."""

    own_count: float
    other_count: float
    class_count: ArrayLike | Literal["anchored"]

    def __post_init__(self) -> None:
        for name in ("own_count", "other_count"):
            checked_count(name, getattr(self, name), ())
        if isinstance(self.class_count, str) and self.class_count != "anchored":
            raise VoteError(f"class_count={self.class_count!r} is neither counts nor 'anchored'")

    def of_classes(self, vote_shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the counts of the classes, where column sums of the vote shares are given."""
        if not isinstance(self.class_count, str):
            counts = checked_count("class_count", self.class_count, vote_shares.shape)
            return np.broadcast_to(counts, vote_shares.shape).copy()
        return vote_shares


def checked_count(name: str, count: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return Dirichlet counts; what is too small, or of another shape, is a VoteError."""
    counts = numbers(name, count).astype(np.float64)
    if counts.shape not in ((), shape):
        raise VoteError(f"{name} of shape {counts.shape} does not fit {shape or 'one number'}")
    wrong = ~((counts >= LEAST_COUNT) & np.isfinite(counts))
    if wrong.any():
        raise VoteError(f"{name} has {counts[wrong][0]}: give {LEAST_COUNT} or more")
    if (counts > MOST_COUNT).any():
        raise VoteError(f"{name} has {counts.max()}: beside more than 2**53 no vote would count")
    return counts


def check_possible(of_classes: NDArray[np.float64], own: NDArray[np.bool_]) -> None:
    """Refuse vote shares as a prior where a class could never get any."""
    nobodys = (of_classes == 0) & ~own.any(axis=0)
    if nobodys.any():
        raise VoteError(
            f"class {int(np.argmax(nobodys))} has no answer of its own, so no vote speaks for it: "
            "give class_count=1"
        )


def check_start(at_start: NDArray[np.float64], of_classes: NDArray[np.float64]) -> None:
    """Refuse posteriors to start from where a class has some, but its prior makes it impossible."""
    impossible = (of_classes == 0) & (at_start > 0)
    if impossible.any():
        raise VoteError(
            f"start: class {int(np.argmax(impossible))} has posteriors, but no vote speaks for it: "
            "give class_count=1, or start elsewhere"
        )
