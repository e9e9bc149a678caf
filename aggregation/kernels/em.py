"""One step of EM as a loop over distinct vote patterns: E-step and counts of the M-step at once.

Classes are padded to the width of a row (see `_rows`) or of several: `rates` is flat, `width`
entries a code, and so are `prior` and counts. What is added has probability 0 and stays 0.
"""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel
from .rescaling import e_step_rescaled, underflows
from .rows import add_to_votes, load, plus, plus_votes, scale, store, times, times_votes
from .turns import Desk, block_done, next_block

# A likelihood below this may have lost bits and is computed again with rescaling; above it, a class
# whose product has lost some adds less than 2**-500 of it.
LEAST_LIKELIHOOD = 2.0**-500
# A product of likelihoods becomes a logarithm before it can leave the range.
LEAST_PRODUCT = 2.0**-500


@kernel
def multiplied_in(
    likelihood: float, times: int, log_sum: float, product: float, weight: int
) -> tuple[float, float, int]:
    """Take the likelihood of `times` items into ``log_sum + weight * log(product)``.

    Logarithms are slow: likelihoods of equal weight are multiplied, and their logarithm is taken
    when the weight changes or the product could leave the range.
    """
    if times != weight or product < LEAST_PRODUCT:
        log_sum += weight * np.log(product)
        product = 1.0
        weight = times
    return log_sum, product * likelihood, weight


@kernel
def em_step(
    desk: Desk,
    patience: int,
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    zeros: tuple[float, ...],
    size: tuple[int, ...],
    hard: bool,
    borders: NDArray[np.int64],
    counts: NDArray[np.float64],
    class_counts: NDArray[np.float64],
    log_likelihood: NDArray[np.float64],
) -> None:
    """Fill expected counts and log-likelihood of some blocks (Dawid & Skene 1979, 2.3-2.5).

    ``weights[p]`` items share pattern ``p``. `counts` is (n_blocks, n_codes * width), or more.
    `zeros` is a row as wide as all classes, which stays in registers. `size` is a tuple as long as
    every pattern, which the compiler then knows, or empty where patterns differ. With `hard`, each
    item counts for its likeliest class alone (Sinha, Rao & Balasubramanian 2018).
    """
    width = np.uintp(len(zeros))
    block = next_block(desk, patience)
    while block >= 0:
        start_row = load(zeros, prior, np.uintp(0))  # of this step: another block may be a later's
        count, class_count = counts[block], class_counts[block]
        count[:] = 0.0
        class_count[:] = 0.0
        log_sum, product, weight = 0.0, 1.0, 1
        end = np.uintp(starts[borders[block]])
        for p in range(np.uintp(borders[block]), np.uintp(borders[block + 1])):
            begin = end
            end = (
                begin + np.uintp(len(size)) if len(size) > 0 else np.uintp(starts[p + np.uintp(1)])
            )
            # eq. 2.5 before it is normalised: p_j times the rates of the item's votes in class j
            row = times_votes(start_row, rates, codes, begin, end, width, np.uintp(0))
            total = row[0]
            for j in range(1, len(zeros)):
                total += row[j]
            if hard or total < LEAST_LIKELIHOOD:
                item = codes[begin:end]
                log_sum += count_pattern(item, weights[p], rates, prior, hard, count, class_count)
                continue
            log_sum, product, weight = multiplied_in(total, weights[p], log_sum, product, weight)
            # eq. 2.5: the posterior, here of all items that share the pattern
            row = scale(row, weights[p] / total)
            # the sums over items in eq. 2.4, and, vote by vote, in eq. 2.3
            store(class_count, np.uintp(0), plus(row, class_count, np.uintp(0)))
            add_to_votes(row, count, codes, begin, end, width, np.uintp(0))
        log_likelihood[block] = log_sum + weight * np.log(product)
        block_done(desk)
        block = next_block(desk, patience)


