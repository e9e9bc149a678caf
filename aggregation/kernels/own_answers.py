"""Own answers of classes, and others: rates made of the two, and counts split in them."""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel


@kernel
def spread_rates(
    own: NDArray[np.float64], others: NDArray[np.float64], rates: NDArray[np.float64]
) -> None:
    """Fill rates, (n_raters, n_answers, n_classes): `own` where answer and class are one.

    `own` and `others` have shape (n_raters, n_answers).
    """
    n_raters, n_answers, n_classes = rates.shape
    for r in range(n_raters):
        for a in range(n_answers):
            for k in range(n_classes):
                rates[r, a, k] = others[r, a]
            rates[r, a, a] = own[r, a]


@kernel
def spread_coins(
    right: NDArray[np.float64], wrong: NDArray[np.float64], rates: NDArray[np.float64]
) -> None:
    """Fill rates of raters with one coin each: what is `wrong` is shared by the other answers.

    `right` and `wrong` have shape (n_raters,).
    """
    n_raters, n_answers, n_classes = rates.shape
    for r in range(n_raters):
        other = wrong[r] / max(n_answers - 1, 1)
        for a in range(n_answers):
            for k in range(n_classes):
                rates[r, a, k] = other
            rates[r, a, a] = right[r]


@kernel
def count_coins(counts: NDArray[np.float64], found: NDArray[np.float64]) -> None:
    """Do the reverse with counts: fill right and wrong ones, shape (n_raters, 2)."""
    n_raters, n_answers, n_classes = counts.shape
    for r in range(n_raters):
        right, wrong = 0.0, 0.0
        for a in range(n_answers):
            right += counts[r, a, a]
            for k in range(n_classes):
                if k != a:
                    wrong += counts[r, a, k]
        found[r, 0], found[r, 1] = right, wrong


@kernel
def share_out(
    counts: NDArray[np.float64],
    know: NDArray[np.float64],
    spam: NDArray[np.float64],
    taste: NDArray[np.float64],
    knowing: NDArray[np.float64],
    spammed: NDArray[np.float64],
) -> None:
    """Share votes out to knowledge and to spam (Hovy et al. 2013, the E-step of MACE).

    An answer that is not the class is spam. One that is could be either: in the proportion of
    ``know[r]`` to ``spam[r] * taste[r, a]``. Fills `knowing`, of shape (n_raters, 2), with votes of
    either kind, and `spammed`, of shape (n_raters, n_answers), with spam by answer.
    """
    n_raters, n_answers, n_classes = counts.shape
    knowing[:] = 0.0
    for r in range(n_raters):
        for a in range(n_answers):
            total = 0.0
            for k in range(n_classes):
                if k != a:
                    total += counts[r, a, k]
            of_spam = spam[r] * taste[r, a]
            both = know[r] + of_spam
            if both > 0.0:  # else there is nothing to share out
                knowing[r, 0] += counts[r, a, a] * (know[r] / both)
                total += counts[r, a, a] * (of_spam / both)
            spammed[r, a] = total
            knowing[r, 1] += total
