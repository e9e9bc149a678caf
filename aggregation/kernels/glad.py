"""GLAD's log posterior, its slope and its curvature as loops over patterns of votes."""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

# A product of numbers from 1 to 2 becomes a logarithm before it can leave the range.
LARGE = 1e200

Array = NDArray[np.float64]


@kernel
def glad_value(
    starts: NDArray[np.int64],
    raters: NDArray[np.int32],
    answers: NDArray[np.int32],
    weights: Array,
    ability: Array,
    ease: Array,
    known: Array,
    borders: NDArray[np.int64],
    first_block: int,
    last_block: int,
    values: Array,
    of_raters: Array,
    of_patterns: Array,
    margins: Array,
    slopes: Array,
    posterior: Array,
) -> None:
    """Fill log-likelihood and gradient of some blocks (Whitehill et al. 2009, section 3).

    A rater is right with probability ``s = sigma(x)``, ``x = ability * exp(ease)``. In class k the
    votes have the logarithm ``sum log(1 - s) / (K - 1)``, and ``x + log(K - 1)`` more for each vote
    that is k: so its slope in x is the posterior of the vote's answer less s.

    `weights` items share a pattern. A pattern's row of `known`, which may have no rows, is its
    posterior where it is not all 0. `values` has an entry a block, `of_raters` a row a block;
    `of_patterns` are the slopes in the ease. `margins` are the x of the votes and `slopes` those in
    x; `posterior` has a row a pattern.
    """
    n_classes = posterior.shape[1]
    log_others = np.log(max(n_classes - 1, 1))
    for block in range(first_block, last_block):
        of_rater = of_raters[block]
        of_rater[:] = 0.0
        value = 0.0
        for p in range(borders[block], borders[block + 1]):
            begin, end, weight = starts[p], starts[p + 1], weights[p]
            factor, scores = np.exp(ease[p]), posterior[p]
            scores[:] = 0.0
            below, product = 0.0, 1.0  # log(1 - s) is below - log(product)
            for v in range(begin, end):
                x = ability[raters[v]] * factor
                small = np.exp(-abs(x))
                product *= 1.0 + small
                if product > LARGE:
                    below -= np.log(product)
                    product = 1.0
                below -= max(x, 0.0)
                scores[answers[v]] += x + log_others
                margins[v] = x
                slopes[v] = -(1.0 if x >= 0.0 else small) / (1.0 + small)
            below -= np.log(product) + (end - begin) * log_others
            value += weight * (assign(scores, known, p) + below)
            of_pattern = 0.0
            for v in range(begin, end):
                slopes[v] += scores[answers[v]]
                of_pattern += slopes[v] * margins[v]
                of_rater[raters[v]] += weight * (slopes[v] * factor)
            of_patterns[p] = weight * of_pattern
        values[block] = value


@kernel
def assign(scores: Array, known: Array, p: int) -> float:
    """Turn scores of classes, which are equally likely before, into posteriors; return the value.

    That is the logarithm of the mean of their exponentials; of a known item what is expected of it.
    """
    n_classes = len(scores)
    if len(known) > 0 and known[p].sum() > 0.0:
        value = 0.0
        for k in range(n_classes):
            if known[p, k] > 0.0:
                value += known[p, k] * (scores[k] - np.log(n_classes * known[p, k]))
            scores[k] = known[p, k]
        return value
    most, total = scores.max(), 0.0
    for k in range(n_classes):
        scores[k] = np.exp(scores[k] - most)
        total += scores[k]
    for k in range(n_classes):
        scores[k] /= total
    return float(most + np.log(total / n_classes))


@kernel
def glad_curvature(
    starts: NDArray[np.int64],
    raters: NDArray[np.int32],
    answers: NDArray[np.int32],
    weights: Array,
    ease: Array,
    known: Array,
    borders: NDArray[np.int64],
    first_block: int,
    last_block: int,
    margins: Array,
    slopes: Array,
    posterior: Array,
    cross: Array,
    of_patterns: Array,
    of_raters: Array,
) -> None:
    """Fill what a Newton step needs of minus the second derivatives of the log-likelihood.

    `of_patterns` are those in the ease, `of_raters` those in the ability, a row a block; `cross`
    are the votes' shares of those in both. All but `cross` have their weights.
    """
    moved = np.zeros(posterior.shape[1])
    for block in range(first_block, last_block):
        of_rater = of_raters[block]
        of_rater[:] = 0.0
        for p in range(borders[block], borders[block + 1]):
            begin, end, weight = starts[p], starts[p + 1], weights[p]
            factor, q = np.exp(ease[p]), posterior[p]
            free = len(known) == 0 or known[p].sum() == 0.0
            curve_in(begin, end, answers, margins, slopes, q, free, moved, cross)
            curvature = 0.0
            for v in range(begin, end):
                curvature += margins[v] * (cross[v] - slopes[v])
                share = q[answers[v]]
                right = share - slopes[v]
                own = right * (1.0 - right) - (share * (1.0 - share) if free else 0.0)
                of_rater[raters[v]] += weight * factor * factor * own
                cross[v] = factor * (cross[v] - slopes[v])
            of_patterns[p] = weight * curvature


@kernel
def curve_in(
    begin: int,
    end: int,
    answers: NDArray[np.int32],
    moves: Array,
    slopes: Array,
    q: Array,
    free: bool,
    moved: Array,
    curved: Array,
) -> None:
    """Apply minus the second derivatives in the x of a pattern's votes to moves of these.

    With ``s = q - slope`` they are ``diag(s (1 - s))``, less ``q_k (1 - q_k)`` for two votes of the
    same answer, plus ``q_k q_j`` for others. `moved` is a row of zeros, and is left so.
    """
    mean = 0.0
    if free:
        for v in range(begin, end):
            moved[answers[v]] += moves[v]
            mean += q[answers[v]] * moves[v]
    for v in range(begin, end):
        share = q[answers[v]]
        right = share - slopes[v]
        curved[v] = right * (1.0 - right) * moves[v]
        if free:
            curved[v] -= share * (moved[answers[v]] - mean)
    for v in range(begin, end):
        moved[answers[v]] = 0.0


@kernel
def glad_product(
    starts: NDArray[np.int64],
    raters: NDArray[np.int32],
    answers: NDArray[np.int32],
    weights: Array,
    ease: Array,
    known: Array,
    borders: NDArray[np.int64],
    first_block: int,
    last_block: int,
    slopes: Array,
    posterior: Array,
    cross: Array,
    curvature: Array,
    direction: Array,
    moves: Array,
    curved: Array,
    of_raters: Array,
) -> None:
    """Apply the Schur complement of the patterns' ease to a direction of the abilities.

    `curvature` is that in the ease, priors included; `moves` and `curved` are scratch of a row of
    votes.
    """
    moved = np.zeros(posterior.shape[1])
    for block in range(first_block, last_block):
        of_rater = of_raters[block]
        of_rater[:] = 0.0
        for p in range(borders[block], borders[block + 1]):
            begin, end, weight = starts[p], starts[p + 1], weights[p]
            factor, along = np.exp(ease[p]), 0.0
            for v in range(begin, end):
                along += cross[v] * direction[raters[v]]
                moves[v] = factor * direction[raters[v]]
            free = len(known) == 0 or known[p].sum() == 0.0
            curve_in(begin, end, answers, moves, slopes, posterior[p], free, moved, curved)
            back = weight * along / curvature[p]
            for v in range(begin, end):
                of_rater[raters[v]] += weight * (factor * curved[v] - back * cross[v])
