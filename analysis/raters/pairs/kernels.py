"""What each pair of raters answered to the same items, and what a model expects, as loops.

Pairs are taken rater by rater, each with those of larger codes: so they come in ascending order,
and nothing is kept of the single items that two have in common.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregation.kernels.jit import kernel


class VotesByRater(NamedTuple):
    """Votes, item by item and there in order of rater, each once; and where each rater's are.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_items + 1,)
    raters, answers, items : ndarray of int, shape (n_votes,)
    first : ndarray of int64, shape (n_raters + 1,)
    order : ndarray of int64, shape (n_votes,)
        Places of votes by rater, and there by item: those of rater a are
        ``order[first[a]:first[a + 1]]``.
    """

    starts: NDArray[np.int64]
    raters: NDArray[np.int32]
    answers: NDArray[np.int32]
    items: NDArray[np.int64]
    first: NDArray[np.int64]
    order: NDArray[np.int64]


@kernel
def sort_by_rater(
    raters: NDArray[np.int32], first: NDArray[np.int64], order: NDArray[np.int64]
) -> None:
    """Fill `first` and `order` of votes by rater."""
    first[:] = 0
    for rater in raters:
        first[rater + 1] += 1
    for a in range(1, len(first)):
        first[a] += first[a - 1]
    following = first.copy()
    for v in range(len(raters)):
        order[following[raters[v]]] = v
        following[raters[v]] += 1


@kernel
def find_met(votes: VotesByRater, a: int, met_by: NDArray[np.int64], met: NDArray[np.int64]) -> int:
    """Fill `met` with the raters of larger codes that rater a has items in common with, ascending.

    ``met_by`` says of each rater who was the last to meet it. Returns how many there are.
    """
    n_met = 0
    for place in range(votes.first[a], votes.first[a + 1]):
        v = votes.order[place]
        for w in range(v + 1, votes.starts[votes.items[v] + 1]):
            b = votes.raters[w]
            if met_by[b] != a:
                met_by[b] = a
                met[n_met] = b
                n_met += 1
    met[:n_met] = np.sort(met[:n_met])
    return n_met


@kernel
def count_pairs(votes: VotesByRater) -> int:
    """Count the pairs of raters with an item in common."""
    n_raters = len(votes.first) - 1
    met_by, met = np.full(n_raters, -1, dtype=np.int64), np.empty(n_raters, dtype=np.int64)
    n_pairs = 0
    for a in range(n_raters):
        n_pairs += find_met(votes, a, met_by, met)
    return n_pairs


@kernel
def sum_votes(
    votes: VotesByRater, log_rates: NDArray[np.float64], total: NDArray[np.float64]
) -> None:
    """Fill the log-likelihood of each item's votes in each class, shape (n_items, n_classes)."""
    total[:] = 0.0
    for v in range(len(votes.raters)):
        for j in range(total.shape[1]):
            total[votes.items[v], j] += log_rates[votes.raters[v], votes.answers[v], j]


@kernel
def measure_pairs(
    votes: VotesByRater,
    rates: NDArray[np.float64],
    log_rates: NDArray[np.float64],
    log_prior: NDArray[np.float64],
    total: NDArray[np.float64],
    pairs: NDArray[np.int64],
    counts: NDArray[np.int64],
    moments: NDArray[np.float64],
) -> None:
    """Fill each pair's raters, its items and agreement, and what the model expects of the latter.

    `rates` and `log_rates`, which are finite, have shape (n_raters, n_answers, n_classes);
    `log_prior` is that of each item or of all, (n_items or 1, n_classes); `total` as of
    `sum_votes`. Shapes of the results are (n_pairs, 2) and (2, n_pairs): `counts` has items in
    common and those on which the two agree, `moments` mean and variance of the latter.
    """
    n_raters, _, n_classes = rates.shape
    met_by, met = np.full(n_raters, -1, dtype=np.int64), np.empty(n_raters, dtype=np.int64)
    pair_of = np.empty(n_raters, dtype=np.int64)
    same, others = np.empty((n_raters, n_classes)), np.empty(n_classes)
    n_pairs = 0
    for a in range(n_raters):
        for b in met[: find_met(votes, a, met_by, met)]:
            pairs[n_pairs, 0], pairs[n_pairs, 1], pair_of[b] = a, b, n_pairs
            agree_by_class(rates[a], rates[b], same[b])
            n_pairs += 1
        for place in range(votes.first[a], votes.first[a + 1]):
            v = votes.order[place]
            i, said = votes.items[v], votes.answers[v]
            for j in range(n_classes):
                others[j] = log_prior[i % len(log_prior), j] + total[i, j] - log_rates[a, said, j]
            for w in range(v + 1, votes.starts[i + 1]):
                b, pair = votes.raters[w], pair_of[votes.raters[w]]
                agree = chance_to_agree(others, log_rates[b, votes.answers[w]], same[b])
                counts[0, pair] += 1
                counts[1, pair] += said == votes.answers[w]
                # items are independent given the rates: a sum of Bernoulli draws
                moments[0, pair] += agree
                moments[1, pair] += agree * (1.0 - agree)


