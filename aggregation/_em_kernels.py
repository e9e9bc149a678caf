"""One step of EM as a loop over distinct vote patterns: E-step and counts of the M-step at once."""

import numpy as np
from numba.cpython.unsafe.tuple import tuple_setitem
from numpy.typing import NDArray

from ._jit import kernel
from ._rescaling import e_step_rescaled, underflows

# Up to so many classes a posterior lives in registers.
MOST_IN_REGISTERS = 8
# A likelihood below this may have lost bits and is computed again with rescaling; above it, a class
# whose product has lost some adds less than 2**-500 of it.
LEAST_LIKELIHOOD = 2.0**-500
# A product of likelihoods becomes a logarithm before it can leave the range.
LEAST_PRODUCT = 2.0**-500


@kernel
def em_step(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    zeros: tuple[float, ...],
    size: tuple[int, ...],
    hard: bool,
    borders: NDArray[np.int64],
    first_block: int,
    last_block: int,
    counts: NDArray[np.float64],
    class_counts: NDArray[np.float64],
    log_likelihood: NDArray[np.float64],
) -> None:
    """Fill expected counts and log-likelihood of some blocks (Dawid & Skene 1979, 2.3-2.5).

    ``weights[p]`` items share pattern ``p``. `rates` is flat, n_classes entries a code; so is each
    row of `counts`, shape (n_blocks, n_codes * n_classes). `zeros` is a tuple as long as there are
    classes: the compiler keeps such a row in registers. `size` is a tuple as long as every pattern,
    for loops of a known length, or empty where patterns differ. With `hard`, each item counts for
    its likeliest class alone (Sinha, Rao & Balasubramanian 2018).
    """
    n_classes = np.uintp(len(zeros))
    start_row = zeros
    for j in range(len(zeros)):
        start_row = tuple_setitem(start_row, j, prior[j])
    for block in range(first_block, last_block):
        count = counts[block]
        count[:] = 0.0
        class_counts[block] = 0.0
        class_sums = zeros
        log_sum = 0.0
        product = 1.0
        weight = 1
        end = np.uintp(starts[borders[block]])
        for p in range(np.uintp(borders[block]), np.uintp(borders[block + 1])):
            begin = end
            end = np.uintp(starts[p + np.uintp(1)])
            row = start_row
            if len(size) > 0:
                for i in range(len(size)):
                    at = np.uintp(codes[begin + np.uintp(i)]) * n_classes
                    for j in range(len(zeros)):
                        row = tuple_setitem(row, j, row[j] * rates[at + np.uintp(j)])
            else:
                for v in range(begin, end):
                    at = np.uintp(codes[v]) * n_classes
                    for j in range(len(zeros)):
                        row = tuple_setitem(row, j, row[j] * rates[at + np.uintp(j)])
            total = 0.0
            for j in range(len(zeros)):
                total += row[j]
            if hard or total < LEAST_LIKELIHOOD:
                item = codes[begin:end]
                log_sum += count_pattern(
                    item, weights[p], rates, prior, hard, count, class_counts[block]
                )
                continue
            # Logarithms are slow: likelihoods of equal weight are multiplied first.
            if weights[p] != weight or product < LEAST_PRODUCT:
                log_sum += weight * np.log(product)
                product = 1.0
                weight = weights[p]
            product *= total
            share = weights[p] / total
            for j in range(len(zeros)):
                row = tuple_setitem(row, j, row[j] * share)
                class_sums = tuple_setitem(class_sums, j, class_sums[j] + row[j])
            if len(size) > 0:
                for i in range(len(size)):
                    at = np.uintp(codes[begin + np.uintp(i)]) * n_classes
                    for j in range(len(zeros)):
                        count[at + np.uintp(j)] += row[j]
            else:
                for v in range(begin, end):
                    at = np.uintp(codes[v]) * n_classes
                    for j in range(len(zeros)):
                        count[at + np.uintp(j)] += row[j]
        for j in range(len(zeros)):
            class_counts[block, j] += class_sums[j]
        log_likelihood[block] = log_sum + weight * np.log(product)


@kernel
def posterior_step(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    ones: tuple[float, ...],
    borders: NDArray[np.int64],
    first_block: int,
    last_block: int,
    posterior: NDArray[np.float64],
    log_likelihood: NDArray[np.float64],
) -> None:
    """Fill the posterior of each pattern of some blocks, and their log-likelihood (eq. 2.5).

    In the order of :func:`aggregation.known_truth.e_step`, and so with its bits: the likelihoods of
    the votes from 1, then the prior. `ones` is a tuple as long as there are classes.
    """
    n_classes = np.uintp(len(ones))
    for block in range(first_block, last_block):
        log_sum = 0.0
        product = 1.0
        weight = 1
        for p in range(np.uintp(borders[block]), np.uintp(borders[block + 1])):
            begin, end = np.uintp(starts[p]), np.uintp(starts[p + np.uintp(1)])
            row = ones
            for v in range(begin, end):
                at = np.uintp(codes[v]) * n_classes
                for j in range(len(ones)):
                    row = tuple_setitem(row, j, row[j] * rates[at + np.uintp(j)])
            total = 0.0
            for j in range(len(ones)):
                row = tuple_setitem(row, j, row[j] * prior[j])
                total += row[j]
            if total < LEAST_LIKELIHOOD:
                total, log_scale = joint_again(codes[begin:end], rates, prior, False, posterior[p])
                posterior[p] /= total
                log_sum += weights[p] * (np.log(total) + log_scale)
                continue
            if weights[p] != weight or product < LEAST_PRODUCT:
                log_sum += weight * np.log(product)
                product = 1.0
                weight = weights[p]
            product *= total
            for j in range(len(ones)):
                posterior[p, j] = row[j] / total
        log_likelihood[block] = log_sum + weight * np.log(product)


