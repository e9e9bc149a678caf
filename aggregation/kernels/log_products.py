"""Products of very many probabilities, by their logarithms."""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

# Where the largest of an item's products is above this, what underflows beside it is nothing.
LEAST_PRODUCT = 1e-200
MANTISSA_BITS = 52
# Those of the root of 1/2: numbers of as many bits, up to the root of 2, have the exponent 0.
BITS_OF_ROOT = int(np.float64(0.5**0.5).view(np.int64))
LOG_2 = np.log(2.0)
# artanh(s) = s + s^3 / 3 + s^5 / 5 + ...: what is left out is below half a unit in the last place
# where s is at most the root of 2, less 1, and squared.
ARTANH = tuple(1 / n for n in range(19, 1, -2))


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
def take_logs_of_1_and(
    values: NDArray[np.float64], mantissas: NDArray[np.float64], exponents: NDArray[np.float64]
) -> None:
    """Turn each x, 0 or more, into ``log(1 + x)``, to 4 units in the last place.

    A library's logarithms come one by one; of these loops the compiler does some turns at a time.
    With ``2**e`` taken out of 1 + x there is 1 + f left, between the roots of 1/2 and 2, and its
    logarithm is ``2 artanh(f / (2 + f))``. The other arrays are room to work in, as long as
    `values` or longer.
    """
    bits = mantissas.view(np.int64)
    for k in range(len(values)):
        mantissas[k] = 1.0 + values[k]
    for k in range(len(values)):
        exponent = (bits[k] - BITS_OF_ROOT) >> MANTISSA_BITS
        bits[k] -= exponent << MANTISSA_BITS
        exponents[k] = exponent
    for k in range(len(values)):
        # a small x has lost bits where 1 was added to it
        f = values[k] if exponents[k] == 0.0 else mantissas[k] - 1.0
        s = f / (2.0 + f)
        square, tail = s * s, 0.0
        for factor in ARTANH:
            tail = tail * square + factor
        values[k] = exponents[k] * LOG_2 + 2.0 * (s + s * square * tail)
