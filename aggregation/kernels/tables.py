"""Tables of counts and rates that are larger than a processor's cache: each entry is made once.

Votes are counted code by code, so that a row of counts is complete before the next one is begun.
Each entry is the sum over its votes in the order of the patterns, whoever adds it up. Nothing is
padded: classes take rows as wide as `zeros`, and the last row overlaps the one before it.
"""

import numpy as np
from numpy.typing import NDArray

from .em import LEAST_LIKELIHOOD, joint_again, multiplied_in
from .jit import kernel
from .rows import load, plus_votes, scale, store, times_votes


@kernel
def fill_joint(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    zeros: tuple[float, ...],
    hard: bool,
    begin_at: int,
    first: int,
    last: int,
    rows: NDArray[np.float64],
    heights: NDArray[np.float64],
) -> None:
    """Fill the posteriors of some patterns, times the items that share them (eq. 2.5).

    Pattern `begin_at` has the first of `rows` and of `heights`: these are its likelihood and 0; or
    0 and the logarithm, of all its items, where the likelihood is too small.
    """
    width, step = np.uintp(len(prior)), np.uintp(len(zeros))
    whole = width - width % step
    for p in range(np.uintp(first), np.uintp(last)):
        begin, end = np.uintp(starts[p]), np.uintp(starts[p + np.uintp(1)])
        joint, height = rows[p - np.uintp(begin_at)], heights[p - np.uintp(begin_at)]
        total = 0.0
        for c in range(np.uintp(0), whole, step):
            row = times_votes(load(zeros, prior, c), rates, codes, begin, end, width, c)
            for j in range(len(zeros)):
                total += row[j]
            store(joint, c, row)
        if whole < width:
            at = width - step
            row = times_votes(load(zeros, prior, at), rates, codes, begin, end, width, at)
            store(joint, at, row)
            for left in range(whole, width):
                total += joint[left]
        height[0], height[1] = total, 0.0
        if hard or total < LEAST_LIKELIHOOD:
            total, log_scale = joint_again(codes[begin:end], rates, prior, hard, joint)
            height[0] = 0.0
            if weights[p] == 0 or total == 0.0:  # nobody's, or impossible in every class
                height[1] = -np.inf if weights[p] > 0 else 0.0
                joint[:] = 0.0
                continue
            height[1] = weights[p] * (np.log(total) + log_scale)
        joint *= weights[p] / total


@kernel
def fill_affinity(
    starts: NDArray[np.int64],
    answers: NDArray[np.int32],
    weights: NDArray[np.int32],
    affinity: NDArray[np.float64],
    zeros: tuple[float, ...],
    begin_at: int,
    first: int,
    last: int,
    rows: NDArray[np.float64],
    heights: NDArray[np.float64],
) -> None:
    """Do as :func:`fill_joint` where a posterior is the mean affinity of an item's answers."""
    width, step = np.uintp(rows.shape[1]), np.uintp(len(zeros))
    for p in range(np.uintp(first), np.uintp(last)):
        begin, end = np.uintp(starts[p]), np.uintp(starts[p + np.uintp(1)])
        joint = rows[p - np.uintp(begin_at)]
        heights[p - np.uintp(begin_at), :] = 0.0
        if begin == end:
            joint[:] = weights[p] / len(joint)
            continue
        share = weights[p] / np.float64(end - begin)
        for c in range(np.uintp(0), width, step):
            at = c if c + step <= width else width - step
            row = plus_votes(zeros, affinity, answers, begin, end, width, at)
            store(joint, at, scale(row, share))


@kernel
def sum_patterns(
    weights: NDArray[np.int32],
    heights: NDArray[np.float64],
    rows: NDArray[np.float64],
    class_counts: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    """Add patterns to the class counts (eq. 2.4), and to the log-likelihood as far as it has come.

    `sums` are ``log_sum``, ``product`` and ``weight`` of :func:`multiplied_in`, and what these come
    to.
    """
    log_sum, product, weight = sums[0], sums[1], int(sums[2])
    for p in range(np.uintp(len(rows))):
        if heights[p, 0] > 0.0:
            log_sum, product, weight = multiplied_in(
                heights[p, 0], weights[p], log_sum, product, weight
            )
        else:
            log_sum += heights[p, 1]
        row = rows[p]
        for k in range(np.uintp(len(class_counts))):
            class_counts[k] += row[k]
    sums[0], sums[1], sums[2] = log_sum, product, weight
    sums[3] = log_sum + weight * np.log(product)


@kernel
def place_by_code(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    first: int,
    last: int,
    places: NDArray[np.int32],
    pattern_of: NDArray[np.int32],
) -> None:
    """Put the votes of some patterns in the order of their codes, and of the patterns within one.

    ``pattern_of[places[code]:places[code + 1]]`` are the patterns with that vote, from 0 on.
    `places` has two entries more than there are codes, and `pattern_of` is as long as the votes.
    """
    places[:] = 0
    for v in range(np.uintp(starts[first]), np.uintp(starts[last])):
        places[np.uintp(codes[v]) + np.uintp(2)] += 1
    for code in range(2, len(places)):
        places[code] += places[code - 1]
    for p in range(first, last):
        for v in range(np.uintp(starts[p]), np.uintp(starts[p + 1])):
            after = np.uintp(codes[v]) + np.uintp(1)
            pattern_of[np.uintp(places[after])] = p - first
            places[after] += 1


@kernel
def count_codes(
    places: NDArray[np.int32],
    pattern_of: NDArray[np.int32],
    rows: NDArray[np.float64],
    n_classes: int,
    first: int,
    last: int,
    fresh: bool,
    counts: NDArray[np.float64],
) -> None:
    """Add the votes of some codes to their counts, or fill these (eq. 2.3).

    A sum begins with its first vote: there is no pass over zeros.
    """
    width = np.uintp(n_classes)
    for code in range(np.uintp(first), np.uintp(last)):
        count = code * width
        begin, end = np.uintp(places[code]), np.uintp(places[code + np.uintp(1)])
        if fresh and begin == end:
            counts[count : count + width] = 0.0
        elif fresh:
            row = np.uintp(pattern_of[begin]) * width
            for k in range(width):
                counts[count + k] = rows[row + k]
            begin += np.uintp(1)
        for v in range(begin, end):
            row = np.uintp(pattern_of[v]) * width
            for k in range(width):
                counts[count + k] += rows[row + k]
