"""The order in which CPython 3.5 and 3.6 iterate over a set of small integers.

The lists in real.json are neither sorted nor by score: they were written from sets. Today's
interpreters let a set grow at another fill, and 59 images would come out in another order, so the
table of that time is played through here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
    groups, sizes = np.arange(len(starts) - 1), np.diff(starts)
    # All sets at once, a row each; a slot holds the place of a value.
    tables = np.full((len(groups), FIRST_SLOTS), EMPTY)
    filled = 0
    while len(groups):
        n_slots = tables.shape[1]
        most = -(-2 * (n_slots - 1) // 3)
        for k in range(filled, most):
            rows = np.flatnonzero(sizes[groups] > k)
            insert(tables, rows, starts[groups[rows]] + k, values)
        grows = sizes[groups] >= most
        placed = tables[~grows]
        placed = placed[placed != EMPTY]
        order[np.sort(placed)] = placed
        groups, old_tables, filled = groups[grows], tables[grows], most
        while n_slots <= 4 * filled:
            n_slots *= 2
        tables = np.full((len(groups), n_slots), EMPTY)
        for old in old_tables.T:
            rows = np.flatnonzero(old != EMPTY)
            insert(tables, rows, old[rows], values)
    return order


def insert(
    tables: NDArray[np.int64],
    rows: NDArray[np.int64],
    places: NDArray[np.int64],
    values: NDArray[np.int64],
) -> None:
    """Put one place into each of some rows: into the first free slot of its probing sequence."""
    mask = tables.shape[1] - 1
    perturb = values[places]  # an integer's hash is its value
    first = slot = perturb & mask
    while len(rows):
        free = tables[rows, slot] == EMPTY
        tables[rows[free], slot[free]] = places[free]
        rows, places, perturb, first, slot = (
            state[~free] for state in (rows, places, perturb, first, slot)
        )
        # Neighbours are tried where all of them are in the table, then a slot far off.
        near = (first + LINEAR_PROBES <= mask) & (slot < first + LINEAR_PROBES)
        perturb = np.where(near, perturb, perturb >> PERTURB_SHIFT)
        first = np.where(near, first, (5 * first + 1 + perturb) & mask)
        slot = np.where(near, slot + 1, first)
