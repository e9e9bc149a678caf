"""Dawid & Skene where the truth is known: error rates by counting, and one E-step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..errors import VoteError
from ..reading.columns import WORTH_COMPILING
from ..votes.given import checked_parameters, checked_pseudo_count, numbers, truth_weights
from ..votes.votes import Votes

# So many items' products stay in the processor's cache.
ITEMS_AT_ONCE = 1 << 15
# With fewer items than this their votes are worth a pass each: an item may have very many.
FEW_ITEMS = 16


class Expectation(NamedTuple):
    """Result of one E-step.

    Attributes
    ----------
    posterior : ndarray, shape (n_items, n_classes)
        Probability of each class given the item's votes; rows sum to 1.
    log_likelihood : float
        Log-likelihood of the observed votes, in nats.
    """

    posterior: NDArray[np.float64]
    log_likelihood: float


def estimate_error_rates(
    votes: Votes,
    *,
    truth: ArrayLike,
    n_classes: int | None = None,
    pseudo_count: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Error rates of each rater from items whose class is known.

    A rater's row for a class is the share of each answer among the rater's votes on items of that
    class. Where nothing is expected of a rater in a class (no votes and no pseudo-count) the
    estimate is 0/0 in the paper; here the row is uniform over the answers.

    Parameters
    ----------
    votes : Votes
    truth : array_like
        Shape (n_items,): the class of each item, 0..n_classes - 1, or -1 where it is not known.
        Shape (n_items, n_classes): the weight of each class in each item, 0 or more; a row of zeros
        where nothing is known.
    n_classes : int, optional
        Default: the largest class in `truth` + 1, and at least 2.
    pseudo_count : array_like, optional
        Added to each count; broadcast against (n_raters, n_classes, n_answers). 1 is Laplace's
        rule.

    Returns
    -------
    ndarray, shape (n_raters, n_classes, n_answers)
        Rows sum to 1.

    Raises
    ------
    VoteError
        If `truth` or `pseudo_count` does not fit the votes.

    References
    ----------
    Dawid & Skene (1979), Applied Statistics 28(1), eq. 2.3.

    Examples
    --------
    >>> votes = Votes.from_triples([0, 1, 2], [0, 0, 0], [1, 0, 1])
    >>> estimate_error_rates(votes, truth=[1, 0, 0])
    array([[[0.5, 0.5],
            [0. , 1. ]]])
    """
    check_types(estimate_error_rates, locals())
    weights = truth_weights(truth, votes.n_items, n_classes)
    counts = expected_counts(votes, weights)
    return normalised_rates(counts + checked_pseudo_count(pseudo_count, counts.shape))


def estimate_class_prior(truth: ArrayLike, *, n_classes: int | None = None) -> NDArray[np.float64]:
    """Share of each class among the items whose class is known (Dawid & Skene, equation 2.4).

    Parameters
    ----------
    truth : array_like
        As for :func:`estimate_error_rates`.
    n_classes : int, optional
        As for :func:`estimate_error_rates`.

    Returns
    -------
    ndarray, shape (n_classes,)
        Sums to 1.

    Raises
    ------
    VoteError
        If `truth` cannot be used, or no item's class is known.
    """
    check_types(estimate_class_prior, locals())
    n_items = len(np.atleast_1d(numbers("truth", truth)))
    totals = truth_weights(truth, n_items, n_classes).sum(axis=0)
    if not totals.sum() > 0:
        raise VoteError("the class of no item is known, so there is no class prior to estimate")
    return np.asarray(totals / totals.sum())


