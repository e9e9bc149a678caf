"""The one decorator that carries Numba's options."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop at its first call and keep the machine code on disk.

    No ``fastmath``: sums and products happen in the order in which they are written, which is what
    reproduces the published scores to the bit. Kernels release the interpreter lock, so that blocks
    of work run on several threads.
    """
    compiled: Callable[P, R] = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled
