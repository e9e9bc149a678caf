"""Pairs of raters: what they answered to the same items, and what their error rates explain.

Dawid & Skene's model has raters err independently, given an item's class. Two raters who copy from
each other, or from the same source, agree more often than that. So do any two where some items are
harder than others of their class, which the model does not know either. An excess of agreement is
therefore held against two things: against the model, and against what pairs in the same job have in
common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aggregation import Fit, Votes
from aggregation.votes.given import checked_parameters

from ...errors import AnalysisError, check_types
from ...statistics.estimates import Estimates, discovery_rates
from ...statistics.intervals import proportion
from ..agreement.coefficients import Scale, agreement_weights, beyond
from ..agreement.kinds import single_answers
from .pair_tests import MODEL, Peers, chance_of_agreement, common_to_pairs, copied_share, has_room

if TYPE_CHECKING:
    from .kernels import VotesByRater

# In place of a probability of 0, whose logarithm is not finite.
LEAST_RATE = 1e-300


@dataclass(frozen=True, eq=False)
class RaterPairs:
    """What each pair of raters answered to the same items, beside what a model expects.

    Attributes
    ----------
    votes : Votes
        One answer of a rater to an item, none where a rater gave different ones.
    raters : ndarray of int64, shape (n_pairs, 2)
        Codes, the smaller one first; pairs with an item in common, in ascending order.
    n_items : ndarray of int64, shape (n_pairs,)
        Items that both answered.
    agreed : ndarray of int64, shape (n_pairs,)
        Items on which they agree.
    expected : ndarray, shape (n_pairs,)
        Items on which the model expects them to agree.
    variance : ndarray, shape (n_pairs,)
        Of that number, in the model.
    peers : Peers
        What tested pairs have in common.
    """

    votes: Votes
    raters: NDArray[np.int64]
    n_items: NDArray[np.int64]
    agreed: NDArray[np.int64]
    expected: NDArray[np.float64]
    variance: NDArray[np.float64]
    peers: Peers

    @property
    def rater_names(self) -> Sequence[Any]:
        """What rater codes stand for."""
        return self.votes.rater_names

    @property
    def tables(self) -> NDArray[np.int64]:
        """Items by the answer of the one and of the other, (n_pairs, n_answers, n_answers).

        Made when it is asked for, and large where there are many answers: 8 bytes a cell.
        """
        from .kernels import count_answers

        n_answers = self.votes.n_answers
        tables = np.zeros((len(self.raters), n_answers, n_answers), dtype=np.int64)
        count_answers(votes_by_rater(self.votes), self.raters, tables)
        return tables

    def cohen_kappa(
        self, *, scale: Scale = "nominal", values: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Cohen's kappa of each pair; NaN where there is no room above chance.

        Parameters
        ----------
        scale : {"nominal", "ordinal", "interval"}
        values : ndarray, shape (n_answers,), optional
            What answers stand for on the interval scale. Default: 0, 1, 2, ...

        Returns
        -------
        ndarray, shape (n_pairs,)
        """
        from .kernels import agree_by_chance

        weights = agreement_weights(self.votes.n_answers, scale, values)
        agreed, by_chance = np.zeros((2, len(self.raters)))
        agree_by_chance(votes_by_rater(self.votes), self.raters, weights, agreed, by_chance)
        return beyond(agreed / self.n_items, by_chance / self.n_items**2.0)

    @property
    def tested(self) -> NDArray[np.bool_]:
        """Whether a pair has enough items in common, and room to agree more than expected."""
        return has_room(self.n_items, self.variance)

    @cached_property
    def copied(self) -> Estimates:
        """Share of answers that one would have taken over from the other, with 95 % intervals.

        If one takes over a share c and else answers as the model says, they agree on a share
        ``p + c (1 - p)``, where the model expects p. Below 0 where they agree less than expected.
        Rather too small than too large: a fit takes copies for better raters than they are.
        """
        expected = self.expected / self.n_items
        room = np.where(expected < 1, 1 - expected, np.nan)
        agreed = proportion(self.agreed, self.n_items)
        return Estimates(*((part - expected) / room for part in agreed))

    @property
    def z(self) -> NDArray[np.float64]:
        """Agreement above the model's, in its standard deviations; NaN where not tested."""
        return self._z(MODEL)

    @property
    def z_peers(self) -> NDArray[np.float64]:
        """Share copied above that of other pairs, in standard deviations; NaN where not tested."""
        return self._z(self.peers)

    @cached_property
    def p_model(self) -> NDArray[np.float64]:
        """Chance of so much agreement in the model, at most; NaN where not tested."""
        return self._p_value(MODEL)

    @cached_property
    def p_value(self) -> NDArray[np.float64]:
        """Chance of so much agreement in a pair like the others, at most; NaN where not tested."""
        return self._p_value(self.peers)

    @cached_property
    def q_value(self) -> NDArray[np.float64]:
        """False-discovery rate at which a pair is found by `p_value`; NaN where not tested."""
        return discovery_rates(self.p_value)

    def _z(self, peers: Peers) -> NDArray[np.float64]:
        copied, error = copied_share(self.agreed, self.n_items, self.expected, self.variance)
        found = np.full(len(self.raters), np.nan)
        spread = np.hypot(error, peers.spread)
        return np.asarray(np.divide(copied - peers.mean, spread, out=found, where=self.tested))

    def _p_value(self, peers: Peers) -> NDArray[np.float64]:
        found = np.full(len(self.raters), np.nan)
        rows = self.tested
        found[rows] = chance_of_agreement(
            self.agreed[rows], self.n_items[rows], self.expected[rows], peers
        )
        return found


