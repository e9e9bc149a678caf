"""Dawid & Skene's EM in logarithms, slow and plain, sharing no code with the package.

A model is triples and what is to be estimated; every function takes it and arrays, and nothing is
cached. Axes run item or rater, class, answer. The formulas are Dawid & Skene's (1979) eqs. 2.3-2.5
with pseudo-counts added to the counts, and known items counted with their truth.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes

Array = NDArray[np.float64]
Triple = tuple[int, int, int]


class Model(NamedTuple):
    """Votes, how many of everything there are, and what is known, added, fixed or shared.

    `known` has a row of zeros where the class of an item is open. Pseudo-counts are broadcast: in
    the full family against (rater, class, answer), in the shared one against (class, answer), in
    the one-coin one against (rater, right or wrong).
    """

    triples: Sequence[Triple]
    n_items: int
    n_raters: int
    n_classes: int
    n_answers: int
    pseudo_count: Any = 0.0
    known: Array | None = None
    family: str = "full"
    hard: bool = False
    fixed_rates: Array | None = None
    fixed_prior: Array | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.n_raters, self.n_classes, self.n_answers

    def votes(self) -> Votes:
        """Return the same votes as the package has them."""
        items, raters, answers = np.array(self.triples, dtype=int).reshape(-1, 3).T
        return Votes.from_triples(
            items,
            raters,
            answers,
            n_items=self.n_items,
            n_raters=self.n_raters,
            n_answers=self.n_answers,
        )

    def known_rows(self) -> Array:
        if self.known is None:
            return np.zeros((self.n_items, self.n_classes))
        return self.known

    def is_open(self) -> NDArray[np.bool_]:
        return np.asarray(~self.known_rows().any(axis=1))


class Step(NamedTuple):
    """Parameters, and what they are worth."""

    rates: Array
    prior: Array
    log_likelihood: float
    objective: float


def model_of(votes: Votes, n_classes: int, **options: Any) -> Model:
    triples = list(
        zip(votes.items.tolist(), votes.raters.tolist(), votes.answers.tolist(), strict=True)
    )
    return Model(triples, votes.n_items, votes.n_raters, n_classes, votes.n_answers, **options)


def log_joint(model: Model, rates: Array, prior: Array) -> Array:
    """Logarithm of the probability of each item's votes and each class together."""
    with np.errstate(divide="ignore"):
        log_rates, log_prior = np.log(rates), np.log(prior)
    terms = np.tile(log_prior, (model.n_items, 1))
    for i, k, l in model.triples:  # noqa: E741 -- as in the paper
        terms[i] += log_rates[k, :, l]
    return terms


def log_sum(terms: Array) -> float:
    """Logarithm of a sum of numbers that are given by their logarithms."""
    largest = float(terms.max())
    if largest == -math.inf:
        return largest
    return largest + math.log(math.fsum(np.exp(terms - largest)))


def posterior(model: Model, rates: Array, prior: Array) -> Array:
    """Eq. 2.5, soft even in a hard model; a known item has its truth."""
    terms = log_joint(model, rates, prior)
    rows = np.array([np.exp(row - log_sum(row)) for row in terms])
    return np.where(model.is_open()[:, None], rows, model.known_rows())


def assignment(model: Model, rates: Array, prior: Array) -> Array:
    """What each item counts for: its posterior, or in a hard model its likeliest class."""
    if not model.hard:
        return posterior(model, rates, prior)
    one_hot = np.eye(model.n_classes)[log_joint(model, rates, prior).argmax(axis=1)]
    return np.where(model.is_open()[:, None], one_hot, model.known_rows())


def times_log(weights: Array, values: Array) -> float:
    """Sum of ``weights * log(values)``, where 0 log 0 is 0."""
    used = weights > 0
    with np.errstate(divide="ignore"):
        return math.fsum((weights[used] * np.log(values[used])).tolist())


def log_likelihood(model: Model, rates: Array, prior: Array) -> float:
    """Of the open items' votes, and of the known items' votes and classes together, in nats.

    Where the truth is soft, this is the bound that EM climbs. In a hard model an item's votes count
    with its likeliest class.
    """
    values = []
    terms, known = log_joint(model, rates, prior), model.known_rows()
    for i, is_open in enumerate(model.is_open()):
        if not is_open:
            used = known[i] > 0
            values.append(math.fsum((known[i][used] * terms[i][used]).tolist()))
            values.append(-times_log(known[i], known[i]))
        else:
            values.append(float(terms[i].max()) if model.hard else log_sum(terms[i]))
    return math.fsum(values)


