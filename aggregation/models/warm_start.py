"""A start from an earlier fit, for votes of other raters and answers: all is matched by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError, apart, listed
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .earlier import NEW, EarlierFit, Tables, places_of

Array = NDArray[np.float64]
# What the earlier fit rules out or does not know has this share of its row of probabilities.
SHARE = 0.001


@dataclass(frozen=True, eq=False)
class Match:
    """Where the raters, classes and answers of votes stand in an earlier fit; `NEW` if nowhere.

    Attributes
    ----------
    raters, classes, answers : ndarray of int64
    class_names : sequence
        Of the classes.
    complete : bool
        Whether all names are the same, in the same order.
    """

    raters: NDArray[np.int64]
    classes: NDArray[np.int64]
    answers: NDArray[np.int64]
    class_names: Sequence[Any]
    complete: bool

    def said(self, source: object, new_as: str = "their mean") -> str:
        """Say in a line what was found, and as what the others start.

        Examples
        --------
        >>> names = np.array([0, 1, NEW])
        >>> Match(names, names[:2], names[:2], "ab", False).said("fitted")
        'Start: 2 of 3 raters and 2 of 2 answers from fitted; the new rater starts as their mean.'
        """
        new = int((self.raters == NEW).sum())
        known = len(self.raters) - new, int((self.answers != NEW).sum())
        text = (
            f"Start: {known[0]:,} of {len(self.raters):,} raters and {known[1]:,} of "
            f"{len(self.answers):,} answers from {source}"
        )
        if new:
            starts = "new rater starts" if new == 1 else f"{new:,} new raters start"
            text += f"; the {starts} as {new_as}"
        return f"{text}."


def matched(votes: Votes | VoteStore, earlier: EarlierFit, n_classes: int | None = None) -> Match:
    """Look for the raters, classes and answers of votes in an earlier fit.

    Classes are the votes' answers where those of the earlier fit are its answers, and as many as
    `n_classes` says; else those of the earlier fit.

    Raises
    ------
    VoteError
        If no rater or no answer is there.
    """
    raters = places_of(votes.rater_names, earlier.rater_names)
    answers = places_of(votes.answer_names, earlier.answer_names)
    for found, what, names, others in (
        (raters, "raters", votes.rater_names, earlier.rater_names),
        (answers, "answers", votes.answer_names, earlier.answer_names),
    ):
        if (found == NEW).all():
            raise VoteError(
                f"start: none of the {what} ({listed(names)}) is known to the earlier fit, which "
                f"has {listed(others)}: leave the start out, or make the names the same"
            )
    own = earlier.classes_are_answers and n_classes in (None, votes.n_answers)
    class_names = votes.answer_names if own else earlier.class_names
    classes = answers if own else np.arange(len(class_names))
    complete = all(
        np.array_equal(found, np.arange(size))
        for found, size in zip((raters, classes, answers), earlier.error_rates.shape, strict=True)
    )
    return Match(raters, classes, answers, class_names, complete)


def tables_for(
    votes: Votes | VoteStore, earlier: EarlierFit, match: Match, tables: Tables
) -> Tables:
    """Return tables of an earlier fit for other votes, without a probability of 0.

    - A new rater has the mean of the known ones: each row counts as much as it has expected votes.
    - A new answer, and one of probability 0, shares `SHARE` of its row with others such; an answer
      that is gone leaves its row to the others.
    - A new class, and one of probability 0, shares `SHARE` of the prior with others such. The own
      answer of a new class is given as often as those of the known classes are on average, the
      others alike.
    """
    rates = rates_of(earlier, tables.rates, match.raters)
    of_new = match.classes == NEW
    rates = lifted(of_places(rates, match.answers))[:, match.classes]
    if of_new.any():
        answers = apart(votes.answer_names)
        own = np.array([answers.index(name) for name in apart(match.class_names)])
        rates[:, of_new] = rows_of_new(rates, own, of_new)
    return Tables(rates, lifted(of_places(tables.prior, match.classes)))


def of_places(rows: Array, places: NDArray[np.int64]) -> Array:
    """Return the entries of rows at these places, 0 for `NEW`; what is gone leaves its share."""
    found = np.where(places == NEW, 0.0, rows[..., places])
    if (places != NEW).sum() == rows.shape[-1]:
        return found
    totals = found.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(found, totals, out=found, where=totals > 0))


def rates_of(earlier: EarlierFit, rates: Array, raters: NDArray[np.int64]) -> Array:
    """Return the rows of raters at these places; new ones have the mean of the known ones."""
    if (raters == NEW).any():
        rates = np.concatenate((rates, earlier.mean_rater(rates)[None]))  # which NEW, -1, takes
    return np.asarray(rates[raters])


def rows_of_new(rates: Array, own: NDArray[np.int64], of_new: NDArray[np.bool_]) -> Array:
    """Return rates of new classes: their own answer as often as known classes have theirs."""
    known = np.flatnonzero(~of_new)
    right = rates[:, known, own[known]].mean(axis=1)[:, None, None]
    n_answers = rates.shape[2]
    is_own = own[of_new][:, None] == np.arange(n_answers)
    return np.asarray(np.where(is_own, right, (1 - right) / max(n_answers - 1, 1)))


def lifted(probabilities: Array) -> Array:
    """Give what is 0 in a row `SHARE` of it, shared alike; a row of zeros becomes uniform.

    Rows without a 0 stay as they are.

    Examples
    --------
    >>> lifted(np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]])).round(3)
    array([[0.5  , 0.5  , 0.001],
           [0.333, 0.333, 0.333]])
    """
    none = probabilities == 0
    n_none = none.sum(axis=-1, keepdims=True)
    rows = np.where(none, SHARE / np.maximum(n_none, 1), probabilities * (1 - SHARE))
    raised = rows / rows.sum(axis=-1, keepdims=True)
    return np.asarray(np.where(n_none > 0, raised, probabilities))
