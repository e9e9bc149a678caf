"""The next vote: how much more certain it should make each item, and where it is worth most."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aggregation import Aggregated
from aggregation.held import NamedCodes
from aggregation.kernels.threads import Threads, thread_count

from ..errors import AnalysisError
from ..release.files.questions import image_name
from ..release.files.readers import ANSWERS
from ..release.release import Release
from ..tables import to_csv

MOST_ROWS = 1000
# Terms, one an item, rater, class and answer, that take a few seconds; and raters below which the
# mean over them is not cut, whatever it takes.
MOST_TERMS = 2_000_000_000
LEAST_RATERS = 50
# Rows shorter than this numpy adds up from the first entry to the last, and otherwise in pairs.
FEW = 8
# Bits by which rounding may lift a gain above what bounds it.
ROUNDING = 1e-9


def entropy(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy in bits along the last axis, where 0 log 0 is 0."""
    from scipy.special import entr  # scipy takes a quarter of a second to import

    terms = entr(probabilities)
    if probabilities.shape[-1] < FEW:
        # to the same bits: each row by itself would take as long as the logarithms
        total = reduce(np.add, np.moveaxis(terms, -1, 0))
    else:
        total = terms.sum(axis=-1)
    return np.asarray(total / np.log(2))


def next_vote_gain(
    posterior: ArrayLike,
    *,
    error_rates: ArrayLike,
    rater_weights: ArrayLike,
    best: int | None = None,
) -> NDArray[np.float64]:
    """Compute by how much one more vote should lower the entropy of each posterior.

    The rater is drawn in proportion to the weights; whether the rater has voted on the item already
    is not asked. The fall is the mutual information of the item's class and the rater's answer.

    Parameters
    ----------
    posterior : array_like, shape (n_items, n_classes)
    error_rates : array_like, shape (n_raters, n_classes, n_answers)
    rater_weights : array_like, shape (n_raters,)
        0 or more, such as votes per rater.
    best : int, optional
        Number of items, those of the largest gain, that are wanted. Default: all.

    Returns
    -------
    ndarray, shape (n_items,)
        In bits, 0 up to the entropy; NaN of items that are certainly not among the `best`.

    Raises
    ------
    AnalysisError
        If the shapes do not fit each other, or no weight is above 0.

    References
    ----------
    Lindley (1956), On a measure of the information provided by an experiment, Annals of
    Mathematical Statistics 27(4).

    Examples
    --------
    >>> gain = next_vote_gain([[0.5, 0.5], [0, 1]], error_rates=[np.eye(2)], rater_weights=[1])
    >>> gain.tolist()
    [1.0, 0.0]
    """
    classes, rates = np.asarray(posterior, dtype=float), np.asarray(error_rates, dtype=float)
    weights = np.asarray(rater_weights, dtype=float)
    if classes.ndim != 2 or rates.shape[:2] != (*weights.shape, classes.shape[1]):
        raise AnalysisError(
            f"posterior {classes.shape}, error_rates {rates.shape} and rater_weights "
            f"{weights.shape} do not fit: (item, class), (rater, class, answer) and (rater,)"
        )
    if not ((weights >= 0).all() and weights.sum() > 0):
        raise AnalysisError("rater_weights must be 0 or more, and one of them above 0")
    shares = weights / weights.sum()
    gain = np.zeros(len(classes))
    doubtful = np.flatnonzero(classes.max(axis=1) < 1)  # of the others nothing is left to tell
    given_class = classes[doubtful] @ (shares @ entropy(rates))
    gain[doubtful] = np.nan
    wanted = np.arange(len(doubtful))
    if best is not None and best < len(doubtful):
        wanted = perhaps_best(classes[doubtful], given_class, rates, shares, best)
    chosen = doubtful[wanted]
    of_answer = mean_entropy(classes[chosen], rates, shares)
    gain[chosen] = np.maximum(of_answer - given_class[wanted], 0.0)
    return gain