def rater_pairs(votes: Votes, *, error_rates: ArrayLike, class_prior: ArrayLike) -> RaterPairs:
    """Count what each pair of raters answered to the same items, and what the model expects.

    For each item, the model's expectation is that of two raters with these error rates, where the
    item's class has the posterior of all *other* votes on it. Given these, the two answers are
    independent in the model: nothing of what is tested goes into what it is held against, but for
    their part in error rates that were estimated on the same votes.

    Parameters
    ----------
    votes : Votes
    error_rates : array_like, shape (n_raters, n_classes, n_answers)
    class_prior : array_like, shape (n_classes,) or (n_items, n_classes)
        Of all items, or of each: where the truth is known, 1 for that class and 0 for the others.

    Returns
    -------
    RaterPairs
        A repeated vote counts once, and a rater who gave an item different answers not at all.

    Raises
    ------
    VoteError, AnalysisError
        If the parameters do not fit the votes, or no item was answered by two raters.

    Examples
    --------
    >>> votes = Votes.from_triples([0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 0, 1])
    >>> rates = [[[0.8, 0.2], [0.2, 0.8]]] * 2
    >>> found = rater_pairs(votes, error_rates=rates, class_prior=[0.5, 0.5])
    >>> found.agreed, found.expected.round(2)
    (array([1]), array([1.36]))
    """
    check_types(rater_pairs, locals())
    prior = np.atleast_2d(np.asarray(class_prior, dtype=np.float64))
    if prior.shape[0] not in (1, votes.n_items):
        raise AnalysisError(
            f"class_prior of shape {np.shape(class_prior)}: give one of all items, or one for "
            f"each of the {votes.n_items}"
        )
    rates, _ = checked_parameters(votes, error_rates, prior.mean(axis=0))
    votes = votes.where(single_answers(votes))
    raters, counts, moments = _measured(votes, rates, prior)
    (n_items, agreed), (expected, variance) = counts, moments
    peers = common_to_pairs(agreed, n_items, expected, variance)
    return RaterPairs(votes, raters, n_items, agreed, expected, variance, peers)


def _measured(
    votes: Votes, rates: NDArray[np.float64], prior: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Raters of each pair; items and agreement; mean and variance of that in the model."""
    from .kernels import count_pairs, measure_pairs, sum_votes  # Numba takes time to import

    by_rater = votes_by_rater(votes)
    n_pairs = count_pairs(by_rater)
    if not n_pairs:
        raise AnalysisError("no item was answered by two raters: there are no pairs")
    rates = np.ascontiguousarray(rates.transpose(0, 2, 1))
    log_rates = np.log(np.maximum(rates, LEAST_RATE))
    total = np.empty((votes.n_items, rates.shape[2]))
    sum_votes(by_rater, log_rates, total)
    raters = np.empty((n_pairs, 2), dtype=np.int64)
    counts, moments = np.zeros((2, n_pairs), dtype=np.int64), np.zeros((2, n_pairs))
    log_prior = np.log(np.maximum(prior, LEAST_RATE))
    measure_pairs(by_rater, rates, log_rates, log_prior, total, raters, counts, moments)
    return raters, counts, moments


def pairs_of_fit(fit: Fit) -> RaterPairs:
    """Pairs of raters beside what a fitted model expects; known items have their truth.

    Parameters
    ----------
    fit : Fit

    Returns
    -------
    RaterPairs
        As of :func:`rater_pairs`.
    """
    check_types(pairs_of_fit, locals())
    prior: NDArray[np.float64] = fit.class_prior
    if fit.clamped is not None:
        known = fit.clamped.sum(axis=1, keepdims=True) > 0
        prior = np.where(known, fit.clamped, fit.class_prior)
    return rater_pairs(fit.votes, error_rates=fit.error_rates, class_prior=prior)


def no_pairs(votes: Votes) -> RaterPairs:
    """Pairs of raters where no item was answered by two: there are none."""
    none, nothing = np.empty(0, dtype=np.int64), np.empty(0)
    votes = votes.where(single_answers(votes))
    return RaterPairs(votes, none.reshape(0, 2), none, none, nothing, nothing, MODEL)


def votes_by_rater(votes: Votes) -> VotesByRater:
    """Sort votes by rater, none of whom has two on an item."""
    from .kernels import VotesByRater, sort_by_rater

    first = np.empty(votes.n_raters + 1, dtype=np.int64)
    raters, order = votes.raters, np.empty(votes.n_votes, dtype=np.int64)
    sort_by_rater(raters, first, order)
    return VotesByRater(votes.starts, raters, votes.answers, votes.items, first, order)
