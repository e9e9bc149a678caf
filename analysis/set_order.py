"""The order in which CPython 3.5 and 3.6 iterate over a set of small integers.

The lists in real.json are neither sorted nor by score: they were written from sets. Today's
interpreters let a set grow at another fill, and 59 images would come out in another order, so the
table of that time is played through here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aggregation._jit import kernel

FIRST_SLOTS = 8
LINEAR_PROBES = 9
PERTURB_SHIFT = 5
EMPTY = -1


def set_order(starts: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Order each group of values as a set of that time would, filled in the order given.

    Parameters
    ----------
    starts : ndarray of int64, shape (n_groups + 1,)
        Where each group begins in `values`.
    values : ndarray of int64, shape (n,)
        Integers of 0 or more, distinct within a group.

    Returns
    -------
    ndarray of int64, shape (n,)
        ``values[result]`` is in set order, group by group.

    References
    ----------
    CPython 3.6, Objects/setobject.c: set_add_entry, set_table_resize, setiter_iternext.

    Examples
    --------
    >>> values = np.array([795, 970])
    >>> values[set_order(np.array([0, 2]), values)]
    array([970, 795])
    """
    order = np.empty(len(values), dtype=np.int64)
    if len(values):
        largest = int(np.diff(starts).max())
        # A table is never larger than 8 times what it holds, or 8 slots.
        slots = np.empty(max(FIRST_SLOTS, 8 * largest), dtype=np.int64)
        play_sets(starts, values, order, slots, slots.copy())
    return order


@kernel
def play_sets(
    starts: NDArray[np.int64],
    values: NDArray[np.int64],
    order: NDArray[np.int64],
    slots: NDArray[np.int64],
    old_slots: NDArray[np.int64],
) -> None:
    """Fill a set with each group; a slot holds the place of a value."""
    for group in range(len(starts) - 1):
        mask = FIRST_SLOTS - 1
        slots[: mask + 1] = EMPTY
        for place in range(starts[group], starts[group + 1]):
            insert(slots, mask, values, place)
            filled = place + 1 - starts[group]
            if 3 * filled >= 2 * mask:
                old_slots[: mask + 1] = slots[: mask + 1]
                old_mask = mask
                mask = FIRST_SLOTS - 1
                while mask + 1 <= 4 * filled:
                    mask = 2 * mask + 1
                slots[: mask + 1] = EMPTY
                for slot in range(old_mask + 1):
                    if old_slots[slot] != EMPTY:
                        insert(slots, mask, values, old_slots[slot])
        out = starts[group]
        for slot in range(mask + 1):
            if slots[slot] != EMPTY:
                order[out] = slots[slot]
                out += 1


@kernel
def insert(slots: NDArray[np.int64], mask: int, values: NDArray[np.int64], place: int) -> None:
    """Take the first free slot of the probing sequence; an integer's hash is its value."""
    perturb = values[place]
    i = perturb & mask
    while True:
        last = i + LINEAR_PROBES if i + LINEAR_PROBES <= mask else i
        for slot in range(i, last + 1):
            if slots[slot] == EMPTY:
                slots[slot] = place
                return
        perturb >>= PERTURB_SHIFT
        i = (5 * i + 1 + perturb) & mask