def mean_entropy(
    posterior: NDArray[np.float64], rates: NDArray[np.float64], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Entropy in bits of the next answer to each item, on average over raters."""
    from .kernels import mean_answer_entropy  # Numba takes a third of a second to import

    of_answer, rates = np.empty(len(posterior)), np.ascontiguousarray(rates)

    def fill(begin: int, end: int) -> None:
        mean_answer_entropy(posterior[begin:end], rates, shares, of_answer[begin:end])

    with closing(Threads(thread_count(None, len(posterior) * len(rates)))) as threads:
        threads.share(fill, len(posterior))
    return np.asarray(of_answer / np.log(2))


def perhaps_best(
    posterior: NDArray[np.float64],
    given_class: NDArray[np.float64],
    rates: NDArray[np.float64],
    shares: NDArray[np.float64],
    best: int,
) -> NDArray[np.int64]:
    """Return the places of items whose gain may be one of the `best` largest.

    Entropy is concave: no gain is above that of a vote by the mean rater (Jensen's inequality),
    which takes one rater's time. Where even that is below so many gains, it is not among them.
    """
    mean_rates = np.tensordot(shares, rates, axes=1)[None]
    bound = mean_entropy(posterior, mean_rates, np.ones(1)) - given_class
    first = np.argpartition(-bound, best - 1)[:best]
    least = (mean_entropy(posterior[first], rates, shares) - given_class[first]).min()
    return np.flatnonzero(bound >= least - ROUNDING)


def share_of_gain(gain: NDArray[np.float64], share: float) -> float:
    """Compute the share of the whole gain that the best items have, if so many get a vote.

    Parameters
    ----------
    gain : ndarray, shape (n_items,)
        From :func:`next_vote_gain`.
    share : float
        Share of the items that get one more vote, in 0..1.

    Returns
    -------
    float
        In 0..1; NaN where no vote would gain anything.

    Examples
    --------
    >>> share_of_gain(np.array([1.0, 6.0, 2.0, 1.0]), 0.25)
    0.6
    """
    best = np.sort(gain)[::-1][: round(share * len(gain))]
    return float(best.sum() / gain.sum()) if gain.any() else float("nan")


def drawn_weights(weights: ArrayLike, *, at_most: int) -> NDArray[np.float64]:
    """Stand a few raters for very many: every so-many-th vote is taken, and its rater with it.

    Parameters
    ----------
    weights : array_like, shape (n_raters,)
        0 or more, such as votes per rater.
    at_most : int
        Number of votes that are taken, and so of raters.

    Returns
    -------
    ndarray, shape (n_raters,)
        The weights themselves where no more than `at_most` are above 0; else how many of the votes
        that are taken are each rater's. Nothing is left to chance.

    Examples
    --------
    >>> drawn_weights([4, 1, 1, 2], at_most=2)
    array([1., 0., 1., 0.])
    """
    given = np.asarray(weights, dtype=np.float64)
    if np.count_nonzero(given) <= at_most:
        return given
    ends = np.cumsum(given)
    places = (np.arange(at_most) + 0.5) * ends[-1] / at_most
    return np.bincount(np.searchsorted(ends, places), minlength=len(given)).astype(np.float64)


def gain_of_fit(fit: Aggregated, *, best: int | None = None) -> NDArray[np.float64]:
    """Compute the gain of one more vote on each item, in seconds for any number of raters.

    Parameters
    ----------
    fit : Aggregated
        Of a method that has a model of the answers.
    best : int, optional
        As for :func:`next_vote_gain`.

    Returns
    -------
    ndarray, shape (n_items,)
        In bits; see :func:`next_vote_gain`. Where items, raters, classes and answers are too many,
        some of the raters stand for all: see :func:`drawn_weights`.
    """
    votes, rates = fit.votes, fit.answer_probabilities()
    affordable = MOST_TERMS // max(1, votes.n_items * rates.shape[1] * rates.shape[2])
    weights = drawn_weights(votes.votes_per_rater(), at_most=max(LEAST_RATERS, affordable))
    taken = weights > 0
    return next_vote_gain(
        fit.posterior, error_rates=rates[taken], rater_weights=weights[taken], best=best
    )


def next_vote_columns(
    fit: Aggregated,
    gain: NDArray[np.float64],
    *,
    class_names: Sequence[Any] | None = None,
    most: int = MOST_ROWS,
) -> dict[str, Any]:
    """Return the items where one more vote is worth most.

    Parameters
    ----------
    fit : Aggregated
    gain : ndarray, shape (n_items,)
        From :func:`gain_of_fit` or :func:`next_vote_gain`.
    class_names : sequence, optional
        Default: those of the fit.
    most : int
        Number of items.

    Returns
    -------
    dict of str to sequence
        Columns: item, votes (their number), label and confidence (the likeliest class and its
        posterior), entropy and gain (in bits); the largest gain first, of equals the first item.
    """
    names = fit.class_names if class_names is None else class_names
    best = np.argsort(-gain, kind="stable")[:most]
    classes = fit.posterior[best].argmax(axis=1)
    return {
        "item": list(NamedCodes(best, fit.votes.item_names)),
        "votes": np.diff(fit.votes.starts)[best],
        "label": list(NamedCodes(classes, names)),
        "confidence": fit.posterior[best].max(axis=1),
        "entropy": entropy(fit.posterior[best]),
        "gain": gain[best],
    }


def next_votes_csv(
    release: Release,
    *,
    posterior: NDArray[np.float64],
    gain: NDArray[np.float64],
    most: int = MOST_ROWS,
) -> str:
    """Return the questions where one more vote is worth most as csv.

    Parameters
    ----------
    release : Release
    posterior : ndarray, shape (n_questions, n_classes)
        The last class is that the label fits.
    gain : ndarray, shape (n_questions,)
        From :func:`next_vote_gain`.
    most : int
        Number of questions.

    Returns
    -------
    str
        Columns: image, label, no, maybe, yes (votes), posterior (of "fits"), entropy and gain (in
        bits); the largest gain first, of equals the first question.
    """
    best = np.argsort(-gain, kind="stable")[:most]
    votes = release.votes.select(best)
    by_answer = zip(ANSWERS, votes.answer_counts().T, strict=True)
    return to_csv(
        {
            "image": [image_name(image) for image in release.questions.images[best].tolist()],
            "label": release.questions.labels[best],
            **dict(by_answer),
            "posterior": posterior[best, -1],
            "entropy": entropy(posterior[best]),
            "gain": gain[best],
        }
    )
