"""Covariance of a fit by numerical differences of the oracle's likelihood, for a few parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation import Fit, SimulatedVotes, Votes, simulate_votes

from . import oracle

Array = NDArray[np.float64]
# Parameters from free ones: error rates (rater, class, answer) and class prior.
Model = Callable[[Array], tuple[Array, Array]]
PRIOR = np.array([0.6, 0.4])
RATES = np.array(
    [
        [[0.7, 0.2, 0.1], [0.1, 0.2, 0.7]],
        [[0.6, 0.3, 0.1], [0.2, 0.1, 0.7]],
        [[0.8, 0.1, 0.1], [0.2, 0.3, 0.5]],
        [[0.5, 0.3, 0.2], [0.1, 0.4, 0.5]],
    ]
)
SQUARE = np.array([[[q, 1 - q], [1 - q, q]] for q in (0.7, 0.8, 0.65, 0.9)])
STEP = 1e-4


def small(rates: Array = RATES, *, n_items: int = 80, seed: int = 5) -> SimulatedVotes:
    """Votes with some repeated ones, an item without votes, and a rater without votes."""
    drawn = simulate_votes(rates, class_prior=PRIOR, n_items=n_items, votes_per_item=3, seed=seed)
    votes = drawn.votes
    again = slice(0, votes.n_votes, 5)
    with_repeats = Votes.from_triples(
        np.append(votes.items, votes.items[again]),
        np.append(votes.raters, votes.raters[again]),
        np.append(votes.answers, votes.answers[again]),
        n_items=n_items + 1,
        n_raters=len(rates) + 1,
        n_answers=rates.shape[2],
    )
    return drawn._replace(votes=with_repeats, truth=np.append(drawn.truth, 0))


def rows_of(probabilities: Array, free: NDArray[np.bool_]) -> Callable[[Array], Array]:
    """Unpack free parameters into rows that sum to 1: the last free entry of a row makes up."""

    def unpack(x: Array) -> Array:
        full = probabilities.copy().reshape(-1, probabilities.shape[-1])
        at = 0
        for row, is_free in zip(full, free.reshape(full.shape), strict=True):
            entries = np.flatnonzero(is_free)
            row[entries[:-1]] = x[at : at + len(entries) - 1]
            row[entries[-1:]] = 0
            row[entries[-1:]] = 1 - row.sum()
            at += max(len(entries) - 1, 0)
        return full.reshape(probabilities.shape)

    return unpack


def full_model(fit: Fit) -> tuple[Model, Array]:
    """The full family, or what of it is not fixed, and where the fit is in it."""
    rates, prior = fit.error_rates, fit.class_prior
    inside = (rates > 1e-6) & (rates < 1 - 1e-6)
    inside[-1] = False  # the rater without votes
    inside &= fit.options.error_rates is None
    has_prior = fit.options.class_prior is None
    unpack = rows_of(rates, inside)
    unpack_prior = rows_of(prior, np.full(len(prior), has_prior))
    first = [values[free][:-1] for values, free in zip(flat(rates), flat(inside), strict=True)]
    start = np.concatenate([*first, prior[:-1] if has_prior else []])
    n_rates = sum(map(len, first))
    return lambda x: (unpack(x[:n_rates]), unpack_prior(x[n_rates:])), start


def flat(array: NDArray[Any]) -> NDArray[Any]:
    return array.reshape(-1, array.shape[-1])


def one_coin_model(fit: Fit) -> tuple[Model, Array]:
    n_told = len(fit.error_rates) - (not np.any(fit.options.pseudo_count))  # one has no votes

    def unpack(x: Array) -> tuple[Array, Array]:
        rates = fit.error_rates.copy()
        rates[:n_told] = np.array([[[q, 1 - q], [1 - q, q]] for q in x[:-1]])
        return rates, np.array([x[-1], 1 - x[-1]])

    return unpack, np.append(fit.error_rates[:n_told, 0, 0], fit.class_prior[0])


def shared_model(fit: Fit) -> tuple[Model, Array]:
    def unpack(x: Array) -> tuple[Array, Array]:
        rates = np.stack([x[[0, 1]], x[[2, 3]]])
        rates = np.column_stack((rates, 1 - rates.sum(axis=1)))
        return np.broadcast_to(rates, fit.error_rates.shape), np.array([x[-1], 1 - x[-1]])

    return unpack, np.append(fit.error_rates[0, :, :2], fit.class_prior[0])


def item_log_likelihoods(fit: Fit, rates: Array, prior: Array) -> Array:
    """Log of the probability of each item's votes, and of its class where it is known."""
    votes = fit.votes
    triples = list(
        zip(votes.items.tolist(), votes.raters.tolist(), votes.answers.tolist(), strict=True)
    )
    joint: Array = np.array(
        oracle.joint(triples, n_items=votes.n_items, rates=rates.tolist(), prior=prior.tolist())
    )
    known = np.zeros_like(joint) if fit.clamped is None else fit.clamped
    is_open = ~known.any(axis=1)
    of_known = (known * np.log(joint)).sum(axis=1)
    return np.asarray(np.where(is_open, np.log(joint.sum(axis=1)), of_known))


def objective(fit: Fit, rates: Array, prior: Array) -> float:
    """What EM climbs, straight from the oracle."""
    own: Any = {"full": ..., "shared": 0, "one-coin": (..., 0, slice(None))}
    by_family = rates[own[fit.options.family.name]]
    used = (pseudo := np.broadcast_to(fit.options.pseudo_count, by_family.shape)) > 0
    penalty = (pseudo[used] * np.log(by_family[used])).sum()
    return float(item_log_likelihoods(fit, rates, prior).sum() + penalty)


def curvature(function: Callable[[Array], float], x: Array) -> Array:
    """Matrix of second derivatives, by central differences."""
    steps = np.eye(len(x)) * STEP
    return np.array(
        [
            [
                (
                    function(x + a + b)
                    - function(x + a - b)
                    - function(x - a + b)
                    + function(x - a - b)
                )
                / (4 * STEP**2)
                for b in steps
            ]
            for a in steps
        ]
    )


def numerical_covariance(
    fit: Fit, model: Model, x: Array, group_of: NDArray[np.int64] | None = None
) -> Array:
    """Inverse of the numerical information, for all parameters; NaN for those that cannot move.

    With groups it is the sandwich of that and of the groups' numerical scores, which are taken
    about their mean.
    """
    information = -curvature(lambda point: objective(fit, *model(point)), x)
    covariance = np.linalg.inv(information)
    steps = np.eye(len(x)) * STEP

    if group_of is not None:
        scores = np.array(
            [
                item_log_likelihoods(fit, *model(x + step))
                - item_log_likelihoods(fit, *model(x - step))
                for step in steps
            ]
        ) / (2 * STEP)
        by_group = np.array([scores[:, group_of == g].sum(axis=1) for g in np.unique(group_of)])
        meat = len(by_group) * np.cov(by_group, rowvar=False).reshape(covariance.shape)
        covariance = covariance @ meat @ covariance

    def everything(point: Array) -> Array:
        rates, prior = model(point)
        return np.append(rates, prior)

    slopes = np.array([everything(x + step) - everything(x) for step in steps]) / STEP
    covariance = slopes.T @ covariance @ slopes
    still = ~slopes.any(axis=0)
    covariance[still] = np.nan
    covariance[:, still] = np.nan
    return np.asarray(covariance)
