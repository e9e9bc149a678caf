"""The one decorator that carries Numba's options."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop at its first call and keep the machine code on disk, where that can be.

    No ``fastmath``: sums and products happen in the order in which they are written, which is what
    reproduces the published scores to the bit. Kernels release the interpreter lock, so that blocks
    of work run on several threads.
    """
    compiled: Any = numba.njit(nogil=True, error_model="numpy")(function)
    if hasattr(compiled, "enable_caching"):  # else compilation is turned off
        keep(compiled)
    result: Callable[P, R] = compiled
    return result


# Whether machine code is kept on disk: not what other processes must not run.
KEEPS = [True]


def keep_no_more() -> None:
    """Neither write nor read the machine code of functions from here on."""
    KEEPS[0] = False


def keep(compiled: Any) -> None:
    """Have a function's machine code kept on disk; without a place for it, say so and go on."""
    if not KEEPS[0]:
        return
    try:
        from .kept import KeptCode, tell_once
    except ImportError:  # Numba has moved what its cache is made of: its own must do
        with suppress(Exception):
            compiled.enable_caching()
        return
    try:
        compiled._cache = KeptCode(compiled.py_func)
    except Exception as error:
        tell_once(error)