@kernel
def agree_by_class(
    one: NDArray[np.float64], other: NDArray[np.float64], same: NDArray[np.float64]
) -> None:
    """Fill the chance that two raters give the same answer, in each class."""
    same[:] = 0.0
    for k in range(len(one)):
        for j in range(len(same)):
            same[j] += one[k, j] * other[k, j]


@kernel
def chance_to_agree(
    others: NDArray[np.float64], vote: NDArray[np.float64], same: NDArray[np.float64]
) -> float:
    """Chance that two raters agree on an item, by its posterior without their two votes.

    `others` is the log posterior but for the one rater's vote, `vote` the other's log-likelihood.
    Given the other votes, the model has the two answers independent:
    P(the same answer) = sum_j q_j P(the same answer | class j).
    """
    # The largest weight is taken out, so that no exponential is 0 in all classes.
    highest = -np.inf
    for j in range(len(same)):
        highest = max(highest, others[j] - vote[j])
    total = 0.0
    agree = 0.0
    for j in range(len(same)):
        share = np.exp(others[j] - vote[j] - highest)
        total += share
        agree += share * same[j]
    return agree / total


@kernel
def find_pairs(pairs: NDArray[np.int64], begin: int, pair_of: NDArray[np.int64]) -> int:
    """Note the pair of each rater met by the one whose pairs begin here; where these end."""
    end = begin
    while end < len(pairs) and pairs[end, 0] == pairs[begin, 0]:
        pair_of[pairs[end, 1]] = end
        end += 1
    return end


@kernel
def count_answers(votes: VotesByRater, pairs: NDArray[np.int64], tables: NDArray[np.int64]) -> None:
    """Count each pair's items by the answer of the one and of the other."""
    pair_of = np.empty(len(votes.first) - 1, dtype=np.int64)
    begin = 0
    while begin < len(pairs):
        a, end = pairs[begin, 0], find_pairs(pairs, begin, pair_of)
        for place in range(votes.first[a], votes.first[a + 1]):
            v = votes.order[place]
            for w in range(v + 1, votes.starts[votes.items[v] + 1]):
                tables[pair_of[votes.raters[w]], votes.answers[v], votes.answers[w]] += 1
        begin = end


@kernel
def agree_by_chance(
    votes: VotesByRater,
    pairs: NDArray[np.int64],
    weights: NDArray[np.float64],
    agreed: NDArray[np.float64],
    chance: NDArray[np.float64],
) -> None:
    """Add to `agreed` how far each pair agrees; to `chance`, if each answer met each of the other.

    `weights`, of two answers, has shape (n_answers, n_answers). What is kept of a pair is how often
    either gave each answer.
    """
    n_raters, n_answers = len(votes.first) - 1, len(weights)
    pair_of = np.empty(n_raters, dtype=np.int64)
    said = np.empty((n_raters, 2, n_answers), dtype=np.int64)
    begin = 0
    while begin < len(pairs):
        a, end = pairs[begin, 0], find_pairs(pairs, begin, pair_of)
        for b in pairs[begin:end, 1]:
            said[b] = 0
        for place in range(votes.first[a], votes.first[a + 1]):
            v = votes.order[place]
            for w in range(v + 1, votes.starts[votes.items[v] + 1]):
                b = votes.raters[w]
                said[b, 0, votes.answers[v]] += 1
                said[b, 1, votes.answers[w]] += 1
                agreed[pair_of[b]] += weights[votes.answers[v], votes.answers[w]]
        for pair in range(begin, end):
            chance[pair] = mean_weight(said[pairs[pair, 1]], weights)
        begin = end


@kernel
def mean_weight(said: NDArray[np.int64], weights: NDArray[np.float64]) -> float:
    """Sum of weights over the answers of the one and those of the other, as often as given."""
    total = 0.0
    for k in range(len(weights)):
        if said[0, k]:
            for other in range(len(weights)):
                total += said[0, k] * said[1, other] * weights[k, other]
    return total
