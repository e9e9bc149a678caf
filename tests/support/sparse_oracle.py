"""Sparse Dawid & Skene in dense NumPy, sharing no code: all raters x classes x answers, in logs.

`shares`, `known` and `allowed` have shape (n_items, n_classes), rates (n_raters, n_classes,
n_answers).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes

Array = NDArray[np.float64]


class Dense(NamedTuple):
    """Where plain EM is after some steps: posteriors, parameters, and the objective at these."""

    posterior: Array
    rates: Array
    prior: Array
    outside: Array
    objectives: list[float]


class Background(NamedTuple):
    """Rates of raters without votes, counts of the classes, and the prior of one-coin raters."""

    rates: Array
    class_count: Array
    prior: Array


def log_joint(votes: Votes, rates: Array, prior: Array) -> Array:
    """Logarithm of each item's likelihood times the prior."""
    with np.errstate(divide="ignore"):
        joint = np.tile(np.log(prior), (votes.n_items, 1))
        for item, rater, answer in zip(votes.items, votes.raters, votes.answers, strict=True):
            joint[item] += np.log(rates[rater, :, answer])
    return joint


def normalised(logs: Array) -> Array:
    """Shares of exponentials; a row without any is 0."""
    largest = np.where(np.isfinite(top := logs.max(axis=1, keepdims=True)), top, 0.0)
    values = np.exp(logs - largest)
    totals = values.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(values, totals, out=np.zeros_like(values), where=totals > 0))


def counts_of(votes: Votes, shares: Array) -> Array:
    """Expected votes of each rater by class and answer."""
    counts = np.zeros((votes.n_raters, shares.shape[1], votes.n_answers))
    for item, rater, answer in zip(votes.items, votes.raters, votes.answers, strict=True):
        counts[rater, :, answer] += shares[item]
    return counts


def prior_of(counts: Array) -> Array:
    return counts / counts.sum() if counts.sum() > 0 else np.full(len(counts), 1 / len(counts))


def masked(logs: Array, allowed: NDArray[np.bool_]) -> Array:
    return np.where(allowed, logs, -np.inf)


def background_of(votes: Votes, known: Array, nudges: Array | None = None) -> Background:
    """One-coin raters by 20 steps of EM over the answered classes, and what all confuse.

    `nudges` are factors of the first shares.
    """
    n = votes.n_answers
    counts = votes.answer_counts().astype(float)
    is_known: NDArray[np.bool_] = np.asarray(known.any(axis=1))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    if nudges is not None:
        shares *= nudges
    shares[is_known] = known[is_known]
    allowed, class_count = np.asarray(shares > 0), shares.sum(axis=0)
    own = np.eye(n, dtype=bool)
    for step in range(21):
        tables = counts_of(votes, shares)
        right = (tables[:, own].sum(axis=1) + 2) / (tables.sum(axis=(1, 2)) + 3)
        if n == 1:
            right = np.ones(votes.n_raters)
        prior = prior_of(shares.sum(axis=0) + class_count)
        if step == 20:
            break
        coins = np.where(own, right[:, None, None], ((1 - right) / max(n - 1, 1))[:, None, None])
        found = normalised(masked(log_joint(votes, coins, prior), allowed))
        shares = np.where(is_known[:, None], known, found)
    wrong = np.where(own, 0.0, tables.sum(axis=0) + 10 / max(n - 1, 1))
    confusions = wrong / wrong.sum(axis=1, keepdims=True) if n > 1 else wrong
    rates = np.where(own, right[:, None, None], (1 - right)[:, None, None] * confusions)
    return Background(rates, class_count, prior)


def is_steady(votes: Votes, known: Array) -> bool:
    """Say whether the background hardly moves when the first shares do.

    Where nothing tells raters or classes apart, rounding does, and steps make it larger.
    """
    rng = np.random.default_rng(0)
    nudges = 1 + 1e-9 * rng.standard_normal((votes.n_items, known.shape[1]))
    one, other = background_of(votes, known), background_of(votes, known, nudges)
    return float(np.abs(one.rates - other.rates).max(initial=0)) < 1e-6


def divergence(one: Array, other: Array) -> float:
    """Kullback & Leibler's, in nats, added up over rows."""
    there = one > 0
    return float((one[there] * np.log(one[there] / other[there])).sum())


def plain_em(
    votes: Votes, known: Array, allowed: NDArray[np.bool_], row_count: float, n_steps: int
) -> Dense:
    """Climb from the background by so many steps of plain EM."""
    background = background_of(votes, known)
    is_known, voted = np.asarray(known.any(axis=1)), np.diff(votes.starts) > 0
    wanted = np.asarray(voted & ~is_known)
    allowed = allowed & wanted[:, None]
    rates, prior, objectives = background.rates, background.prior, []
    for step in range(n_steps + 2):
        logs = log_joint(votes, rates, prior)
        shares = np.where(is_known[:, None], known, normalised(masked(logs, allowed)))
        if step:
            objectives.append(objective(logs, known, allowed, background, rates, prior, row_count))
        if step == n_steps + 1:
            break
        counts = counts_of(votes, shares)
        totals = counts.sum(axis=2, keepdims=True) + row_count
        rates = (counts + row_count * background.rates) / totals
        prior = prior_of(shares.sum(axis=0) + background.class_count)
    mass = normalised(logs)
    outside = np.where(wanted, (mass * ~allowed).sum(axis=1), 0.0)
    shares = np.where((wanted | is_known)[:, None], shares, prior)
    return Dense(shares, rates, prior, outside, objectives)


def objective(
    logs: Array,
    known: Array,
    allowed: NDArray[np.bool_],
    background: Background,
    rates: Array,
    prior: Array,
    row_count: float,
) -> float:
    """Log-likelihood, less the divergences of the background and of the vote shares."""
    open_items = allowed.any(axis=1)
    value = float(np.logaddexp.reduce(masked(logs, allowed)[open_items], axis=1).sum())
    there = known > 0
    value += float((known[there] * (logs[there] - np.log(known[there]))).sum())
    value -= row_count * divergence(background.rates, rates)
    count = background.class_count
    if count.sum() > 0:
        value -= count.sum() * divergence(count / count.sum(), prior)
    return value
