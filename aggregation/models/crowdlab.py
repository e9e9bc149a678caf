"""CROWDLAB: a classifier's probabilities beside the votes, trusted as far as both agree."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..errors import VoteError
from ..votes.votes import Votes
from .aggregated import Aggregation, Call
from .classifier import checked_probabilities

Array = NDArray[np.float64]
# Least trust in a rater or in the classifier, and least error of the likeliest class.
LEAST = 1e-6


class Trust(NamedTuple):
    """What is believed of votes and of the classifier, given a consensus.

    Attributes
    ----------
    agreement : float
        Mean share of an item's votes that give the consensus, of items with two votes or more.
    of_raters : ndarray, shape (n_raters,)
    of_classifier : float
    """

    agreement: float
    of_raters: Array
    of_classifier: float


def fit_crowdlab(votes: Votes, *, probabilities: ArrayLike) -> Aggregation:
    """Weigh a classifier's probabilities and the votes by how far they agree (CROWDLAB).

    A posterior is a weighted mean: of the classifier's probabilities and, for each vote, of a
    distribution that gives the answer the share P of votes that agree with the consensus, and the
    rest to the others in equal parts. A rater's weight is ``1 - e / e0``, with e the share of other
    votes on the same items that disagree and e0 the error of always naming the consensus' most
    frequent class; the classifier's is ``(1 - e / e0) sqrt(n)``, with e its disagreement with the
    consensus and n the mean number of votes an item. The consensus is the majority, then the
    likeliest class of a first round of that. The classifier should not have been trained on these
    votes: take probabilities out of sample.

    Parameters
    ----------
    votes : Votes
        Repeated votes count; some item has two votes or more.
    probabilities : array_like, shape (n_items, n_answers)
        The classifier's, of each item in the votes' order of codes; rows sum to 1.

    Returns
    -------
    Aggregation
        It maximises nothing ("score"). An item without votes has the classifier's probabilities.
        `parameters` has `weight`, shape (n_raters,), `classifier_weight` and `agreement`, shape
        (1,), and `consensus`, shape (n_items,): the likeliest class of the first round, from which
        these are; cleanlab's label.

    Raises
    ------
    VoteError
        If `probabilities` are none or do not fit, or no item has two votes.

    References
    ----------
    Goh, Tkachenko & Mueller (2022), CROWDLAB: Supervised learning to infer consensus labels and
    quality scores for data with multiple annotators, arXiv 2210.06812. As in cleanlab 2.9, where
    answers that tie go to the classifier's likeliest and then to the rarest; then here to the
    first.

    Examples
    --------
    >>> votes = Votes.from_triples([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 1, 2], [0, 0, 1, 1, 0, 1])
    >>> fit = fit_crowdlab(votes, probabilities=[[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]])
    >>> fit.posterior[2].round(2), fit.parameters["classifier_weight"].round(2)
    (array([0.4, 0.6]), array([1.41]))
    """
    check_types(fit_crowdlab, locals())
    guess = checked_probabilities(probabilities, votes)
    counts = votes.answer_counts()
    n_votes = counts.sum(axis=1)
    if not (n_votes > 1).any():
        raise VoteError(
            "no item has two votes, so agreement does not tell whom to trust: take the classifier "
            "alone, or collect more votes"
        )
    consensus = most_frequent(counts, guess)
    first = weighted(votes, counts, guess, trusted(votes, counts, guess, consensus))
    top = first >= first.max(axis=1, keepdims=True)
    consensus = np.where(top.sum(axis=1) == 1, first.argmax(axis=1), consensus)
    trust = trusted(votes, counts, guess, consensus)
    return Aggregation(
        votes=votes,
        method="crowdlab",
        posterior=weighted(votes, counts, guess, trust),
        objective=float("nan"),
        objective_kind="score",
        objective_trace=np.empty(0),
        n_steps=2,
        converged=True,
        options=Call(fit_crowdlab, {"probabilities": guess}),
        parameters={
            "weight": trust.of_raters,
            "classifier_weight": np.array([trust.of_classifier]),
            "agreement": np.array([trust.agreement]),
            "consensus": consensus.astype(np.float64),
        },
    )


def most_frequent(counts: Array, guess: Array) -> NDArray[np.int64]:
    """Return each item's majority; answers that tie go to the classifier, then to the rarest."""
    tied = counts == counts.max(axis=1, keepdims=True)
    likeliest = np.where(tied, guess, -1.0)
    tied &= likeliest == likeliest.max(axis=1, keepdims=True)
    rarity = np.where(tied, -counts.sum(axis=0), -np.inf)
    return np.asarray(rarity.argmax(axis=1))


def trusted(votes: Votes, counts: Array, guess: Array, consensus: NDArray[np.int64]) -> Trust:
    """Estimate whom to trust, from the items with two votes or more."""
    n_votes = counts.sum(axis=1)
    several = n_votes > 1
    agreement = (counts[np.arange(len(counts)), consensus][several] / n_votes[several]).mean()
    common = np.bincount(consensus[several]).argmax()
    error_of_common = max(float(np.mean(consensus[several] != common)), LEAST)
    others = n_votes[votes.items] - 1
    alike = counts[votes.items, votes.answers] - 1
    compared, agreed = (
        np.bincount(votes.raters, weights, votes.n_raters) for weights in (others, alike)
    )
    with np.errstate(invalid="ignore"):
        of_raters = agreed / compared
    # as much as the others, who was never beside another
    of_raters = np.where(compared > 0, of_raters, of_raters[compared > 0].mean())
    wrong = float(np.mean(guess.argmax(axis=1)[several] != consensus[several]))
    per_item = n_votes[n_votes > 0].mean()
    return Trust(
        float(agreement),
        np.maximum(1 - (1 - of_raters) / error_of_common, LEAST),
        max(1 - wrong / error_of_common, LEAST) * float(np.sqrt(per_item)),
    )


def weighted(votes: Votes, counts: Array, guess: Array, trust: Trust) -> Array:
    """Return the weighted mean of the classifier and the votes, shape (n_items, n_answers)."""
    of_votes = trust.of_raters[votes.raters]
    for_answer = votes.answer_counts(of_votes)
    total = for_answer.sum(axis=1, keepdims=True)
    n_others = max(counts.shape[1] - 1, 1)
    other = (1 - trust.agreement) / n_others
    mixed = trust.of_classifier * guess + (trust.agreement - other) * for_answer + other * total
    return np.asarray(mixed / mixed.sum(axis=1, keepdims=True))