@kernel
def em_step_many_classes(
    desk: Desk,
    patience: int,
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    zeros: tuple[float, ...],
    hard: bool,
    borders: NDArray[np.int64],
    counts: NDArray[np.float64],
    class_counts: NDArray[np.float64],
    log_likelihood: NDArray[np.float64],
) -> None:
    """Do as :func:`em_step` where classes take several rows, each as wide as `zeros`."""
    width, step = np.uintp(len(prior)), np.uintp(len(zeros))
    joint = np.empty(len(prior))
    block = next_block(desk, patience)
    while block >= 0:
        count, class_count = counts[block], class_counts[block]
        count[:] = 0.0
        class_count[:] = 0.0
        log_sum, product, weight = 0.0, 1.0, 1
        for p in range(np.uintp(borders[block]), np.uintp(borders[block + 1])):
            begin, end = np.uintp(starts[p]), np.uintp(starts[p + np.uintp(1)])
            total = 0.0
            for c in range(np.uintp(0), width, step):
                start_row = load(zeros, prior, c)  # eq. 2.5
                row = times_votes(start_row, rates, codes, begin, end, width, c)
                for j in range(len(zeros)):
                    total += row[j]
                store(joint, c, row)
            if hard or total < LEAST_LIKELIHOOD:
                item = codes[begin:end]
                log_sum += count_pattern(item, weights[p], rates, prior, hard, count, class_count)
                continue
            log_sum, product, weight = multiplied_in(total, weights[p], log_sum, product, weight)
            share = weights[p] / total
            for c in range(np.uintp(0), width, step):  # eqs. 2.4 and 2.3
                row = scale(load(zeros, joint, c), share)
                store(class_count, c, plus(row, class_count, c))
                add_to_votes(row, count, codes, begin, end, width, c)
        log_likelihood[block] = log_sum + weight * np.log(product)
        block_done(desk)
        block = next_block(desk, patience)


@kernel
def posterior_step(
    desk: Desk,
    patience: int,
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    ones: tuple[float, ...],
    borders: NDArray[np.int64],
    posterior: NDArray[np.float64],
    log_likelihood: NDArray[np.float64],
) -> None:
    """Fill the posterior of each pattern of some blocks, and their log-likelihood (eq. 2.5).

    In the order of :func:`aggregation.e_step`, and so with its bits where nothing has to be
    rescaled: the likelihoods of the votes from 1, then the prior. `ones` is a row, and classes take
    one or several. `posterior` is not padded.
    """
    n_classes = posterior.shape[1]
    width, step = np.uintp(len(prior)), np.uintp(len(ones))
    joint = np.empty(len(prior))
    block = next_block(desk, patience)
    while block >= 0:
        log_sum, product, weight = 0.0, 1.0, 1
        for p in range(np.uintp(borders[block]), np.uintp(borders[block + 1])):
            begin, end = np.uintp(starts[p]), np.uintp(starts[p + np.uintp(1)])
            total = 0.0
            for c in range(np.uintp(0), width, step):
                at = c if c + step <= width else width - step  # may overlap the row before it
                row = times(times_votes(ones, rates, codes, begin, end, width, at), prior, at)
                store(joint, at, row)
                for k in range(c, at + step):
                    total += joint[k]
            shared = weights[p]
            if total < LEAST_LIKELIHOOD:
                total, log_scale = joint_again(codes[begin:end], rates, prior, False, joint)
                if shared > 0:
                    log_sum += shared * (np.log(total) + log_scale)
            else:
                log_sum, product, weight = multiplied_in(total, shared, log_sum, product, weight)
            for j in range(np.uintp(n_classes)):
                posterior[p, j] = joint[j] / total
        log_likelihood[block] = log_sum + weight * np.log(product)
        block_done(desk)
        block = next_block(desk, patience)


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
    class_count[:n_classes] += joint  # eq. 2.4
    for code in codes:  # eq. 2.3
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
    desk: Desk,
    patience: int,
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.int32],
    affinity: NDArray[np.float64],
    n_classes: int,
    zeros: tuple[float, ...],
    borders: NDArray[np.int64],
    counts: NDArray[np.float64],
    class_counts: NDArray[np.float64],
    log_likelihood: NDArray[np.float64],
) -> None:
    """Fill counts where an item's posterior is the mean affinity of its answers.

    `affinity` is flat, `width` entries a code: those of its answer, which sum to 1. With affinity
    to its own class alone, the posteriors are the vote shares. `zeros` is a row, and classes take
    one or several.
    """
    step = np.uintp(len(zeros))
    width = (np.uintp(n_classes) + step - np.uintp(1)) // step * step
    block = next_block(desk, patience)
    while block >= 0:
        count, class_count = counts[block], class_counts[block]
        count[:] = 0.0
        class_count[:] = 0.0
        log_likelihood[block] = 0.0
        for p in range(np.uintp(borders[block]), np.uintp(borders[block + 1])):
            begin, end = np.uintp(starts[p]), np.uintp(starts[p + np.uintp(1)])
            if begin == end:
                class_count[:n_classes] += weights[p] / n_classes
                continue
            share = weights[p] / np.float64(end - begin)
            for c in range(np.uintp(0), width, step):
                row = scale(plus_votes(zeros, affinity, codes, begin, end, width, c), share)
                store(class_count, c, plus(row, class_count, c))
                add_to_votes(row, count, codes, begin, end, width, c)
        block_done(desk)
        block = next_block(desk, patience)
