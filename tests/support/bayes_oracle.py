"""Bayesian models of raters in logarithms, slow and plain, sharing no code with the package.

A job is the oracle's :class:`Model`; its known items are clamped. A path has the objective at each
evaluation of the E-step, and the posterior of the last one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma, gammaln, logsumexp, xlogy

from .em_oracle import Model, counts, vote_shares

Array = NDArray[np.float64]


class Path(NamedTuple):
    objectives: list[float]
    posterior: Array


def expected_log(dirichlet: Array) -> Array:
    return np.asarray(digamma(dirichlet) - digamma(dirichlet.sum(axis=-1, keepdims=True)))


def log_beta(dirichlet: Array) -> Array:
    """Logarithm of the multivariate beta function of the last axis."""
    return np.asarray(gammaln(dirichlet).sum(axis=-1) - gammaln(dirichlet.sum(axis=-1)))


def divergence(found: Array, prior: Array) -> float:
    """Kullback-Leibler divergence of Dirichlet distributions, summed over all rows."""
    prior = np.broadcast_to(prior, found.shape)
    expected = ((found - prior) * expected_log(found)).sum(axis=-1)
    return float((log_beta(prior) - log_beta(found) + expected).sum())


def assigned(model: Model, log_rates: Array, log_prior: Array) -> tuple[Array, float]:
    """Posterior of all items, and the sum of logarithms; known items have their truth."""
    joint = np.tile(log_prior, (model.n_items, 1))
    for i, k, l in model.triples:  # noqa: E741
        joint[i] += log_rates[k, :, l]
    is_open, known = model.is_open(), model.known_rows()
    total = logsumexp(joint, axis=1, keepdims=True)
    posterior = np.where(is_open[:, None], np.exp(joint - total), known)
    of_known = (known[known > 0] * joint[known > 0]).sum() - xlogy(known, known).sum()
    bound = total[is_open].sum() + of_known
    return posterior, float(bound)


def ibcc(model: Model, n_steps: int, own: NDArray[np.bool_], class_count: float | None) -> Path:
    """Mean field with counts of 4 for a class's own answer, 1 for others; None is anchored."""
    q = shares_of(model, own)
    alpha = q.sum(axis=0) if class_count is None else np.full(model.n_classes, class_count)
    possible = alpha > 0
    beta = np.where(own.T, 4.0, 1.0)
    objectives = []
    for _ in range(n_steps):
        mu, nu = beta + counts(model, q), (alpha + q.sum(axis=0))[possible]
        log_prior = np.full(model.n_classes, -np.inf)
        log_prior[possible] = expected_log(nu)
        with np.errstate(invalid="ignore"):
            q, bound = assigned(model, expected_log(mu), log_prior)
        objectives.append(bound - divergence(nu, alpha[possible]) - divergence(mu, beta))
    return Path(objectives, q)


def ebcc(model: Model, n_steps: int, own: NDArray[np.bool_], start: Array) -> Path:
    """Mean field of pairs of class and group, item by item; `start` is (item, class, group).

    Counts of 4 for a class's own answer, 1 for others, 0.1 for all groups together; anchored.
    """
    n_groups = start.shape[2]
    shares = shares_of(model, own)
    alpha, of_groups = shares.sum(axis=0), np.full(n_groups, 0.1 / n_groups)
    beta = np.where(own.T, 4.0, 1.0)[:, None, :]
    possible, is_open, known = alpha > 0, model.is_open(), model.known_rows()
    q, objectives = start, []
    for _ in range(n_steps):
        mu = np.tile(beta, (model.n_raters, 1, n_groups, 1))
        for i, k, l in model.triples:  # noqa: E741
            mu[k, :, :, l] += q[i]
        nu, groups = (alpha + q.sum(axis=(0, 2)))[possible], of_groups + q.sum(axis=0)
        log_prior = np.full(model.n_classes, -np.inf)
        log_prior[possible] = expected_log(nu)
        joint = np.tile(log_prior[:, None] + expected_log(groups), (model.n_items, 1, 1))
        for i, k, l in model.triples:  # noqa: E741
            joint[i] += expected_log(mu)[k, :, :, l]
        bound, q = 0.0, np.zeros(joint.shape)
        for i in range(model.n_items):
            weights = np.ones(1) if is_open[i] else known[i][known[i] > 0]
            pieces = [joint[i]] if is_open[i] else joint[i][known[i] > 0]
            parts = [
                weight * np.exp(piece - logsumexp(piece))
                for weight, piece in zip(weights, pieces, strict=True)
            ]
            q[i, known[i] > 0 if not is_open[i] else slice(None)] = (
                parts[0] if is_open[i] else parts
            )
            bound += sum(
                w * (logsumexp(piece) - np.log(w)) for w, piece in zip(weights, pieces, strict=True)
            )
        of_raters = divergence(mu, np.broadcast_to(beta, mu.shape[1:]))
        bound -= divergence(nu, alpha[possible]) + divergence(groups, of_groups) + of_raters
        objectives.append(float(bound))
    return Path(objectives, q.sum(axis=2))


