"""What `atomics` does, for an array that one thread reads and changes alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

Entries = NDArray[np.int64]


@kernel
def read(entries: Entries, at: int) -> int:
    """Return an entry."""
    return entries[at]  # type: ignore[no-any-return]


@kernel
def write(entries: Entries, at: int, value: int) -> None:
    """Change an entry."""
    entries[at] = value


@kernel
def count(entries: Entries, at: int) -> int:
    """Add 1 to an entry; return what it was before."""
    entries[at] += 1
    return entries[at] - 1  # type: ignore[no-any-return]


@kernel
def pause() -> None:
    """Do nothing."""
