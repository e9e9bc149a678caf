"""One pass over items in their order, in which abilities follow the answers that win."""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

Array = NDArray[np.float64]

# Sums that differ by less than this share of the larger one are a tie.
ROUNDING = 1e-12


@kernel
def one_pass(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    order: NDArray[np.int64],
    known: Array,
    right: Array,
    seen: Array,
    scores: Array,
) -> None:
    """Fill each item's sums of abilities, and count the raters' right votes (Yang et al. 2024).

    `right` and `seen`, a rater's each, are what the items before left. Where answers tie, a vote
    for one of k is 1/k right. A row of `known`, which may have no rows, is what wins where it is
    not all 0.
    """
    n_answers = scores.shape[1]
    wins = np.empty(n_answers)
    for i in order:
        score = scores[i]
        score[:] = 0.0
        for v in range(starts[i], starts[i + 1]):
            rater = codes[v] // n_answers
            score[codes[v] % n_answers] += right[rater] / seen[rater]
        if len(known) > 0 and known[i].sum() > 0.0:
            wins[:] = known[i]
        else:
            least, n_wins = score.max() * (1.0 - ROUNDING), 0
            for a in range(n_answers):
                wins[a] = 1.0 if score[a] >= least else 0.0
                n_wins += score[a] >= least
            wins /= n_wins
        for v in range(starts[i], starts[i + 1]):
            rater = codes[v] // n_answers
            right[rater] += wins[codes[v] % n_answers]
            seen[rater] += 1.0