def shares_of(model: Model, own: NDArray[np.bool_]) -> Array:
    """Vote shares where an answer that is nobody's own speaks for all classes alike."""
    answers = vote_shares(model._replace(n_classes=model.n_answers, known=None))
    voted = {i for i, _, _ in model.triples}
    shares = np.zeros((model.n_items, model.n_classes))
    for i in range(model.n_items):
        for l in range(model.n_answers):  # noqa: E741
            owners = np.flatnonzero(own[l]) if own[l].any() else np.arange(model.n_classes)
            shares[i, owners] += answers[i, l] / len(owners)
        if i not in voted:
            shares[i] = 1 / model.n_classes
    return np.where(model.is_open()[:, None], shares, model.known_rows())


def enumerated(model: Model, log_joint: Callable[[tuple[int, ...]], float]) -> tuple[float, Array]:
    """Log evidence and exact posteriors, over every way to give classes to all items together."""
    shape = (model.n_classes,) * model.n_items
    table = np.array([log_joint(classes) for classes in np.ndindex(shape)]).reshape(shape)
    evidence = float(logsumexp(table))
    everything = np.exp(table - evidence)
    rows = [
        everything.sum(axis=tuple(other for other in range(model.n_items) if other != i))
        for i in range(model.n_items)
    ]
    return evidence, np.array(rows)


def ibcc_joint(model: Model, alpha: Array, beta: Array) -> Callable[[tuple[int, ...]], float]:
    """Log probability of all votes and classes: Dirichlet-multinomial integrals in closed form."""

    def log_joint(classes: tuple[int, ...]) -> float:
        truth = np.eye(model.n_classes)[list(classes)]
        mu, nu = beta + counts(model, truth), alpha + truth.sum(axis=0)
        rows = log_beta(mu) - log_beta(np.broadcast_to(beta, mu.shape))
        return float(log_beta(nu) - log_beta(alpha) + rows.sum())

    return log_joint


def ebcc_joint(model: Model, alpha: Array, n_groups: int) -> Callable[[tuple[int, ...]], float]:
    """Log probability of all votes, classes and groups; states are ``class * n_groups + group``."""
    n_classes = len(alpha)
    of_groups = np.full((n_classes, n_groups), 0.1 / n_groups)
    beta = np.repeat(1 + 3 * np.eye(n_classes), n_groups, axis=0)

    def log_joint(states: tuple[int, ...]) -> float:
        truth = np.eye(n_classes * n_groups)[list(states)]
        groups = truth.sum(axis=0).reshape(of_groups.shape)
        mu, nu = beta + counts(model, truth), alpha + groups.sum(axis=1)
        rows = log_beta(mu) - log_beta(np.broadcast_to(beta, mu.shape))
        in_classes = log_beta(of_groups + groups) - log_beta(of_groups)
        return float(log_beta(nu) - log_beta(alpha) + in_classes.sum() + rows.sum())

    return log_joint


def one_coin_joint(model: Model) -> Callable[[tuple[int, ...]], float]:
    """Log probability of all votes and classes with r ~ Beta(2, 1) and uniform classes."""

    def log_joint(classes: tuple[int, ...]) -> float:
        right, wrong = np.zeros(model.n_raters), np.zeros(model.n_raters)
        for i, k, l in model.triples:  # noqa: E741
            (right if l == classes[i] else wrong)[k] += 1
        found = betaln(2 + right, 1 + wrong) - betaln(2, 1)
        spread = wrong.sum() * np.log(max(model.n_answers - 1, 1))
        return float(found.sum() - spread - model.n_items * np.log(model.n_classes))

    return log_joint


