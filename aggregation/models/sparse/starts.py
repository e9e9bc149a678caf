"""A start from an earlier fit: its class prior, and the votes that it expects, come first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import VoteError
from ...votes.votes import Votes
from ..aggregated import Aggregated
from ..earlier import NEW, SPARSE, EarlierFit, Occurring, earlier_fit, no_table, places_of
from ..store_fit import StoreAggregation, StoreFit
from ..warm_start import lifted, matched, of_places
from .cells import Cells
from .fit import SparseFit

Array = NDArray[np.float64]


def checked_start(
    votes: Votes, start: Aggregated | StoreFit | StoreAggregation | EarlierFit | None
) -> EarlierFit | None:
    """Return what an earlier fit expects; one that has no name in common is a VoteError."""
    if start is None:
        return None
    earlier = occurring(start)
    if not earlier.classes_are_answers:
        raise VoteError("start: the classes of the earlier fit are not its answers: leave it out")
    matched(votes, earlier, votes.n_answers)
    return earlier


def occurring(fit: Any) -> EarlierFit:
    """Take from a fit the votes that it expects of raters, by classes and answers."""
    if isinstance(fit, SparseFit):
        found, names = fit.error_rate_cells(), fit.votes.answer_names
        return EarlierFit(
            method=SPARSE,
            rater_names=fit.votes.rater_names,
            class_names=names,
            answer_names=names,
            error_rates=no_table(fit.votes.n_raters, fit.n_classes),
            class_prior=fit.class_prior,
            n_votes=fit.votes.n_votes,
            cells=Occurring(found.raters, found.classes, found.answers, found.counts),
        )
    if isinstance(fit, EarlierFit) and fit.cells is not None:
        return fit
    earlier = earlier_fit(fit)
    counts = earlier.error_rates * earlier.weights[:, :, None]
    raters, classes, answers = np.nonzero(counts)
    cells = Occurring(raters, classes, answers, counts[raters, classes, answers])
    return replace(earlier, cells=cells)


def prior_of(earlier: EarlierFit, votes: Votes) -> Array:
    """Return the class prior of an earlier fit, by names; a class without has a small share."""
    places = places_of(votes.answer_names, earlier.class_names)
    return lifted(of_places(earlier.class_prior, places))


def votes_of(earlier: EarlierFit, votes: Votes, cells: Cells) -> tuple[Array, Array]:
    """Return the votes that an earlier fit expects in cells and in rows; names are matched."""
    found, n = earlier.cells, votes.n_answers
    assert found is not None
    raters = places_of(earlier.rater_names, votes.rater_names)[found.raters]
    classes = places_of(earlier.class_names, votes.answer_names)[found.classes]
    answers = places_of(earlier.answer_names, votes.answer_names)[found.answers]
    there = (raters != NEW) & (classes != NEW) & (answers != NEW)
    rows, counts = (raters * n + classes)[there], found.counts[there]
    own_rows = cells.row_raters.astype(np.int64) * n + cells.row_classes
    own_cells = own_rows[cells.row] * n + cells.answers
    return sums_at(own_cells, rows * n + answers[there], counts), sums_at(own_rows, rows, counts)


def sums_at(ascending: NDArray[np.int64], keys: NDArray[np.int64], values: Array) -> Array:
    """Add up values at those of their keys that are among the ascending ones."""
    places = np.searchsorted(ascending, keys)
    there = places < len(ascending)
    there[there] = ascending[places[there]] == keys[there]
    return np.bincount(places[there], values[there], len(ascending)).astype(np.float64)
