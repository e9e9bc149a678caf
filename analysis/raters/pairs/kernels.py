"""What each pair of raters answered to the same items, and what a model expects, as loops.

Votes come item by item and, within an item, in order of rater. The pair of raters a < b is
``a * n_raters + b`` as one number, its key.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation.kernels.jit import kernel


@kernel
def pair_keys(
    starts: NDArray[np.int64],
    raters: NDArray[np.integer[Any]],
    n_raters: int,
    keys: NDArray[np.int64],
) -> int:
    """Write the key of each two votes of two raters on an item; how many there are."""
    n = 0
    for i in range(len(starts) - 1):
        for v in range(starts[i], starts[i + 1]):
            for w in range(v + 1, starts[i + 1]):
                if raters[v] != raters[w]:
                    keys[n] = np.int64(raters[v]) * n_raters + raters[w]
                    n += 1
    return n


@kernel
def count_answers(
    starts: NDArray[np.int64],
    raters: NDArray[np.integer[Any]],
    answers: NDArray[np.integer[Any]],
    pairs: NDArray[np.int64],
    tables: NDArray[np.int64],
) -> None:
    """Add each two votes to the table of their pair; `pairs` has their place, as `pair_keys`."""
    n = 0
    for i in range(len(starts) - 1):
        for v in range(starts[i], starts[i + 1]):
            for w in range(v + 1, starts[i + 1]):
                if raters[v] != raters[w]:
                    tables[pairs[n], answers[v], answers[w]] += 1
                    n += 1


@kernel
def expect_agreement(
    starts: NDArray[np.int64],
    raters: NDArray[np.integer[Any]],
    votes: NDArray[np.float64],
    log_prior: NDArray[np.float64],
    pairs: NDArray[np.int64],
    same: NDArray[np.float64],
    own: NDArray[np.float64],
    expected: NDArray[np.float64],
    variance: NDArray[np.float64],
) -> None:
    """Mean and variance of the number of items on which each pair agrees.

    `votes` has the log-likelihood of each vote in each class, finite; `log_prior` that of each item
    or of all, (n_items or 1, n_classes); `same` the chance that a pair agrees in each class,
    (n_pairs, n_classes); `own` has room for an item's votes. An item's class has the posterior that
    its other votes give, without those of the two raters: given these, the model has the two
    answers independent.
    """
    n_classes = votes.shape[1]
    weight = np.empty(n_classes)
    n = 0
    for i in range(len(starts) - 1):
        begin, end = starts[i], starts[i + 1]
        prior = log_prior[i % len(log_prior)]
        sum_own_votes(raters[begin:end], votes[begin:end], own)
        for v in range(begin, end):
            for w in range(v + 1, end):
                if raters[v] == raters[w]:
                    continue
                # log posterior of the class without both raters' votes, up to a constant
                highest = -np.inf
                for j in range(n_classes):
                    weight[j] = (
                        prior[j] + own[end - begin, j] - own[v - begin, j] - own[w - begin, j]
                    )
                    highest = max(highest, weight[j])
                # P(the same answer) = sum_j q_j P(the same answer | class j); the largest weight is
                # taken out, so that no exponential is 0 in all classes
                total = 0.0
                agree = 0.0
                for j in range(n_classes):
                    share = np.exp(weight[j] - highest)
                    total += share
                    agree += share * same[pairs[n], j]
                agree /= total
                # items are independent given the rates: a sum of Bernoulli draws
                expected[pairs[n]] += agree
                variance[pairs[n]] += agree * (1.0 - agree)
                n += 1


@kernel
def sum_own_votes(
    raters: NDArray[np.integer[Any]], votes: NDArray[np.float64], own: NDArray[np.float64]
) -> None:
    """For each vote on an item, sum its rater's votes; all votes in the row after the last."""
    n_votes, n_classes = votes.shape
    own[n_votes] = 0.0
    first = 0
    for v in range(n_votes):
        if raters[v] != raters[first]:
            first = v
        for j in range(n_classes):
            own[v, j] = votes[v, j] if first == v else own[v - 1, j] + votes[v, j]
            own[n_votes, j] += votes[v, j]
        for u in range(first, v):
            for j in range(n_classes):
                own[u, j] = own[v, j]
