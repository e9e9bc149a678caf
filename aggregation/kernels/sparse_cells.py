"""Which cells of raters, classes and answers occur: entries, votes by candidates, and their cells.

Entries lie rater by rater: those of vote v begin at ``vote_places[v]``, those of rater w at
``entry_starts[w]``.
"""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel


@kernel
def list_entries(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    n_answers: int,
    n_classes: int,
    places: NDArray[np.int64],
    classes: NDArray[np.int32],
    vote_places: NDArray[np.int64],
    keys: NDArray[np.int64],
    share: NDArray[np.int32],
) -> None:
    """Fill each entry's cell, as one number, and its place among the posteriors."""
    for i in range(len(starts) - 1):
        for v in range(starts[i], starts[i + 1]):
            rater, answer = divmod(np.int64(codes[v]), n_answers)
            e = vote_places[v]
            for j in range(places[i], places[i + 1]):
                keys[e] = (rater * n_classes + classes[j]) * n_answers + answer
                share[e] = j
                e += 1


@kernel
def number_cells(
    entry_starts: NDArray[np.int64],
    first: int,
    last: int,
    keys: NDArray[np.int64],
    cell: NDArray[np.int32],
    n_cells: NDArray[np.int64],
) -> None:
    """Count some raters' cells, and fill each entry's: numbers from 0 on for each rater."""
    for w in range(first, last):
        begin, end = entry_starts[w], entry_starts[w + 1]
        order = np.argsort(keys[begin:end], kind="mergesort")
        ordered = keys[begin:end][order]
        number = -1
        for t in range(end - begin):
            if t == 0 or ordered[t] != ordered[t - 1]:
                number += 1
            cell[begin + order[t]] = number
        n_cells[w] = number + 1