def one_coin(model: Model, n_steps: int) -> Path:
    """Mean field of r ~ Beta(2, 1), uniform classes; Beta in the order right, wrong."""
    q, prior = shares_of(model, np.eye(model.n_classes, dtype=bool)), np.array([2.0, 1.0])
    log_prior = np.full(model.n_classes, -np.log(model.n_classes))
    right = np.eye(model.n_classes, dtype=bool)
    objectives = []
    for _ in range(n_steps):
        found = np.tile(prior, (model.n_raters, 1))
        for i, k, l in model.triples:  # noqa: E741
            found[k] += q[i, l], 1 - q[i, l]
        of_right, of_wrong = expected_log(found).T
        of_wrong = of_wrong - np.log(max(model.n_answers - 1, 1))
        log_rates = np.where(right, of_right[:, None, None], of_wrong[:, None, None])
        q, bound = assigned(model, log_rates, log_prior)
        objectives.append(bound - divergence(found, prior))
    return Path(objectives, q)


def mace(model: Model, n_steps: int, bayes: bool) -> Path:
    """MACE vote by vote: Beta(0.5, 0.5) and Dirichlet(10), or EM with 0.01 / K added."""
    n, shape = model.n_answers, (model.n_raters, model.n_answers)
    log_know, log_spam = np.full((2, model.n_raters), -np.log(2))
    log_taste = np.full(shape, -np.log(n))
    uniform = np.full(n, -np.log(n))
    objectives: list[float] = []
    value, q = np.nan, np.empty(0)
    for step in range(n_steps + 1):
        spammed = (log_spam[:, None] + log_taste)[:, None, :]
        both = np.logaddexp(log_know[:, None, None], spammed)
        log_rates = np.where(np.eye(n, dtype=bool), both, spammed)
        q, bound = assigned(model, log_rates, uniform)
        if step:
            objectives.append(bound + value)
        knowing, spam = np.zeros((model.n_raters, 2)), np.zeros(shape)
        for i, k, l in model.triples:  # noqa: E741
            known = q[i, l] * np.exp(log_know[k] - both[k, 0, l])
            knowing[k] += known, 1 - known
            spam[k, l] += 1 - known
        if bayes:
            knowing, spam = knowing + 0.5, spam + 10
            (log_know, log_spam), log_taste = expected_log(knowing).T, expected_log(spam)
            value = -divergence(knowing, np.full(2, 0.5)) - divergence(spam, np.full(n, 10.0))
        else:
            knowing, spam = knowing + 0.01 / n, spam + 0.01 / n
            (log_know, log_spam) = np.log(knowing / knowing.sum(axis=1, keepdims=True)).T
            log_taste = np.log(spam / spam.sum(axis=1, keepdims=True))
            value = 0.01 / n * float(log_know.sum() + log_spam.sum() + log_taste.sum())
    return Path(objectives, q)


def mace_joint(model: Model) -> Callable[[tuple[int, ...]], float]:
    """Log probability of all votes and classes, over every way in which matching votes are spam."""

    def of_rater(k: int, classes: tuple[int, ...]) -> float:
        answers = [(row[2], row[2] == classes[row[0]]) for row in model.triples if row[1] == k]
        ways = []
        for spams in np.ndindex((2,) * len(answers)):
            if any(not spam and not own for spam, (_, own) in zip(spams, answers, strict=True)):
                continue
            taste = np.full(model.n_answers, 10.0)
            np.add.at(taste, [a for spam, (a, _) in zip(spams, answers, strict=True) if spam], 1)
            n_spam = sum(spams)
            of_know = betaln(0.5 + len(answers) - n_spam, 0.5 + n_spam) - betaln(0.5, 0.5)
            of_taste = log_beta(taste) - log_beta(np.full(model.n_answers, 10.0))
            ways.append(float(of_know + of_taste))
        return float(logsumexp(ways))

    def log_joint(classes: tuple[int, ...]) -> float:
        raters = sum(of_rater(k, classes) for k in range(model.n_raters))
        return raters - model.n_items * float(np.log(model.n_classes))

    return log_joint
