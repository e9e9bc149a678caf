"""Any method's model of the votes as latent states: what an item may be, and raters' answers then.

A state is a class; under EBCC a class and a group; under GLAD a class and an ease. Given an item's
state its votes are independent, so that one check of the model serves all of them.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aggregation import Aggregated, Fit, IdentifiabilityWarning, Votes, normalised_rates

from ..errors import AnalysisError

# So many quantiles of GLAD's prior of the ease, which is normal of mean 1 and variance 1.
EASES = 15


@dataclass(frozen=True, eq=False)
class LatentStates:
    """A model of votes whose items are in one of several states.

    Attributes
    ----------
    votes : Votes
    error_rates : ndarray, shape (n_raters, n_states, n_answers)
        Probability of each answer; rows sum to 1.
    class_prior : ndarray, shape (n_states,)
        Probability of each state, before the votes.
    n_classes : int
        Classes, which the states are a finer division of.
    clamped : ndarray, shape (n_items, n_states), optional
        What was known of items; a row of zeros where nothing was.
    """

    votes: Votes
    error_rates: NDArray[np.float64]
    class_prior: NDArray[np.float64]
    n_classes: int
    clamped: NDArray[np.float64] | None

    @property
    def chances(self) -> NDArray[np.float64]:
        """Probability of each item's states before its votes, shape (n_items, n_states)."""
        chances = np.tile(self.class_prior, (self.votes.n_items, 1))
        if self.clamped is not None:
            known = self.clamped.any(axis=1)
            chances[known] = normalised_rates(self.clamped[known])
        return chances


def latent_states(result: Aggregated) -> LatentStates:
    """Return the states of a method's model, at what it estimated.

    Parameters
    ----------
    result : Aggregated
        Of Dawid & Skene's model, IBCC, EBCC or GLAD. Of GLAD, whose classes are equally likely
        beforehand, the classes have the mean of the posteriors here: its own prior predicts as many
        votes of each answer, which no votes are. The ease of a further item is drawn from its
        prior, as 15 quantiles.

    Returns
    -------
    LatentStates

    Raises
    ------
    AnalysisError
        If the method has no class prior and no model of the answers.
    """
    if isinstance(result, Fit):
        rates, prior = result.error_rates, result.class_prior
        return LatentStates(result.votes, rates, prior, result.n_classes, result.clamped)
    parameters = getattr(result, "parameters", {})
    if "group_counts" in parameters:
        counts, groups = parameters["answer_counts"], parameters["group_counts"]
        classes = parameters["class_counts"] / parameters["class_counts"].sum()
        return split_classes(result, normalised_rates(counts), classes, normalised_rates(groups))
    if "ease" in parameters:
        rates = rates_by_ease(parameters["ability"], result.n_classes)
        shares = np.full((result.n_classes, EASES), 1 / EASES)
        return split_classes(result, rates, result.posterior.mean(axis=0), shares)
    if "class_prior" not in parameters:
        raise AnalysisError(
            "the method has no class prior, so it does not say how many items of each kind there "
            "should be: take dawid-skene, ibcc, ebcc or glad"
        )
    rates, prior = result.answer_probabilities(), parameters["class_prior"]
    shares = np.ones((result.n_classes, 1))
    return split_classes(result, rates[:, :, None], prior, shares)


def split_classes(
    result: Aggregated,
    rates: NDArray[np.float64],
    classes: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> LatentStates:
    """Make states of classes and parts of these.

    `rates` has shape (n_raters, n_classes, n_parts, n_answers), `classes` (n_classes,) and
    `shares`, of a class's items in each part, (n_classes, n_parts).
    """
    votes, clamped = result.votes, getattr(result, "clamped", None)
    if clamped is not None:
        clamped = (clamped[:, :, None] * shares).reshape(votes.n_items, -1)
    prior = (classes[:, None] * shares).reshape(-1)
    by_state = rates.reshape(votes.n_raters, -1, votes.n_answers)
    return LatentStates(votes, by_state, prior, result.n_classes, clamped)


def rates_by_ease(ability: NDArray[np.float64], n_classes: int) -> NDArray[np.float64]:
    """Return GLAD's answers by ease, shape (n_raters, n_classes, n_eases, n_answers)."""
    from scipy.special import expit, ndtri

    factors = np.exp(1 + ndtri((np.arange(EASES) + 0.5) / EASES))
    right = expit(ability[:, None] * factors)[:, None, :, None]
    if n_classes == 1:
        return np.ones((len(ability), 1, EASES, 1))
    own = np.eye(n_classes, dtype=bool)[None, :, None, :]
    return np.asarray(np.where(own, right, (1 - right) / (n_classes - 1)))


def fit_again(fit: Aggregated, answers: NDArray[np.int64]) -> LatentStates:
    """Fit other answers of the same raters to the same items, starting from the fit."""
    if not isinstance(fit, Fit):
        raise AnalysisError("refit=True: only Dawid & Skene's model is fitted anew; leave it out")
    from aggregation import fit_dawid_skene  # who draws checks needs no Numba

    votes = fit.votes
    drawn = Votes.from_triples(
        votes.items,
        votes.raters,
        answers,
        n_items=votes.n_items,
        n_raters=votes.n_raters,
        n_answers=votes.n_answers,
    )
    truth = {} if fit.clamped is None else {"truth": fit.clamped}
    start = (fit.error_rates, fit.class_prior)
    with warnings.catch_warnings():
        # The same doubts as about the fit itself, which has warned of them.
        warnings.simplefilter("ignore", IdentifiabilityWarning)
        again = fit_dawid_skene(drawn, **{**fit.options.arguments(), **truth, "start": start})
    return latent_states(again)
