"""Votes that every method is tried on, and a call without the warnings that these deserve."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation import (
    Aggregated,
    ConvergenceWarning,
    IdentifiabilityWarning,
    Method,
    Votes,
    VoteStore,
)

from .em_models import crowd


def quietly(method: Method, votes: Votes | VoteStore, **options: Any) -> Aggregated:
    """Aggregate without the two warnings that tiny votes, or few steps, deserve."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentifiabilityWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        return method(votes, **options)


def tied_votes() -> Votes:
    """Two raters of whom neither can be told to be better, who disagree on the last item."""
    items = np.repeat(np.arange(41), 2)
    answers = np.repeat([0, 1], 40)
    return Votes.from_triples(items, [0, 1] * 41, [*answers, 0, 1])


def jobs() -> dict[str, Votes]:
    """Votes with few or none of whatever there could be."""
    some = crowd(n_raters=5, n_classes=3, n_items=60, votes_per_item=4)
    return {
        "a crowd": some,
        "one vote": Votes.from_triples([0], [0], [1]),
        "one answer": Votes.from_triples([0, 0, 1], [0, 1, 0], [0, 0, 0]),
        "one rater": some.where(some.raters == 0),
        "a rater without votes": some.drop_raters([1, 4]),
        "items without votes": some.where(some.items % 3 > 0),
        "an answer that nobody gave": some.where(some.answers != 1),
        "no votes": some.where(np.zeros(some.n_votes, dtype=bool)),
        "ties": tied_votes(),
        "many votes an item": Votes.from_triples(
            np.repeat([0, 1], 4000), np.tile(np.arange(40), 200), np.arange(8000) // 4000
        ),
        "many classes": crowd(n_raters=8, n_classes=11, n_items=200, votes_per_item=5),
    }


def renamed(votes: Votes, orders: list[NDArray[np.int64]]) -> Votes:
    """The same votes where items, raters and answers have other codes."""
    items, raters, answers = orders
    return Votes.from_triples(
        items[votes.items],
        raters[votes.raters],
        answers[votes.answers],
        n_items=votes.n_items,
        n_raters=votes.n_raters,
        n_answers=votes.n_answers,
    )