@kernel
def posterior_step_many_classes(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    borders: NDArray[np.int64],
    first_block: int,
    last_block: int,
    posterior: NDArray[np.float64],
    log_likelihood: NDArray[np.float64],
) -> None:
    """Do as :func:`posterior_step` with rows in memory, and the prior before the votes."""
    for block in range(first_block, last_block):
        log_sum = 0.0
        for p in range(borders[block], borders[block + 1]):
            item = codes[starts[p] : starts[p + 1]]
            total, log_scale = joint_again(item, rates, prior, False, posterior[p])
            posterior[p] /= total
            log_sum += weights[p] * (np.log(total) + log_scale)
        log_likelihood[block] = log_sum


@kernel
def em_step_many_classes(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    hard: bool,
    borders: NDArray[np.int64],
    first_block: int,
    last_block: int,
    counts: NDArray[np.float64],
    class_counts: NDArray[np.float64],
    log_likelihood: NDArray[np.float64],
) -> None:
    """Do as :func:`em_step` with rows in memory, where there are too many classes for registers."""
    for block in range(first_block, last_block):
        counts[block] = 0.0
        class_counts[block] = 0.0
        log_sum = 0.0
        for p in range(borders[block], borders[block + 1]):
            item = codes[starts[p] : starts[p + 1]]
            log_sum += count_pattern(
                item, weights[p], rates, prior, hard, counts[block], class_counts[block]
            )
        log_likelihood[block] = log_sum


@kernel
def count_pattern(
    codes: NDArray[np.int32],
    weight: int,
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    hard: bool,
    count: NDArray[np.float64],
    class_count: NDArray[np.float64],
) -> float:
    """Add one pattern's expected counts; return the log-likelihood of the items that share it."""
    n_classes = len(prior)
    joint = np.empty(n_classes)
    total, log_scale = joint_again(codes, rates, prior, hard, joint)
    if weight == 0:
        return 0.0
    if total == 0.0:  # impossible in every class
        return -np.inf
    joint *= weight / total
    class_count += joint
    for code in codes:
        at = np.uintp(code) * np.uintp(n_classes)
        for j in range(np.uintp(n_classes)):
            count[at + j] += joint[j]
    return float(weight * (np.log(total) + log_scale))


@kernel
def joint_again(
    codes: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    hard: bool,
    joint: NDArray[np.float64],
) -> tuple[float, float]:
    """Fill the joint probability of an item's votes and each class, without underflow.

    Returned are the sum of `joint` and the logarithm of what was taken out of it. With `hard` only
    the largest entry is left, the first of equals.
    """
    n_classes = len(prior)
    joint[:] = prior
    for code in codes:
        at = np.uintp(code) * np.uintp(n_classes)
        for j in range(n_classes):
            joint[j] *= rates[at + np.uintp(j)]
    total, log_scale = joint.sum(), 0.0
    if total < LEAST_LIKELIHOOD:
        # Each class needs a scale of its own: later votes may make up for what earlier ones took.
        by_code = rates.reshape((len(rates) // n_classes, n_classes))
        if total > 0.0 or underflows(0, len(codes), codes, by_code, prior, joint):
            log_scale = e_step_rescaled(0, len(codes), codes, by_code, prior, joint)
    if hard:
        best = np.argmax(joint)
        for j in range(n_classes):
            if j != best:
                joint[j] = 0.0
    return joint.sum(), log_scale


@kernel
def affinity_step(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.int32],
    affinity: NDArray[np.float64],
    n_classes: int,
    zeros: tuple[float, ...],
    borders: NDArray[np.int64],
    first_block: int,
    last_block: int,
    counts: NDArray[np.float64],
    class_counts: NDArray[np.float64],
    log_likelihood: NDArray[np.float64],
) -> None:
    """Fill counts where an item's posterior is the mean affinity of its answers.

    `affinity` is flat, n_classes entries a code, which sum to 1. With an answer's affinity to its
    own class alone, the posteriors are the vote shares. `zeros` is a tuple whose length divides
    n_classes: so many classes are worked on at a time.
    """
    stride, width = np.uintp(n_classes), np.uintp(len(zeros))
    for block in range(first_block, last_block):
        count, class_count = counts[block], class_counts[block]
        count[:] = 0.0
        class_count[:] = 0.0
        log_likelihood[block] = 0.0
        for p in range(np.uintp(borders[block]), np.uintp(borders[block + 1])):
            begin, end = np.uintp(starts[p]), np.uintp(starts[p + np.uintp(1)])
            if begin == end:
                class_count += weights[p] / n_classes
                continue
            share = weights[p] / np.float64(end - begin)
            for c in range(np.uintp(0), stride, width):
                row = zeros
                for v in range(begin, end):
                    at = np.uintp(codes[v]) * stride + c
                    for j in range(len(zeros)):
                        row = tuple_setitem(row, j, row[j] + affinity[at + np.uintp(j)])
                for j in range(len(zeros)):
                    row = tuple_setitem(row, j, row[j] * share)
                    class_count[c + np.uintp(j)] += row[j]
                for v in range(begin, end):
                    at = np.uintp(codes[v]) * stride + c
                    for j in range(len(zeros)):
                        count[at + np.uintp(j)] += row[j]
