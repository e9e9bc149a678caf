"""Products of probabilities that are too small for doubles, exact however small they get."""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

# Below this a double has fewer bits, and a product may have lost some.
LEAST_EXACT = np.finfo(np.float64).tiny
# A product that would get there is rescaled by this power of two, which changes no bits.
RESCALE_BITS = 400
SMALL = 2.0**-RESCALE_BITS
GROW = 2.0**RESCALE_BITS
LOG_2 = np.log(2.0)
# So many steps down take any double of at most GROW to 0.
MOST_STEPS = 4


@kernel
def e_step_again(
    items: NDArray[np.int64],
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    joint: NDArray[np.float64],
    posterior: NDArray[np.float64],
    log_likelihood: NDArray[np.float64],
) -> None:
    """Correct the posterior and log-likelihood of those items whose `joint` has underflown.

    `rates` has shape (n_raters * n_answers, n_classes), one row a code.
    """
    for i in items:
        begin, end = starts[i], starts[i + 1]
        if underflows(begin, end, codes, rates, prior, joint[i]):
            log_likelihood[i] = e_step_rescaled(begin, end, codes, rates, prior, posterior[i])


@kernel
def underflows(
    begin: int,
    end: int,
    codes: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    row: NDArray[np.float64],
) -> bool:
    """Say whether a product in `row` is too small for a double, and not because a factor is 0.

    Factors are at most 1: no product on the way was smaller than the last one.
    """
    for j in range(len(row)):
        if row[j] < LEAST_EXACT:
            smallest = prior[j]
            for v in range(begin, end):
                smallest = min(smallest, rates[codes[v], j])
            if smallest > 0.0:
                return True
    return False


@kernel
def e_step_rescaled(
    begin: int,
    end: int,
    codes: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    row: NDArray[np.float64],
) -> float:
    """One item's posterior into `row`, where products are too small for doubles; log-likelihood."""
    steps = np.empty(len(row), dtype=np.int64)
    fewest = joint_in_steps(codes[begin:end], rates, prior, row, steps)
    # Among the classes only the difference of their scales counts; the rest is added to the
    # logarithm: log(sum_j row_j SMALL**(steps_j - fewest)) + fewest log(SMALL)
    total = 0.0
    for j in range(len(row)):
        total += lowered(row[j], steps[j] - fewest)
    for j in range(len(row)):
        row[j] = lowered(row[j] / total, steps[j] - fewest)
    return float(np.log(total) - fewest * RESCALE_BITS * LOG_2)


@kernel
def joint_in_steps(
    codes: NDArray[np.int32],
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    row: NDArray[np.float64],
    steps: NDArray[np.int64],
) -> int:
    """Joint probability of an item's votes and each class j, as ``row[j] * SMALL**steps[j]``.

    Each class has its own scale, for half of the votes may make a class negligible and the other
    half make up for it. Returned are the fewest steps of a class that is possible.
    """
    row[:] = 1.0
    steps[:] = 0
    for code in codes:
        multiply(row, steps, rates[code])
    multiply(row, steps, prior)
    possible = steps[row > 0.0]
    return int(np.min(possible)) if len(possible) else 0


@kernel
def multiply(
    row: NDArray[np.float64], steps: NDArray[np.int64], factors: NDArray[np.float64]
) -> None:
    """Multiply ``row * SMALL**steps`` by factors in 0..1; what is not 0 stays in SMALL..1."""
    for j in range(len(row)):
        factor = factors[j]
        if row[j] == 0.0 or factor == 0.0:
            row[j] = 0.0
            continue
        while factor < SMALL:
            factor *= GROW
            steps[j] += 1
        row[j] *= factor
        while row[j] < SMALL:
            row[j] *= GROW
            steps[j] += 1


@kernel
def lowered(value: float, steps: int) -> float:
    """``value * SMALL**steps``."""
    for _ in range(min(steps, MOST_STEPS)):
        value *= SMALL
    return value