def penalty(model: Model, rates: Array) -> float:
    """Sum of ``pseudo_count * log(error rate)`` over all error rates that are estimated."""
    if model.fixed_rates is not None:
        return 0.0
    if model.family == "shared":
        return times_log(np.broadcast_to(model.pseudo_count, model.shape[1:]), rates[0])
    if model.family == "one-coin":
        added = np.broadcast_to(model.pseudo_count, (model.n_raters, 2)).copy()
        if model.n_answers == 1:  # nothing can be wrong
            added[:, 1] = 0
        return times_log(added, np.stack((rates[:, 0, 0], rates[:, 0, -1]), axis=1))
    return times_log(np.broadcast_to(model.pseudo_count, model.shape), rates)


def counts(model: Model, weights: Array) -> Array:
    """Expected number of times that a rater gave an answer to items of a class."""
    total = np.zeros(model.shape)
    for i, k, l in model.triples:  # noqa: E741
        total[k, :, l] += weights[i]
    return total


def m_step(model: Model, weights: Array) -> tuple[Array, Array]:
    """Eqs. 2.3 and 2.4 with pseudo-counts, for raters of a family."""
    total, added = counts(model, weights), model.pseudo_count
    if model.family == "full":
        rates = full(total + added)
    else:
        rates = {"one-coin": one_coin, "shared": shared}[model.family](total, added)
    prior = weights.sum(axis=0) / weights.sum()
    if model.fixed_rates is not None:
        rates = model.fixed_rates
    return rates, prior if model.fixed_prior is None else model.fixed_prior


def full(total: Array) -> Array:
    rates = np.full(total.shape, 1 / total.shape[2])
    for k, j in itertools.product(*map(range, total.shape[:2])):
        if total[k, j].sum() > 0:
            rates[k, j] = total[k, j] / total[k, j].sum()
    return rates


def shared(total: Array, added: Any = 0.0) -> Array:
    return np.repeat(full((total.sum(axis=0) + added)[None]), len(total), axis=0)


def one_coin(total: Array, added: Any = 0.0) -> Array:
    n_raters, n_classes, n_answers = total.shape
    rates = np.empty(total.shape)
    for k, (right, wrong) in enumerate(np.broadcast_to(added, (n_raters, 2)).tolist()):
        hits = np.trace(total[k]) + right
        everything = total[k].sum() + right + (wrong if n_answers > 1 else 0)
        right = hits / everything if everything > 0 else 1 / n_answers
        wrong = (1 - right) / max(n_answers - 1, 1)
        rates[k] = np.where(np.eye(n_classes, n_answers, dtype=bool), right, wrong)
    return rates


def vote_shares(model: Model) -> Array:
    """Share of each answer, one for each class, among an item's votes; a known item's truth."""
    shares = np.zeros((model.n_items, model.n_answers))
    for i, _, l in model.triples:  # noqa: E741
        shares[i, l] += 1
    shares[shares.sum(axis=1) == 0] = 1
    shares /= shares.sum(axis=1, keepdims=True)
    return np.where(model.is_open()[:, None], shares, model.known_rows())


def value(model: Model, rates: Array, prior: Array) -> Step:
    log = log_likelihood(model, rates, prior)
    return Step(rates, prior, log, log + penalty(model, rates))


def em_path(model: Model, rates: Array, prior: Array, n_steps: int) -> list[Step]:
    """Plain EM: the parameters that enter each of `n_steps` E-steps, and those they end with."""
    path = [value(model, rates, prior)]
    for _ in range(n_steps):
        rates, prior = m_step(model, assignment(model, rates, prior))
        path.append(value(model, rates, prior))
    return path


def enumerated_log_likelihood(model: Model, rates: Array, prior: Array) -> float:
    """Sum the probabilities of every way to give classes to all items together."""
    total = 0.0
    for classes in itertools.product(range(model.n_classes), repeat=model.n_items):
        probability = math.prod(float(prior[cls]) for cls in classes)
        for i, k, l in model.triples:  # noqa: E741
            probability *= float(rates[k, classes[i], l])
        total += probability
    return math.log(total)