def e_step(votes: Votes, *, error_rates: ArrayLike, class_prior: ArrayLike) -> Expectation:
    """Posterior of each item's class under given error rates: one E-step.

    The likelihoods of an item's votes are multiplied in ascending order of the raters, then by the
    prior, in double precision. An item without votes has the class prior as its posterior.

    Parameters
    ----------
    votes : Votes
    error_rates : array_like, shape (n_raters, n_classes, n_answers)
        Probability of each answer, given rater and class; in 0..1.
    class_prior : array_like, shape (n_classes,)
        Sums to 1.

    Returns
    -------
    Expectation

    Raises
    ------
    VoteError
        If shapes or values do not fit, or an item's votes have probability 0 under every class.

    References
    ----------
    Dawid & Skene (1979), Applied Statistics 28(1), eq. 2.5.
    """
    check_types(e_step, locals())
    rates, prior = checked_parameters(votes, error_rates, class_prior)
    by_code = vote_major(rates)
    posterior = np.empty((votes.n_items, len(prior)))
    log_likelihood = np.empty(votes.n_items)
    for begin in range(0, votes.n_items, ITEMS_AT_ONCE):
        piece = slice(begin, begin + ITEMS_AT_ONCE)
        starts = votes.starts[begin : begin + ITEMS_AT_ONCE + 1]
        posterior[piece], log_likelihood[piece] = _e_step(starts, votes.codes, by_code, prior)
    impossible = np.flatnonzero(np.isneginf(log_likelihood))
    if len(impossible):
        raise VoteError(
            f"the votes on item {votes.item_names[impossible[0]]} have probability 0 under every "
            "class: give error_rates and class_prior without such zeros"
        )
    return Expectation(posterior, float(log_likelihood.sum()))


def _e_step(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    by_code: NDArray[np.float64],
    prior: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Posterior and log-likelihood of some items; of impossible ones, NaN and -inf."""
    joint = np.ones((len(starts) - 1, len(prior)))
    sizes = np.diff(starts)
    k, items = 0, np.flatnonzero(sizes)
    while len(items) > FEW_ITEMS:
        joint[items] *= by_code[codes[starts[items] + k]]
        k += 1
        items = items[sizes[items] > k]
    for item in items:
        likelihoods = by_code[codes[starts[item] + k : starts[item + 1]]]
        joint[item] = np.multiply.reduce(np.vstack((joint[item], likelihoods)), axis=0)
    joint *= prior
    likelihood = np.zeros(len(joint))
    for of_class in joint.T:  # one after the other: NumPy's sum of many is in pairs
        likelihood += of_class
    with np.errstate(divide="ignore", invalid="ignore"):
        posterior, log_likelihood = joint / likelihood[:, None], np.log(likelihood)
    tiny = np.flatnonzero((joint < np.finfo(np.float64).tiny).any(axis=1))
    if len(tiny):
        from ..kernels.rescaling import e_step_again

        e_step_again(tiny, starts, codes, by_code, prior, joint, posterior, log_likelihood)
    return posterior, log_likelihood


def vote_major(error_rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Error rates as kernels read them, shape (n_raters * n_answers, n_classes): one row a code."""
    n_raters, n_classes, n_answers = error_rates.shape
    by_code = error_rates.transpose(0, 2, 1).reshape(n_raters * n_answers, n_classes)
    return np.ascontiguousarray(by_code)


def expected_counts(votes: Votes, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight of each rater's votes by class and answer, shape (n_raters, n_classes, n_answers)."""
    check_types(expected_counts, locals())
    shape = (votes.n_raters, votes.n_answers)
    if votes.n_votes >= WORTH_COMPILING:
        from ..kernels.grouping import add_weights  # Numba takes a third of a second to import

        by_code = np.zeros((shape[0] * shape[1], weights.shape[1]))
        add_weights(votes.starts, votes.codes, np.asarray(weights, dtype=np.float64), by_code)
        return np.ascontiguousarray(by_code.reshape(*shape, -1).transpose(0, 2, 1))
    by_class = [
        np.bincount(votes.codes, np.repeat(weight, np.diff(votes.starts)), shape[0] * shape[1])
        for weight in weights.T
    ]
    return np.stack([counts.reshape(shape) for counts in by_class], axis=1)


def normalised_rates(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide each row of counts by its sum; a row of zeros becomes uniform."""
    check_types(normalised_rates, locals())
    totals = counts.sum(axis=-1, keepdims=True)
    uniform = np.full_like(counts, 1 / counts.shape[-1])
    return np.asarray(np.divide(counts, totals, out=uniform, where=totals > 0))
