"""LA: abilities that follow the winning answers, item after item, as a stream or all at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..errors import VoteError
from ..votes.votes import Votes
from .aggregated import Aggregation, Call
from .clamped import checked_truth
from .dawid_skene.arguments import count_classes
from .own_answers import check_square

Array = NDArray[np.float64]

# Right votes and votes that a rater has before any: those of a Beta(2, 2) prior, less its mode's 1.
RIGHT_BEFORE, SEEN_BEFORE = 1.0, 2.0


@dataclass(eq=False)
class LabelStream:
    """Labels of items as they come, by abilities that the items before have shown (LA, one pass).

    An item's votes are weighted by their raters' abilities; then each of its raters has seen one
    more vote, right if it was the answer that won. Where k answers tie, each is 1/k right.

    Attributes
    ----------
    n_raters, n_answers : int
    right, seen : ndarray, shape (n_raters,)
        Right votes and votes of each rater, beginning with 1 and 2.

    References
    ----------
    Yang et al. (2024), A lightweight, effective and efficient model for label aggregation in
    crowdsourcing, ACM Transactions on Knowledge Discovery from Data.

    Examples
    --------
    >>> stream = LabelStream(3, 2)
    >>> first = Votes.from_triples([0, 0, 0], [0, 1, 2], [1, 1, 0])
    >>> stream.take(first).round(2)
    array([[0.33, 0.67]])
    >>> stream.ability.round(2)
    array([0.67, 0.67, 0.33])
    """

    n_raters: int
    n_answers: int
    right: Array = field(init=False, repr=False)
    seen: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.right = np.full(self.n_raters, RIGHT_BEFORE)
        self.seen = np.full(self.n_raters, SEEN_BEFORE)

    @property
    def ability(self) -> Array:
        """Share of right votes of each rater so far, shape (n_raters,)."""
        return self.right / self.seen

    def take(self, votes: Votes, *, truth: ArrayLike | None = None) -> Array:
        """Take the next items' votes; return their shares of abilities, (n_items, n_answers).

        Parameters
        ----------
        votes : Votes
            Of the same raters and answers. Items are taken in the order in which they first occur.
        truth : array_like, optional
            What is known of these items, as for :func:`fit_la`.

        Raises
        ------
        VoteError
            If the votes or the truth do not fit.
        """
        if (votes.n_raters, votes.n_answers) != (self.n_raters, self.n_answers):
            raise VoteError(
                f"votes of {votes.n_raters} raters and {votes.n_answers} answers do not fit a "
                f"stream of {self.n_raters} and {self.n_answers}: give n_raters= and n_answers= to "
                "Votes.from_triples"
            )
        from ..kernels.la import one_pass  # Numba takes a third of a second to import

        known = np.empty((0, self.n_answers))
        if truth is not None:
            known = checked_truth(truth, votes.n_items, self.n_answers)
        order = np.arange(votes.n_items) if votes.item_order is None else votes.item_order
        scores = np.empty((votes.n_items, self.n_answers))
        one_pass(votes.starts, votes.codes, order, known, self.right, self.seen, scores)
        return with_truth(shares_of(scores), known)


def fit_la(
    votes: Votes,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | None = None,
    passes: int = 2,
) -> Aggregation:
    """Aggregate by LA: abilities follow the winning answers, item after item.

    The first pass is :class:`LabelStream`'s, in the order in which items first occur. The second
    weighs votes by ``n_answers * ability - 1``, with the abilities that the first has left.

    Parameters
    ----------
    votes : Votes
    n_classes : int, optional
        As many as there are answers.
    truth : array_like, optional
        What is known of items: shape (n_items,), a class or -1 where it is not known; or shape
        (n_items, n_classes), a distribution, or zeros. It wins there, whatever the votes.
    passes : {1, 2}

    Returns
    -------
    Aggregation
        Its posteriors are shares of the weighted sums, from the least of them on where some are
        below 0; it maximises nothing ("score"). `parameters` has `ability`, shape (n_raters,).

    Raises
    ------
    VoteError
        If arguments do not fit the votes.

    References
    ----------
    As of :class:`LabelStream`.

    Examples
    --------
    >>> from aggregation import load_anesthesia
    >>> fit_la(load_anesthesia()).parameters["ability"].round(2)
    array([0.88, 0.7 , 0.79, 0.85, 0.81])
    """
    check_types(fit_la, locals())
    if passes not in (1, 2):
        raise VoteError(f"passes={passes!r}: give 1 or 2")
    n_classes = count_classes(votes, n_classes, truth, None, None)
    check_square(votes, n_classes, "answers are counted")
    clamped = None if truth is None else checked_truth(truth, votes.n_items, votes.n_answers)
    stream = LabelStream(votes.n_raters, votes.n_answers)
    posterior, ability = stream.take(votes, truth=truth), stream.ability
    if passes == 2:
        weights = votes.n_answers * ability - 1
        shares = shares_of(votes.answer_counts(weights[votes.raters]))
        posterior = shares if clamped is None else with_truth(shares, clamped)
    return Aggregation(
        votes=votes,
        method="la",
        posterior=posterior,
        objective=float("nan"),
        objective_kind="score",
        objective_trace=np.empty(0),
        n_steps=passes,
        converged=True,
        options=Call(fit_la, {"n_classes": n_classes, "passes": passes}),
        parameters={"ability": ability},
        clamped=clamped,
    )


def shares_of(scores: Array) -> Array:
    """Divide scores by their sum, from the least on where that is below 0; uniform where all are 0.

    Examples
    --------
    >>> shares_of(np.array([[3.0, 1.0], [-1.0, 1.0], [0.0, 0.0]]))
    array([[0.75, 0.25],
           [0.  , 1.  ],
           [0.5 , 0.5 ]])
    """
    above = scores - np.minimum(scores.min(axis=1, keepdims=True, initial=0.0), 0.0)
    totals = above.sum(axis=1, keepdims=True)
    uniform = np.full(scores.shape, 1 / scores.shape[1])
    return np.asarray(np.divide(above, totals, out=uniform, where=totals > 0))


def with_truth(shares: Array, known: Array) -> Array:
    """Put the truth of known items in the place of their shares."""
    if not len(known):
        return shares
    return np.where(known.any(axis=1, keepdims=True), known, shares)
