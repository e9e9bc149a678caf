"""Products of very many probabilities, by their logarithms."""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

# Where the largest of an item's products is above this, what underflows beside it is nothing.
LEAST_PRODUCT = 1e-200
# A product of factors of 1 or more is taken the logarithm of when it gets here; no factor is as
# large as what is left of the range.
LARGE = 1e200


@kernel
def normalised_logs(values: NDArray[np.float64], begin: int, end: int) -> float:
    """Turn logarithms from `begin` to `end` into shares in place; return that of their sum."""
    largest = -np.inf
    for j in range(begin, end):
        largest = max(largest, values[j])
    total = 0.0
    for j in range(begin, end):
        values[j] = np.exp(values[j] - largest)
        total += values[j]
    for j in range(begin, end):
        values[j] /= total
    return float(largest + np.log(total))


@kernel
def log_of_1_and(x: float) -> float:
    """Return ``log(1 + x)`` for x of 0 or more, exact where x is small."""
    if x < 1e-4:  # the next term is below 2e-17 of the sum
        return x * (1.0 - x * (1 / 2 - x * (1 / 3 - x / 4)))
    return float(np.log(1.0 + x))
