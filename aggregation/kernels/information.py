"""What is lost about the parameters because the items' classes are not seen."""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel


@kernel
def missing_information(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.int32],
    posterior: NDArray[np.float64],
    cell_of: NDArray[np.int32],
    missing: NDArray[np.float64],
) -> None:
    """Add up half of the missing information, for relative changes of the cells (Louis 1982, 3.2).

    In relative terms a class's score counts the item's votes in the cells of that class, and the
    information that an item lacks is the variance of the score over the item's posterior. Pattern
    ``p`` has `weights[p]` items. ``cell_of[code, cls]`` is a row of `missing`, or below 0; the last
    row of `cell_of` is the class prior's, on which each item votes once. Complete the result by
    adding its transpose.
    """
    n_classes = posterior.shape[1]
    of_prior = len(cell_of) - 1
    spread = np.empty((n_classes, n_classes))
    for p in range(len(weights)):
        # Covariance of the class's indicator: q_c (delta_cd - q_d), for each of the items.
        for c in range(n_classes):
            for d in range(n_classes):
                spread[c, d] = -weights[p] * posterior[p, c] * posterior[p, d]
            spread[c, c] += weights[p] * posterior[p, c]
        begin, end = starts[p], starts[p + 1]
        # The score of class c is the sum of its votes' cells: its variance, pair of votes by pair.
        for v in range(begin, end + 1):
            first = cell_of[codes[v] if v < end else of_prior]
            for u in range(v, end + 1):
                second = cell_of[codes[u] if u < end else of_prior]
                # a pair of different votes is met once and mirrored, a vote with itself is whole
                share = 0.5 if u == v else 1.0
                for c in range(n_classes):
                    if first[c] < 0:
                        continue
                    for d in range(n_classes):
                        if second[d] >= 0:
                            missing[first[c], second[d]] += share * spread[c, d]


@kernel
def missing_product(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.int32],
    posterior: NDArray[np.float64],
    cell_of: NDArray[np.int32],
    change: NDArray[np.float64],
    product: NDArray[np.float64],
) -> None:
    """Add up the missing information times a relative change of the cells, without the matrix.

    As in :func:`missing_information`: the variance of the score times a change is the covariance of
    the score with what the change makes of it.
    """
    n_classes = posterior.shape[1]
    of_prior = len(cell_of) - 1
    along = np.empty(n_classes)
    for p in range(len(weights)):
        begin, end = starts[p], starts[p + 1]
        mean = 0.0
        for c in range(n_classes):
            along[c] = 0.0
            for v in range(begin, end + 1):
                cell = cell_of[codes[v] if v < end else of_prior, c]
                if cell >= 0:
                    along[c] += change[cell]
            mean += posterior[p, c] * along[c]
        for c in range(n_classes):
            share = weights[p] * posterior[p, c] * (along[c] - mean)
            for v in range(begin, end + 1):
                cell = cell_of[codes[v] if v < end else of_prior, c]
                if cell >= 0:
                    product[cell] += share
